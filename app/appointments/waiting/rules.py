"""Whom a free place fits, and until when it is held for them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.appointments.rules import Slot, Visit, has_closed, places_left, visits
from app.catalog.plan import HallPlan
from app.notices.rules import QuietHours

Slots = Mapping[str, Slot]
"""A hall day's, by their ids."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody waits for, on one hall day."""

    day: date
    items: tuple[str, ...]
    begins: time | None = None
    """On the hall's clock."""
    ends: time | None = None


def runs_backwards(plan: HallPlan, wish: Wish) -> bool:
    """Whether its hours end before they begin."""
    day = plan.hall_day(wish.day)
    if wish.begins is None or wish.ends is None:
        return False
    return plan.clock_on(day, wish.ends) <= plan.clock_on(day, wish.begins)


def suiting(plan: HallPlan, slots: Slots, wish: Wish) -> list[Visit]:
    """The times of the day that would do, earliest first, room or not; none where the hall no
    longer offers what they come for."""
    items = [plan.items[code] for code in wish.items if code in plan.items]
    if len(items) < len(wish.items) or len({item.lane for item in items}) > 1:
        return []
    day = plan.hall_day(wish.day)
    earliest = plan.clock_on(day, wish.begins) if wish.begins else None
    latest = plan.clock_on(day, wish.ends) if wish.ends else None
    found = (
        visit
        for visit in visits(plan, slots.values(), items, "public")
        if (earliest is None or visit.starts_at >= earliest)
        and (latest is None or visit.ends_at <= latest)
    )
    return sorted(found, key=lambda visit: (visit.starts_at, visit.id))


def free_for(
    plan: HallPlan, slots: Slots, wish: Wish, taken: Mapping[str, int], now: datetime
) -> list[Visit]:
    """The times that would do, have room, and can still be booked."""
    return [
        visit
        for visit in suiting(plan, slots, wish)
        if places_left(visit, taken) > 0 and not has_closed(plan, visit, now)
    ]


def kept_for(
    plan: HallPlan, slots: Slots, wishes: Iterable[Wish], taken: Mapping[str, int], now: datetime
) -> frozenset[str]:
    """The slots with a place that somebody who waits is about to be offered: nobody else may have
    it. As a rule there are none, since what comes free is offered at once."""
    return frozenset(
        part.slot.id
        for wish in set(wishes)
        for visit in free_for(plan, slots, wish, taken, now)
        for part in visit.parts
    )


def is_hopeless(plan: HallPlan, slots: Slots, wish: Wish, now: datetime) -> bool:
    """Whether nothing can come free for them any more. A day that the hall has closed may be opened
    again, as long as it is not over."""
    times = suiting(plan, slots, wish)
    if not times:
        return wish.day < plan.day_of(now).date
    return all(has_closed(plan, visit, now) for visit in times)


def held_until(plan: HallPlan, visit: Visit, now: datetime) -> datetime:
    """Until when an offer made now stands: the hall's minutes, from when its person is told, but no
    longer than the time can be booked."""
    closes_at = visit.starts_at - timedelta(milliseconds=plan.booking.book_until)
    return min(told_at(plan, now) + timedelta(milliseconds=plan.booking.offer_for), closes_at)


def told_at(plan: HallPlan, now: datetime) -> datetime:
    """When a phone rings for what comes free now: in quiet hours, at their end."""
    quiet = QuietHours.of(plan.rules, plan.zone)
    return (quiet and quiet.end_after(now)) or now
