"""SQLite has one writer at a time: they wait for each other at the start, and none fails midway."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import event

from app.core import idempotency
from app.core.db import db
from tests.concurrency.test_numbers import gathered, take_numbers
from tests.house import House
from tests.processes import together
from tests.stores import on_sqlite

MACHINES = 4


def take_slowly(house: House, go: Any, immediate: bool) -> Any:
    """Numbers, with a pause in the middle of each transaction."""
    keep = idempotency._keep

    def keep_slowly(*args: Any) -> None:
        time.sleep(0.05)
        keep(*args)

    idempotency._keep = keep_slowly
    if not immediate:
        begin_as_readers(house)
    return take_numbers(house, go, 3)


def begin_as_readers(house: House) -> None:
    """Every transaction reads first and becomes a writer later."""
    with house.app.app_context():
        dispatch = db.engine.dispatch.begin
        for listener in list(dispatch):
            event.remove(db.engine, "begin", listener)

        @event.listens_for(db.engine, "begin")
        def begin(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN")
            connection.exec_driver_sql("SELECT count(*) FROM tickets").scalar()


@on_sqlite
def test_writers_wait_for_each_other(busy_settings, busy_house):
    given, refused = gathered(together(busy_settings, *[(take_slowly, True)] * MACHINES))
    assert refused == []
    assert len(set(given)) == MACHINES * 3


@on_sqlite
def test_without_begin_immediate_some_fail_midway(busy_settings, busy_house):
    _, refused = gathered(together(busy_settings, *[(take_slowly, False)] * MACHINES))
    assert "store_busy" in refused
