"""Reminders of a hall by what became of them: whom somebody has still to tell. Only reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, tuple_

from app.citizens.queries import phones_of
from app.core.db import db
from app.licences.queries import LICENCES, WITH_HOLDER, Licence, kinds, opened
from app.renewals.figures import Span
from app.renewals.plans import Event
from app.renewals.queries import plans
from app.renewals.watch.reminding import REMINDERS, State


@dataclass(frozen=True, slots=True)
class Asked:
    """Which reminders are looked for: "" is any."""

    span: Span
    """When they came due."""
    state: State
    kind: str = ""
    event: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class Reminded:
    """A reminder, of which licence, and how else its holder is told."""

    licence: Licence
    event: Event
    step: str
    state: State
    last_day: date
    phone: str | None
    """On which they may be called, which need take no text messages; None: no number is known."""
    contact: str | None
    """The field of the licence that says so; None where the number is not the licence's."""


def reminders(hall: str, asked: Asked, *, skip: int, most: int) -> list[Reminded]:
    """Those of this hall's plans, the first last day first."""
    known, ours = plans(), kinds()
    keys = [key for key, plan in known.items() if plan.hall == hall]
    since, until = asked.span.moments
    wanted = {"event": asked.event, "step": asked.step, "state": asked.state}
    query = (
        select(REMINDERS, LICENCES.c.kind)
        .join(LICENCES, LICENCES.c.id == REMINDERS.c.licence_id)
        .where(
            tuple_(LICENCES.c.kind, REMINDERS.c.event).in_(keys),
            REMINDERS.c.created_at >= since,
            REMINDERS.c.created_at < until,
            *(REMINDERS.c[name] == value for name, value in wanted.items() if value),
            *([LICENCES.c.kind == asked.kind] if asked.kind else []),
        )
        .order_by(REMINDERS.c.last_day, REMINDERS.c.id)
    )
    rows = db.session.execute(query.offset(skip).limit(most)).all()
    whole = WITH_HOLDER.where(LICENCES.c.id.in_([row.licence_id for row in rows]))
    licences = {row.id: opened(row, ours) for row in db.session.execute(whole)}
    phones = phones_of(row.holder_id for row in rows)
    found = []
    for row in rows:
        licence, field = licences[row.licence_id], known[row.kind, Event(row.event)].contact
        named = licence.value(field) if field else None
        phone, contact = (str(named), field) if named else (phones.get(row.holder_id), None)
        event, state = Event(row.event), State(row.state)
        found.append(Reminded(licence, event, row.step, state, row.last_day, phone, contact))
    return found
