"""Whoever scans the code of a licence sees it, and its holder learns that they looked."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from app.licences.shares import TABLE
from tests.crowd import rows
from tests.licences.conftest import record, stocked, sure

PHONE = (390, 844)


@pytest.fixture
def code(house):
    library, li = stocked(house), sure(house, "li")
    long_ago = {"issued_on": "2020-01-01", "as_of": "2020-01-01T09:00:00+08:00"}
    id = library.put(record(holder=li.id_number, valid_until="2099-01-01", **long_ago))
    return li.post(f"/me/licences/{id}/show", {}).json["code"]


def test_a_page_that_is_seen_says_so_once(house, code, open_page):
    assert len(rows(house, TABLE)) == 1
    page = open_page("/verify", *PHONE)
    for _ in range(2):
        with page.expect_response(lambda answer: answer.url.endswith("/check")) as told:
            page.goto(f"{page.url.partition('/verify')[0]}/verify/{code}")
        assert told.value.status == 200
        expect(page.get_by_role("heading", name="有效")).to_be_visible()
    assert len(rows(house, TABLE)) == 2
