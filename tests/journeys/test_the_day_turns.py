"""A hall day begins at three: numbers begin anew, leftovers are closed, new promises hold."""

from datetime import datetime

import pytest

from app.tickets.states import AT_COUNTER, LIVE, State
from tests.house import refused


def at(house, moment):
    house.clock.at = datetime.fromisoformat(f"{moment}+08:00")


def in_state(house, state, no):
    """A ticket in this state, by what people do to it."""
    if state == State.EXPECTED:
        return house.take_from_afar()
    ticket = house.take()
    if state == State.WAITING:
        return ticket
    clerk = house.clerk(no)
    called = clerk.do("call", {"number": ticket["number"], "reason": "试"}).json["ticket"]
    action = {State.SERVING: "start", State.PARKED: "park", State.PASSED: "pass"}.get(state)
    if action:
        clerk.handle(called, action)
    return ticket


def test_at_three_serials_and_numbers_begin_anew(house):
    house.take()
    at(house, "2026-11-24T02:59:59.999")
    late = house.take()
    at(house, "2026-11-24T03:00:00")
    early = house.take()
    assert (late["number"], early["number"]) == ("A002", "A001")
    rows = house.row(late), house.row(early)
    assert [(str(row["day"]), row["serial"]) for row in rows] == [
        ("2026-11-23", 2),
        ("2026-11-24", 1),
    ]
    assert house.get("/halls/t/board").json["date"] == "2026-11-24"


def test_a_due_time_may_lie_in_the_next_hall_day(house):
    at(house, "2026-11-24T02:45:00")
    ticket = house.take()
    assert ticket["due_at"].startswith("2026-11-24T03:15:00")


def test_yesterdays_tickets_are_never_called_even_before_the_night_is_closed(house):
    house.take()
    at(house, "2026-11-24T03:00:00")
    clerk = house.clerk()
    assert clerk.next() is None
    refused(clerk.do("call", {"number": "A001", "reason": "昨天的"}), 404, "ticket_not_found")


def test_the_night_closes_every_live_state_and_no_other(house):
    counters = iter("23456789")
    live = {state: in_state(house, state, next(counters)) for state in LIVE}
    served, gone = house.take(), house.take()
    clerk = house.clerk("1")
    clerk.do("call", {"number": served["number"], "reason": "试"})
    clerk.handle(served, "finish")
    house.own(gone, "leave")
    assert {state: house.row(ticket)["state"] for state, ticket in live.items()} == {
        state: state for state in LIVE
    }

    at(house, "2026-11-24T03:00:05")
    assert house.close_night() == len(LIVE)
    for state, ticket in live.items():
        row = house.row(ticket)
        assert (row["state"], row["stopped_from"]) == ("closed", state)
    assert house.row(served)["state"] == "finished"
    assert house.row(gone)["state"] == "left"
    assert house.close_night() == 0
    ended = {call["number"]: call["ended_as"] for call in house.calls("2026-11-23")}
    assert {ended[live[state]["number"]] for state in AT_COUNTER} == {"closed"}
    assert None not in ended.values()


def test_the_night_leaves_the_new_day_alone_and_counters_free(house):
    house.take()
    at(house, "2026-11-24T02:58:00")
    clerk = house.clerk("1")
    clerk.next()
    at(house, "2026-11-24T03:00:01")
    fresh = house.take()
    house.close_night()
    assert house.ticket(fresh)["state"] == "waiting"
    assert clerk.see()["ticket"] is None
    assert clerk.next()["ticket"]["id"] == fresh["id"]


def test_the_night_is_told_to_whoever_watches(house):
    ticket = house.take()
    at(house, "2026-11-24T03:00:05")
    house.close_night()
    refused(house.own(ticket, "leave"), 409, "action_not_allowed")
    assert house.as_owner(ticket)["state"] == "closed"


# Promises


def promised(house):
    rows = house.get("/halls/t/rules").json["order"]
    return next(row["due"] for row in rows if row["why"] == "walk_in")


@pytest.mark.parametrize("used", [True, False])
def test_a_changed_promise_holds_from_the_next_day_on_which_numbers_were_given(house, used):
    before = house.take() if used else None
    house.reload(lambda file: file["hall"].update(promises={"walk_in_minutes": 45}))
    today = house.take()
    assert house.minutes_left(today) == (30 if used else 45)
    assert promised(house) == f"取号后 {30 if used else 45} 分钟内叫到"
    if before:
        assert house.ticket(before)["due_at"] == before["due_at"]
        assert house.waiting() == ["A001", "A002"]
    at(house, "2026-11-24T03:00:00")
    assert house.minutes_left(house.take()) == 45


def test_a_lanes_own_promise_too(house):
    house.take()
    house.reload(lambda file: file["lanes"][1].update(walk_in_minutes=10))
    assert house.minutes_left(house.take("pension")) == 30
    at(house, "2026-11-24T09:00:00")
    assert house.minutes_left(house.take("pension")) == 10
    assert house.minutes_left(house.take("id-card")) == 30


@pytest.mark.parametrize("action", ["rejoin", "resume", "transfer", "undo"])
def test_nobody_is_sent_to_wait_on_a_day_that_is_over(house, action):
    """Between three in the morning and the night's closing, yesterday's tickets are still live."""
    at(house, "2026-11-24T02:59:30")
    house.take()
    clerk = house.clerk()
    ticket = clerk.next()["ticket"]
    before = {"rejoin": "pass", "undo": "pass", "resume": "park"}.get(action)
    if before:
        assert clerk.handle(ticket, before).status_code == 200
    house.clock.advance(seconds=45)
    body = {"lane": "B", "reason": "改办"} if action == "transfer" else None
    refused(clerk.handle(ticket, action, body), 409, "day_over")
