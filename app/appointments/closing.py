"""A day that closes or shrinks: whose bookings are hit, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from app.appointments.errors import AlreadyCheckedIn
from app.appointments.queries import (
    Appointment,
    active_in_order,
    active_on,
    booked_days,
    find,
    free_visits,
    needs_of,
    slots_on,
)
from app.appointments.rules import POOLS, Slot, Visit, item_books, kept_and_hit
from app.appointments.service import give_up, move, still_booked
from app.appointments.states import State
from app.catalog.plan import HallPlan
from app.catalog.service import held_plan
from app.core.acts import Act

SAME_TIME = timedelta(hours=2)
"""A booking moved by more would suit fewer people than the same time on another day."""
AT_MOST = 100
"""Bookings that one transaction settles: everybody else in the hall waits for it."""
Free = dict[tuple[date, tuple[str, ...]], list[Visit]]
"""Day and items -> the times that are free for them, as read while the hall is held alone."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of the bookings that were hit."""

    moved: list[Appointment] = field(default_factory=list)
    cancelled: list[Appointment] = field(default_factory=list)
    left: list[Appointment] = field(default_factory=list)
    """Still hit: no place was free."""
    remaining: int = 0
    """How many more are hit that were not looked at yet."""


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
    slots = slots_on(plan, day)
    room = {slot.id: slot.capacity for slot in slots.values()}
    without = {each.id for each in ordered if not _can_be_booked(plan, each, slots)}
    _, hits = kept_and_hit(
        [(each.id, needs[each.id]) for each in ordered if each.id not in without], room
    )
    gone = without | set(hits)
    return [each for each in ordered if each.id in gone and each.state == State.BOOKED]


def _can_be_booked(plan: HallPlan, appointment: Appointment, slots: Mapping[str, Slot]) -> bool:
    """Whether the hall still offers these items, and at this time, room or not."""
    if not _is_offered(plan, appointment):
        return False
    slot = slots.get(appointment.slot_id)
    if slot is None or slot.event is not None:
        return slot is not None
    items = [plan.items[code] for code in appointment.items]
    time = appointment.slot_starts_at, appointment.slot_ends_at
    return all(item_books(plan, item, *time) for item in items)


def _is_offered(plan: HallPlan, appointment: Appointment) -> bool:
    """Whether the hall still offers these items, in the lane they were booked in."""
    offered = (plan.items.get(code) for code in appointment.items)
    return all(item is not None and item.lane == appointment.lane for item in offered)


def move_hit(
    hall: str,
    act: Act,
    reason: str,
    *,
    day: date | None = None,
    to: date | None = None,
    after: str | None = None,
    at_most: int = AT_MOST,
) -> Settled:
    """Move bookings that are hit to the free time nearest to their own: on `to`, or on the first
    day that has one about the same time, else on the first that has any. Who booked is told, with
    the reason. No booking is made meanwhile.

    `after`: the last booking that was left before; only those behind it are looked at, so that
    whoever goes on until none remain comes to an end. Raises AppointmentNotFound."""
    plan = held_plan(hall, alone=True)
    found = hit(plan, act.now, day)
    if after is not None:
        passed = _time(find(id=after))
        found = [each for each in found if _time(each) > passed]
    settled = Settled(remaining=len(found[at_most:]))
    free: Free = {}
    for appointment in _locked(found[:at_most]):
        moved = _moved(plan, appointment, act, reason, to, free)
        if moved is None:
            settled.left.append(appointment)
        else:
            settled.moved.append(moved)
    return settled


def cancel_hit(
    hall: str, act: Act, reason: str, *, day: date | None = None, at_most: int = AT_MOST
) -> Settled:
    """Cancel bookings that are hit. Who booked is told, with the reason."""
    plan = held_plan(hall, alone=True)
    found = hit(plan, act.now, day)
    cancelled = [give_up(plan, each, act, reason) for each in _locked(found[:at_most])]
    return Settled(cancelled=cancelled, remaining=len(found[at_most:]))


def _locked(bookings: Iterable[Appointment]) -> Iterator[Appointment]:
    """Each, held until this transaction ends, but for whoever has just come: they are served."""
    for each in bookings:
        with suppress(AlreadyCheckedIn):
            yield still_booked(each.id)


def _moved(
    plan: HallPlan, appointment: Appointment, act: Act, reason: str, to: date | None, free: Free
) -> Appointment | None:
    """The booking at its new time; None where there is none for it."""
    if not _is_offered(plan, appointment):
        return None
    days = [to] if to else _days_on(plan, appointment, act.now)
    for at_most in (SAME_TIME, timedelta.max):
        for day in days:
            times = _free_on(plan, appointment.items, day, act.now, free)
            if not times or _comes_anyway(plan, appointment, day):
                continue
            nearest = min(times, key=lambda visit: _distance(plan, visit, appointment))
            if _distance(plan, nearest, appointment) > at_most:
                continue
            for touched in [key for key in free if key[0] in (day, appointment.day)]:
                del free[touched]
            return move(plan, appointment, nearest, act, reason)
    return None


def _free_on(
    plan: HallPlan, items: Sequence[str], day: date, now: datetime, free: Free
) -> list[Visit]:
    """The day's free times, read again only once a booking has left the day or come to it: nobody
    else books meanwhile, and a full day is not asked for every booking."""
    key = day, tuple(items)
    if key not in free:
        wanted = [plan.items[code] for code in items]
        found = free_visits(plan, wanted, day, POOLS, now, before_waiting=True)
        free[key] = [visit for visit, _ in found]
    return free[key]


def _comes_anyway(plan: HallPlan, appointment: Appointment, day: date) -> bool:
    """Whether this person has another booking that day."""
    return day != appointment.day and active_on(plan.code, day, appointment.person_id)


def _days_on(plan: HallPlan, appointment: Appointment, now: datetime) -> list[date]:
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
