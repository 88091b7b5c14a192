"""The desk of who decides: what waits for a person in a hall, the most pressing first, and every
renewal besides. Only reads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select

from app.core.db import db
from app.licences.queries import LICENCES, WITH_HOLDER, Licence, kinds, opened
from app.renewals.calendar import working_days
from app.renewals.clock import Clock, Level, clock_of
from app.renewals.dates import IsWorking
from app.renewals.errors import NotOfThisHall
from app.renewals.queries import TABLE
from app.renewals.rules import Why, day_of
from app.renewals.states import State

TIMED = (
    TABLE.c.state,
    TABLE.c.confirmed_at,
    TABLE.c.contested_at,
    TABLE.c.needs_person,
    TABLE.c.person_why,
    TABLE.c.ask_by,
    TABLE.c.valid_until,
)
"""What a clock goes by; none of it is sealed."""


@dataclass(frozen=True, slots=True)
class Line:
    """A renewal as a list shows it."""

    row: Row[Any]
    licence: Licence
    """Which it is to follow."""
    clock: Clock | None
    """None: it waits for nobody's decision."""


@dataclass(frozen=True, slots=True)
class Waits:
    """A renewal that waits for a person: as much as puts it in its place."""

    id: str
    kind: str
    clock: Clock | None


def waiting(hall: str, today: date) -> list[Waits]:
    """What waits for a person; what must be decided first stands first."""
    is_working = working_days(hall)
    query = select(TABLE.c.id, TABLE.c.kind, *TIMED).where(TABLE.c.hall == hall)
    rows = db.session.execute(query.where(TABLE.c.needs_person))
    found = [Waits(row.id, row.kind, clock_of_row(row, today, is_working)) for row in rows]
    return sorted(found, key=lambda each: (_due(each.clock), each.id))


def pressing(hall: str, today: date) -> int:
    """How many of those are red."""
    clocks = (each.clock for each in waiting(hall, today))
    return sum(clock is not None and clock.level is Level.RED for clock in clocks)


def lines_of(ids: Sequence[str], hall: str, today: date) -> list[Line]:
    """These renewals of a hall, in this order."""
    query = select(*TABLE.c).where(TABLE.c.hall == hall, TABLE.c.id.in_(ids))
    found = _lines(db.session.execute(query).all(), hall, today)
    return sorted(found, key=lambda line: ids.index(line.row.id))


def lines(
    hall: str,
    kind: str | None,
    state: State | None,
    today: date,
    *,
    skip: int,
    most: int,
) -> list[Line]:
    """The renewals of a hall, the last found first."""
    query = select(*TABLE.c).where(TABLE.c.hall == hall)
    if kind:
        query = query.where(TABLE.c.kind == kind)
    if state:
        query = query.where(TABLE.c.state == state)
    order = (TABLE.c.found_at.desc(), TABLE.c.id)
    rows = db.session.execute(query.order_by(*order).offset(skip).limit(most)).all()
    return _lines(rows, hall, today)


def line(id: str, hall: str, today: date) -> Line:
    """One renewal of a hall. Raises NotOfThisHall."""
    query = select(*TABLE.c).where(TABLE.c.id == id, TABLE.c.hall == hall)
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise NotOfThisHall
    (found,) = _lines([row], hall, today)
    return found


def clock_of_row(row: Row[Any], today: date, is_working: IsWorking) -> Clock | None:
    """The clock of a decision that is still to be made. Who contests one is answered within the
    time in which others are decided; nothing is granted by silence there."""
    if row.state == State.CONFIRMED:
        asked = day_of(row.confirmed_at)
        return clock_of(asked, row.ask_by, row.valid_until, today, is_working)
    if row.needs_person and row.person_why == Why.CONTEST:
        return clock_of(day_of(row.contested_at), date.min, row.valid_until, today, is_working)
    return None


def _lines(rows: Collection[Row[Any]], hall: str, today: date) -> list[Line]:
    known, is_working = kinds(), working_days(hall)
    wanted = [row.licence_id for row in rows]
    found = db.session.execute(WITH_HOLDER.where(LICENCES.c.id.in_(wanted)))
    licences = {row.id: opened(row, known) for row in found}
    return [
        Line(row, licences[row.licence_id], clock_of_row(row, today, is_working)) for row in rows
    ]


def _due(clock: Clock | None) -> date:
    return clock.decide_by if clock else date.max
