"""The client as the hall serves it: files of the build, and words where there is none."""

from __future__ import annotations

import pytest

from app.core.pages import POLICY


@pytest.fixture
def environ(environ, tmp_path):
    built = tmp_path / "built"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<title>顺号</title>")
    (built / "assets" / "index-abc123.js").write_text("export {}")
    (tmp_path / "secret").write_text("not yours")
    return {**environ, "CLIENT_PATH": str(built)}


def test_the_page_is_asked_for_anew_and_what_it_loads_is_kept(client):
    page = client.get("/m/")
    assert page.status_code == 200
    assert "顺号" in page.text
    assert page.headers["Cache-Control"] == "no-cache"
    assert page.headers["Content-Security-Policy"] == POLICY
    unchanged = client.get("/m/", headers={"If-None-Match": page.headers["ETag"]})
    assert unchanged.status_code == 304

    module = client.get("/m/assets/index-abc123.js")
    assert module.mimetype == "text/javascript"
    assert "immutable" in module.headers["Cache-Control"]
    assert "max-age=31536000" in module.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["assets/none.js", "../secret", "%2e%2e/secret", "assets"])
def test_other_names_lead_nowhere(client, name):
    answer = client.get(f"/m/{name}")
    assert answer.status_code == 404
    assert "not yours" not in answer.text


def test_without_a_build_it_says_so_in_either_language(client, settings):
    (settings.client_path / "index.html").unlink()
    assert client.get("/m/").status_code == 503
    assert "手机页面还没有准备好" in client.get("/m/").text
    assert "make client" in client.get("/m/?lang=en").text


def test_the_client_is_told_that_this_is_a_demo(client):
    assert client.get("/api/v1/client").json == {"sandbox": True}
