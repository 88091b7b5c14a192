"""What is asked of the stores meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import event

from app.core.db import db


@contextmanager
def statements(house) -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_):
        sent.append(statement)

    with house.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


@contextmanager
def scripts(house) -> Iterator[Callable[[], int]]:
    """How many scripts Redis runs meanwhile, whoever sends them."""
    redis = house.app.extensions["parts"].redis

    def run() -> int:
        return redis.info("commandstats").get("cmdstat_evalsha", {"calls": 0})["calls"]

    before = run()
    yield lambda: run() - before
