"""When a hall is open, and whether somebody can still be served today. Pure.

Opening hours are wall-clock times of calendar dates; a hall day (from `day_starts_at` to the
next) takes its opening from both dates it touches. Spans are aware instants in UTC, so a day
on which the clocks change is as long as it is; a wall-clock time that comes twice means its
first coming.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from app.catalog.errors import EmptyRange, UnknownCounter, UnknownLane
from app.catalog.plan import (
    CalendarDay,
    Counter,
    Exceptional,
    HallDay,
    HallPlan,
    Interval,
    Item,
    Week,
    Zone,
)

Span = tuple[datetime, datetime]
"""[from, to)."""

SATURDAY = 5


def hours_on(plan: HallPlan, day: date) -> tuple[Interval, ...]:
    """The hall's opening intervals on a calendar date: a one-day exception goes before the
    public calendar, the public calendar before the week."""
    for exception in plan.exceptions:
        if exception.date == day:
            return exception.hours
    return _by_calendar(plan, plan.week, day)


def counter_hours_on(plan: HallPlan, counter: Counter, day: date) -> tuple[Interval, ...]:
    """The counter's own hours on a calendar date, as far as the hall is open: its one-day
    exception goes before the public calendar, the public calendar before its week."""
    hall = hours_on(plan, day)
    for exception in counter.exceptions:
        if exception.date == day:
            return _common(exception.hours, hall)
    if counter.hours is None:
        return hall
    return _common(_by_calendar(plan, counter.hours, day), hall)


def remark_on(plan: HallPlan, day: date) -> str | None:
    """Why this date differs from its weekday, in words: an exception's reason or a holiday's
    name; None on an ordinary day."""
    for exception in plan.exceptions:
        if exception.date == day:
            return exception.reason
    special = _special(plan, day)
    return special.name if special else None


def remarks_on(plan: HallPlan, day: date, lane: str) -> list[str]:
    """Every reason in the hall's file for which this lane's bookings of a date may have changed:
    the hall's, those of its bookings, and those of the counters that serve the lane."""
    hall = remark_on(plan, day)
    bookings = (each for each in plan.booking.exceptions if not each.lanes or lane in each.lanes)
    counters = (
        (counter, each)
        for counter in plan.counters.values()
        if lane in counter.lanes
        for each in counter.exceptions
    )
    return [
        *([hall] if hall else []),
        *(each.reason for each in bookings if each.date == day),
        *(f"{counter.no} 号窗口{each.reason}" for counter, each in counters if each.date == day),
    ]


def opening(plan: HallPlan, day: HallDay, counter: Counter | None = None) -> tuple[Span, ...]:
    """When the hall (or one counter of it) is open in this hall day; spans that touch, such as
    before and after midnight, are one."""
    ends_at = plan.hall_day(day.date + timedelta(days=1)).starts_at
    spans: list[Span] = []
    for date_ in (day.date, day.date + timedelta(days=1)):
        hours = hours_on(plan, date_) if counter is None else counter_hours_on(plan, counter, date_)
        for start, end in hours:
            opens = max(_instant(plan, date_, start), day.starts_at)
            closes = min(_instant(plan, date_, end), ends_at)
            if spans and opens == spans[-1][1]:
                spans[-1] = (spans[-1][0], max(closes, opens))
            elif opens < closes:
                spans.append((opens, closes))
    return tuple(spans)


def is_open_at(plan: HallPlan, instant: datetime) -> bool:
    """Whether the hall's doors are open."""
    spans = opening(plan, plan.day_of(instant))
    return any(opens <= instant < closes for opens, closes in spans)


def gives_numbers_at(plan: HallPlan, instant: datetime) -> bool:
    """Whether numbers are given: from the first opening of the hall day to its last closing.

    So also in the lunch pause, since the hall opens again: people who come at noon should be
    able to take their place. Not before the first opening: the doors are shut.
    """
    spans = opening(plan, plan.day_of(instant))
    return bool(spans) and spans[0][0] <= instant < spans[-1][1]


def open_minutes_left(plan: HallPlan, instant: datetime, counter: Counter | None = None) -> float:
    """Opening minutes of the hall (or one counter) from `instant` to the end of its hall day,
    pauses left out."""
    spans = opening(plan, plan.day_of(instant), counter)
    left = (max(closes - max(opens, instant), timedelta()) for opens, closes in spans)
    return sum(left, timedelta()) / timedelta(minutes=1)


def counters_left(plan: HallPlan, instant: datetime) -> dict[str, float]:
    """Number -> opening minutes left, for the counters whose hours go on in this hall day."""
    by_hours: dict[tuple[Week | None, tuple[Exceptional, ...]], float] = {}
    minutes: dict[str, float] = {}
    for counter in plan.counters.values():
        hours = counter.hours, counter.exceptions
        if hours not in by_hours:
            by_hours[hours] = open_minutes_left(plan, instant, counter)
        minutes[counter.no] = by_hours[hours]
    return {no: left for no, left in minutes.items() if left > 0}


def is_lane_served(plan: HallPlan, lane: str, instant: datetime) -> bool:
    """Whether some counter still serves this lane in this hall day, by its hours."""
    return any(lane in plan.counters[no].lanes for no in counters_left(plan, instant))


def is_bookable(plan: HallPlan, item: Item) -> bool:
    """Whether the item can be booked at all: at a slot of its lane, for which some counter has
    time, or at a mass event of its own."""
    if any(event.item == item.code for event in plan.booking.events):
        return True
    return item.bookable != () and any(item.lane in c.shares for c in plan.counters.values())


def can_still_be_served(
    plan: HallPlan, lane: str, minutes: float, waiting: Mapping[str, float], instant: datetime
) -> bool:
    """The last-number rule: whether a newcomer of `lane` at `instant`, whose business takes
    `minutes`, would be served before closing.

    `waiting`: letters -> minutes of work that wait. Each lane's work is spread evenly over the
    counters on duty that have it in their first tier, or, where there are none, in any. The
    newcomer fits when the mean load of his lane's counters and his own minutes are no more than
    the mean of the opening minutes these counters have left.
    """
    left = counters_left(plan, instant)
    duty = [plan.counters[no] for no in left]
    load = dict.fromkeys(left, 0.0)
    for letters, work in waiting.items():
        serving = _serving(duty, letters)
        for counter in serving:
            load[counter.no] += work / len(serving)
    his = _serving(duty, lane)
    if not his:
        return False
    mean_load = sum(load[c.no] for c in his) / len(his)
    mean_left = sum(left[c.no] for c in his) / len(his)
    return mean_load + minutes <= mean_left


def zone_of(plan: HallPlan, lanes: str, counters: str) -> Zone:
    """The part of a hall named by `A,B` and by `1-5,A3`; an empty text leaves all in. Counters
    alone bring the lanes that they serve. Raises UnknownLane, UnknownCounter, EmptyRange."""
    letters = frozenset(_listed(lanes))
    if not letters <= plan.lanes.keys():
        raise UnknownLane
    nos = frozenset(no for part in _listed(counters) for no in _counters_named(plan, part))
    served = frozenset(letters for no in nos for letters in plan.counters[no].lanes)
    return Zone(letters or served or None, nos or None)


def _listed(text: str) -> list[str]:
    return [part.strip().upper() for part in text.split(",") if part.strip()]


def _counters_named(plan: HallPlan, part: str) -> list[str]:
    """`3`, or those of `1-5`."""
    ends = [end.strip() for end in part.split("-", 1)]
    first, last = ends[0], ends[-1]
    if not {first, last} <= plan.counters.keys():
        raise UnknownCounter
    named = [no for no in plan.counters if _place(first) <= _place(no) <= _place(last)]
    if not named:
        raise EmptyRange(f"{first}-{last} 里没有窗口，请把小的号写在前面，如 {last}-{first}。")
    return named


def _place(no: str) -> tuple[str, int]:
    """Where a counter stands in its row: 9 before 10, A3 after both."""
    letter = no[0] if no[0].isalpha() else ""
    return letter, int(no.removeprefix(letter))


def _serving(duty: Sequence[Counter], lane: str) -> list[Counter]:
    first = [c for c in duty if lane in c.tiers[0]]
    return first or [c for c in duty if lane in c.lanes]


def _special(plan: HallPlan, day: date) -> CalendarDay | None:
    return plan.calendar.get(day) if plan.closed_on_holidays else None


def _by_calendar(plan: HallPlan, week: Week, day: date) -> tuple[Interval, ...]:
    special = _special(plan, day)
    if special is None:
        return week[day.weekday()]
    if special.kind == "holiday":
        return ()
    return week[plan.workday_as if day.weekday() >= SATURDAY else day.weekday()]


def _common(ours: Iterable[Interval], halls: Iterable[Interval]) -> tuple[Interval, ...]:
    halls = tuple(halls)
    cuts = ((max(a, c), min(b, d)) for a, b in ours for c, d in halls)
    return tuple((start, end) for start, end in cuts if start < end)


def _instant(plan: HallPlan, day: date, minutes: int) -> datetime:
    days, minute = divmod(minutes, 24 * 60)
    clock = time(minute // 60, minute % 60)
    return datetime.combine(day + timedelta(days=days), clock, tzinfo=plan.zone).astimezone(UTC)
