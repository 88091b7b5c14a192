"""Reading calls."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from app.calling.models import CallRow
from app.catalog.plan import EVERYWHERE, HallDay, HallPlan, Zone
from app.core import events
from app.core.db import db
from app.tickets.queries import TABLE, Ticket, in_states
from app.tickets.states import AT_COUNTER

Call = Row[Any]
"""A row of `calls` as it was read."""

CALLS = CallRow.__table__
CALL = select(*CALLS.c).where(CALLS.c.id == bindparam("call"))
LOCK_CALL = CALL.with_for_update()
HELD = (
    select(
        *TABLE.c,
        CALLS.c.nth.label("call_nth"),
        CALLS.c.delivery.label("call_delivery"),
        CALLS.c.claim_token.label("call_token"),
        CALLS.c.why.label("call_why"),
    )
    .outerjoin(CALLS, CALLS.c.id == TABLE.c.call_id)
    .where(
        TABLE.c.hall == bindparam("at_hall"),
        TABLE.c.counter == bindparam("at_counter"),
        in_states(*AT_COUNTER),
    )
    .with_for_update(of=TABLE)
)
COUNTER_EVENTS = ("counter_opened", "counter_paused", "counter_closed")
LONGEST_DAY = timedelta(days=2)
"""No hall day lasts longer, whatever becomes of clocks and of when days begin."""


def call(call_id: int | None, *, lock: bool = False) -> Call | None:
    """One call by its id."""
    return db.session.execute(LOCK_CALL if lock else CALL, {"call": call_id}).one_or_none()


def lock_held(hall: str, counter: str) -> Ticket | None:
    """The ticket this counter has called or serves, and beside its columns what its call says of
    itself (`call_nth` is None where there is none); nobody else changes it until this transaction
    ends."""
    return db.session.execute(HELD, {"at_hall": hall, "at_counter": counter}).one_or_none()


def calls_at(ids: Iterable[int | None]) -> dict[int, datetime]:
    """When each of these calls was made."""
    rows = db.session.execute(select(CALLS.c.id, CALLS.c.called_at).where(CALLS.c.id.in_(ids)))
    return {row.id: row.called_at for row in rows}


def last_calls(hall: str, day: date, limit: int, zone: Zone = EVERYWHERE) -> list[Call]:
    """The latest calls of a hall's day, newest first; those to the counters of `zone`, or where it
    names none, of its lanes."""
    query = select(*CALLS.c).where(CALLS.c.hall == hall, CALLS.c.day == day)
    if zone.counters is not None:
        query = query.where(func.coalesce(CALLS.c.now_at, CALLS.c.counter).in_(zone.counters))
    elif zone.lanes is not None:
        query = query.where(CALLS.c.lane.in_(zone.lanes))
    return list(
        db.session.execute(
            query.order_by(CALLS.c.last_at.desc(), CALLS.c.id.desc()).limit(limit)
        ).all()
    )


def last_call_id(hall: str, day: date, counter: str) -> int | None:
    """The id of the latest call to this counter on a hall's day."""
    mine = (CALLS.c.hall == hall, CALLS.c.day == day, CALLS.c.counter == counter)
    query = select(CALLS.c.id).where(*mine).order_by(CALLS.c.called_at.desc(), CALLS.c.id.desc())
    return db.session.execute(query.limit(1)).scalar_one_or_none()


def last_busy(hall: str, day: date, counters: Iterable[str]) -> dict[str, datetime]:
    """When the last call of each of these free counters ended; those without any are left out."""
    counter = func.coalesce(CALLS.c.now_at, CALLS.c.counter)
    query = select(counter, func.max(CALLS.c.ended_at)).where(
        CALLS.c.hall == hall, CALLS.c.day == day, counter.in_(counters)
    )
    ended = db.session.execute(query.group_by(counter)).all()
    return {no: at for no, at in ended if at is not None}


def calls_of(hall: str, day: date, number: str | None = None) -> list[Call]:
    """All calls of a hall's day, or those of one number, in the order they were made: public, so
    everyone can check."""
    query = select(*CALLS.c).where(CALLS.c.hall == hall, CALLS.c.day == day)
    if number is not None:
        query = query.where(CALLS.c.number == number)
    return list(db.session.execute(query.order_by(CALLS.c.id)).all())


def calls_of_ticket(ticket_id: str) -> list[Call]:
    """Every call of one ticket, in the order they were made."""
    query = select(*CALLS.c).where(CALLS.c.ticket_id == ticket_id).order_by(CALLS.c.id)
    return list(db.session.execute(query).all())


def days_with_calls(hall: str, since: date, before: date) -> list[date]:
    """The days of this hall on which anybody was called, oldest first."""
    query = select(CALLS.c.day).where(CALLS.c.hall == hall, CALLS.c.day >= since)
    days = query.where(CALLS.c.day < before).distinct().order_by(CALLS.c.day)
    return list(db.session.execute(days).scalars())


def calls_made(hall: str, day: date) -> int:
    """How many calls a hall's day has seen."""
    return db.session.execute(
        select(func.count()).select_from(CALLS).where(CALLS.c.hall == hall, CALLS.c.day == day)
    ).scalar_one()


def shifts_of(plan: HallPlan, day: HallDay, end: int) -> dict[str, list[tuple[int, int]]]:
    """Counter -> when it was open, in milliseconds of the day."""
    shifts: dict[str, list[tuple[int, int]]] = {}
    since: dict[str, int] = {}
    rows = db.session.execute(
        select(events.TABLE.c.counter, events.TABLE.c.kind, events.TABLE.c.at)
        .where(
            events.TABLE.c.hall == plan.code,
            events.TABLE.c.day == day.date,
            # the index is by time: without it, all that ever happened in the hall would be read
            events.TABLE.c.at >= day.starts_at,
            events.TABLE.c.at < day.starts_at + LONGEST_DAY,
            events.TABLE.c.kind.in_(COUNTER_EVENTS),
        )
        .order_by(events.TABLE.c.id)
    )
    for counter, kind, at in rows:
        if kind == "counter_opened":
            since.setdefault(counter, day.ms(at))
        elif counter in since:
            shifts.setdefault(counter, []).append((since.pop(counter), day.ms(at)))
    for counter, began in since.items():
        shifts.setdefault(counter, []).append((began, end))
    return shifts
