"""What the watch reads of the licences it looks at: all of it in one statement, however many they
are, and as plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, or_, select

from app.core.db import among, db
from app.licences.queries import LICENCES
from app.renewals.queries import TABLE as RENEWALS
from app.renewals.watch.reminding import REMINDERS, State

LICENCE = ("id", "kind", "holder_id", "state", "issued_on", "valid_from", "valid_until")
RENEWAL = (
    *(RENEWALS.c[name] for name in ("id", "holder_id", "state", "valid_until")),
    RENEWALS.c.confirmed_at.is_not(None),
)
REMINDER = ("id", "holder_id", "event", "last_day", "step", "state")
SUCCESSORS = LICENCES.alias("successors")
SUCCESSOR = len(LICENCE)
FIRST_RENEWAL = SUCCESSOR + 1
FIRST_REMINDER = FIRST_RENEWAL + len(RENEWAL)
"""Where each begins in a row of the statement."""


class SeenRenewal(NamedTuple):
    id: str
    holder_id: str
    state: str
    valid_until: date
    was_confirmed: bool


class SeenReminder(NamedTuple):
    id: str
    holder_id: str
    event: str
    last_day: date
    step: str
    state: str


class Seen(NamedTuple):
    """A licence, and what was begun of it. Not a dataclass: thousands are made of rows, which takes
    each a quarter of the time."""

    id: str
    kind: str
    holder_id: str
    state: str
    issued_on: date
    valid_from: date | None
    valid_until: date | None
    successor_id: str | None
    """One that took its place."""
    renewals: Collection[SeenRenewal]
    reminders: Collection[SeenReminder]
    """Those that are pending, or of a last day that is not over."""


def seen_of(ids: Sequence[str], today: date) -> list[Seen]:
    """These licences."""
    return _seen(select(LICENCES).where(among(LICENCES.c.id, ids)), today)


def seen_first(which: ColumnElement[bool], at_most: int, today: date) -> list[Seen]:
    """Of licences so many, whose day comes first."""
    first = select(LICENCES).where(which).order_by(LICENCES.c.watch_on, LICENCES.c.id)
    return _seen(first.limit(at_most), today)


def _seen(which: Select[Any], today: date) -> list[Seen]:
    rows = db.session.execute(_reading(which, today)).all()
    renewals: dict[str, set[SeenRenewal]] = defaultdict(set)
    reminders: dict[str, set[SeenReminder]] = defaultdict(set)
    for row in rows:  # one for each renewal of a licence with each reminder; it has few
        if row[FIRST_RENEWAL]:
            renewals[row[0]].add(SeenRenewal(*row[FIRST_RENEWAL:FIRST_REMINDER]))
        if row[FIRST_REMINDER]:
            reminders[row[0]].add(SeenReminder(*row[FIRST_REMINDER:]))
    licences = {row[0]: row[:FIRST_RENEWAL] for row in rows}
    return [
        Seen(*licence, renewals.get(id, ()), reminders.get(id, ()))
        for id, licence in licences.items()
    ]


def _reading(which: Select[Any], today: date) -> Select[Any]:
    licences = which.subquery("chosen")
    matters = or_(REMINDERS.c.last_day >= today, REMINDERS.c.state == State.PENDING)
    joined = (
        licences.outerjoin(SUCCESSORS, SUCCESSORS.c.predecessor_id == licences.c.id)
        .outerjoin(RENEWALS, RENEWALS.c.licence_id == licences.c.id)
        .outerjoin(REMINDERS, and_(REMINDERS.c.licence_id == licences.c.id, matters))
    )
    return (
        select(
            *(licences.c[name] for name in LICENCE),
            SUCCESSORS.c.id,
            *RENEWAL,
            *(REMINDERS.c[name] for name in REMINDER),
        )
        .select_from(joined)
        .order_by(licences.c.watch_on, licences.c.id)
    )
