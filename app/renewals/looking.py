"""What the watch reads of the licences it looks at: all of it in one statement, however many they
are, and as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select

from app.core.db import among, db
from app.licences.queries import LICENCES
from app.renewals.queries import TABLE as RENEWALS
from app.renewals.reminding import REMINDERS, State

LICENCE = ("id", "kind", "holder_id", "state", "issued_on", "valid_from", "valid_until")
RENEWAL = ("id", "holder_id", "state", "valid_until", "confirmed_at")
REMINDER = ("id", "holder_id", "event", "last_day", "step", "state")
SUCCESSORS = LICENCES.alias("successors")
SUCCESSOR = len(LICENCE)
FIRST_RENEWAL = SUCCESSOR + 1
FIRST_REMINDER = FIRST_RENEWAL + len(RENEWAL)
"""Where each begins in a row of the statement."""


@dataclass(frozen=True, slots=True)
class SeenRenewal:
    id: str
    holder_id: str
    state: str
    valid_until: date
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SeenReminder:
    id: str
    holder_id: str
    event: str
    last_day: date
    step: str
    state: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A licence, and what was begun of it."""

    id: str
    kind: str
    holder_id: str
    state: str
    issued_on: date
    valid_from: date | None
    valid_until: date | None
    successor_id: str | None
    """One that took its place."""
    renewals: list[SeenRenewal] = field(default_factory=list)
    reminders: list[SeenReminder] = field(default_factory=list)
    """Those that are pending, or of a last day that is not over."""


def seen_of(ids: Sequence[str], today: date) -> list[Seen]:
    """These licences."""
    return _seen(select(LICENCES).where(among(LICENCES.c.id, ids)), today)


def seen_first(which: ColumnElement[bool], at_most: int, today: date) -> list[Seen]:
    """Of licences so many, whose day comes first."""
    first = select(LICENCES).where(which).order_by(LICENCES.c.watch_on, LICENCES.c.id)
    return _seen(first.limit(at_most), today)


def _seen(which: Select[Any], today: date) -> list[Seen]:
    """A row for each licence, renewal of it and reminder: a licence has few of either."""
    found: dict[str, Seen] = {}
    for row in db.session.execute(_reading(which, today)).all():
        one = found.get(row[0])
        if one is None:
            one = found[row[0]] = Seen(*row[:FIRST_RENEWAL])
        if row[FIRST_RENEWAL] or row[FIRST_REMINDER]:
            _note(one, row)
    return list(found.values())


def _note(one: Seen, row: Row[Any]) -> None:
    if row[FIRST_RENEWAL]:
        renewal = SeenRenewal(*row[FIRST_RENEWAL:FIRST_REMINDER])
        if renewal not in one.renewals:
            one.renewals.append(renewal)
    if row[FIRST_REMINDER]:
        reminder = SeenReminder(*row[FIRST_REMINDER:])
        if reminder not in one.reminders:
            one.reminders.append(reminder)


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
            *(RENEWALS.c[name] for name in RENEWAL),
            *(REMINDERS.c[name] for name in REMINDER),
        )
        .select_from(joined)
        .order_by(licences.c.watch_on, licences.c.id)
    )
