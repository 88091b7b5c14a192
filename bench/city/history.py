"""Days gone by: what they cost the present, and what it costs to be rid of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from bench.city.processes import Used
from bench.city.town import Town, postgres_of
from config.settings import ROOT

SQL = ROOT / "migrations" / "city" / "events_by_day.sql"
TICKETS_BEFORE = 300_000
EVENTS_A_TICKET = 4
DAYS = 60
A_DAY = 20_000
"""Events of each day: the city's hundredth."""
LOOKUPS = 2000

TICKETS = """
    INSERT INTO tickets (id, token, hall, day, number, serial, lane, item, items, state,
           seq_version, due_ms, due_why, origin, given_by, taken_at, entered_at, passes)
    SELECT md5('t' || n), md5('k' || n), %s || to_char(n %% %s, 'FM000'), %s::date - n / 4000 - 1,
           'A' || n, n, 'A', 'id-card', '["id-card"]', 'finished', 4, 100, 'walk_in', 'walk_in',
           'kiosk:past', %s - interval '1 day' * (n / 4000 + 1),
           %s - interval '1 day' * (n / 4000 + 1), 0
      FROM generate_series(1, %s) AS n
"""
CALLS = """
    INSERT INTO calls (hall, day, ticket_id, number, lane, item, counter, nth, called_at, last_at,
           started_at, ended_at, ended_as, why, claim_token, delivery)
    SELECT hall, day, id, number, lane, item, '1', 1, taken_at, taken_at, taken_at, taken_at,
           'finished', '{}', id, 'answered'
      FROM tickets WHERE given_by = 'kiosk:past'
"""
EVENTS = """
    INSERT INTO events (hall, day, at, kind, ticket_id, number, counter, actor, data)
    SELECT hall, day, taken_at + interval '1 minute' * n, (ARRAY['taken','called','started',
           'finished'])[n], id, number, '1', 'kiosk:past', '{}'
      FROM tickets, generate_series(1, %s) AS n WHERE given_by = 'kiosk:past'
"""
TABLE = """
    CREATE TABLE events (id bigserial CONSTRAINT pk_events PRIMARY KEY, hall text, day date,
           at timestamptz NOT NULL, kind text, ticket_id text, number text, counter text,
           call_id int, nth int, actor text, data json)
"""
DAYS_GONE_BY = """
    INSERT INTO events (hall, day, at, kind, ticket_id, number, actor, data)
    SELECT 'city' || n %% 200, current_date, now() - interval '1 second' * (n * %s), 'taken',
           md5((n / 4)::text), 'A001', 'kiosk:one', '{}'
      FROM generate_series(1, %s) AS n
"""


def fill(town: Town) -> int:
    """Days of tickets, calls and events behind this one; how many tickets."""
    day, now = town.day(), town.app.extensions["parts"].clock.now()
    with psycopg.connect(town.database_url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        values = ("city", len(town.halls), day, now, now, TICKETS_BEFORE)
        connection.execute(TICKETS, values)
        connection.execute(CALLS)
        connection.execute(EVENTS, (EVENTS_A_TICKET,))
        connection.execute("ANALYZE tickets, calls, events")
    return TICKETS_BEFORE


def by_day() -> dict[str, Any]:
    """Events in one table, and in a table a day: to be rid of a day, to find a ticket's."""
    return {"days": DAYS, "events_a_day": A_DAY, "one": _measured(), "daily": _measured(daily=True)}


def _measured(*, daily: bool = False) -> dict[str, float]:
    with _filled(daily=daily) as (connection, pid):
        found = {
            "lookup_ms": _lookup(connection, pid, ""),
            "lookup_since_ms": _lookup(connection, pid, " AND at >= now() - interval '1 day'"),
            "recent_ms": _recent(connection, pid),
        }
        wal = _wal(connection)
        used = Used({"postgres": [pid]})
        if daily:
            oldest = "SELECT to_char(min(at) AT TIME ZONE 'UTC', 'YYYYMMDD') FROM events"
            [day] = connection.execute(oldest).fetchone() or [""]
            connection.execute(f"DROP TABLE events_{day}".encode())
        else:
            connection.execute(
                "DELETE FROM events WHERE at < (SELECT min(at) FROM events) + interval '1 day'"
            )
            connection.execute("VACUUM events")
        return {
            **found,
            "rid_cpu_ms": round(used.seconds()["postgres"] * 1000, 1),
            "rid_wal_mb": round((_wal(connection) - wal) / 1e6, 2),
        }


@contextmanager
def _filled(*, daily: bool) -> Iterator[tuple[psycopg.Connection[Any], int]]:
    with ExitStack() as stack:
        place = stack.enter_context(tempfile.TemporaryDirectory(prefix="shunhao-city-past-"))
        url, pid = postgres_of(place, stack)
        connection = stack.enter_context(psycopg.connect(url, autocommit=True))
        connection.execute(TABLE)
        connection.execute("CREATE INDEX ix_events_hall_at ON events (hall, at)")
        connection.execute("CREATE INDEX ix_events_ticket_id ON events (ticket_id)")
        if daily:
            _make_daily(connection)
        connection.execute(DAYS_GONE_BY, (86400 / A_DAY, A_DAY * (DAYS - 1)))
        connection.execute("VACUUM ANALYZE events")
        connection.execute("CHECKPOINT")
        yield connection, pid


def _make_daily(connection: psycopg.Connection[Any]) -> None:
    """As a city's table has become once what was there before is gone."""
    for step in SQL.read_text().split("\n-- step ")[1:]:
        connection.execute(f"-- step {step}".encode())
    connection.execute("DROP TABLE events_before")
    connection.execute("SELECT events_days(ahead => 30, keep => 400)")
    today = datetime.now(UTC).date()
    for ago in range(1, DAYS + 1):
        day = today - timedelta(days=ago)
        connection.execute(
            f"CREATE TABLE events_{day:%Y%m%d} PARTITION OF events FOR VALUES"
            f" FROM ('{day}Z') TO ('{day + timedelta(days=1)}Z')".encode()
        )


def _lookup(connection: psycopg.Connection[Any], pid: int, since: str) -> float:
    """One ticket's events, milliseconds of CPU."""
    used = Used({"postgres": [pid]})
    for n in range(LOOKUPS):
        connection.execute(
            f"SELECT kind FROM events WHERE ticket_id = %s{since}".encode(),
            (f"{n:032x}",),
        )
    return round(used.seconds()["postgres"] * 1000 / LOOKUPS, 4)


def _recent(connection: psycopg.Connection[Any], pid: int) -> float:
    """What the sweep asks of each hall every five seconds."""
    used = Used({"postgres": [pid]})
    for n in range(LOOKUPS):
        connection.execute(
            "SELECT id FROM events WHERE hall = %s AND at >= now() - interval '2 minutes'",
            (f"city{n % 200}",),
        )
    return round(used.seconds()["postgres"] * 1000 / LOOKUPS, 4)


def _wal(connection: psycopg.Connection[Any]) -> int:
    found = connection.execute("SELECT pg_current_wal_lsn() - '0/0'").fetchone()
    return int(found[0]) if found else 0
