"""The client as the hall serves it: files of the build, and words where there is none."""

from __future__ import annotations

import html
import re

import pytest

from app.core.pages import POLICY
from tests.house import KIOSK_TOKEN

INDEX = """<head><title>顺号</title><link rel="icon" href="static/mark.svg">
<script type="module" src="./assets/index-abc123.js"></script></head>"""


@pytest.fixture
def environ(environ, tmp_path):
    built = tmp_path / "built"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text(INDEX)
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


@pytest.fixture
def desk(house):
    """The browser of a machine that was told its token."""
    machine = house.app.test_client()
    machine.set_cookie("shunhao_device", KIOSK_TOKEN)
    return machine


def test_a_machine_is_served_the_client_as_its_desk(desk, client):
    page = desk.get("/kiosk/forms/")
    assert page.headers["Content-Security-Policy"] == POLICY
    assert page.headers["Cache-Control"] == "no-store"
    assert 'name="csrf-token"' in page.text
    assert "测试大厅" in html.unescape(page.text)
    assert 'src="/m/assets/index-abc123.js"' in page.text
    assert 'href="/m/static/mark.svg"' in page.text
    stranger = client.get("/kiosk/forms/")
    assert "登记这台设备" in stranger.text
    assert 'data-page="/kiosk/forms/"' in stranger.text


def test_a_desk_without_a_build_says_so(desk, settings):
    (settings.client_path / "index.html").unlink()
    page = desk.get("/kiosk/forms/")
    assert page.status_code == 503
    assert "样表机还没有准备好" in page.text


def test_a_desk_is_paired_where_it_stands(desk, client):
    token = re.search('name="csrf_token" value="([^"]+)"', client.get("/kiosk/forms/").text)[1]
    form = {"token": KIOSK_TOKEN, "desk": "yes", "csrf_token": token}
    paired = client.post("/kiosk/session", data=form)
    assert (paired.status_code, paired.location) == (303, "/kiosk/forms/")
