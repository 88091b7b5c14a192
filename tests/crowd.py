"""Many people at once: rows as if their numbers had been taken one by one this morning."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from sqlalchemy import insert, select

from app.calling.models import CallRow
from app.calling.reconcile import make_ready, verify
from app.core.db import db, transaction
from app.tickets.models import SeriesRow, TicketRow
from tests.house import HALL, House

TICKETS = TicketRow.__table__
CALLS = CallRow.__table__
LANES = ("A", "B")
"""What every general counter serves first."""
STEP_MS = 100
HALF_PAST_NINE_MS = 23_400_000
PATIENCE_S = 30


def fill(house: House, count: int) -> None:
    """So many waiting tickets, due in another order than their numbers."""
    plan, now = house.plan, house.clock.now()
    day = plan.day_of(now).date
    given = dict.fromkeys(LANES, 0)
    rows = []
    for serial in range(1, count + 1):
        lane = LANES[serial % len(LANES)]
        given[lane] += 1
        rows.append(_row(serial, f"{lane}{given[lane]:03d}", lane, count, day, now))
    series = [{"hall": HALL, "day": day, "lane": lane, "last": n} for lane, n in given.items()]
    series.append({"hall": HALL, "day": day, "lane": "", "last": count})
    with house.app.app_context():
        with transaction():
            db.session.execute(insert(TICKETS), rows)
            db.session.execute(insert(SeriesRow.__table__), series)
        make_ready(plan, day, now)
        db.session.remove()


def _row(serial: int, number: str, lane: str, count: int, day: Any, now: Any) -> dict[str, Any]:
    shuffled = serial * 7919 % (count + 1)
    return {
        "id": f"{serial:032x}",
        "token": f"{serial:032x}",
        "hall": HALL,
        "day": day,
        "number": number,
        "serial": serial,
        "lane": lane,
        "item": "id-card" if lane == "A" else "pension",
        "items": ["id-card"],
        "state": "waiting",
        "seq_version": 1,
        "due_ms": HALF_PAST_NINE_MS + shuffled * STEP_MS,
        "due_why": "walk_in",
        "origin": "walk_in",
        "given_by": "kiosk:test",
        "taken_at": now,
        "entered_at": now,
        "passes": 0,
    }


def rows(house: House, table: Any = TICKETS, **where: Any) -> list[Any]:
    """Rows of a table as they are now."""
    query = select(*table.c)
    for name, value in where.items():
        query = query.where(table.c[name] == value)
    with house.app.app_context():
        found = db.session.execute(query).all()
        db.session.remove()
    return list(found)


def numbers(house: House, **where: Any) -> list[str]:
    """The numbers of tickets in the order in which they are due."""
    found = rows(house, **where)
    return [row.number for row in sorted(found, key=lambda row: (row.due_ms, row.serial))]


def calls(house: House) -> list[Any]:
    """Every call in the order made."""
    return sorted(rows(house, CALLS), key=lambda row: row.id)


def called_twice(house: House) -> list[str]:
    """Numbers with more calls than one."""
    counted = Counter(call.number for call in calls(house))
    return [number for number, times in counted.items() if times > 1]


def faults(house: House) -> list[Any]:
    """What `flask queue verify` would find."""
    with house.app.app_context():
        found = verify(house.plan, house.clock.now())
        db.session.remove()
    return found


def until_somebody_waits(house: House) -> None:
    """Until one transaction waits for what another has locked, on PostgreSQL."""
    waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    here = f"{waiting} AND datname = current_database()"
    with house.app.app_context(), db.engine.connect() as connection:
        limit = time.monotonic() + PATIENCE_S
        while connection.exec_driver_sql(here).first() is None:
            assert time.monotonic() < limit, "nobody waits"
            connection.rollback()
            time.sleep(0.01)
