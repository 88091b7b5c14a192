"""A counter whose console calls by itself: the setting, and the call that ends nothing."""

from __future__ import annotations

import pytest

from tests.house import refused


def set_auto_call(house, token, on=True, pause_s=8, no="1"):
    body = {"on": on, "pause_s": pause_s}
    return house.request("PUT", f"/counters/{no}/auto-call", token, body)


def setting(house, no="1"):
    auto = house.clerk(no).see()["auto_call"]
    return auto["on"], auto["pause_s"]


def call_if_free(clerk, key=""):
    return clerk.do("call-next", {"only_if_free": True}, key)


# The setting


def test_a_counter_calls_by_itself_only_where_it_was_told_to(house):
    clerk = house.clerk("1")
    assert setting(house) == (False, 5)
    assert set_auto_call(house, clerk.token).json["auto_call"]["on"] is True
    assert setting(house) == (True, 8)
    assert setting(house, "2") == (False, 5)
    set_auto_call(house, clerk.token, on=False, pause_s=0)
    assert setting(house) == (False, 0)


@pytest.mark.parametrize("pause_s", [-1, 121, "soon", None])
def test_a_pause_is_at_most_two_minutes(house, pause_s):
    refused(set_auto_call(house, house.clerk("1").token, pause_s=pause_s), 422, "invalid")


def test_it_stays_over_a_change_of_the_hall_file(house):
    set_auto_call(house, house.clerk("1").token)
    house.reload(lambda file: file["counters"][0].update(name="综合一窗"))
    assert setting(house) == (True, 8)


def test_who_sits_there_or_leads_the_hall_sets_it(house):
    refused(set_auto_call(house, house.clerk("2").token), 403, "not_at_this_counter")
    refused(set_auto_call(house, house.sign_in("guide")), 403, "forbidden")
    for leader in ("supervisor", "administrator"):
        assert set_auto_call(house, house.sign_in(leader)).status_code == 200
    refused(set_auto_call(house, house.sign_in("supervisor"), no="77"), 404, "unknown_counter")


# The call


def test_it_calls_the_first_of_a_counter_that_is_free(house):
    house.take()
    assert call_if_free(house.clerk("1")).json["ticket"]["number"] == "A001"
    assert call_if_free(house.clerk("2")).status_code == 204


@pytest.mark.parametrize("action", [None, "recall", "start"])
def test_it_ends_nothing(house, action):
    for _ in range(2):
        house.take()
    clerk = house.clerk("1")
    held = clerk.next()["ticket"]
    house.clock.advance(seconds=30)
    if action:
        clerk.handle(held, action)
    told = refused(call_if_free(clerk), 409, "counter_busy")
    assert told["number"] == "A001"
    assert clerk.see()["ticket"]["number"] == "A001"
    assert clerk.next()["ticket"]["number"] == "A002"  # a press of the key still ends it


def test_it_opens_nothing(house):
    house.take()
    clerk = house.clerk("1")
    clerk.do("pause")
    refused(call_if_free(clerk), 409, "counter_not_open")


# Its key


def key(clerk):
    return clerk.see()["auto_call"]["key"]


def test_there_is_a_key_only_where_somebody_can_be_called(house):
    clerk = house.clerk("1")
    assert key(clerk) is None
    house.take()
    assert key(clerk) is not None
    clerk.do("pause")
    assert key(clerk) is None
    clerk.do("open")
    ticket = clerk.next()["ticket"]
    house.take()
    assert key(clerk) is None
    clerk.handle(ticket, "finish")
    assert key(clerk) is not None


def test_two_pages_of_one_counter_call_one(house):
    for _ in range(3):
        house.take()
    clerk = house.clerk("1")
    seen = [key(clerk), key(clerk)]
    calls = [call_if_free(clerk, each) for each in seen]
    assert [each.json["ticket"]["number"] for each in calls] == ["A001", "A001"]
    assert [made["number"] for made in house.calls()] == ["A001"]


def test_a_page_that_comes_late_calls_nobody(house):
    """Its pause ran out on what it saw before another page called, and the clerk was done."""
    for _ in range(3):
        house.take()
    clerk = house.clerk("1")
    old = key(clerk)
    ticket = call_if_free(clerk, old).json["ticket"]
    clerk.handle(ticket, "finish")
    assert call_if_free(clerk, old).json["ticket"]["number"] == "A001"  # the answer of then
    assert [made["number"] for made in house.calls()] == ["A001"]


def test_no_key_comes_back_with_who_comes_back(house):
    house.take()
    clerk, other = house.clerk("1"), house.clerk("2")
    before = key(clerk)
    house.clock.advance(seconds=1)
    ticket = other.next()["ticket"]
    assert call_if_free(clerk, before).status_code == 204
    other.handle(ticket, "pass")
    other.handle(ticket, "rejoin")
    after = key(clerk)
    assert after != before
    assert call_if_free(clerk, after).json["ticket"]["number"] == "A001"
