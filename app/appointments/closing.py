"""A day that closes or shrinks: whose bookings are hit, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from app.appointments.errors import AlreadyCheckedIn, SecondBooking, SlotFull
from app.appointments.queries import (
    Appointment,
    active_in_order,
    booked_days,
    free_visits,
    needs_of,
    slots_on,
)
from app.appointments.rules import POOLS, Visit, kept_and_hit
from app.appointments.service import give_up, move, still_booked
from app.appointments.states import State
from app.catalog.plan import HallPlan
from app.catalog.service import held_plan
from app.core.acts import Act
from app.core.db import db


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of the bookings that were hit."""

    moved: list[Appointment] = field(default_factory=list)
    cancelled: list[Appointment] = field(default_factory=list)
    left: list[Appointment] = field(default_factory=list)
    """Still hit: no place was free."""


def hit(plan: HallPlan, now: datetime, day: date | None = None) -> list[Appointment]:
    """The bookings still to come that the hall, as its file now says, has no room for: their time
    is gone, or fewer counters serve it and others booked earlier. In the order of their times."""
    today = plan.day_of(now).date
    days = [day] if day else booked_days(plan.code, today)
    found = [each for one in days if one >= today for each in _hit_on(plan, one)]
    return sorted((each for each in found if each.slot_ends_at > now), key=_time)


def _hit_on(plan: HallPlan, day: date) -> list[Appointment]:
    bookings = active_in_order(plan.code, day)
    if not bookings:
        return []
    # who has come is served whatever the file says now, and keeps the place
    ordered = sorted(bookings, key=lambda each: each.state == State.BOOKED)
    needs = needs_of(each.id for each in ordered)
    room = {slot.id: slot.capacity for slot in slots_on(plan, day).values()}
    without = {each.id for each in ordered if not _is_offered(plan, each)}
    _, hits = kept_and_hit(
        [(each.id, needs[each.id]) for each in ordered if each.id not in without], room
    )
    gone = without | set(hits)
    return [each for each in ordered if each.id in gone and each.state == State.BOOKED]


def _is_offered(plan: HallPlan, appointment: Appointment) -> bool:
    """Whether the hall still offers these items, in the lane they were booked in."""
    lanes = {plan.items[code].lane for code in appointment.items if code in plan.items}
    return lanes == {appointment.lane} and all(code in plan.items for code in appointment.items)


def move_hit(
    hall: str, act: Act, reason: str, *, day: date | None = None, to: date | None = None
) -> Settled:
    """Move every booking that is hit to the free time nearest to its own: on `to`, or on the first
    day that has one. Who booked is told, with the reason. No booking is made meanwhile."""
    plan = held_plan(hall, alone=True)
    settled = Settled()
    for appointment in _locked(hit(plan, act.now, day)):
        moved = _moved(plan, appointment, act, reason, to)
        if moved is None:
            settled.left.append(appointment)
        else:
            settled.moved.append(moved)
    return settled


def cancel_hit(hall: str, act: Act, reason: str, *, day: date | None = None) -> Settled:
    """Cancel every booking that is hit. Who booked is told, with the reason."""
    plan = held_plan(hall, alone=True)
    bookings = _locked(hit(plan, act.now, day))
    return Settled(cancelled=[give_up(plan, each, act, reason) for each in bookings])


def _locked(bookings: Iterable[Appointment]) -> Iterator[Appointment]:
    """Each, held until this transaction ends, but for whoever has just come: they are served."""
    for each in bookings:
        with suppress(AlreadyCheckedIn):
            yield still_booked(each.id)


def _moved(
    plan: HallPlan, appointment: Appointment, act: Act, reason: str, to: date | None
) -> Appointment | None:
    if not _is_offered(plan, appointment):
        return None
    items = [plan.items[code] for code in appointment.items]
    for day in [to] if to else _days_on(plan, appointment, act.now):
        free = free_visits(plan, items, day, POOLS, act.now)
        for visit, _ in sorted(free, key=lambda each: _distance(plan, each[0], appointment)):
            try:
                with db.session.begin_nested():
                    return move(plan, appointment, visit, act, reason)
            except SlotFull:
                continue
            except SecondBooking:
                break  # this person is here that day anyway
    return None


def _days_on(plan: HallPlan, appointment: Appointment, now: datetime) -> Iterable[date]:
    """The booked day and those after it, as far as can be booked at all."""
    last = plan.day_of(now).date + timedelta(days=plan.booking.horizon_days)
    days = (last - appointment.day).days
    return [appointment.day + timedelta(days=ahead) for ahead in range(days + 1)]


def _distance(plan: HallPlan, visit: Visit, appointment: Appointment) -> timedelta:
    """How far the time of day is from the one that was booked."""
    wanted: timedelta = appointment.slot_starts_at - plan.hall_day(appointment.day).starts_at
    offered = visit.starts_at - plan.day_of(visit.starts_at).starts_at
    return abs(offered - wanted)


def _time(appointment: Appointment) -> tuple[datetime, str]:
    return appointment.slot_starts_at, appointment.id
