"""Reading ratings: what a visit was given, how many of each grade, which are bad."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Row, Text, and_, cast, exists, func, or_, select

from app.calling.queries import CALLS
from app.calling.rules import SERVED
from app.core.db import db
from app.core.events import TABLE as EVENTS
from app.ratings.models import RatingRow
from app.ratings.rules import BAD, Counts, counts_of
from app.tickets.queries import TABLE as TICKETS
from app.tickets.queries import Ticket
from app.tickets.states import State

Rating = Row[Any]
"""A row of `ratings` as it was read."""

TABLE = RatingRow.__table__
_SERVED_AT = (
    select(func.coalesce(CALLS.c.now_at, CALLS.c.counter))
    .where(CALLS.c.ticket_id == TICKETS.c.id, CALLS.c.ended_as.in_(SERVED))
    .order_by(CALLS.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_SERVED_BY = (
    select(EVENTS.c.actor)
    .where(EVENTS.c.ticket_id == TICKETS.c.id, EVENTS.c.kind.in_(("finished", "transferred")))
    .order_by(EVENTS.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_OVER = or_(
    TICKETS.c.state == State.FINISHED,
    and_(
        TICKETS.c.state.in_((State.LEFT, State.CLOSED)),
        exists().where(
            CALLS.c.ticket_id == TICKETS.c.id,
            CALLS.c.ended_as == "transferred",
            CALLS.c.item != TICKETS.c.item,
        ),
    ),
)
"""A visit that has ended, and of which something was done: all of it, or the items before the one
in hand."""


Target = Literal["counter", "clerk", "item"]
_COUNTER = func.coalesce(TABLE.c.counter, _SERVED_AT)
_COLUMNS: dict[Target, Any] = {
    "counter": _COUNTER,
    "clerk": func.coalesce(TABLE.c.served_by, _SERVED_BY),
    "item": cast(TICKETS.c["items"], Text),
}


def is_over(ticket: Ticket) -> bool:
    """Whether this visit has ended with something done, so that there is something to rate."""
    over = select(TICKETS.c.id).where(TICKETS.c.id == ticket.id, _OVER)
    return db.session.execute(over).first() is not None


def served(ticket: Ticket) -> tuple[str | None, str | None]:
    """The counter where a visit was last served, and the actor that served it there."""
    row = db.session.execute(select(_SERVED_AT, _SERVED_BY).where(TICKETS.c.id == ticket.id)).one()
    return row[0], row[1]


def rating_of(ticket: Ticket) -> Rating | None:
    """What a visit was given; None while it is unrated."""
    query = select(*TABLE.c).where(TABLE.c.ticket_id == ticket.id)
    return db.session.execute(query).one_or_none()


def counts(hall: str, first_day: date, last_day: date, *, counter: str | None = None) -> Counts:
    """The visits of these hall days by grade; `counter`: only those last served there."""
    given: Counter[str | None] = Counter()
    for where, grade, count in _visits(hall, first_day, last_day, _COUNTER):
        if counter in (None, where):
            given[grade] += count
    return counts_of(given)


def counts_by(target: Target, hall: str, first_day: date, last_day: date) -> dict[str, Counts]:
    """The same for each counter, clerk (as the actor that served) or item. A visit for several
    items counts for each of them."""
    by: dict[str, Counter[str | None]] = defaultdict(Counter)
    for value, grade, count in _visits(hall, first_day, last_day, _COLUMNS[target]):
        names = json.loads(value) if target == "item" else [value]
        for name in names:
            by[name][grade] += count
    return {name: counts_of(given) for name, given in by.items() if name is not None}


def _visits(hall: str, first_day: date, last_day: date, column: Any) -> Iterable[Row[Any]]:
    """(value of the column, grade or None, how many visits): those rated, and those to be rated."""
    visits = (
        select(column.label("value"), TABLE.c.grade)
        .select_from(TICKETS.outerjoin(TABLE, TABLE.c.ticket_id == TICKETS.c.id))
        .where(
            TICKETS.c.hall == hall,
            TICKETS.c.day.between(first_day, last_day),
            or_(TABLE.c.id.is_not(None), _OVER),
        )
        .subquery()
    )
    grouped = select(visits.c.value, visits.c.grade, func.count())
    return db.session.execute(grouped.group_by(visits.c.value, visits.c.grade)).all()


def of_day(hall: str, day: date, *, counter: str | None = None) -> list[Rating]:
    """What the visits of a hall day were given, with their `number` and `items`, latest first;
    `counter`: only those last served there."""
    query = (
        select(*TABLE.c, TICKETS.c.number, TICKETS.c["items"])
        .join(TICKETS, TICKETS.c.id == TABLE.c.ticket_id)
        .where(TABLE.c.hall == hall, TABLE.c.day == day)
        .order_by(TABLE.c.at.desc(), TABLE.c.id)
    )
    if counter is not None:
        query = query.where(TABLE.c.counter == counter)
    return list(db.session.execute(query).all())


def bad_since(hall: str, moment: datetime) -> list[Rating]:
    """The bad ratings given from this moment on, of whatever day, latest first."""
    query = select(*TABLE.c).where(
        TABLE.c.hall == hall, TABLE.c.at >= moment, TABLE.c.grade.in_(BAD)
    )
    return list(db.session.execute(query.order_by(TABLE.c.at.desc(), TABLE.c.id)).all())
