"""What comes free is offered to the first who waits and whom it fits, and held for them a while.

An offer is a place taken from its slot as a booking's is, so nobody else can be sold it; accepting
it only names who has it. It is made as soon as a place comes free, and at the latest in the next
round of the schedule; until then `places.py: yield_to_waiting` keeps it from everybody else.

Each deed is a transaction of its own, which locks an entry and then the slots of one visit by
their ids: whoever books, cancels or accepts meanwhile waits for one deed only, and none for each
other. An entry changes by its state, so of two who would offer or end it one does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import exists, select, update

from app.appointments.errors import SlotFull
from app.appointments.places import free_offer, put_offer, take
from app.appointments.queries import PLACES, first_come, slots_on, taken_on
from app.appointments.queries import TABLE as APPOINTMENTS
from app.appointments.queries import in_states as appointment_in_states
from app.appointments.rules import Slot, Visit, is_released, visit_at
from app.appointments.states import ACTIVE
from app.appointments.waiting.queries import (
    TABLE,
    Waiting,
    anybody_on,
    days_of,
    in_states,
    offers_on,
    waiting_on,
    wish_of,
)
from app.appointments.waiting.rules import free_for, held_until, is_hopeless
from app.appointments.waiting.states import LIVE, State
from app.appointments.waiting.telling import (
    tell_freed,
    tell_lapsed,
    tell_over,
    tell_taken_back,
    untell,
)
from app.catalog.plan import HallPlan
from app.catalog.service import held_plan
from app.core.acts import SYSTEM, Act
from app.core.db import after_commit, db, transaction


def serve_all(plan: HallPlan, act: Act) -> None:
    """Bring every waiting list of a hall up to date; the schedule does so in each round."""
    for day in days_of(plan.code):
        serve(plan.code, day, act)


def serve_soon(hall: str, day: date, act: Act) -> None:
    """Bring the waiting list of a day up to date once this transaction is committed."""
    if anybody_on(hall, day):
        after_commit(lambda: serve(hall, day, replace(act, actor=SYSTEM)))


def serve(hall: str, day: date, act: Act) -> None:
    """End what is over on a day's waiting list, and offer what is free, until nothing is left to
    do."""
    while _one_deed(hall, day, act):
        pass


def _one_deed(hall: str, day: date, act: Act) -> bool:
    """Whether there was one. A place that somebody else was quicker to take is looked for again in
    the next round."""
    try:
        with transaction():
            plan = held_plan(hall)
            return any(deed(plan, day, act) for deed in _DEEDS)
    except SlotFull:
        return False


def _lapse(plan: HallPlan, day: date, act: Act) -> bool:
    """An offer nobody accepted in time goes back."""
    for offer in offers_on(plan.code, day):
        if offer.offer_until <= act.now:
            if end(offer, State.LAPSED, act):
                tell_lapsed(plan, offer, act)
            return True
    return False


def _strike_booked(plan: HallPlan, day: date, act: Act) -> bool:
    """Who has a booking that day by now no longer waits."""
    booked = exists().where(
        APPOINTMENTS.c.hall == TABLE.c.hall,
        APPOINTMENTS.c.day == TABLE.c.day,
        APPOINTMENTS.c.person_id == TABLE.c.person_id,
        appointment_in_states(*ACTIVE),
    )
    query = select(*TABLE.c).where(
        TABLE.c.hall == plan.code, TABLE.c.day == day, in_states(*LIVE), booked
    )
    waiting = db.session.execute(query.limit(1)).first()
    if waiting is None:
        return False
    end(waiting, State.LEFT, act)
    return True


def _take_back(plan: HallPlan, day: date, act: Act) -> bool:
    """An offer that the hall has no room for any more goes back; its person waits on, in their old
    place. Bookings come before offers, and the first offered before the last."""
    slots, taken = slots_on(plan, day), taken_on(plan.code, day)
    for offer in offers_on(plan.code, day):
        if offered_visit(plan, offer, slots, taken) is not None:
            continue
        nothing = dict.fromkeys(("offered_at", "offer_until", "slot_id"), None)
        if change(offer, State.WAITING, slot_starts_at=None, slot_ends_at=None, **nothing):
            free_offer(offer.id)
            untell(offer, act)
            tell_taken_back(plan, offer, act)
        return True
    return False


def _offer(plan: HallPlan, day: date, act: Act) -> bool:
    """The first of the list for whom there is a place, and who may book, is offered it."""
    if not is_released(plan, day, act.now):
        return False
    slots, taken = slots_on(plan, day), taken_on(plan.code, day)
    for waiting in first_come(plan, day, day, act.now).get(day, []):
        found = free_for(plan, slots, wish_of(waiting), taken, act.now)
        if found:
            _hold(plan, waiting, found[0], act)
            return True
    return False


def _hold(plan: HallPlan, waiting: Waiting, visit: Visit, act: Act) -> None:
    """A place for who is first of the list, unless they were just offered one. Raises SlotFull."""
    offered = change(
        waiting,
        State.OFFERED,
        offered_at=act.now,
        offer_until=held_until(plan, visit, act.now),
        slot_id=visit.id,
        slot_starts_at=visit.starts_at,
        slot_ends_at=visit.ends_at,
    )
    if offered is None:
        return
    for slot, units in visit.needs:
        take(plan, slot, units)
    put_offer(waiting.id, visit)
    tell_freed(plan, offered, act)


def _close(plan: HallPlan, day: date, act: Act) -> bool:
    """Booking has closed for who waits: nothing can come free for them any more."""
    slots = slots_on(plan, day)
    for waiting in waiting_on(plan.code, day):
        if is_hopeless(plan, slots, wish_of(waiting), act.now):
            if end(waiting, State.OVER, act):
                tell_over(plan, waiting, act)
            return True
    return False


_DEEDS = (_lapse, _strike_booked, _take_back, _offer, _close)
"""In this order: what goes back is offered to the next."""


def end(waiting: Waiting, state: State, act: Act) -> bool:
    """Somebody is no longer on the list; what was held for them goes back. False where somebody
    else was quicker, and the list is to be looked at anew."""
    if change(waiting, state, ended_at=act.now) is None:
        return False
    free_offer(waiting.id)
    untell(waiting, act)
    return True


def change(waiting: Waiting, state: State, **values: object) -> Waiting | None:
    """The entry, changed; None where somebody else changed its state meanwhile."""
    return db.session.execute(
        update(TABLE)
        .where(
            TABLE.c.id == waiting.id,
            TABLE.c.state == waiting.state,
            TABLE.c.offered_at.is_not_distinct_from(waiting.offered_at),
        )
        .values(state=state, **values)
        .returning(*TABLE.c)
    ).one_or_none()


def offered_visit(
    plan: HallPlan, offer: Waiting, slots: Mapping[str, Slot], taken: Mapping[str, int]
) -> Visit | None:
    """What is offered, as the hall now has it; None where it has no room for it any more."""
    items = [plan.items[code] for code in offer.items if code in plan.items]
    slot = slots.get(offer.slot_id)
    if slot is None or len(items) < len(offer.items):
        return None
    visit = visit_at(plan, slots.values(), items, slot)
    if visit is None or dict(_held_for(offer)) != {each.id: units for each, units in visit.needs}:
        return None
    fits = all(taken.get(each.id, 0) <= each.capacity for each, _ in visit.needs)
    return visit if fits else None


def _held_for(offer: Waiting) -> dict[str, int]:
    """Slot id -> units."""
    query = select(PLACES.c.slot_id, PLACES.c.units).where(PLACES.c.waiting_id == offer.id)
    return {row.slot_id: row.units for row in db.session.execute(query)}
