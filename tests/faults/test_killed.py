"""Processes killed on the way from tap to call (rules 2, 3, 6, 7): the row says what is true."""

from __future__ import annotations

from typing import Any

import pytest

from app.calling.reconcile import sweep
from tests.crowd import CALLS, calls, faults, rows
from tests.house import KIOSK_TOKEN, House
from tests.processes import killed
from tests.stores import each_store_in_time

KEY = "the key of the try that was killed"
CLAIM_LIVES_S = 15
BEFORE_ENTER = "before queueing.redis_sequence:RedisSequence.enter"
BEFORE_REMOVE = "before queueing.redis_sequence:RedisSequence.remove"
BEFORE_CONFIRM = "before queueing.redis_sequence:RedisSequence.confirm"
BEFORE_COMMIT = "before app.core.db:_commit"


def take(house: House, go: Any) -> None:
    go()
    house.take("id-card")


def send(house: House, go: Any, path: str, token: str, body: Any = None) -> None:
    go()
    house.post(path, token, body, KEY)


def kill(hall: House, point: str, deed: Any, *args: Any) -> None:
    settings = hall.app.extensions["parts"].settings
    killed(settings, point, deed, *args, at=hall.clock.now())


def sweep_now(hall: House) -> None:
    with hall.app.app_context():
        sweep(hall.plan, hall.clock.now())


def numbers_of(tickets: list[Any]) -> list[str]:
    return [ticket["ticket"]["number"] if ticket else None for ticket in tickets]


def only_row(hall: House, **where: Any) -> Any:
    (row,) = rows(hall, **where)
    return row


# Between commit and enter


@each_store_in_time
def test_a_number_whose_machine_died_before_it_entered_stands(hall):
    kill(hall, BEFORE_ENTER, take)
    assert only_row(hall).state == "waiting"
    assert hall.sequence.snapshot().entries == ()
    sweep_now(hall)
    assert [entry.ticket for entry in hall.sequence.snapshot().entries] == [only_row(hall).id]
    assert faults(hall) == []


@each_store_in_time
def test_it_is_called_before_anybody_hears_that_nobody_waits(hall):
    kill(hall, BEFORE_ENTER, take)
    assert numbers_of([hall.clerk("1").next(), hall.clerk("2").next()]) == ["A001", None]
    assert faults(hall) == []


@each_store_in_time
def test_a_transfer_that_was_not_moved_in_redis_is_moved_by_the_sweep(hall):
    for _ in range(2):
        hall.take("id-card")
    first = hall.clerk("1").next()["ticket"]
    hall.clerk("2")  # opens
    there = {"counter": "2", "reason": "材料在那边"}
    kill(hall, BEFORE_ENTER, send, f"/tickets/{first['id']}/transfer", hall.clerk("1").token, there)
    assert only_row(hall, bound_to="2").state == "waiting"
    sweep_now(hall)
    assert numbers_of([hall.clerk("1").next(), hall.clerk("2").next()]) == ["A002", "A001"]
    assert faults(hall) == []


@each_store_in_time
def test_somebody_who_left_and_still_stands_in_redis_is_passed_by(hall):
    first, _ = hall.take("id-card"), hall.take("id-card")
    kill(hall, BEFORE_REMOVE, send, f"/tickets/{first['id']}/leave", first["token"])
    assert only_row(hall, id=first["id"]).state == "left"
    assert len(hall.sequence.snapshot().entries) == 2
    assert numbers_of([hall.clerk("1").next(), hall.clerk("2").next()]) == ["A002", None]
    assert faults(hall) == []


# Between claim and commit


@pytest.fixture
def claimed(hall):
    """Two wait; the process that claimed the first for counter 1 was killed before it committed."""
    for _ in range(2):
        hall.take("id-card")
    token = hall.clerk("1").token
    kill(hall, BEFORE_COMMIT, send, "/counters/1/call-next", token)
    assert {row.state for row in rows(hall)} == {"waiting"}
    assert len(hall.sequence.snapshot().claims) == 1
    return hall


@each_store_in_time
def test_a_claim_of_the_dead_is_settled_by_the_row_and_keeps_its_place(claimed):
    claimed.clock.advance(seconds=CLAIM_LIVES_S)
    sweep_now(claimed)
    assert len(claimed.sequence.snapshot().claims) == 1, "it may still be alive"
    claimed.clock.advance(seconds=1)
    sweep_now(claimed)
    assert claimed.sequence.snapshot().claims == ()
    assert numbers_of([claimed.clerk("2").next(), claimed.clerk("3").next()]) == ["A001", "A002"]
    assert faults(claimed) == []


@each_store_in_time
def test_nobody_else_is_given_what_may_still_be_called(claimed):
    assert numbers_of([claimed.clerk("2").next(), claimed.clerk("3").next()]) == ["A002", None]


@each_store_in_time
def test_the_same_try_again_takes_what_it_had_claimed(claimed):
    assert claimed.clerk("1").next(KEY)["ticket"]["number"] == "A001"
    assert claimed.sequence.snapshot().claims == ()
    assert faults(claimed) == []


# Between commit and confirm


@pytest.fixture
def called(hall):
    """Two waited; the process that called the first to counter 1 was killed before it confirmed."""
    for _ in range(2):
        hall.take("id-card")
    kill(hall, BEFORE_CONFIRM, send, "/counters/1/call-next", hall.clerk("1").token)
    assert only_row(hall, state="called").number == "A001"
    assert len(hall.sequence.snapshot().claims) == 1
    return hall


@each_store_in_time
@pytest.mark.parametrize("swept", [False, True])
def test_a_call_nobody_heard_of_is_given_first_and_once(called, swept):
    if swept:
        called.clock.advance(seconds=CLAIM_LIVES_S + 1)
        sweep_now(called)
        assert called.sequence.snapshot().claims == ()
        assert [call.delivery for call in calls(called)] == ["undelivered"]
    clerk = called.clerk("1")
    assert numbers_of([clerk.next(), clerk.next(), clerk.next()]) == ["A001", "A002", None]
    assert [call.number for call in calls(called)] == ["A001", "A002"]
    assert faults(called) == []


@each_store_in_time
@pytest.mark.parametrize("swept", [False, True])
def test_the_same_try_again_gives_the_stored_answer_and_then_the_next(called, swept):
    if swept:
        called.clock.advance(seconds=CLAIM_LIVES_S + 1)
        sweep_now(called)
    clerk = called.clerk("1")
    assert numbers_of([clerk.next(KEY), clerk.next(KEY), clerk.next()]) == ["A001", "A001", "A002"]
    called.clock.advance(seconds=CLAIM_LIVES_S + 1)
    sweep_now(called)
    assert faults(called) == []


@each_store_in_time
def test_the_console_shows_it_after_the_error(called):
    assert called.clerk("1").see()["ticket"]["number"] == "A001"


@each_store_in_time
def test_one_that_was_recalled_has_reached_its_clerk(called):
    clerk = called.clerk("1")
    called.clock.advance(seconds=30)
    assert clerk.handle(clerk.see()["ticket"], "recall").status_code == 200
    assert clerk.next()["ticket"]["number"] == "A002"


# After everything but the answer


@each_store_in_time
def test_killed_before_the_answer_the_same_key_gives_it(hall):
    kill(hall, "before app.core.http:answer", take_with_key)
    again = hall.post("/kiosk/tickets", KIOSK_TOKEN, {"item": "id-card"}, KEY)
    assert again.status_code == 201
    assert again.json["number"] == only_row(hall).number == "A001"


def take_with_key(house: House, go: Any) -> None:
    go()
    house.post("/kiosk/tickets", KIOSK_TOKEN, {"item": "id-card"}, KEY)


# An event that was not copied


@each_store_in_time
def test_an_event_that_was_not_copied_is_copied_by_the_sweep_once(hall):
    kill(hall, "before queueing.events:RedisEvents.copy", take)
    assert "event" in {fault.what for fault in faults(hall)}
    for _ in range(2):
        sweep_now(hall)
    events = hall.app.extensions["parts"].events("t").read("0-0", 0)
    taken = [event for event in events if '"taken"' in event.payload]
    assert len(taken) == 1
    assert faults(hall) == []


# An error after the claim, nobody killed


@each_store_in_time
def test_a_call_that_surely_failed_gives_its_place_back_at_once(hall, monkeypatch):
    for _ in range(2):
        hall.take("id-card")

    def fail(*_: Any) -> None:
        raise RuntimeError("the pen broke")

    with monkeypatch.context() as patch:
        patch.setattr("app.calling.service.announce", fail)
        assert hall.clerk("1").do("call-next").status_code == 500
    assert hall.sequence.snapshot().claims == ()
    assert rows(hall, CALLS) == []
    assert numbers_of([hall.clerk("2").next(), hall.clerk("1").next()]) == ["A001", "A002"]
    assert faults(hall) == []
