"""The two stores, given up in time: a server that stands still is not waited for, and while it is
known to be away one at a time tries it.

libpq waits as long as the line stands, and the kernel keeps the line to a stopped server standing:
neither the server's own limits nor TCP's end such a wait.
"""

from __future__ import annotations

import select
from typing import Any, TypeVar

import psycopg
import redis.exceptions
from psycopg.abc import PQGen
from psycopg.errors import _WaitTimeout
from psycopg.pq import TransactionStatus
from redis import Redis
from sqlalchemy import Connection, Engine, event

from app.core.breaker import Breaker

T = TypeVar("T")

SILENT_S = 4.0
"""Longer than PostgreSQL lets a statement take; it ends those itself, and says so."""
SLOW_ANSWERS = 2
"""So many in a row, of a second each, make Redis one that is away: one may be a busy machine's."""


class NotAsked(psycopg.OperationalError):
    """PostgreSQL is known to be away."""


class Silent(psycopg.OperationalError):
    """PostgreSQL said nothing for too long: what it was asked may happen yet, or not."""


class PlainCursor(psycopg.RawCursor[Any]):
    """A cursor that sends statements as they are written, with PostgreSQL's own $1, and says of a
    column no more than its name and type: SQLAlchemy asks for nothing else, and of thirty columns
    the rest takes as long as the journey."""

    @property
    def description(self) -> Any:
        found = self.pgresult
        if found is None or not found.nfields:
            return None
        return [
            (found.fname(n).decode(), found.ftype(n), None, None, None, None, None)  # type: ignore[union-attr]
            for n in range(found.nfields)
        ]


class Line(psycopg.Connection[Any]):
    """A connection to PostgreSQL that gives up a silent server."""

    breaker: Breaker
    patience_s: float | None = None
    """Where it is another than that of all."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.server_cursor_factory = psycopg.RawServerCursor  # statements are written with $1

    def rollback(self) -> None:
        """Of nothing, nothing is asked: each connection that is given back is rolled back."""
        if self.pgconn.transaction_status != TransactionStatus.IDLE:
            super().rollback()

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        limit = timeout or self.patience_s or SILENT_S
        try:
            return super().wait(gen, interval, limit)
        except _WaitTimeout:
            self.close()  # or this answer would be taken for the next one's
            self.breaker.failed(limit)
            raise Silent(f"PostgreSQL said nothing for {limit:g} s") from None


def guard_database(engine: Engine) -> Breaker:
    """Have an engine's connections give up in time, and new ones made through the breaker. SQLite,
    a file, is never away."""
    breaker = Breaker((psycopg.OperationalError,), NotAsked)
    if engine.dialect.name != "postgresql":
        return breaker

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, args: Any, options: dict[str, Any]) -> Line:
        with breaker.asking():
            line = Line.connect(*args, **options)
        line.breaker = breaker
        return line

    ask = engine.dialect.do_ping

    def is_there(line: Any) -> bool:
        return _says_nothing(line) or bool(ask(line))

    # asked before each use: a server that ended or cut a line has said so, and is heard for nothing
    engine.dialect.do_ping = is_there  # type: ignore[method-assign]

    @event.listens_for(engine, "checkin")
    def be_impatient_again(line: Line | None, _record: Any) -> None:
        if line is not None:
            line.patience_s = None

    return breaker


def _says_nothing(line: Line) -> bool:
    """Whether an idle connection is open, as far as this machine knows, and nothing came on it."""
    if line.closed:
        return False
    poll = select.poll()
    poll.register(line.fileno(), select.POLLIN)
    return not poll.poll(0)


def be_patient(connection: Connection, seconds: int) -> None:
    """Let each statement of this transaction take so long, where the server would end it sooner."""
    line = connection.connection.driver_connection
    if isinstance(line, Line):
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{seconds}s'")
        line.patience_s = seconds + 1


class GuardedRedis(Redis):
    """A client whose commands go through a breaker."""

    def __init__(self, client: Redis, breaker: Breaker) -> None:
        super().__init__(connection_pool=client.connection_pool)
        self._breaker = breaker

    def execute_command(self, *args: Any, **options: Any) -> Any:
        with self._breaker.asking():
            return super().execute_command(*args, **options)


def guard_redis(client: Any, breaker: Breaker) -> Any:
    """The same client behind a breaker. Not a cluster's: its shards go and come each for itself,
    and each has halls of its own."""
    return GuardedRedis(client, breaker) if isinstance(client, Redis) else client


def redis_breaker(**options: Any) -> Breaker:
    lost = (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError)
    return Breaker(lost, redis.exceptions.ConnectionError, SLOW_ANSWERS, **options)
