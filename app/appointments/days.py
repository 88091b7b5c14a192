"""The days that can be booked, as a calendar shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from app.appointments.queries import first_come, kept_for_waiting, slots_on, taken_between
from app.appointments.rules import (
    Visit,
    has_closed,
    is_released,
    places_left,
    released_at,
    visits,
)
from app.appointments.waiting.queries import Waiting
from app.catalog.plan import HallPlan, Item
from app.catalog.rules import opening, remarks_on
from app.core.language import gettext as _


@dataclass(frozen=True, slots=True)
class BookingDay:
    """What somebody who wants to come for something finds on one day."""

    date: date
    state: Literal["open", "full", "closed", "not_released", "past"]
    """past: of today, nothing to come."""
    left: int = 0
    releases_at: datetime | None = None
    """When it is opened, on the hall's clock."""
    reason: str | None = None
    """Why it is closed, in words."""


def booking_days(plan: HallPlan, items: Sequence[Item], now: datetime) -> list[BookingDay]:
    """Today and every day as far as can be booked, for a visit of the public for these items."""
    today = plan.day_of(now).date
    last = now.astimezone(plan.zone).date() + timedelta(days=plan.booking.horizon_days)
    days = [today + timedelta(days=ahead) for ahead in range((last - today).days + 1)]
    taken = taken_between(plan.code, today, last)
    waiting = first_come(plan, today, last, now)
    return [_day(plan, items, day, taken, waiting.get(day, []), now) for day in days]


def _day(
    plan: HallPlan,
    items: Sequence[Item],
    day: date,
    taken: Mapping[str, int],
    waiting: Sequence[Waiting],
    now: datetime,
) -> BookingDay:
    every = list(visits(plan, slots_on(plan, day).values(), items, "public"))
    if not every:
        return BookingDay(day, "closed", reason=_why_closed(plan, items, day))
    if not is_released(plan, day, now):
        return BookingDay(day, "not_released", releases_at=released_at(plan, day))
    to_come = [visit for visit in every if not has_closed(plan, visit, now)]
    if not to_come:
        return BookingDay(day, "past")
    kept = kept_for_waiting(plan, day, waiting, taken, now)
    left = _room(
        (each for each in to_come if kept.isdisjoint(p.slot.id for p in each.parts)), taken
    )
    return BookingDay(day, "open" if left else "full", left)


def _room(free: Iterable[Visit], taken: Mapping[str, int]) -> int:
    """How many such visits a day still has room for, one after another: two of them may want the
    same slots."""
    sold = dict(taken)
    room = 0
    for visit in sorted(free, key=lambda each: each.starts_at):
        more = places_left(visit, sold)
        for part in visit.parts:
            sold[part.slot.id] = sold.get(part.slot.id, 0) + more * part.units
        room += more
    return room


def _why_closed(plan: HallPlan, items: Sequence[Item], day: date) -> str:
    remarks = remarks_on(plan, day, items[0].lane)
    if remarks:
        return "；".join(remarks)
    if not opening(plan, plan.hall_day(day)):
        return _("大厅这天不开放。")
    return _("这项业务这天不办理预约。")
