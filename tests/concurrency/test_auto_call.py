"""Several pages of one counter call by themselves at once: one is called, and nobody is ended."""

from __future__ import annotations

from tests.crowd import called_twice, calls, faults, fill, rows
from tests.house import Clerk, House
from tests.processes import together
from tests.stores import each_store_in_time

PAGES = 4


def call_by_itself(house: House, go, token: str, body: dict) -> int:
    clerk = Clerk(house, "1", token)
    go()
    return clerk.do("call-next", body).status_code


@each_store_in_time
def test_pages_that_call_at_once_call_one(busy_settings, busy_house):
    fill(busy_house, 10)
    token = busy_house.clerk("1").token
    deeds = [(call_by_itself, token, {"only_if_free": True})] * PAGES
    assert sorted(together(busy_settings, *deeds)) == [200, 409, 409, 409]
    assert len(calls(busy_house)) == 1
    assert len(rows(busy_house, state="called")) == 1
    assert called_twice(busy_house) == []
    assert faults(busy_house) == []


@each_store_in_time
def test_pages_that_only_look_first_end_each_others_calls(busy_house):
    """The control: a counter seen free is not free any more when the call arrives."""
    fill(busy_house, 10)
    clerk = busy_house.clerk("1")
    assert [clerk.see()["ticket"] for _ in range(PAGES)] == [None] * PAGES
    for _ in range(PAGES):
        assert clerk.do("call-next").status_code == 200
    assert len(calls(busy_house)) == PAGES
    assert len(rows(busy_house, state="finished")) == PAGES - 1
