"""The use cases of a booking. Each runs inside the caller's transaction.

The hall is held first (no row of it: `core/db.py: hold`), then rows are locked in one order: the
account, the booking, the slots by their ids. Check-in takes no slot and holds no hall.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from app.appointments.bans import standing
from app.appointments.errors import (
    BookingBanned,
    BookingOfAnotherDay,
    BookingOfAnotherHall,
    CancelTooLate,
    CheckInTooEarly,
    CheckInTooLate,
    NotInHall,
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
    EVENTS,
    TABLE,
    Appointment,
    active_on,
    find,
    in_states,
    kept_on,
    live_of_citizen,
    marks_of,
    needs_of,
    of_person,
    slots_on,
    taken_on,
)
from app.appointments.reminders import forget_reminders, remind
from app.appointments.rules import (
    Visit,
    check_in_opens,
    code_of,
    hall_and_date,
    has_closed,
    is_released,
    may_cancel,
    metres_between,
    places_left,
    released_at,
    visit_at,
)
from app.appointments.states import ACTIVE, State, require_booked
from app.appointments.waiting.offers import serve_soon
from app.appointments.words import NOTICE_OF, banned_words, day_words, facts_of, told
from app.catalog.errors import UnknownHall, UnknownItem
from app.catalog.plan import HallPlan, Item
from app.catalog.rules import opening
from app.catalog.service import held_plan, plan_of, plans, promises_shown
from app.citizens.queries import is_elderly
from app.citizens.rules import masked_name
from app.citizens.service import lock_citizen
from app.core.acts import Act
from app.core.db import db, insert_into
from app.core.http import wire_time
from app.core.parts import parts
from app.core.said import Said
from app.notices.service import Link, notify, withdraw
from app.tickets import service as tickets
from app.tickets.errors import HallClosed
from app.tickets.queries import Ticket
from app.tickets.queries import find as find_ticket
from app.tickets.rules import Arrival

LIVE_AT_MOST = 5
"""Bookings of one account that are still to come, or whose freed places are held back. Source:
observed practice."""
TAKES_A_NUMBER = "改取现场号"
"""Why who stands in the hall gives a booking up; with a reason it does not count against them."""
NAME = "appointments.name"
"""The column a sealed name belongs to."""


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
    staff = citizen is None
    plan = _hall_of(slot_id)
    _refuse_full(plan, _visit(plan, slot_id, items, act.now, staff=staff), person, act.now)
    if not staff:
        refuse_banned(plan, person, act.now)
    plan = held_plan(plan.code)
    visit = _visit(plan, slot_id, items, act.now, staff=staff)
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
        moved = _update(
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
    cancelled = _update(appointment, state=State.CANCELLED, note=note or None)
    record(plan, cancelled, "cancelled", act, note)
    return cancelled


# Arriving


def check_in(
    plan: HallPlan, appointment_id: str, act: Act, *, priority: str | None = None
) -> Ticket:
    """Somebody who booked stands in the hall: a number in the one order, due by the slot.

    Raises AppointmentNotFound, BookingOfAnotherHall, BookingOfAnotherDay, CheckInTooEarly,
    CheckInTooLate, HallClosed, UnknownItem, LiveTicketHeld, and what `require_booked` raises."""
    _refuse_elsewhere(plan, find(id=appointment_id))
    appointment = still_booked(appointment_id)
    _refuse_early(plan, appointment, act.now)
    _refuse_over(plan, appointment, act.now)
    if priority is None and is_elderly(appointment.person_id, appointment.day):
        priority = "elderly"
    ticket = tickets.admit(
        plan,
        _items_still_served(plan, appointment),
        Arrival(
            origin="appointment",
            taken_at=act.now,
            entered_at=act.now,
            slot=(appointment.slot_starts_at, appointment.slot_ends_at),
            priority=priority,
        ),
        act,
        appointment.person_id,
        citizen=appointment.citizen_id,
    )
    arrived = _update(appointment, state=State.CHECKED_IN, ticket_id=ticket.id)
    record(plan, arrived, "checked_in", act)
    return ticket


def give_up_here(plan: HallPlan, appointment_id: str, act: Act) -> None:
    """Who stands in the hall and takes a number instead gives the booking of today up, however near
    it is.

    Raises AppointmentNotFound, BookingOfAnotherHall, BookingOfAnotherDay, and what `require_booked`
    raises."""
    appointment = find(id=appointment_id)
    _refuse_elsewhere(plan, appointment)
    _refuse_another_day(plan, appointment, act.now)
    here = held_plan(plan.code)
    give_up(here, still_booked(appointment_id), act, TAKES_A_NUMBER)
    serve_soon(plan.code, appointment.day, act)


def booking_of(plan: HallPlan, person: str, now: datetime) -> Appointment | None:
    """The booking with which a person stands in the hall: the one of today that stands, else one of
    today that does not, else the next to come; so that check-in can say what is wrong with it."""
    today = plan.day_of(now).date
    here = of_person(plan.code, person, today)
    of_today = [each for each in here if each.day == today]
    standing = [each for each in of_today if each.state in ACTIVE]
    to_come = [each for each in here if each.day > today and each.state == State.BOOKED]
    return next(iter([*standing, *reversed(of_today), *to_come]), None)


def require_in_hall(plan: HallPlan, latitude: float | None, longitude: float | None) -> None:
    """Where the hall has a location, a phone checks in only there. Raises NotInHall."""
    if plan.location is None:
        return
    if latitude is None or longitude is None:
        raise NotInHall("请允许获取位置，以确认您已在大厅内。")
    if metres_between(plan.location, latitude, longitude) > plan.location.radius_m:
        raise NotInHall


def _refuse_elsewhere(plan: HallPlan, appointment: Appointment) -> None:
    """A booking is good in its own hall."""
    if appointment.hall != plan.code:
        name = plan_of(appointment.hall).name
        raise BookingOfAnotherHall(f"这个预约是{name}的，不能在这里签到。")


def _refuse_early(plan: HallPlan, appointment: Appointment, now: datetime) -> None:
    """Not before check-in opens."""
    opens_before = promises_shown(plan, plan.hall_day(appointment.day)).hall.check_in_opens
    opens_at = check_in_opens(plan, appointment.slot_starts_at, opens_before)
    if now >= opens_at:
        return
    _refuse_another_day(plan, appointment, now)
    opens_at = opens_at.astimezone(plan.zone)
    raise CheckInTooEarly(
        f"还没到签到时间，{opens_at:%H:%M} 起可以签到；也可以现在改取现场号。",
        opens_at=wire_time(opens_at, plan.zone),
        items=appointment.items,
    )


def _refuse_another_day(plan: HallPlan, appointment: Appointment, now: datetime) -> None:
    """Not before its day. People are told the date of their clock: a time at one in the morning
    belongs to the hall day before, and nobody knows it by that."""
    booked, local = appointment.slot_starts_at.astimezone(plan.zone), now.astimezone(plan.zone)
    if local.date() < booked.date() and appointment.day != plan.day_of(now).date:
        raise BookingOfAnotherDay(
            f"这个预约是 {day_words(booked)}的，请当天再来签到。", date=f"{appointment.day}"
        )


def _refuse_over(plan: HallPlan, appointment: Appointment, now: datetime) -> None:
    """Not once its hall day is over, or the hall has closed. Before the doors open it may be: who
    stands at the machine is in."""
    if appointment.day < plan.day_of(now).date:
        when = day_words(appointment.slot_starts_at.astimezone(plan.zone))
        raise CheckInTooLate(f"这个预约是 {when}的，日期已过，请重新取号或预约。")
    spans = opening(plan, plan.day_of(now))
    if not spans:
        raise HallClosed("大厅今天不办理业务，请改约或联系大厅。")
    if now >= spans[-1][1]:
        raise CheckInTooLate


def _items_still_served(plan: HallPlan, appointment: Appointment) -> list[Item]:
    """What was booked; an item that has left the hall since is served as long as its lane is
    there. Raises UnknownItem."""
    items = [plan.item_coded(code) for code in appointment.items]
    if any(item.lane not in plan.lanes for item in items):
        raise UnknownItem("预约的事项已不在本大厅办理，请咨询工作人员。")
    return items


def mark_missed(plan: HallPlan, act: Act) -> int:
    """Record who booked for a day that is over and never came; how many."""
    missed = db.session.execute(
        update(TABLE)
        .where(
            TABLE.c.hall == plan.code,
            TABLE.c.day < plan.day_of(act.now).date,
            in_states(State.BOOKED),
        )
        .values(state=State.MISSED)
        .returning(*TABLE.c)
    ).all()
    for appointment in missed:
        record(plan, appointment, "missed", act)
    return len(missed)


# Who may


def refuse_banned(plan: HallPlan, person: str, now: datetime) -> None:
    """By the hall's rules, whoever taps for them. Raises BookingBanned."""
    if not plan.booking.bans:
        return
    marks = marks_of([person]).get(person, [])
    ban = standing(plan.booking.bans, marks, now).ban
    if ban is not None:
        until = wire_time(ban.until, plan.zone)
        raise BookingBanned(banned_words(ban, plan.zone), until=until)


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


def _refuse_full(plan: HallPlan, visit: Visit, person: str, now: datetime) -> None:
    """A look that costs no write; what it sees may change until the place is taken."""
    day = plan.day_of(visit.starts_at).date
    taken = taken_on(plan.code, day)
    if not places_left(visit, taken):
        raise SlotFull
    kept = kept_on(plan, day, taken, now, but_for=person)
    if any(slot.id in kept for slot, _ in visit.needs):
        raise SlotFull


def _refuse_late(plan: HallPlan, appointment: Appointment, now: datetime, *, staff: bool) -> None:
    if not staff and not may_cancel(plan, appointment.slot_starts_at, now):
        raise CancelTooLate


# Rows


def put_booking(
    plan: HallPlan,
    visit: Visit,
    items: Sequence[str],
    person: str,
    act: Act,
    citizen: str | None,
    name: str | None,
) -> Appointment:
    """The row, unless this person has one for the day. Raises SecondBooking.

    A code that is in use already is as good a conflict as a second booking, so the day is asked
    which of them it was."""
    day = plan.day_of(visit.starts_at).date
    values = {
        "id": act.new_id(),
        "hall": plan.code,
        "day": day,
        "slot_id": visit.id,
        "slot_starts_at": visit.starts_at,
        "slot_ends_at": visit.ends_at,
        "lane": visit.lane,
        "items": list(items),
        "person_id": person,
        "name_sealed": parts().seal.seal(NAME, name) if name else None,
        "citizen_id": citizen,
        "booked_by": str(act.actor),
        "state": State.BOOKED,
        "booked_at": act.now,
    }
    while True:
        values["code"] = code_of(act.new_id())
        put = insert_into(TABLE).values(values).on_conflict_do_nothing().returning(*TABLE.c)
        made = db.session.execute(put).one_or_none()
        if made is not None:
            return made
        if active_on(plan.code, day, person):
            raise SecondBooking


def _update(appointment: Appointment, **values: object) -> Appointment:
    return db.session.execute(
        update(TABLE).where(TABLE.c.id == appointment.id).values(**values).returning(*TABLE.c)
    ).one()


def record(
    plan: HallPlan,
    appointment: Appointment,
    kind: str,
    act: Act,
    note: str = "",
    before: Appointment | None = None,
) -> None:
    """Write what happened to a booking, and tell the account that made it, now and when its time
    comes near. `before`: as it was."""
    event = db.session.execute(
        insert(EVENTS)
        .values(
            appointment_id=appointment.id,
            at=act.now,
            kind=kind,
            actor=str(act.actor),
            note=note,
        )
        .returning(EVENTS.c.id)
    ).scalar_one()
    if appointment.citizen_id is None:
        return
    sealed = appointment.name_sealed
    who = masked_name(parts().seal.open(NAME, sealed)) if sealed else Said("您")
    link = Link("pages/appointment/index", {"id": appointment.id})
    about = f"appointment:{appointment.id}:"
    if kind != "booked":
        forget_reminders(appointment.id, act)
        withdraw(about, act)  # or the quiet hours might keep it until after what is told now
    remind(plan, appointment, event, who, act, link)
    words = told(plan, appointment, kind, note, who, before)
    if words is not None:
        notify(
            appointment.citizen_id,
            NOTICE_OF[kind],
            words,
            f"{about}{event}",
            act,
            facts=facts_of(plan, appointment, kind, note, who),
            link=link,
            hall=plan.code,
        )
