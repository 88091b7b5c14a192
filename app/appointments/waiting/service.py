"""The use cases of the waiting list. Each runs inside the caller's transaction, and locks as
bookings do (`appointments/service.py`), an entry where they lock a booking."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.appointments import service as bookings
from app.appointments.errors import SecondBooking, SlotPast, TooManyBookings
from app.appointments.places import keep_offer
from app.appointments.queries import (
    Appointment,
    active_on,
    free_visits,
    live_of_citizen,
    slots_on,
    taken_on,
)
from app.appointments.records import put_booking, record
from app.appointments.rules import has_closed
from app.appointments.waiting import queries
from app.appointments.waiting.errors import (
    DayNotFull,
    HoursBackwards,
    NothingToWaitFor,
    OfferOver,
    TooManyWaiting,
    WaitingAlready,
)
from app.appointments.waiting.offers import change, end, offered_visit, serve_soon
from app.appointments.waiting.queries import TABLE, Waiting
from app.appointments.waiting.rules import Wish, runs_backwards, suiting
from app.appointments.waiting.states import State, require_live, require_offered
from app.appointments.waiting.telling import NAME, name_of, untell
from app.catalog.plan import HallPlan
from app.catalog.service import held_plan, item_of
from app.citizens.service import lock_citizen
from app.core.acts import Act
from app.core.db import db, insert_into
from app.core.parts import parts
from app.tickets.service import one_lane

LIVE_AT_MOST = 5
"""Waiting lists on which one account may be, as it may hold so many bookings."""


def join(hall: str, wish: Wish, person: str, name: str, act: Act) -> Waiting:
    """Wait for a full day; what comes free is offered in the order of joining. The account
    is the actor; `person`: who would be served, known to it by `name`.

    Raises UnknownHall, UnknownItem, ItemsOfSeveralLanes, SlotPast, SlotNotReleased,
    HoursBackwards, NothingToWaitFor, DayNotFull, BookingBanned, SecondBooking, WaitingAlready,
    TooManyWaiting."""
    plan = held_plan(hall)
    lane = one_lane([item_of(plan, code) for code in wish.items])[0].lane
    _require_full(plan, wish, act.now)
    bookings.refuse_banned(plan, person, act.now, act.actor.id)
    citizen = act.actor.id
    lock_citizen(citizen)
    if queries.live_of_citizen(citizen) >= LIVE_AT_MOST:
        raise TooManyWaiting
    if active_on(hall, wish.day, person):
        raise SecondBooking
    joined = _insert(
        hall=hall,
        day=wish.day,
        lane=lane,
        items=list(wish.items),
        begins=wish.begins,
        ends=wish.ends,
        person_id=person,
        name_sealed=parts().seal.seal(NAME, name),
        citizen_id=citizen,
        state=State.WAITING,
        joined_at=act.now,
        id=act.new_id(),
    )
    serve_soon(hall, wish.day, act)  # something may have come free since we looked
    return joined


def accept(waiting_id: str, act: Act) -> Appointment:
    """Book the place that is held for somebody on the waiting list: it is theirs already, and only
    changes its name.

    Raises WaitingNotFound, NothingOffered, OfferOver, WaitingOver, BookingBanned, TooManyBookings,
    SecondBooking."""
    found = queries.find(waiting_id)
    plan = held_plan(found.hall)
    lock_citizen(found.citizen_id)
    offer = queries.find(waiting_id, lock=True)
    require_offered(offer.state, offer.offer_until, act.now)
    bookings.refuse_banned(plan, offer.person_id, act.now, offer.citizen_id)
    if live_of_citizen(offer.citizen_id) >= bookings.LIVE_AT_MOST:
        raise TooManyBookings
    visit = offered_visit(plan, offer, slots_on(plan, offer.day), taken_on(plan.code, offer.day))
    if visit is None:
        raise OfferOver("大厅安排有变动，保留的名额已取消；您仍在候补中，次序不变。")
    made = put_booking(
        plan, visit, offer.items, offer.person_id, act, offer.citizen_id, name_of(offer)
    )
    keep_offer(offer.id, made.id)
    change(offer, State.ACCEPTED, ended_at=act.now, appointment_id=made.id)
    untell(offer, act)
    record(plan, made, "booked", act)
    return made


def leave(waiting_id: str, act: Act) -> Waiting:
    """Wait no longer; what was offered is offered to the next.

    Raises WaitingNotFound, OfferOver, WaitingOver."""
    held_plan(queries.find(waiting_id).hall)
    waiting = queries.find(waiting_id, lock=True)
    require_live(waiting.state)
    end(waiting, State.LEFT, act)
    serve_soon(waiting.hall, waiting.day, act)
    return queries.find(waiting_id)


def _require_full(plan: HallPlan, wish: Wish, now: datetime) -> None:
    """Nobody waits for what they could book, or for what never comes."""
    if runs_backwards(plan, wish):
        raise HoursBackwards
    bookings.require_released(plan, wish.day, now)
    times = suiting(plan, slots_on(plan, wish.day), wish)
    if not times:
        raise NothingToWaitFor
    if all(has_closed(plan, visit, now) for visit in times):
        raise SlotPast("这一天的预约已经截止，请选择其他日期。")
    items = [plan.items[code] for code in wish.items]
    free = {visit.id for visit, _ in free_visits(plan, items, wish.day, ("public",), now)}
    if any(visit.id in free for visit in times):
        raise DayNotFull


def _insert(**values: Any) -> Waiting:
    """The row, unless this person waits for the day already. Raises WaitingAlready."""
    put = insert_into(TABLE).values(values).on_conflict_do_nothing().returning(*TABLE.c)
    joined = db.session.execute(put).one_or_none()
    if joined is None:
        raise WaitingAlready
    return joined
