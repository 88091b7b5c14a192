"""Who booked comes to the hall, or never does. Each use case runs inside the caller's transaction,
and locks as those of `service.py` do; check-in takes no slot and holds no hall."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from app.appointments.errors import (
    BookingOfAnotherDay,
    BookingOfAnotherHall,
    CheckInTooEarly,
    CheckInTooLate,
    NotInHall,
)
from app.appointments.queries import (
    TABLE,
    Appointment,
    find,
    in_states,
    of_person,
)
from app.appointments.records import change, record
from app.appointments.rules import (
    check_in_opens,
    metres_between,
)
from app.appointments.service import give_up, still_booked
from app.appointments.states import ACTIVE, State
from app.appointments.waiting.offers import serve_soon
from app.appointments.words import day_words
from app.catalog.errors import UnknownItem
from app.catalog.plan import HallPlan, Item
from app.catalog.rules import opening
from app.catalog.service import held_plan, plan_of, promises_shown
from app.citizens.queries import is_elderly
from app.core.acts import Act
from app.core.db import db
from app.core.http import wire_time
from app.tickets import service as tickets
from app.tickets.errors import HallClosed
from app.tickets.queries import Ticket
from app.tickets.rules import Arrival

TAKES_A_NUMBER = "改取现场号"
"""Why who stands in the hall gives a booking up; with a reason it does not count against them."""


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
    arrived = change(appointment, state=State.CHECKED_IN, ticket_id=ticket.id)
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
