"""A store that is away or stands still: answers come soon, in words; what can go on goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from app.core import stores, streams
from app.core.db import db
from app.core.stores import be_patient
from tests.crowd import called_twice, calls, faults, rows
from tests.faults.standstill import postgres, standing_still
from tests.faults.test_killed import sweep_now
from tests.faults.test_redis_lost import wait_until_up
from tests.house import HALL, KIOSK_TOKEN, refused
from tests.stores import on, on_postgresql

SILENT_S = 0.5
AT_ONCE_S = 0.3
SOON_S = 5
BACK_WITHIN_S = 2
on_one_redis = on(("sqlite", "valkey"))


def timed(ask: Callable[[], Any]) -> tuple[Any, float]:
    began = time.monotonic()
    answer = ask()
    return answer, time.monotonic() - began


def until_served(ask: Callable[[], Any], within_s: float) -> Any:
    began = time.monotonic()
    while (answer := ask()).status_code == 503:
        assert time.monotonic() - began < within_s, answer.get_data(as_text=True)
        time.sleep(0.05)
    return answer


# PostgreSQL


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(stores, "SILENT_S", SILENT_S)


@on_postgresql
def test_a_database_that_stands_still_is_waited_for_once(hall, impatient, every_database):
    hall.take("id-card")
    token = hall.clerk("1").token
    with standing_still(postgres(every_database)):
        answer, waited = timed(lambda: hall.get("/counters/1", token))
        refused(answer, 503, "store_away")
        assert int(answer.headers["Retry-After"]) > 0
        assert SILENT_S <= waited < SOON_S
        for ask in (
            lambda: hall.post("/counters/1/call-next", token),
            lambda: hall.post("/kiosk/tickets", KIOSK_TOKEN, {"item": "id-card"}),
            lambda: hall.get(f"/halls/{HALL}/board"),
        ):
            answer, waited = timed(ask)
            refused(answer, 503, "store_away")
            assert waited < AT_ONCE_S
        browser = hall.app.test_client()
        ready = browser.get("/readyz")
        assert (ready.status_code, ready.json["redis"]) == (503, "ok")
        assert ready.json["database"] != "ok"
        assert browser.get("/healthz").status_code == 200
    called = until_served(lambda: hall.post("/counters/1/call-next", token), BACK_WITHIN_S)
    assert called.json["ticket"]["number"] == "A001"
    assert len(rows(hall)) == 1
    assert faults(hall) == []


@on_postgresql
def test_a_call_it_stood_still_over_is_made_once(hall, impatient, every_database):
    """The COMMIT is sent, and made when nobody waits for it any more: the same click, sent again,
    gives the same number, and the next click the next one."""
    for _ in range(2):
        hall.take("id-card")
    clerk = hall.clerk("1")
    with hall.app.app_context(), ExitStack() as stopped:
        still = standing_still(postgres(every_database))

        def stop(_connection: Any) -> None:
            stopped.enter_context(still)

        event.listen(db.engine, "commit", stop, once=True)
        lost = clerk.do("call-next", key="one click")
    refused(lost, 503, "store_away")
    again = until_served(lambda: clerk.do("call-next", key="one click"), SOON_S)
    assert again.json["ticket"]["number"] == "A001"
    assert [call.delivery for call in calls(hall)] == ["answered"]
    assert clerk.next()["ticket"]["number"] == "A002"
    assert called_twice(hall) == []
    hall.clock.advance(seconds=16)
    sweep_now(hall)
    assert faults(hall) == []


@on_postgresql
def test_who_says_so_is_waited_for_longer_and_only_they(hall, impatient):
    nap = text(f"SELECT pg_sleep({2 * SILENT_S})")
    with hall.app.app_context():
        be_patient(db.session.connection(), 5)
        db.session.execute(nap)
        db.session.remove()
        with pytest.raises(OperationalError):
            db.session.execute(nap)
        db.session.remove()
        time.sleep(SILENT_S)
        db.session.execute(text("SELECT 1"))


@on_postgresql
def test_a_stream_stands_while_the_database_does_not(hall, impatient, every_database, monkeypatch):
    monkeypatch.setattr(streams, "AWAY_S", 0.2)
    monkeypatch.setattr(streams, "HEARTBEAT_S", 0.2)
    ticket = hall.take("id-card")
    headers = {"Authorization": f"Bearer {ticket['token']}"}
    told = hall.app.test_client().get(f"/api/v1/tickets/{ticket['id']}/events", headers=headers)
    messages = iter(told.response)
    assert "event: ticket" in str(next(messages))
    with standing_still(postgres(every_database)):
        for _ in range(3):
            assert "still here" in str(next(messages))
    until_served(lambda: hall.own(ticket, "leave"), BACK_WITHIN_S)
    while "left" not in (message := str(next(messages))):
        assert "still here" in message or "event: ticket" in message
    told.close()


# Redis


@on_one_redis
def test_without_redis_a_clerk_goes_on_with_who_is_there(own_hall, own_redis):
    """And numbers are given, bookings made, people checked in; only nobody is called."""
    for _ in range(5):
        own_hall.take("id-card")
    expected = own_hall.take_from_afar("pension")
    clerks = [own_hall.clerk(no) for no in ("1", "2", "3")]
    held = [clerk.next()["ticket"] for clerk in clerks]
    citizen = own_hall.citizen("li").identify()
    slot = own_hall.slot("10:00")
    own_redis.kill()

    assert own_hall.check_in(expected).status_code == 201
    for deed in ("start", "finish"):
        assert clerks[0].handle(held[0], deed).status_code == 200
    assert clerks[1].handle(held[1], "pass").status_code == 200
    assert clerks[2].handle(held[2], "park").status_code == 200
    assert own_hall.take("id-card")["number"] == "A006"
    assert own_hall.own(own_hall.take("pension"), "leave").status_code == 200
    citizen.book(slot)
    assert own_hall.sign_in("clerk4")
    refused(clerks[0].do("call-next"), 503, "sequence_not_ready")
    assert {"A004", "A005", "A006"} < set(own_hall.waiting())
    ready = own_hall.app.test_client().get("/readyz")
    assert (ready.status_code, ready.json["database"]) == (503, "ok")
    assert ready.json["redis"] != "ok"

    own_redis.start()
    wait_until_up(own_redis.url)
    answer = until_served(lambda: clerks[0].do("call-next"), BACK_WITHIN_S)
    assert answer.json["ticket"]["number"] == "A004"
    sweep_now(own_hall)
    assert faults(own_hall) == []
