"""A tap by mistake is taken back; a ticket whose clerk has vanished goes on elsewhere."""

import pytest

from tests.house import refused


def called(house, no="1"):
    house.take()
    return house.clerk(no).next()["ticket"]


@pytest.mark.parametrize(
    ("before", "action", "back"),
    [
        ((), "pass", "called"),
        ((), "finish", "called"),
        (("start",), "finish", "serving"),
    ],
)
def test_taken_back_within_60_seconds(house, before, action, back):
    ticket, clerk = called(house), house.clerk()
    for step in (*before, action):
        assert clerk.handle(ticket, step).status_code == 200
    house.clock.advance(seconds=60)
    undone = clerk.handle(ticket, "undo").json
    assert (undone["state"], undone["counter"]) == (back, "1")
    assert house.calls()[0]["ended_at"] is None


@pytest.mark.parametrize("action", ["pass", "finish"])
def test_later_it_stands(house, action):
    ticket, clerk = called(house), house.clerk()
    clerk.handle(ticket, action)
    house.clock.advance(seconds=60, milliseconds=1)
    before = house.row(ticket)
    assert "60 秒" in refused(clerk.handle(ticket, "undo"), 409, "undo_too_late")["detail"]
    assert house.row(ticket) == before


def test_at_a_busy_counter_it_waits_there_with_its_old_due_and_serial(house):
    ticket, clerk = called(house), house.clerk()
    serial = house.row(ticket)["serial"]
    clerk.handle(ticket, "pass")
    called(house)
    undone = clerk.handle(ticket, "undo").json
    assert (undone["state"], undone["due_at"]) == ("waiting", ticket["due_at"])
    row = house.row(ticket)
    assert (row["bound_to"], row["serial"], row["passes"]) == ("1", serial, 0)
    assert house.calls()[0]["ended_as"] == "passed"  # that call is over; the next is another
    assert house.clerk("2").next() is None
    assert clerk.next()["ticket"]["number"] == "A001"


def test_what_the_next_call_ended_can_be_taken_back(house):
    ticket, clerk = called(house), house.clerk()
    called(house)
    assert house.ticket(ticket)["state"] == "finished"
    assert clerk.handle(ticket, "undo").json["state"] == "waiting"


def test_a_third_pass_can_be_taken_back(house):
    ticket, clerk = called(house), house.clerk()
    for _ in range(2):
        clerk.handle(ticket, "pass")
        clerk.handle(ticket, "rejoin")
        clerk.next()
    assert clerk.handle(ticket, "pass").json["state"] == "closed"
    assert clerk.handle(ticket, "undo").json["state"] == "called"
    assert house.row(ticket)["passes"] == 2
    assert clerk.handle(ticket, "pass").json["state"] == "closed"


def test_what_the_night_closed_stays_closed(house):
    ticket, clerk = called(house), house.clerk()
    house.clock.at = house.clock.at.fromisoformat("2026-11-24T02:59:50+08:00")
    clerk.token = house.sign_in("clerk1")
    house.clock.advance(seconds=15)
    house.close_night()
    problem = refused(clerk.handle(ticket, "undo"), 409, "action_not_allowed")
    assert problem["state"] == "closed"


def test_nothing_comes_back_to_a_closed_counter(house):
    ticket, clerk = called(house), house.clerk()
    clerk.handle(ticket, "finish")
    clerk.do("close")
    refused(clerk.handle(ticket, "undo"), 409, "counter_not_open")
    clerk.do("open")
    assert clerk.handle(ticket, "undo").json["state"] == "called"


# Take-over


def test_a_clerk_who_is_there_keeps_the_ticket(house):
    ticket, other = called(house), house.clerk("2")
    house.clock.advance(seconds=119)
    refused(other.handle(ticket, "take-over"), 409, "clerk_present")
    assert house.ticket(ticket)["counter"] == "1"


def test_a_sign_of_life_counts(house):
    ticket, other = called(house), house.clerk("2")
    house.clock.advance(seconds=100)
    house.clerk("1").see()
    house.clock.advance(seconds=100)
    refused(other.handle(ticket, "take-over"), 409, "clerk_present")


def test_the_ticket_of_a_vanished_clerk_goes_on_elsewhere(house):
    ticket, other = called(house), house.clerk("2")
    house.clerk("1").handle(ticket, "start")
    house.clock.advance(seconds=121)
    taken = other.handle(ticket, "take-over").json
    assert (taken["state"], taken["counter"]) == ("serving", "2")
    assert [(call["counter"], call["now_at"]) for call in house.calls()] == [("1", "2")]
    refused(house.clerk("1").handle(ticket, "finish"), 403, "not_at_this_counter")
    assert house.clerk("1").see()["ticket"] is None
    assert other.handle(ticket, "finish").json["state"] == "finished"


def test_at_once_when_the_clerk_signed_out(house):
    ticket = called(house)
    assert house.request("DELETE", "/staff/session", house.clerk("1").token).status_code == 204
    assert house.clerk("2").handle(ticket, "take-over").json["counter"] == "2"


def test_not_by_a_counter_that_holds_one_or_is_not_open(house):
    ticket, held = called(house), called(house, "2")
    house.clock.advance(seconds=121)
    other = house.clerk("2")
    refused(other.handle(ticket, "take-over"), 409, "counter_holds_ticket")
    other.handle(held, "finish")
    other.do("pause")
    refused(other.handle(ticket, "take-over"), 409, "counter_not_open")
