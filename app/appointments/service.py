"""The use cases of a booking. Each runs inside the caller's transaction.

The hall is held first (no row of it: `core/db.py: hold`), then rows are locked in one order: the
account, the booking, the slots by their ids.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError

from app.appointments.bans import standing
from app.appointments.errors import (
    BookingBanned,
    CancelTooLate,
    SecondBooking,
    SlotFull,
    SlotNotFound,
    SlotNotReleased,
    SlotOfAnotherHall,
    SlotOfAnotherItem,
    SlotPast,
    SlotUnchanged,
    TooManyBookings,
)
from app.appointments.places import drop_places, free, put_places, take, yield_to_waiting
from app.appointments.queries import (
    Appointment,
    DayLook,
    find,
    kept_at,
    live_of_citizen,
    look_at,
    marks_of,
    needs_of,
    slots_on,
)
from app.appointments.records import change, put_booking, record
from app.appointments.rules import (
    Visit,
    hall_and_date,
    has_closed,
    is_released,
    may_cancel,
    places_left,
    released_at,
    visit_at,
)
from app.appointments.states import State, require_booked
from app.appointments.waiting.offers import serve_soon
from app.appointments.words import SOMEBODY, YOU, banned_words, day_words
from app.catalog.errors import UnknownHall, UnknownItem
from app.catalog.plan import HallPlan, Item
from app.catalog.service import held_plan, plan_of, plans
from app.citizens.queries import acts_for, name_served, own_person
from app.citizens.service import lock_citizen
from app.core.acts import Act
from app.core.errors import DomainError
from app.core.http import wire_time
from app.core.said import Both, Said
from app.tickets import service as tickets
from app.tickets.queries import find as find_ticket

LIVE_AT_MOST = 5
"""Bookings of one account that are still to come, or whose freed places are held back. Source:
observed practice."""


# Booking


def book(
    slot_id: str,
    items: Sequence[str],
    person: str,
    act: Act,
    *,
    citizen: str | None = None,
    name: str | None = None,
) -> Appointment:
    """Book a time for a person. `citizen`: the account that books; without one, staff does.

    Raises SlotNotFound, SlotPast, SlotNotReleased, SlotFull, SlotOfAnotherHall,
    SlotOfAnotherItem, UnknownItem, ItemsOfSeveralLanes, SecondBooking; and where an account books,
    BookingBanned, TooManyBookings."""
    look, plan = _look(slot_id)
    visit = _visit(plan, slot_id, items, act.now, staff=citizen is None)
    _refuse_full(plan, look, visit, person, act.now)
    if citizen is not None:
        refuse_banned(plan, person, act.now, citizen)
    plan = held_plan(plan.code)
    visit = _visit(plan, slot_id, items, act.now, staff=citizen is None)
    if citizen is not None:
        lock_citizen(citizen)
        if live_of_citizen(citizen) >= LIVE_AT_MOST:
            raise TooManyBookings
    for slot, units in visit.needs:
        take(plan, slot, units)
    day = plan.day_of(visit.starts_at).date
    took = {slot.id: units for slot, units in visit.needs}
    yield_to_waiting(plan, day, took, person, act.now)
    made = put_booking(plan, visit, items, person, act, citizen, name)
    put_places(made.id, visit)
    record(plan, made, "booked", act)
    serve_soon(plan.code, day, act)  # who has a booking that day no longer waits for one
    return made


def refuse_full(
    slot_id: str,
    items: Sequence[str],
    now: datetime,
    meant: Callable[[], str],
    is_answered: Callable[[], bool],
) -> None:
    """Refuse an account what `book` would find full, before any transaction: of ten thousand who
    want fifty places, all but fifty write nothing and hold nothing.

    `meant`: for whom it is. `is_answered`: whether this very request was answered before; then it
    is repeated, not judged. It is asked after the places are counted, since whoever took the last
    one committed that and their answer at once. Raises SlotFull."""
    try:
        (look, plan), person = _look(slot_id), meant()
        visit = _visit(plan, slot_id, items, now, staff=False)
        _refuse_full(plan, look, visit, person, now)
    except SlotFull:
        if not is_answered():
            raise
    except DomainError:  # `book` says it, to who was not answered before
        return


def reschedule(appointment_id: str, slot_id: str, act: Act, *, staff: bool = False) -> Appointment:
    """Move a booking to another time of its hall; it keeps its code.

    Raises what `book` raises, AppointmentNotFound, CancelTooLate, SlotUnchanged, and what
    `require_booked` raises."""
    plan = held_plan(find(id=appointment_id).hall)
    appointment = still_booked(appointment_id)
    if slot_id == appointment.slot_id:
        raise SlotUnchanged
    if _hall_of(slot_id).code != appointment.hall:
        raise SlotOfAnotherHall("只能在原来的大厅改约；要换大厅，请取消后重新预约。")
    _refuse_late(plan, appointment, act.now, staff=staff)
    visit = _visit(plan, slot_id, appointment.items, act.now, staff=staff)
    moved = move(plan, appointment, visit, act, heed_waiting=True)
    for day in sorted({appointment.day, moved.day}):
        serve_soon(plan.code, day, act)
    return moved


def cancel(appointment_id: str, act: Act, *, staff: bool = False) -> Appointment:
    """Give a booking up; its places are sold again after the hall's holding time.

    Raises AppointmentNotFound, CancelTooLate, and what `require_booked` raises."""
    plan = held_plan(find(id=appointment_id).hall)
    appointment = still_booked(appointment_id)
    _refuse_late(plan, appointment, act.now, staff=staff)
    cancelled = give_up(plan, appointment, act)
    serve_soon(plan.code, appointment.day, act)
    return cancelled


def still_booked(appointment_id: str) -> Appointment:
    """The booking, locked until this transaction ends.

    Raises AppointmentNotFound and what `require_booked` raises."""
    appointment = find(id=appointment_id, lock=True)
    number = None
    if appointment.ticket_id is not None:
        number = find_ticket(appointment.hall, id=appointment.ticket_id).number
    require_booked(appointment.state, number)
    return appointment


def move(
    plan: HallPlan,
    appointment: Appointment,
    visit: Visit,
    act: Act,
    note: str = "",
    *,
    heed_waiting: bool = False,
) -> Appointment:
    """Give a locked booking another time. `note`: why, where it was not the booker's wish.
    `heed_waiting`: not one that somebody on the waiting list is about to be offered.

    Raises SlotFull, SecondBooking."""
    before = needs_of([appointment.id])[appointment.id]
    after = {slot.id: units for slot, units in visit.needs}
    slots = {slot.id: slot for slot, _ in visit.needs}
    for slot_id in sorted(before.keys() | after.keys()):
        more = after.get(slot_id, 0) - before.get(slot_id, 0)
        if more > 0:
            take(plan, slots[slot_id], more)
        elif more < 0:
            free(plan, appointment.id, slot_id, -more, act)
    day = plan.day_of(visit.starts_at).date
    if heed_waiting:
        took = {slot: more for slot in after if (more := after[slot] - before.get(slot, 0)) > 0}
        yield_to_waiting(plan, day, took, appointment.person_id, act.now)
    drop_places(appointment.id)
    put_places(appointment.id, visit)
    try:
        moved = change(
            appointment,
            day=day,
            slot_id=visit.id,
            slot_starts_at=visit.starts_at,
            slot_ends_at=visit.ends_at,
            lane=visit.lane,
            booked_at=act.now,
            note=note or None,
        )
    except IntegrityError:  # one a person and day
        raise SecondBooking from None
    record(plan, moved, "moved", act, note, before=appointment)
    return moved


def give_up(plan: HallPlan, appointment: Appointment, act: Act, note: str = "") -> Appointment:
    """Cancel a locked booking. `note`: why, where it was not the booker's wish."""
    for slot_id, units in sorted(needs_of([appointment.id])[appointment.id].items()):
        free(plan, appointment.id, slot_id, units, act)
    drop_places(appointment.id)
    cancelled = change(appointment, state=State.CANCELLED, note=note or None)
    record(plan, cancelled, "cancelled", act, note)
    return cancelled


# Who may


def refuse_banned(plan: HallPlan, person: str, now: datetime, citizen: str) -> None:
    """By the hall's rules, whoever taps for them; `citizen`: who does. Raises BookingBanned."""
    if not plan.booking.bans:
        return
    marks = marks_of([person]).get(person, [])
    ban = standing(plan.booking.bans, marks, now).ban
    if ban is not None:
        until = wire_time(ban.until, plan.zone)
        words = banned_words(ban, plan.zone, who_is(citizen, person))
        raise BookingBanned(words, until=until)


def who_is(citizen: str, person: str) -> Said | Both | str:
    """Somebody an account acts for, in a sentence to it."""
    if person == own_person(citizen):
        return YOU
    return name_served(citizen, person) if acts_for(citizen, person) else SOMEBODY


# What is wanted


def require_slot_of(plan: HallPlan, slot_id: str) -> None:
    """Staff book in their own hall. Raises SlotNotFound, SlotOfAnotherHall."""
    if _hall_of(slot_id).code != plan.code:
        raise SlotOfAnotherHall("只能预约本大厅的时段。")


def _hall_of(slot_id: str) -> HallPlan:
    """The hall a slot's id names. Raises SlotNotFound."""
    try:
        return plan_of(hall_and_date(slot_id)[0])
    except (UnknownHall, ValueError):
        raise SlotNotFound from None


def _look(slot_id: str) -> tuple[DayLook, HallPlan]:
    """The day a slot's id names, at a look, and its hall. Raises SlotNotFound."""
    try:
        look = look_at(*hall_and_date(slot_id))
        return look, plan_of(look.hall, look.revision)
    except (UnknownHall, ValueError):
        raise SlotNotFound from None


def _visit(
    plan: HallPlan, slot_id: str, codes: Sequence[str], now: datetime, *, staff: bool
) -> Visit:
    """The visit that begins with this slot, if it can be booked now, room or not."""
    day = hall_and_date(slot_id)[1]
    require_released(plan, day, now)
    slots = slots_on(plan, day)
    slot = slots.get(slot_id)
    if slot is None or (slot.pool == "staff" and not staff):
        raise SlotNotFound
    items = _items(plan, codes)
    if items[0].lane != slot.lane:
        raise SlotOfAnotherItem
    visit = visit_at(plan, slots.values(), items, slot)
    if visit is None and any(item.bookable == () for item in items):
        raise SlotOfAnotherItem("该事项不接受预约，请到大厅取号办理。")
    if visit is None:
        raise SlotOfAnotherItem("所选事项不能从这个时段开始办理，请选择其他时段。")
    if has_closed(plan, visit, now):
        raise SlotPast
    return visit


def require_released(plan: HallPlan, day: date, now: datetime) -> None:
    """A day must be neither past nor too far. Raises SlotPast, SlotNotReleased."""
    if day < plan.day_of(now).date:
        raise SlotPast
    if not is_released(plan, day, now):
        opens_at = released_at(plan, day)
        words = f"这一天 {day_words(opens_at)} {opens_at:%H:%M} 起可以预约。"
        raise SlotNotReleased(words, opens_at=wire_time(opens_at, plan.zone))


def _items(plan: HallPlan, codes: Sequence[str]) -> list[Item]:
    """The items of a visit, all of one lane of the slot's hall."""
    for code in codes:
        if code not in plan.items:
            elsewhere = any(code in other.items for other in plans())
            raise SlotOfAnotherHall if elsewhere else UnknownItem
    return tickets.one_lane([plan.items[code] for code in codes])


def _refuse_full(plan: HallPlan, look: DayLook, visit: Visit, person: str, now: datetime) -> None:
    """A look that costs no write; what it sees may change until the place is taken."""
    if not places_left(visit, look.taken):
        raise SlotFull
    kept = kept_at(plan, look, now, but_for=person)
    if any(slot.id in kept for slot, _ in visit.needs):
        raise SlotFull


def _refuse_late(plan: HallPlan, appointment: Appointment, now: datetime, *, staff: bool) -> None:
    if not staff and not may_cancel(plan, appointment.slot_starts_at, now):
        raise CancelTooLate
