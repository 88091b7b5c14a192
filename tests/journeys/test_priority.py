"""Priority by law: called within its own promise, named to nobody, struck where it was not due."""

import pytest

from app.tickets.rules import PRIORITIES
from tests.house import refused

REASON = {"reason": "证件不符"}


@pytest.mark.parametrize("priority", PRIORITIES)
def test_priority_goes_first_and_nobody_sees_why(house, priority):
    house.take()
    preferred = house.take(priority=priority)
    assert house.minutes_left(preferred) == 5
    assert preferred["why"] == {"code": "priority", "text": "依法优先"}
    assert house.waiting() == ["A002", "A001"]
    clerk = house.clerk()
    assert clerk.see()["next"][0]["priority"] == priority
    assert clerk.next()["ticket"]["number"] == "A002"
    public = "".join(
        house.get(f"/halls/t/{page}").get_data(as_text=True) for page in ("board", "calls")
    )
    assert priority not in public
    assert "依法优先" in public


def test_priority_does_not_overtake_who_was_promised_earlier(house):
    house.take()
    house.clock.advance(minutes=26)
    house.take(priority="disabled")
    assert house.waiting() == ["A001", "A002"]


def test_a_struck_priority_stands_where_it_would_have_stood(house):
    house.take()
    preferred = house.take(priority="elderly")
    house.take()
    clerk = house.clerk()
    house.clock.advance(minutes=2)
    struck = clerk.handle(preferred, "strike-priority", REASON).json
    assert house.minutes_left(struck) == 28
    assert struck["why"]["code"] == "walk_in"
    assert house.waiting() == ["A001", "A002", "A003"]
    assert [one["priority"] for one in clerk.see()["next"]] == [None] * 3
    assert [clerk.next()["ticket"]["number"] for _ in range(3)] == ["A001", "A002", "A003"]


def test_a_guide_may_strike_and_a_reason_is_needed(house):
    preferred = house.take(priority="elderly")
    path, guide = f"/tickets/{preferred['id']}/strike-priority", house.sign_in("guide")
    refused(house.post(path, guide, {}), 422, "invalid")
    refused(house.post(path, guide, {"reason": ""}), 422, "invalid")
    assert house.post(path, guide, REASON).status_code == 200


def test_it_can_be_struck_while_called_and_only_once(house):
    house.take(priority="elderly")
    clerk = house.clerk()
    called = clerk.next()["ticket"]
    struck = clerk.handle(called, "strike-priority", REASON)
    assert struck.json["state"] == "called"
    assert struck.json["why"]["code"] == "walk_in"
    assert clerk.see()["priority"] is None
    refused(clerk.handle(called, "strike-priority", REASON), 409, "no_priority")


def test_there_is_nothing_to_strike_on_an_ordinary_ticket(house):
    refused(house.clerk().handle(house.take(), "strike-priority", REASON), 409, "no_priority")


def test_a_struck_ticket_that_had_rejoined_keeps_its_place(house):
    house.take(priority="elderly")
    clerk = house.clerk()
    passed = clerk.next()["ticket"]
    assert clerk.handle(passed, "pass").status_code == 200
    rejoined = clerk.handle(passed, "rejoin").json
    struck = clerk.handle(passed, "strike-priority", REASON).json
    assert struck["due_at"] == rejoined["due_at"]
    assert struck["why"] == rejoined["why"]
