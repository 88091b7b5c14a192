"""Numbers and serials of a hall's day, counted on inside the caller's transaction.

One series for each lane, whose counts stand on paper, and one for the whole hall, whose serials
tell who came first.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select, update

from app.catalog.plan import HallPlan, Lane
from app.core.db import db, insert_into
from app.tickets.errors import QuotaUsedUp
from app.tickets.models import SeriesRow

SERIES = SeriesRow.__table__
SERIALS = ""
"""The series of a hall's serials, beside those of its lanes."""


def next_number(
    plan: HallPlan, day: date, lane: Lane, now: datetime, *, booked: bool
) -> tuple[int, datetime, int]:
    """The next serial of a hall's day, the moment it is given, and the next count of a lane. Their
    rows are locked until the transaction ends, so nothing is lost or given twice; the serial's
    first, by everybody, so that nobody waits for each other.

    Raises QuotaUsedUp once so many were given to walk-ins as the lane allows."""
    quota = None if booked else lane.walk_in_quota
    if quota == 0:
        raise QuotaUsedUp
    dialect = db.engine.dialect.name
    serial = _first_of("serial_", plan.code, day, SERIALS, at=now)
    count = _first_of("count_", plan.code, day, lane.letters, booked=booked) | {"quota": quota}
    if dialect == "postgresql":
        both = _serial_and_count(limited=quota is not None)
        last, at, counted = db.session.execute(both, serial | count).one()
    else:
        last, at = db.session.execute(_serial_on(dialect), serial).one()
        series = _count_on(dialect, limited=quota is not None)
        counted = db.session.execute(series, count).scalar_one_or_none()
    if counted is None:
        raise QuotaUsedUp
    return last, at, counted


def next_serial(hall: str, day: date, now: datetime) -> tuple[int, datetime]:
    """The next serial of a hall's day, and the moment it is given."""
    first = _first_of("serial_", hall, day, SERIALS, at=now)
    last, at = db.session.execute(_serial_on(db.engine.dialect.name), first).one()
    return last, at


def past_paper(plan: HallPlan, day: date, letters: str, count: int) -> int:
    """The same count, or the first one after the numbers that lie on paper at the help desk."""
    block = plan.rules.paper_numbers
    if block is None or not block[0] <= count <= block[1]:
        return count
    row = (SERIES.c.hall == plan.code) & (SERIES.c.day == day) & (SERIES.c.lane == letters)
    db.session.execute(update(SERIES).where(row).values(last=block[1] + 1))
    return block[1] + 1


def count_walk_in(hall: str, day: date, letters: str) -> None:
    """Count one towards a lane's quota whose number the series did not give."""
    begun = insert_into(SERIES).values(hall=hall, day=day, lane=letters, last=0, walk_ins=1)
    db.session.execute(
        begun.on_conflict_do_update(
            index_elements=["hall", "day", "lane"], set_={"walk_ins": SERIES.c.walk_ins + 1}
        )
    )


def raise_series(plan: HallPlan, day: date, by: int) -> None:
    """Skip numbers after a restore or a failover: paper cannot be taken back, also where the
    restored rows know of none."""
    for letters in (SERIALS, *plan.lanes):
        begun = insert_into(SERIES).values(
            hall=plan.code, day=day, lane=letters, last=by, walk_ins=0
        )
        db.session.execute(
            begun.on_conflict_do_update(
                index_elements=["hall", "day", "lane"], set_={"last": SERIES.c.last + by}
            )
        )


def _first_of(
    prefix: str, hall: str, day: date, letters: str, *, booked: bool = False, **of_serial: datetime
) -> dict[str, Any]:
    """The row that a series begins with."""
    row = {"hall": hall, "day": day, "lane": letters, "last": 1, "walk_ins": 0 if booked else 1}
    return {prefix + name: value for name, value in (row | of_serial).items()}


@cache
def _serial_and_count(*, limited: bool) -> Any:
    """Both in one journey. Read from first, the serial is counted first."""
    serial = _serial_on("postgresql").cte("serial")
    count = _count_on("postgresql", limited=limited).cte("counted")
    return select(serial.c.last, serial.c.last_at, select(count.c.last).scalar_subquery())


@cache
def _count_on(dialect: str, *, limited: bool) -> Any:  # noqa: ARG001 (the cache's key)
    """The statement that begins a series or counts it on, made once for each dialect; `limited`:
    only while fewer than `quota` were given to walk-ins."""
    first = _named("count_", "hall", "day", "lane", "last", "walk_ins")
    statement = insert_into(SERIES).values(first)
    return statement.on_conflict_do_update(
        index_elements=["hall", "day", "lane"],
        set_={
            "last": SERIES.c.last + 1,
            "walk_ins": SERIES.c.walk_ins + statement.excluded.walk_ins,
        },
        where=SERIES.c.walk_ins < bindparam("quota") if limited else None,
    ).returning(SERIES.c.last)


@cache
def _serial_on(dialect: str) -> Any:
    """The same of a hall's serials, with the moment of each: now, or that of the serial before if
    that is later. Two who tap at once read the clock before they stand in line for a serial, and
    their times must not run against their numbers."""
    latest = func.greatest if dialect == "postgresql" else func.max
    first = _named("serial_", "hall", "day", "lane", "last", "walk_ins")
    statement = insert_into(SERIES).values(first | {"last_at": bindparam("serial_at")})
    before, now = SERIES.c.last_at, statement.excluded.last_at
    return statement.on_conflict_do_update(
        index_elements=["hall", "day", "lane"],
        set_={
            "last": SERIES.c.last + 1,
            "walk_ins": SERIES.c.walk_ins + 1,
            "last_at": latest(func.coalesce(before, now), now),
        },
    ).returning(SERIES.c.last, SERIES.c.last_at)


def _named(prefix: str, *columns: str) -> dict[str, Any]:
    return {name: bindparam(prefix + name) for name in columns}
