"""A number taken outside: in nobody's way until its holder stands in the hall."""

from datetime import datetime, timedelta

import pytest

from tests.house import refused


def test_it_is_expected_and_not_called(house):
    ticket = house.take_from_afar()
    assert (ticket["state"], ticket["ahead"], ticket["number"]) == ("expected", None, "A001")
    assert house.waiting() == []
    assert house.clerk().next() is None


CHECK_INS = [
    # minutes after taking, minutes from the check-in to its due time, why
    (1, 29, "afar"),
    (30, 0, "afar"),
    (45, 0, "afar"),  # its time has come, but not before it was there
    (60, 0, "afar"),
    (60.1, 30, "walk_in"),
]


@pytest.mark.parametrize(("after", "due_in", "code"), CHECK_INS)
def test_checked_in_by_the_code_on_the_ticket(house, after, due_in, code):
    ticket = house.take_from_afar()
    house.clock.advance(minutes=after)
    entered = house.check_in(ticket)
    assert entered.status_code == 201
    assert (entered.json["state"], entered.json["why"]["code"]) == ("waiting", code)
    assert house.minutes_left(entered.json) == due_in
    assert house.clerk().next()["ticket"]["number"] == "A001"


def test_its_holder_is_told_until_when_to_check_in(house):
    ticket = house.take_from_afar()
    until = datetime.fromisoformat(ticket["check_in_until"])
    assert until - house.clock.now() == timedelta(minutes=60)
    assert house.check_in(ticket).json["check_in_until"] is None
    assert house.take()["check_in_until"] is None


def test_who_came_first_to_the_hall_is_not_overtaken_by_a_late_check_in(house):
    afar = house.take_from_afar()
    house.clock.advance(minutes=10)
    house.take()
    house.clock.advance(minutes=40)
    house.check_in(afar)
    assert house.waiting() == ["A002", "A001"]


def test_priority_is_told_at_the_machine(house):
    ticket = house.take_from_afar()
    entered = house.check_in(ticket, priority="pregnant").json
    assert (entered["why"]["code"], house.minutes_left(entered)) == ("priority", 5)


def test_checked_in_once_only(house):
    ticket = house.take_from_afar()
    house.check_in(ticket)
    assert refused(house.check_in(ticket), 409, "action_not_allowed")["state"] == "waiting"


def test_a_code_nobody_knows(house):
    refused(house.check_in({"token": "0" * 32}), 404, "ticket_not_found")


def test_its_holder_may_leave(house):
    ticket = house.take_from_afar()
    assert house.own(ticket, "leave").json["state"] == "left"
    assert refused(house.check_in(ticket), 409, "action_not_allowed")["state"] == "left"
