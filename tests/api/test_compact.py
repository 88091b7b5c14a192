"""Files go out compressed to whoever understands that; what is secret never does."""

from __future__ import annotations

import gzip

import pytest

from app.core.compact import WORTH
from tests.house import HALL

GZIP = {"Accept-Encoding": "gzip, br"}
SMALL = "/static/shared/trouble.js"
SCRIPT = "/static/clerk/console.js"


def test_a_script_is_sent_in_fewer_bytes_and_is_the_same(client):
    plain, packed = client.get(SCRIPT), client.get(SCRIPT, headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert 2 * len(packed.data) < len(plain.data)
    assert len(packed.data) == packed.content_length
    assert packed.mimetype == plain.mimetype
    assert all("Accept-Encoding" in each.headers["Vary"] for each in (plain, packed))
    assert client.head(SCRIPT, headers=GZIP).content_length == packed.content_length


@pytest.mark.parametrize("first", [{}, GZIP])
def test_who_has_it_is_not_sent_it_again(client, first):
    tag = client.get(SCRIPT, headers=first).headers["ETag"]
    again = client.get(SCRIPT, headers={**GZIP, "If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


def test_a_part_of_a_file_is_a_part_of_the_file(client):
    part = client.get(SCRIPT, headers={**GZIP, "Range": "bytes=0-99"})
    assert (part.status_code, len(part.data)) == (206, 100)
    assert "Content-Encoding" not in part.headers


def test_what_is_secret_or_gains_nothing_is_sent_as_it_is(house):
    client = house.app.test_client()
    for path in ("/clerk/", f"/screen/{HALL}", f"/api/v1/halls/{HALL}/board", "/fonts/cjk.otf"):
        answer = client.get(path, headers=GZIP)
        assert answer.status_code == 200
        assert "Content-Encoding" not in answer.headers
    assert len(client.get(SMALL, headers=GZIP).data) < WORTH
    assert "Content-Encoding" not in client.get(SMALL, headers=GZIP).headers
