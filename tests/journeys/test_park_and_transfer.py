"""Set aside while a paper is fetched; sent on to another lane or counter. The promise stays."""

import pytest

from tests.house import refused

REASON = {"reason": "需住建窗口核验"}


def called(house, item="id-card", no="1"):
    house.take(item)
    return house.clerk(no).next()["ticket"]


# Park and resume


def test_a_parked_ticket_goes_on_at_its_free_counter(house):
    ticket, clerk = called(house), house.clerk("1")
    parked = clerk.handle(ticket, "park").json
    assert (parked["state"], clerk.see()["ticket"]) == ("parked", None)
    assert [one["number"] for one in clerk.see()["parked"]] == ["A001"]
    house.clock.advance(minutes=50)
    assert clerk.next() is None
    resumed = clerk.handle(ticket, "resume").json
    assert (resumed["state"], resumed["counter"]) == ("serving", "1")
    call = house.calls()[0]
    assert (call["ended_at"], call["ended_as"]) == (None, None)  # it is in hand again


def test_at_a_busy_counter_it_waits_there_alone_with_its_old_due(house):
    ticket, clerk, other = called(house), house.clerk("1"), house.clerk("2")
    clerk.handle(ticket, "park")
    house.clock.advance(minutes=3)
    house.take()
    clerk.next()
    resumed = clerk.handle(ticket, "resume").json
    assert (resumed["state"], resumed["due_at"]) == ("waiting", ticket["due_at"])
    assert other.next() is None
    assert clerk.see()["next"][0]["bound"] is True
    again = clerk.next()
    assert (again["ticket"]["number"], again["why"]["bound"]) == ("A001", True)


def test_the_wall_says_which_counter_it_waits_for_while_others_are_called(house):
    ticket, clerk, other = called(house), house.clerk("1"), house.clerk("2")
    clerk.handle(ticket, "park")
    for _ in range(3):
        house.take()
    clerk.next()
    clerk.handle(ticket, "resume")
    other.next()
    board = house.get("/halls/t/board").json["next"]
    assert [(one["number"], one["why"]["text"]) for one in board] == [
        ("A001", "等 1 号窗口 · 09:00 现场取号"),
        ("A004", "09:00 现场取号"),
    ]


def test_any_counter_of_its_lane_may_go_on_and_no_other(house):
    permit = called(house, "pension", "1")
    house.clerk("1").handle(permit, "park")
    refused(house.clerk("9").handle(permit, "resume"), 409, "lane_not_served")
    resumed = house.clerk("2").handle(permit, "resume").json
    assert (resumed["state"], resumed["counter"]) == ("serving", "2")
    assert [(call["counter"], call["now_at"]) for call in house.calls()] == [("1", "2")]
    assert house.clerk("2").handle(permit, "finish").json["state"] == "finished"


def test_a_counter_that_is_not_open_resumes_nothing(house):
    ticket, clerk = called(house), house.clerk("1")
    clerk.handle(ticket, "park")
    clerk.do("pause")
    refused(clerk.handle(ticket, "resume"), 409, "counter_not_open")


# Transfer


def transfer(house, ticket, no="1", **to):
    return house.clerk(no).handle(ticket, "transfer", {**REASON, **to})


def test_to_another_lane_with_the_promise_it_had(house):
    ticket = called(house)
    moved = transfer(house, ticket, lane="J").json
    assert (moved["state"], moved["lane"], moved["number"]) == ("waiting", "J", "A001")
    assert moved["due_at"] == ticket["due_at"]
    assert house.clerk("9").next()["ticket"]["number"] == "A001"


def test_to_one_counter_even_one_that_does_not_serve_its_lane(house):
    ticket = called(house, "pension")
    house.clerk("9")
    moved = transfer(house, ticket, counter="9").json
    assert (moved["state"], moved["lane"], moved["counter"]) == ("waiting", "B", None)
    assert house.clerk("1").next() is None
    assert house.clerk("9").next()["why"]["bound"] is True


def test_now_goes_before_everybody_but_never_later_than_its_own_time(house):
    house.take("permit")
    ticket = called(house)
    house.clock.advance(minutes=1)
    moved = transfer(house, ticket, lane="J", when="now").json
    assert house.minutes_left(moved) == 0
    assert moved["why"] == {"code": "transfer_now", "text": "转号，立即接续"}
    assert house.waiting() == ["A001", "J001"]
    house.clock.advance(hours=1)
    again = house.clerk("9").next()["ticket"]
    assert transfer(house, again, "9", when="now").json["due_at"] == moved["due_at"]


@pytest.mark.parametrize(
    ("to", "status", "code"),
    [
        ({}, 422, "transfer_nowhere"),
        ({"when": "later"}, 422, "invalid"),
        ({"lane": "Z"}, 404, "unknown_lane"),
        ({"counter": "77"}, 404, "unknown_counter"),
        ({"counter": "3"}, 409, "counter_not_open"),
        ({"lane": "J", "reason": ""}, 422, "invalid"),
    ],
)
def test_a_transfer_that_leads_nowhere_changes_nothing(house, to, status, code):
    ticket = called(house)
    before = house.row(ticket)
    refused(transfer(house, ticket, **to), status, code)
    assert house.row(ticket) == before
    assert house.calls()[0]["ended_at"] is None


def test_a_counter_that_closed_takes_no_transfer(house):
    ticket = called(house)
    house.clerk("2").do("close")
    problem = refused(transfer(house, ticket, counter="2"), 409, "counter_not_open")
    assert "2 号窗口" in problem["detail"]


def test_a_counter_whose_clerk_has_gone_gives_its_tickets_back(house):
    ticket = called(house)
    clerk = house.clerk("2")
    assert transfer(house, ticket, counter="2").status_code == 200
    house.sweep()
    assert house.row(ticket)["bound_to"] == "2"
    house.request("DELETE", "/staff/session", clerk.token)
    house.sweep()
    assert house.row(ticket)["bound_to"] is None
    assert house.clerk("3").next()["ticket"]["number"] == ticket["number"]


# Leave


def test_whoever_waits_may_leave_and_is_not_called(house):
    first, second = house.take(), house.take()
    assert house.own(first, "leave").json["state"] == "left"
    assert house.waiting() == ["A002"]
    assert house.clerk().next()["ticket"]["number"] == second["number"]
    assert refused(house.own(second, "leave"), 409, "action_not_allowed")["state"] == "called"
