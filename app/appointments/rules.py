"""What can be booked in a hall: its slots, and what a visit takes of them. Pure.

A slot sells minutes: counters × their share for the lane × the slot's length, less what is kept
for walk-ins; a visit takes the minutes of its items, over as many slots in a row as it needs.
The slots of a mass event sell places, one a person. Each slot has a pool for the public and one
for staff, who book for people on the telephone or at the desk; each pool is sold by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Literal

from app.catalog.plan import (
    BookableTime,
    Counter,
    HallDay,
    HallPlan,
    Interval,
    Item,
    Location,
    MassEvent,
)
from app.catalog.rules import Span, hours_on, is_bookable, opening

Pool = Literal["public", "staff"]
POOLS: tuple[Pool, ...] = ("public", "staff")

EARTH_M = 6_371_000
_A_MONDAY = date(2001, 1, 1)
CODE_DIGITS = 10
"""Of a booking's code: all digits, since it is typed at the machine and read out on the phone."""
BETWEEN_REMINDERS = timedelta(hours=1)
"""Two of one booking are never nearer."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that can be booked in one lane, by one pool of people."""

    id: str
    """hall.date.lane.minute.pool[.event]: made from the hall file, stored when first sold. The
    minute counts from the midnight of UTC a day before the date: a hall may begin its days at
    another time, and clocks may change, and still each time has one id and each id one time."""
    lane: str
    starts_at: datetime
    ends_at: datetime
    pool: Pool
    capacity: int
    """Minutes; places, for an event's slot."""
    event: MassEvent | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What a visit takes of one slot, in its units."""

    slot: Slot
    units: int


@dataclass(frozen=True, slots=True)
class Visit:
    """A time at which a person may come, and what it takes of the slots."""

    parts: tuple[Part, ...]

    @property
    def id(self) -> str:
        """The slot it begins with names it."""
        return self.parts[0].slot.id

    @property
    def lane(self) -> str:
        return self.parts[0].slot.lane

    @property
    def starts_at(self) -> datetime:
        return self.parts[0].slot.starts_at

    @property
    def ends_at(self) -> datetime:
        return self.parts[-1].slot.ends_at

    @property
    def needs(self) -> tuple[tuple[Slot, int], ...]:
        """Slots and units, in the order of the slots' ids: rows are locked in this order."""
        ordered = sorted(self.parts, key=lambda part: part.slot.id)
        return tuple((part.slot, part.units) for part in ordered)


def hall_and_date(slot_id: str) -> tuple[str, date]:
    """The hall's code and the hall day a slot's id names. Raises ValueError where it is no id."""
    hall, day, *rest = slot_id.split(".")
    if len(rest) not in (3, 4) or len(day) != len("20261123"):
        raise ValueError(slot_id)
    return hall, datetime.strptime(day, "%Y%m%d").date()  # noqa: DTZ007 (a date has no zone)


def places_left(visit: Visit, taken: Mapping[str, int]) -> int:
    """How many visits like this one still fit. `taken`: slot id -> units sold."""
    return min(
        max(part.slot.capacity - taken.get(part.slot.id, 0), 0) // part.units
        for part in visit.parts
    )


def slots_of(plan: HallPlan, day: HallDay) -> dict[str, Slot]:
    """Every slot of a hall day by its id, lane by lane in the order of time; also those that hold
    nothing, so that a visit can tell a slot that is full from one that never was."""
    made: dict[str, Slot] = {}
    if not hours_on(plan, day.date):
        return made  # nobody would look for the hours after midnight of a day that is closed
    counters = [(counter, opening(plan, day, counter)) for counter in plan.counters.values()]
    for starts_at, ends_at in _tiled(opening(plan, day), plan.booking.slot_minutes):
        on_duty = [counter for counter, spans in counters if _within(starts_at, ends_at, spans)]
        for lane in plan.lanes:
            if not _lane_books(plan, lane, starts_at, ends_at):
                continue
            for pool, capacity in zip(POOLS, _minutes(plan, on_duty, lane), strict=True):
                slot = Slot(
                    _id(day, lane, starts_at, pool), lane, starts_at, ends_at, pool, capacity
                )
                made[slot.id] = slot
    made.update((slot.id, slot) for slot in _event_slots(plan, day))
    return made


def visits(
    plan: HallPlan, slots: Iterable[Slot], items: Sequence[Item], pool: Pool
) -> Iterator[Visit]:
    """Every time of these slots at which a visit for these items could begin, sold or not; where
    it would not fit even with nothing sold, there is nothing to be full or to wait for."""
    lane = items[0].lane
    minutes = sum(item.minutes for item in items)
    own = [slot for slot in slots if slot.lane == lane and slot.pool == pool]
    ordinary = [slot for slot in own if slot.event is None]
    for place in range(len(ordinary)):
        visit = _from(ordinary[place:], minutes)
        if (
            visit is not None
            and places_left(visit, {})
            and all(item_books(plan, item, visit.starts_at, visit.ends_at) for item in items)
        ):
            yield visit
    for slot in own:
        is_its = slot.event is not None and [item.code for item in items] == [slot.event.item]
        if is_its and slot.capacity:
            yield Visit((Part(slot, 1),))


def visit_at(
    plan: HallPlan, slots: Iterable[Slot], items: Sequence[Item], slot: Slot
) -> Visit | None:
    """The visit that begins with this slot; None where these items cannot be booked there."""
    found = (visit for visit in visits(plan, slots, items, slot.pool) if visit.id == slot.id)
    return next(found, None)


def minutes_at_most(plan: HallPlan) -> dict[str, int]:
    """Letters -> the public's minutes in the roomiest slot of an ordinary week."""
    ordinary = replace(
        plan,
        exceptions=(),
        calendar={},
        counters={no: replace(each, exceptions=()) for no, each in plan.counters.items()},
        booking=replace(plan.booking, exceptions=(), events=()),
    )
    most: dict[str, int] = {}
    for day in range(7):
        for slot in slots_of(ordinary, ordinary.hall_day(_A_MONDAY + timedelta(days=day))).values():
            if slot.pool == "public":
                most[slot.lane] = max(slot.capacity, most.get(slot.lane, 0))
    return most


def minutes_needed(plan: HallPlan, item: Item) -> int:
    """What a visit for this item takes of the first slot: all of it, where it is longer."""
    return min(item.minutes, plan.booking.slot_minutes)


def never_fits(plan: HallPlan) -> Iterator[tuple[Item, int, int]]:
    """The items that could be booked but for the time kept for the public: (item, minutes there are
    in its lane's roomiest slot, minutes it needs)."""
    of_events = {event.item for event in plan.booking.events}
    most = minutes_at_most(plan)
    for item in plan.items.values():
        room, needed = most.get(item.lane, 0), minutes_needed(plan, item)
        if is_bookable(plan, item) and room < needed and item.code not in of_events:
            yield item, room, needed


def item_books(plan: HallPlan, item: Item, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether the item's own rules let it be booked at this time."""
    if item.bookable is None:
        return True
    opens, local = _local(plan, starts_at, ends_at)
    return any(
        local.weekday() in rule.days
        and _in_weeks(rule, local)
        and (not rule.hours or _covers(rule.hours, opens))
        for rule in item.bookable
    )


def has_closed(plan: HallPlan, visit: Visit, now: datetime) -> bool:
    """Whether it is too late to book this visit: until its start, or as long before as the hall
    asks."""
    return now >= visit.starts_at - timedelta(milliseconds=plan.booking.book_until)


def is_released(plan: HallPlan, day: date, now: datetime) -> bool:
    """Whether this day can be booked yet: the farthest one is opened at the hall's release time."""
    local = now.astimezone(plan.zone)
    days = plan.booking.horizon_days - (local.time() < plan.booking.release_at)
    return day <= local.date() + timedelta(days=days)


def released_at(plan: HallPlan, day: date) -> datetime:
    """When this day is opened for booking, on the hall's clock."""
    opened = day - timedelta(days=plan.booking.horizon_days)
    return datetime.combine(opened, plan.booking.release_at, tzinfo=plan.zone)


def last_cancel(plan: HallPlan, starts_at: datetime) -> datetime:
    """Until when who booked may cancel or move it."""
    return starts_at - timedelta(milliseconds=plan.booking.cancel_until)


def may_cancel(plan: HallPlan, starts_at: datetime, now: datetime) -> bool:
    """Whether they still may."""
    return now <= last_cancel(plan, starts_at)


def held_for(plan: HallPlan, random: str) -> timedelta:
    """How long a freed place is kept from being sold again; `random`: 128 bits in hex."""
    least, most = plan.booking.release_hold
    return timedelta(milliseconds=least + int(random, 16) % (most - least + 1))


def reminders_of(plan: HallPlan, starts_at: datetime, now: datetime) -> list[datetime]:
    """When somebody is reminded of a booked time: on the evening before, and shortly before, as the
    hall chose; not at a moment that is past, and once where both are within an hour."""
    remind = plan.booking.remind
    local = starts_at.astimezone(plan.zone)
    found: list[datetime] = []
    if remind.evening is not None:
        evening = local.date() - timedelta(days=1)
        found.append(datetime.combine(evening, remind.evening, tzinfo=plan.zone).astimezone(UTC))
    if remind.before:
        shortly = starts_at - timedelta(milliseconds=remind.before)
        if all(abs(shortly - evening) >= BETWEEN_REMINDERS for evening in found):
            found.append(shortly)
    return sorted(moment for moment in found if moment > now)


def code_of(random: str) -> str:
    """A booking's code from 128 random bits in hex."""
    return f"{int(random, 16) % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def check_in_opens(plan: HallPlan, starts_at: datetime, opens_before: int) -> datetime:
    """When check-in opens: `opens_before` milliseconds before the slot, but not on the hall day
    before, on whose last evening the number would be closed."""
    day = plan.day_of(starts_at)
    return max(starts_at - timedelta(milliseconds=opens_before), day.starts_at)


def metres_between(hall: Location, latitude: float, longitude: float) -> float:
    """Along the ground, by the haversine formula."""
    north, east = radians(latitude - hall.latitude), radians(longitude - hall.longitude)
    along = cos(radians(hall.latitude)) * cos(radians(latitude))
    part = sin(north / 2) ** 2 + along * sin(east / 2) ** 2
    return 2 * EARTH_M * asin(sqrt(min(part, 1)))  # rounding may go past the farthest point


def _tiled(spans: Sequence[Span], minutes: int) -> Iterator[Span]:
    """Each opening divided into slots; a rest shorter than a slot is not sold."""
    length = timedelta(minutes=minutes)
    for opens, closes in spans:
        starts_at = opens
        while starts_at + length <= closes:
            yield starts_at, starts_at + length
            starts_at += length


def _within(starts_at: datetime, ends_at: datetime, spans: Sequence[Span]) -> bool:
    return any(opens <= starts_at and ends_at <= closes for opens, closes in spans)


def _minutes(plan: HallPlan, on_duty: Sequence[Counter], lane: str) -> tuple[int, int]:
    """Minutes of one slot for the public and for staff."""
    booking = plan.booking
    time = sum(counter.shares.get(lane, 0) for counter in on_duty) * booking.slot_minutes
    public = 1 - booking.walk_in_share - booking.staff_share
    return int(time * public), int(time * booking.staff_share)


def _event_slots(plan: HallPlan, day: HallDay) -> Iterator[Slot]:
    for event in plan.booking.events:
        if day.date not in event.dates or event.item not in plan.items:
            continue
        lane = plan.items[event.item].lane
        spans = [_span(plan, day, hours) for hours in event.hours]
        for starts_at, ends_at in _tiled(spans, event.slot_minutes):
            if not _within(starts_at, ends_at, opening(plan, day)):
                continue
            for pool, places in zip(POOLS, (event.places, event.staff_places), strict=True):
                slot_id = f"{_id(day, lane, starts_at, pool)}.{event.code}"
                yield Slot(slot_id, lane, starts_at, ends_at, pool, places, event)


def _span(plan: HallPlan, day: HallDay, hours: Interval) -> Span:
    """An event's hours, on the hall day whose date it names."""
    midnight = datetime.combine(day.date, datetime.min.time(), tzinfo=plan.zone)
    opens, closes = (midnight + timedelta(minutes=minute) for minute in hours)
    return opens.astimezone(day.starts_at.tzinfo), closes.astimezone(day.starts_at.tzinfo)


def _id(day: HallDay, lane: str, starts_at: datetime, pool: Pool) -> str:
    midnight = datetime.combine(day.date, datetime.min.time(), tzinfo=UTC)
    minute = (starts_at - midnight + timedelta(days=1)) // timedelta(minutes=1)
    return f"{day.hall}.{day.date:%Y%m%d}.{lane}.{minute:04d}.{pool}"


def _lane_books(plan: HallPlan, lane: str, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether a one-day exception leaves this lane its bookings at this time."""
    opens, local = _local(plan, starts_at, ends_at)
    return all(
        _covers(each.hours, opens)
        for each in plan.booking.exceptions
        if each.date == local.date() and (not each.lanes or lane in each.lanes)
    )


def _in_weeks(rule: BookableTime, local: datetime) -> bool:
    """Whether this is, say, the first or the last such weekday of its month."""
    nth = (local.day - 1) // 7 + 1
    is_last = (local + timedelta(days=7)).month != local.month
    return not rule.weeks or nth in rule.weeks or (is_last and -1 in rule.weeks)


def _local(plan: HallPlan, starts_at: datetime, ends_at: datetime) -> tuple[Interval, datetime]:
    """A time as minutes of its local day, as hours are written, and its local start."""
    local = starts_at.astimezone(plan.zone)
    first = local.hour * 60 + local.minute
    return (first, first + (ends_at - starts_at) // timedelta(minutes=1)), local


def _covers(hours: Sequence[Interval], wanted: Interval) -> bool:
    return any(opens <= wanted[0] and wanted[1] <= closes for opens, closes in hours)


def _from(slots: Sequence[Slot], minutes: int) -> Visit | None:
    """The visit that begins with the first of these slots; None where the opening ends too soon."""
    parts: list[Part] = []
    for slot in slots:
        if parts and parts[-1].slot.ends_at != slot.starts_at:
            return None
        length = (slot.ends_at - slot.starts_at) // timedelta(minutes=1)
        parts.append(Part(slot, min(length, minutes)))
        minutes -= parts[-1].units
        if minutes == 0:
            return Visit(tuple(parts))
    return None


def kept_and_hit(
    bookings: Sequence[tuple[str, dict[str, int]]], room: dict[str, int]
) -> tuple[list[str], list[str]]:
    """Which bookings a day still has room for and which are hit, first made first kept.

    `bookings`: (id, slot id -> units), in the order in which they were made; `room`: slot id ->
    capacity, a slot that is gone left out."""
    left = dict(room)
    kept: list[str] = []
    hit: list[str] = []
    for booking, needs in bookings:
        if all(left.get(slot, 0) >= units for slot, units in needs.items()):
            for slot, units in needs.items():
                left[slot] -= units
            kept.append(booking)
        else:
            hit.append(booking)
    return kept, hit
