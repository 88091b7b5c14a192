"""Nobody came: passed, back in line once at a kind place, twice as a newcomer, thrice gone."""

import pytest

from tests.house import KIOSK_TOKEN, refused


def by_owner(house, ticket):
    return house.own(ticket, "rejoin")


def by_machine(house, ticket):
    return house.post(f"/kiosk/tickets/{ticket['id']}/rejoin", KIOSK_TOKEN)


def by_clerk(house, ticket):
    return house.clerk("1").handle(ticket, "rejoin")


def by_guide(house, ticket):
    return house.post(f"/kiosk/tickets/{ticket['id']}/rejoin", house.sign_in("guide"))


def take_and_pass(house, others=5):
    """A001 passed at counter 1 while this many others wait."""
    ticket = house.take()
    for _ in range(others):
        house.clock.advance(seconds=1)
        house.take()
    pass_next(house, ticket)
    return ticket


def pass_next(house, ticket):
    clerk = house.clerk("1")
    called = clerk.next()["ticket"]
    assert called["number"] == ticket["number"]
    return clerk.handle(called, "pass").json


@pytest.mark.parametrize("rejoin", [by_owner, by_machine, by_clerk, by_guide])
def test_the_first_time_behind_the_third_who_waits(house, rejoin):
    ticket = take_and_pass(house)
    assert house.ticket(ticket)["state"] == "passed"
    house.clock.advance(minutes=2)
    rejoined = rejoin(house, ticket)
    assert rejoined.status_code == 200
    assert rejoined.json["why"] == {"code": "rejoin", "text": "过号重排"}
    assert rejoined.json["ahead"] == 3
    assert house.waiting() == ["A002", "A003", "A004", "A001", "A005", "A006"]


def test_behind_the_last_where_fewer_wait(house):
    ticket = take_and_pass(house, others=2)
    by_owner(house, ticket)
    assert house.waiting() == ["A002", "A003", "A001"]


def test_at_its_own_time_where_nobody_waits_and_never_earlier(house):
    ticket = take_and_pass(house, others=0)
    assert by_owner(house, ticket).json["due_at"] == ticket["due_at"]


def test_not_later_than_somebody_who_comes_now(house):
    ticket = house.take()
    pass_next(house, ticket)
    # three who wait for a long time yet: passed over, and back as newcomers
    house.clock.advance(minutes=20)
    for _ in range(3):
        house.take()
    rejoined = by_owner(house, ticket).json
    assert house.minutes_left(rejoined) == 30
    assert house.waiting()[-1] == "A001"  # its new serial stands behind theirs


@pytest.mark.parametrize(
    ("after", "code"), [({"minutes": 30}, "rejoin"), ({"minutes": 30, "seconds": 1}, "rejoin_late")]
)
def test_after_30_minutes_as_a_newcomer(house, after, code):
    ticket = take_and_pass(house)
    house.clock.advance(**after)
    rejoined = by_owner(house, ticket).json
    assert rejoined["why"]["code"] == code
    if code == "rejoin_late":
        assert house.minutes_left(rejoined) == 30
        assert house.waiting()[-1] == "A001"


def test_the_second_time_as_a_newcomer_and_the_third_pass_closes(house):
    ticket = house.take()
    assert pass_next(house, ticket)["state"] == "passed"
    by_owner(house, ticket)
    assert pass_next(house, ticket)["state"] == "passed"
    again = by_owner(house, ticket).json
    assert again["why"]["code"] == "rejoin_late"
    assert house.minutes_left(again) == 30
    assert pass_next(house, ticket)["state"] == "closed"
    assert refused(by_owner(house, ticket), 409, "action_not_allowed")["state"] == "closed"
    assert [call["ended_as"] for call in house.calls()] == ["passed"] * 3


def test_only_its_owner_its_machine_and_staff_may_bring_it_back(house):
    ticket = take_and_pass(house)
    stranger = house.take()
    answer = house.post(f"/tickets/{ticket['id']}/rejoin", stranger["token"])
    refused(answer, 404, "ticket_not_found")
    refused(house.post(f"/tickets/{ticket['id']}/rejoin"), 401, "unauthenticated")
    assert house.ticket(ticket)["state"] == "passed"
