"""PostgreSQL restarts, ends a connection, or waits in vain: a 503, and then it works again."""

from __future__ import annotations

import time

import psycopg
import pytest
from rq import Queue

from app.calling import routes
from app.calling import service as calling
from app.core import db as database
from app.core.db import db, read_at_length
from app.worker import one_round
from tests.crowd import calls, faults, rows
from tests.faults.test_killed import numbers_of
from tests.house import KIOSK_TOKEN
from tests.stores import on_postgresql


def end_connections(url: str) -> None:
    """As a restart does: every connection to this database ends, and has ended when this returns.
    Without a time to wait PostgreSQL only asks them to: a busy machine takes one more question."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def hall_with_two(hall):
    for _ in range(2):
        hall.take("id-card")
    hall.clerk("1")
    return hall


@on_postgresql
def test_connections_that_ended_between_requests_are_not_noticed(hall_with_two, every_database):
    end_connections(every_database)
    assert hall_with_two.clerk("1").next()["ticket"]["number"] == "A001"


@on_postgresql
def test_one_that_ends_during_a_call_gives_the_ticket_back(
    hall_with_two, every_database, monkeypatch
):
    announce = calling.announce

    def announce_late(*args):
        end_connections(every_database)
        announce(*args)

    with monkeypatch.context() as patch:
        patch.setattr(calling, "announce", announce_late)
        refused = hall_with_two.clerk("1").do("call-next")
    assert (refused.status_code, refused.json["code"]) == (503, "store_busy")
    assert hall_with_two.sequence.snapshot().claims == ()
    called = [hall_with_two.clerk("2").next(), hall_with_two.clerk("1").next()]
    assert numbers_of(called) == ["A001", "A002"]
    assert faults(hall_with_two) == []


@on_postgresql
def test_while_it_is_away_nothing_is_given_and_afterwards_all_is_as_it_was(
    hall_with_two, beside, database_wire
):
    proxy, url = database_wire
    through, token = beside(database_url=url), hall_with_two.clerk("1").token
    assert through.get("/counters/1", token).status_code == 200
    proxy.cut()
    for path, bearer in (("/counters/1/call-next", token), ("/kiosk/tickets", KIOSK_TOKEN)):
        body = {"item": "id-card"} if bearer == KIOSK_TOKEN else None
        refused = through.post(path, bearer, body)
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
    proxy.mend()
    assert through.post("/counters/1/call-next", token).json["ticket"]["number"] == "A001"
    assert len(rows(hall_with_two)) == 2
    assert faults(hall_with_two) == []


@on_postgresql
def test_a_call_that_lay_idle_too_long_is_taken_back(every_settings, hall, monkeypatch, beside):
    """A process frozen in the middle gives its locks up before its claim expires."""
    hall.take("id-card")
    token = hall.clerk("1").token
    announce = calling.announce

    def announce_after_a_nap(*args):
        time.sleep(0.5)
        announce(*args)

    with monkeypatch.context() as patch:
        patch.setattr(database, "IDLE_TIMEOUT_MS", 100)
        napping = beside()
        patch.setattr(calling, "announce", announce_after_a_nap)
        refused = napping.post("/counters/1/call-next", token)
    assert (refused.status_code, refused.json["code"]) == (503, "store_busy")
    assert calls(hall) == []
    assert hall.clerk("1").next()["ticket"]["number"] == "A001"


@on_postgresql
def test_somebody_who_holds_a_row_too_long_is_not_waited_for(hall_with_two, beside):
    """The lock timeout (2 s) ends the request long before its claim would expire."""
    other, token = beside(), hall_with_two.clerk("1").token
    with hall_with_two.app.app_context():
        read_at_length().execute(db.text("SELECT 1 FROM tickets FOR UPDATE"))
        began = time.monotonic()
        refused = other.post("/counters/1/call-next", token)
        assert time.monotonic() - began < 5
        db.session.rollback()
    assert (refused.status_code, refused.json["code"]) == (503, "store_busy")
    assert hall_with_two.sequence.snapshot().claims == ()
    assert hall_with_two.clerk("1").next()["ticket"]["number"] == "A001"


@on_postgresql
def test_the_schedule_says_in_a_line_each_that_it_is_away(hall, beside, database_wire, caplog):
    """Every five seconds a traceback or two, and nobody reads the log any more."""
    proxy, url = database_wire
    schedule = beside(database_url=url)
    with schedule.app.app_context():
        queue = Queue("default", connection=schedule.app.extensions["parts"].rq)
        one_round(queue)
        caplog.clear()
        proxy.cut()
        one_round(queue)
        told = [record for record in caplog.records if record.name == "app.worker"]
        assert told
        assert all(record.exc_info is None for record in told)
        assert all("\n" not in record.getMessage() for record in told)
        proxy.mend()
        caplog.clear()
        one_round(queue)
        assert [record for record in caplog.records if record.name == "app.worker"] == []


@on_postgresql
def test_one_that_ends_once_all_is_read_changes_no_answer(
    hall_with_two, every_database, monkeypatch
):
    """Nothing is left to be done on it but to give it back."""
    board_out = routes.board_out

    def read_and_lost(*args, **kwargs):
        read = board_out(*args, **kwargs)
        end_connections(every_database)
        return read

    with monkeypatch.context() as patch:
        patch.setattr(routes, "board_out", read_and_lost)
        assert hall_with_two.waiting() == ["A001", "A002"]
    assert hall_with_two.waiting() == ["A001", "A002"]
