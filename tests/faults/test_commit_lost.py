"""The connection to PostgreSQL breaks inside COMMIT: it may have happened or not (rule 3)."""

from __future__ import annotations

import pytest

from tests.crowd import calls, faults, rows
from tests.faults.test_killed import CLAIM_LIVES_S, numbers_of, sweep_now
from tests.house import KIOSK_TOKEN
from tests.stores import on

KEY = "the key of the try whose answer was lost"
TRIES = 3
"""A machine that stands still for ten seconds ends a transaction before its COMMIT is sent."""
on_each_redis = on(("postgresql", "valkey"), ("postgresql", "redis"))


@pytest.fixture(params=[True, False], ids=["committed", "not committed"])
def committed(request):
    return request.param


@pytest.fixture
def lost(hall, beside, database_wire, committed):
    """Two wait; counter 1 called the first, and the connection broke at COMMIT."""
    for _ in range(2):
        hall.take("id-card")
    proxy, url = database_wire
    through = beside(database_url=url)
    token = hall.clerk("1").token
    assert through.get("/counters/1", token).status_code == 200
    proxy.cut_at(b"COMMIT", sent=committed)
    for _ in range(TRIES):
        answer = through.post("/counters/1/call-next", token, None, KEY)
        assert answer.status_code == 503
        if proxy.done.wait(1):
            break
    assert proxy.done.is_set()
    assert answer.json["code"] == "store_busy"
    assert int(answer.headers["Retry-After"]) > 0
    return hall


@on_each_redis
def test_the_claim_is_left_to_the_sweep_which_asks_the_row(lost, committed):
    assert len(lost.sequence.snapshot().claims) == 1
    assert {row.state for row in rows(lost)} == (
        {"called", "waiting"} if committed else {"waiting"}
    )
    lost.clock.advance(seconds=CLAIM_LIVES_S + 1)
    sweep_now(lost)
    assert lost.sequence.snapshot().claims == ()
    assert [call.delivery for call in calls(lost)] == (["undelivered"] if committed else [])
    clerk = lost.clerk("1")
    assert numbers_of([clerk.next(), clerk.next(), clerk.next()]) == ["A001", "A002", None]
    assert [call.number for call in calls(lost)] == ["A001", "A002"]
    assert faults(lost) == []


@on_each_redis
def test_the_same_key_gives_that_ticket_and_no_other(lost):
    clerk = lost.clerk("1")
    assert numbers_of([clerk.next(KEY), clerk.next(KEY), clerk.next()]) == ["A001", "A001", "A002"]
    assert [call.number for call in calls(lost)] == ["A001", "A002"]


@on_each_redis
def test_the_console_shows_what_is_true(lost, committed):
    held = lost.clerk("1").see()["ticket"]
    assert (held["number"] if held else None) == ("A001" if committed else None)


@on(("postgresql", "valkey"))
def test_a_number_whose_commit_was_lost_is_given_once(hall, beside, database_wire, committed):
    proxy, url = database_wire
    through = beside(database_url=url)
    through.get("/halls/t/board")
    proxy.cut_at(b"COMMIT", sent=committed)
    body = {"item": "id-card"}
    assert through.post("/kiosk/tickets", KIOSK_TOKEN, body, KEY).status_code == 503
    again = through.post("/kiosk/tickets", KIOSK_TOKEN, body, KEY)
    assert again.status_code == 201
    assert [row.number for row in rows(hall)] == [again.json["number"]] == ["A001"]
    sweep_now(hall)
    assert faults(hall) == []
