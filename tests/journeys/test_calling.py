"""Calling: whose turn it is, again and again, by hand, and what a counter that stops gives back."""

import pytest

from tests.house import refused


def by_hand(clerk, ticket, reason="老人坐轮椅"):
    return clerk.do("call", {"number": ticket["number"], "reason": reason})


def test_the_answer_says_why_this_ticket_was_next(house):
    house.take()
    house.take()
    why = house.clerk().next()["why"]
    assert (why["code"], why["tier"], why["others"]) == ("walk_in", 1, 1)
    assert why["text"] == "09:00 现场取号；应叫时间 09:30:00 在首选队列中最早；本窗口另有 1 人可叫"
    assert house.calls()[0]["why"] == why


def test_calling_the_next_ends_what_the_counter_holds(house):
    first, _ = house.take(), house.take()
    clerk = house.clerk()
    clerk.next()
    assert clerk.next()["ticket"]["number"] == "A002"
    assert house.ticket(first)["state"] == "finished"
    assert [call["ended_as"] for call in house.calls()] == ["by_next", None]


def test_a_hall_may_choose_that_an_unstarted_one_is_passed(house):
    house.reload(lambda file: file["hall"]["rules"].update(unstarted_on_next="passed"))
    absent, served, _ = house.take(), house.take(), house.take()
    clerk = house.clerk()
    clerk.next()
    clerk.handle(clerk.next()["ticket"], "start")
    clerk.next()
    assert house.ticket(absent)["state"] == "passed"
    assert house.ticket(served)["state"] == "finished"


def test_first_tier_before_the_second_until_the_second_is_long_overdue(house):
    house.take("permit")
    house.clock.advance(minutes=10)
    house.take("id-card")
    clerk = house.clerk("1")
    assert clerk.next()["ticket"]["number"] == "A001"
    house.take("id-card")
    house.clock.advance(minutes=35)  # J001 is 15 minutes overdue
    called = clerk.next()
    assert called["ticket"]["number"] == "J001"
    assert (called["why"]["overdue"], called["why"]["tier"]) == (True, 1)


def test_nobody_waits(house):
    assert house.clerk().next() is None
    house.take("permit")
    assert house.clerk("2").next()["why"]["tier"] == 2


# Again


def test_a_number_is_called_again_three_times_at_most_and_20_seconds_apart(house):
    house.take()
    clerk = house.clerk()
    ticket = clerk.next()["ticket"]
    for nth in (2, 3, 4):
        house.clock.advance(seconds=19, milliseconds=500)
        problem = refused(clerk.handle(ticket, "recall"), 409, "recall_too_soon")
        assert problem["retry_after"] == 1
        assert "1 秒" in problem["detail"]
        house.clock.advance(milliseconds=500)
        assert clerk.handle(ticket, "recall").status_code == 200
        assert [call["nth"] for call in house.calls()] == [nth]
    house.clock.advance(minutes=1)
    assert "3 次" in refused(clerk.handle(ticket, "recall"), 409, "recalls_used_up")["detail"]
    assert clerk.handle(ticket, "start").status_code == 200


def test_another_clerk_may_not_handle_it(house):
    house.take()
    ticket = house.clerk("1").next()["ticket"]
    for action in ("recall", "start", "pass", "park", "finish"):
        refused(house.clerk("2").handle(ticket, action), 403, "not_at_this_counter")
    assert house.ticket(ticket)["state"] == "called"


# By hand


def test_a_certain_number_is_called_with_a_public_reason(house):
    first, second = house.take(), house.take()
    clerk = house.clerk()
    called = by_hand(clerk, second).json
    assert called["ticket"]["number"] == "A002"
    assert (called["why"]["code"], called["why"]["tier"]) == ("by_hand", 0)
    assert house.calls()[0]["by_hand"] == "老人坐轮椅"
    assert by_hand(clerk, {"number": " a001 "}).json["ticket"]["number"] == "A001"
    assert house.ticket(second)["state"] == "finished"
    assert house.ticket(first)["state"] == "called"


def test_numbers_that_cannot_be_called_by_hand(house):
    ticket = house.take()
    clerk, other = house.clerk("1"), house.clerk("2")
    by_hand(other, ticket)
    held = house.take()
    by_hand(clerk, held)
    problem = refused(by_hand(clerk, ticket), 409, "action_not_allowed")
    assert problem["state"] == "called"
    assert "A999" in refused(by_hand(clerk, {"number": "A999"}), 404, "ticket_not_found")["detail"]
    refused(clerk.do("call", {"number": "A001"}), 422, "invalid")
    assert clerk.see()["ticket"]["number"] == held["number"]


# A counter that stops


@pytest.mark.parametrize("action", ["pause", "close"])
def test_a_counter_that_is_not_open_calls_nobody(house, action):
    ticket = house.take()
    clerk = house.clerk()
    assert clerk.do(action).status_code == 200
    status = {"pause": "paused", "close": "closed"}[action]
    for answer in (clerk.do("call-next"), by_hand(clerk, ticket)):
        assert refused(answer, 409, "counter_not_open")["state"] == status
    assert clerk.do("open").json["status"] == "open"
    assert clerk.next()["ticket"]["number"] == "A001"


def test_a_counter_that_holds_a_ticket_cannot_close(house):
    house.take()
    clerk = house.clerk()
    ticket = clerk.next()["ticket"]
    refused(clerk.do("close"), 409, "counter_holds_ticket")
    clerk.handle(ticket, "finish")
    assert clerk.do("close").json["status"] == "closed"


def bound_to_second_counter(house):
    house.take()
    first, _ = house.clerk("1"), house.clerk("2")
    ticket = first.next()["ticket"]
    assert first.handle(ticket, "transfer", {"counter": "2", "reason": "复核"}).status_code == 200
    assert first.next() is None
    return ticket


def test_closing_gives_bound_tickets_back_to_their_lane(house):
    ticket = bound_to_second_counter(house)
    assert house.clerk("2").do("close").status_code == 200
    assert house.clerk("1").next()["ticket"]["id"] == ticket["id"]


def test_a_pause_keeps_bound_tickets_for_five_minutes(house):
    ticket = bound_to_second_counter(house)
    assert house.clerk("2").do("pause").status_code == 200
    house.clock.advance(minutes=4, seconds=59)
    house.sweep()
    assert house.clerk("1").next() is None
    house.clock.advance(seconds=1)
    house.sweep()
    assert house.clerk("1").next()["ticket"]["id"] == ticket["id"]


def test_parked_tickets_stay_parked_when_their_counter_closes(house):
    house.take()
    first = house.clerk("1")
    ticket = first.next()["ticket"]
    first.handle(ticket, "park")
    assert first.do("close").status_code == 200
    assert house.ticket(ticket)["state"] == "parked"
    resumed = house.clerk("2").handle(ticket, "resume").json
    assert (resumed["state"], resumed["counter"]) == ("serving", "2")


def test_the_reason_says_what_it_was_the_first_of(house):
    """The earliest due of all may stand in a later tier: then it was not passed over by mistake."""
    house.take("permit")
    house.clock.advance(minutes=1)
    house.take("id-card")
    why = house.clerk("1").next()["why"]
    assert why["tier"] == 1
    assert why["others"] == 1
    assert "在首选队列中最早" in why["text"]
    assert "本窗口另有 1 人可叫" in why["text"]


def test_a_number_chosen_by_hand_does_not_end_a_call_nobody_was_told_of(house, monkeypatch):
    first, second = house.take(), house.take()
    clerk = house.clerk()
    with monkeypatch.context() as cut:
        cut.setattr("app.calling.service._confirm", lambda *_: None)
        clerk.next()
    by_hand = {"number": second["number"], "reason": "有事先走"}
    refused(clerk.do("call", by_hand), 409, "call_undelivered")
    assert clerk.next()["ticket"]["number"] == first["number"]
