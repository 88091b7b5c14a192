"""Places: what is sold of a slot, given back, held back a while, offered, and sold again.

A place is sold by one conditional update that is given the slot's capacity as the hall file and
the calendar have it now, while the hall is kept from changing: so opening hours may be edited while
people book.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import delete, insert, select, update

from app.appointments.errors import SlotFull
from app.appointments.queries import PLACES, SLOTS, kept_on, taken_on
from app.appointments.rules import Slot, Visit, held_for
from app.catalog.plan import HallPlan
from app.catalog.service import held_plan
from app.core.acts import Act
from app.core.db import db, insert_once


def release_held(now: datetime) -> int:
    """Sell freed places again whose holding time is over; how many there were."""
    is_over = PLACES.c.held_until <= now
    halls = select(SLOTS.c.hall).join(PLACES, PLACES.c.slot_id == SLOTS.c.id).where(is_over)
    for hall in db.session.scalars(halls.distinct().order_by(SLOTS.c.hall)).all():
        held_plan(hall)
    over = db.session.execute(
        delete(PLACES).where(is_over).returning(PLACES.c.slot_id, PLACES.c.units)
    ).all()
    for place in sorted(over):
        give_back(place.slot_id, place.units)
    return len(over)


def take(plan: HallPlan, slot: Slot, units: int) -> None:
    """Sell units of a slot, if it has them. The row is locked until the transaction ends, so
    whoever comes at the same moment waits, and then sees what is left. Raises SlotFull."""
    day = plan.day_of(slot.starts_at).date
    insert_once(SLOTS, id=slot.id, hall=plan.code, day=day, taken=0)
    sold = db.session.execute(
        update(SLOTS)
        .where(SLOTS.c.id == slot.id, SLOTS.c.taken + units <= slot.capacity)
        .values(taken=SLOTS.c.taken + units)
        .returning(SLOTS.c.taken)
    ).one_or_none()
    if sold is None:
        raise SlotFull


def free(plan: HallPlan, appointment_id: str, slot_id: str, units: int, act: Act) -> None:
    """Give units of a slot back, now or after the hall's holding time."""
    hold = held_for(plan, act.new_id())
    if hold:
        db.session.execute(
            insert(PLACES).values(
                slot_id=slot_id,
                appointment_id=appointment_id,
                units=units,
                held_until=act.now + hold,
            )
        )
    else:
        give_back(slot_id, units)


def give_back(slot_id: str, units: int) -> None:
    """Units of a slot can be sold again."""
    less = update(SLOTS).where(SLOTS.c.id == slot_id).values(taken=SLOTS.c.taken - units)
    db.session.execute(less)


def put_places(appointment_id: str, visit: Visit) -> None:
    """A booking has what its visit needs of each slot."""
    places = [
        {"slot_id": slot.id, "appointment_id": appointment_id, "units": units}
        for slot, units in visit.needs
    ]
    db.session.execute(insert(PLACES), places)


def drop_places(appointment_id: str) -> None:
    """A booking has nothing any more; what it freed may still be held back."""
    own = PLACES.c.appointment_id == appointment_id, PLACES.c.held_until.is_(None)
    db.session.execute(delete(PLACES).where(*own))


# Who waits


def yield_to_waiting(
    plan: HallPlan, day: date, took: Mapping[str, int], person: str, now: datetime
) -> None:
    """What a person has just taken (slot id -> units) may not be what somebody on the waiting
    list is about to be offered.

    Looked at only once it is taken: whoever gives a place back has done so before, and then it is
    seen here, or waits until this is committed. Raises SlotFull."""
    taken = taken_on(plan.code, day)
    before = {**taken, **{slot: taken[slot] - units for slot, units in took.items()}}
    if not took.keys().isdisjoint(kept_on(plan, day, before, now, but_for=person)):
        raise SlotFull


def put_offer(waiting_id: str, visit: Visit) -> None:
    """What a visit needs of each slot is held for somebody on the waiting list."""
    places = [
        {"slot_id": slot.id, "waiting_id": waiting_id, "units": units}
        for slot, units in visit.needs
    ]
    db.session.execute(insert(PLACES), places)


def keep_offer(waiting_id: str, appointment_id: str) -> None:
    """What was held for somebody on the waiting list is their booking's."""
    own = update(PLACES).where(PLACES.c.waiting_id == waiting_id)
    db.session.execute(own.values(waiting_id=None, appointment_id=appointment_id))


def free_offer(waiting_id: str) -> None:
    """What was held for somebody who waits, if anything was, can be sold again; it went to
    nobody, so it is not held back."""
    own = delete(PLACES).where(PLACES.c.waiting_id == waiting_id)
    for place in sorted(db.session.execute(own.returning(PLACES.c.slot_id, PLACES.c.units)).all()):
        give_back(place.slot_id, place.units)
