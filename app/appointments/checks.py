"""Whether what was sold is what is booked."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select

from app.appointments.queries import PLACES, SLOTS, TABLE, in_states
from app.appointments.states import ACTIVE, State
from app.appointments.waiting.queries import TABLE as WAITING
from app.appointments.waiting.states import State as Waiting
from app.core.db import db

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Miscount:
    """A slot whose count is wrong, or a booking without its places."""

    what: str
    """slot, appointment, waiting."""
    subject: str
    """Its id."""
    detail: str


def miscounts(hall: str, since: date) -> list[Miscount]:
    """Where `taken` is not the sum of the slot's places, or a booking that stands or an offer has
    no place, or what does not stand still has one; of this hall day and later."""
    return [*_slots(hall, since), *_appointments(hall, since), *_offers(hall, since)]


def _slots(hall: str, since: date) -> list[Miscount]:
    sold = func.coalesce(func.sum(PLACES.c.units), 0)
    rows = db.session.execute(
        select(SLOTS.c.id, SLOTS.c.taken, sold.label("sold"))
        .outerjoin(PLACES, PLACES.c.slot_id == SLOTS.c.id)
        .where(SLOTS.c.hall == hall, SLOTS.c.day >= since)
        .group_by(SLOTS.c.id, SLOTS.c.taken)
        .having(SLOTS.c.taken != sold)
    )
    return [
        Miscount("slot", row.id, f"taken is {row.taken}, its places are {row.sold}") for row in rows
    ]


def _appointments(hall: str, since: date) -> list[Miscount]:
    own = and_(PLACES.c.appointment_id == TABLE.c.id, PLACES.c.held_until.is_(None))
    units = func.coalesce(func.sum(PLACES.c.units), 0)
    here = TABLE.c.hall == hall, TABLE.c.day >= since
    grouped = select(TABLE.c.id, TABLE.c.state).outerjoin(PLACES, own).where(*here)
    grouped = grouped.group_by(TABLE.c.id, TABLE.c.state)
    without = db.session.execute(grouped.where(in_states(*ACTIVE)).having(units == 0))
    undead = db.session.execute(grouped.where(in_states(State.CANCELLED)).having(units > 0))
    return [
        *(Miscount("appointment", row.id, f"{row.state}, without a place") for row in without),
        *(Miscount("appointment", row.id, f"{row.state}, with a place") for row in undead),
    ]


def _offers(hall: str, since: date) -> list[Miscount]:
    units = func.coalesce(func.sum(PLACES.c.units), 0)
    here = WAITING.c.hall == hall, WAITING.c.day >= since
    own = PLACES.c.waiting_id == WAITING.c.id
    grouped = select(WAITING.c.id, WAITING.c.state).outerjoin(PLACES, own).where(*here)
    grouped = grouped.group_by(WAITING.c.id, WAITING.c.state)
    offered = WAITING.c.state == Waiting.OFFERED
    without = db.session.execute(grouped.where(offered).having(units == 0))
    undead = db.session.execute(grouped.where(~offered).having(units > 0))
    return [
        *(Miscount("waiting", row.id, f"{row.state}, without a place") for row in without),
        *(Miscount("waiting", row.id, f"{row.state}, with a place") for row in undead),
    ]


def log_miscounts(hall: str, since: date) -> int:
    """Say each in the log; how many there were."""
    found = miscounts(hall, since)
    for each in found:
        log.error("bookings of %s: %s %s: %s", hall, each.what, each.subject, each.detail)
    return len(found)
