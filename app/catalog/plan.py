"""A hall as its people see it: one frozen value, read from the tables of `models`.

Everything above the catalog works with these, never with rows. A plan is cached for each
process until the hall's `revision` moves (see `service.plan_of`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from queueing.order import Promises
from queueing.sequence import Tiers

Interval = tuple[int, int]
"""Opening time as minutes since local midnight, [from, to); 1440 is 24:00."""

Week = tuple[tuple[Interval, ...], ...]
"""Seven days, Monday first."""

WHOLE_HALL = ""
"""Where a lane's letters could stand."""


@dataclass(frozen=True, slots=True)
class HallDay:
    """One day of one hall: begins at the hall's `day_starts_at`, in the hall's own time zone."""

    hall: str
    date: date
    starts_at: datetime

    def ms(self, instant: datetime) -> int:
        """Whole milliseconds from the start of this hall day to `instant`."""
        return (instant - self.starts_at) // timedelta(milliseconds=1)

    def instant(self, ms: int) -> datetime:
        """The moment `ms` milliseconds after the start of this hall day, UTC."""
        return self.starts_at + timedelta(milliseconds=ms)


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day on which the country rests or works other than its weekday says."""

    date: date
    kind: Literal["holiday", "workday"]
    name: str
    source: Literal["official", "estimated"]
    """Estimated: from the customary dates, before the State Council's notice for that year."""


@dataclass(frozen=True, slots=True)
class Exceptional:
    """A one-day exception: other hours, or none."""

    date: date
    hours: tuple[Interval, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Department:
    code: str
    name: str
    name_en: str = ""
    """In English; empty, here and everywhere: only in Chinese."""


@dataclass(frozen=True, slots=True)
class Lane:
    id: int
    letters: str
    name: str
    walk_in_quota: int | None
    """Numbers a day for walk-ins; None: no limit."""
    walk_in_promise: int | None
    """Milliseconds, instead of the hall's; None: the hall's."""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Counter:
    id: int
    no: str
    name: str
    kind: Literal["general", "specialist"]
    accessible: bool
    tiers: Tiers
    hours: Week | None
    """None: the hall's hours."""
    exceptions: tuple[Exceptional, ...] = ()
    """Days on which this counter alone has other hours, or none."""
    shares: Mapping[str, Decimal] = field(default_factory=dict)
    """Letters -> the part of its time that is for this lane's bookings and walk-ins together;
    they add up to at most 1, and only lanes named here can be booked at this counter."""
    tiers_in_file: Tiers | None = None
    """Its tiers by the hall file, while it serves others for the day; None: `tiers` are."""
    name_en: str = ""

    @property
    def lanes(self) -> frozenset[str]:
        """Letters of every lane it serves, in whatever tier."""
        return frozenset(letters for tier in self.tiers for letters in tier)


@dataclass(frozen=True, slots=True)
class Item:
    id: int
    code: str
    name: str
    department: str
    """The department's code."""
    lane: str
    """The lane's letters."""
    minutes: int
    papers: tuple[str, ...]
    bookable: tuple[BookableTime, ...] | None = None
    """None: at every slot of its lane; empty: at none but those of an event."""
    name_en: str = ""
    papers_en: tuple[str, ...] = ()
    """The papers in English, one for each; empty: only in Chinese."""
    aliases: tuple[str, ...] = ()
    """What people call it, so that they find it."""
    form: str | None = None
    """The code of the form people fill in for it; None: there is none."""
    collects: bool = False
    """Whether people come for it to fetch what was made for them."""


@dataclass(frozen=True, slots=True)
class BookableTime:
    """A rule such as "the first and third Saturday of a month, 09:00 to 12:00"."""

    days: tuple[int, ...]
    """Weekdays; 0 is Monday."""
    weeks: tuple[int, ...] = ()
    """Which of a month's such weekdays, from 1; -1 is the last. Empty: each."""
    hours: tuple[Interval, ...] = ()
    """Empty: all opening hours."""


@dataclass(frozen=True, slots=True)
class BookingException:
    """One day on which bookings, and they alone, keep other hours."""

    date: date
    hours: tuple[Interval, ...]
    """Slots lie within these; empty: none."""
    reason: str
    lanes: tuple[str, ...] = ()
    """Empty: all lanes."""


@dataclass(frozen=True, slots=True)
class MassEvent:
    """Many people come for one item in a few days: slots of their own, with a number of places
    each instead of counters' time."""

    code: str
    name: str
    item: str
    dates: tuple[date, ...]
    hours: tuple[Interval, ...]
    slot_minutes: int
    places: int
    """In each slot, for the public."""
    staff_places: int = 0


@dataclass(frozen=True, slots=True)
class Remind:
    """When people are reminded of what they booked."""

    evening: time | None = time(18)
    """Of the day before, on the hall's clock; None: not then."""
    before: int = 2 * 60 * 60_000
    """Milliseconds before the slot's start; 0: not then."""


@dataclass(frozen=True, slots=True)
class Ban:
    """After how many of something nobody books by themselves for a while."""

    what: Literal["missed", "cancelled"]
    count: int
    ban_days: int
    within_days: int | None = None
    """None: however long ago they were."""


@dataclass(frozen=True, slots=True)
class Booking:
    """What a hall may choose about its bookings."""

    slot_minutes: int = 15
    walk_in_share: Decimal = Decimal("0.5")
    """Of the time that counters have for a lane: kept for people without a booking."""
    staff_share: Decimal = Decimal("0.1")
    """Of the same: for bookings made by staff, at the desk or on the telephone."""
    horizon_days: int = 7
    """The farthest day that can be booked, from today."""
    release_at: time = time(8)
    """When that farthest day is opened, on the hall's clock."""
    book_until: int = 0
    """Milliseconds before a slot's start."""
    cancel_until: int = 2 * 60 * 60_000
    """Milliseconds before a slot's start; later a booking can be neither cancelled nor moved by
    who made it."""
    release_hold: tuple[int, int] = (60_000, 10 * 60_000)
    """Milliseconds, least and most: a freed place is sold again only after a random time within,
    so that places cannot be handed over for money."""
    offer_for: int = 30 * 60_000
    """Milliseconds for which a place that came free is held for the first of the waiting list."""
    remind: Remind = field(default_factory=Remind)
    bans: tuple[Ban, ...] = (
        Ban("missed", count=3, ban_days=30),
        Ban("cancelled", count=5, within_days=30, ban_days=30),
    )
    """Source: the rule of Guangzhou's tax halls, 2018."""
    exceptions: tuple[BookingException, ...] = ()
    events: tuple[MassEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Location:
    """Where the hall stands; a phone checks in only within the radius."""

    latitude: float
    longitude: float
    """GCJ-02 degrees, as WeChat tells them."""
    radius_m: int


@dataclass(frozen=True, slots=True)
class AutoCall:
    """Whether a counter's console calls the next by itself once the counter is free."""

    on: bool
    pause_s: int
    """Seconds it lets pass before it does."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a hall may choose besides its promises."""

    one_live_ticket: Literal["off", "per_lane", "per_hall"] = "off"
    unstarted_on_next: Literal["finished", "passed"] = "finished"
    last_number: bool = True
    """Give no more numbers once the hall could not serve them before closing."""
    numbers_from_afar: bool = False
    overdue_after: int = 15 * 60_000
    """Milliseconds after its due at which a ticket of a later tier moves to the first."""
    pause_keeps_bound: int = 5 * 60_000
    """Milliseconds a pausing counter keeps the tickets bound to it."""
    undo_within: int = 60_000
    recall_at_most: int = 3
    recall_every: int = 20_000
    """Milliseconds between two calls of the same number."""
    near_ahead: int = 3
    """People still before somebody when their phone is told that their turn is near; 0: never."""
    vanished_after: int = 120_000
    """Milliseconds of silence after which a clerk's ticket may be taken over by another counter."""
    paper_numbers: tuple[int, int] | None = None
    """First and last count, in each lane, of the numbers that lie on paper at the help desk; the
    machines never give them."""
    quiet_hours: Interval | None = (21 * 60, 7 * 60 + 30)
    """In which nobody's phone is made to ring for what can wait; may go over midnight. None: rings
    at all hours."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on the office is warned."""

    oldest_wait: int = 30 * 60_000
    """Milliseconds somebody of a lane has waited."""
    waiting: int = 30
    """People in one lane."""
    unserved_lane: bool = True
    """Somebody waits in a lane, and nobody sits at an open counter that serves it."""
    bad_rating: bool = True


@dataclass(frozen=True)
class HallPlan:
    id: int
    code: str
    name: str
    revision: int
    timezone: str
    day_starts_at: time
    week: Week
    exceptions: tuple[Exceptional, ...]
    closed_on_holidays: bool
    promises: Promises
    rules: Rules
    departments: dict[str, Department]
    """By code."""
    lanes: dict[str, Lane]
    """By letters, in the order of the hall file, as all the others."""
    counters: dict[str, Counter]
    """By number."""
    items: dict[str, Item]
    """By code."""
    address: str = ""
    phone: str = ""
    message: str = ""
    name_en: str = ""
    message_en: str = ""
    booking: Booking = field(default_factory=Booking)
    location: Location | None = None
    """None: a phone may check in from anywhere, as where the hall trusts people to be there."""
    workday_as: int = 0
    """The weekday whose hours a make-up workday on a weekend has; 0 is Monday."""
    calendar: dict[date, CalendarDay] = field(default_factory=dict)
    """Empty where the hall does not follow the public calendar (`closed_on_holidays` off)."""
    retired_lanes: dict[str, Lane] = field(default_factory=dict)
    retired_items: dict[str, Item] = field(default_factory=dict)
    thresholds: Thresholds = field(default_factory=Thresholds)
    stops: Mapping[str, str] = field(default_factory=dict)
    """Letters -> why no more numbers of this lane are given today; WHOLE_HALL: of all."""
    adjusted_until: datetime | None = None
    """When what was changed on the spot ends by itself; None: nothing was that ends."""

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def day_of(self, instant: datetime) -> HallDay:
        """The hall day `instant` belongs to: before `day_starts_at` it is still yesterday's."""
        local = instant.astimezone(self.zone)
        day = local.date()
        if local.time() < self.day_starts_at:
            day -= timedelta(days=1)
        return self.hall_day(day)

    def clock_on(self, day: HallDay, clock: time) -> datetime:
        """The moment at which the hall's clock shows this on this hall day."""
        shown = datetime.combine(day.date, clock, tzinfo=self.zone)
        if shown < day.starts_at:
            shown = datetime.combine(day.date + timedelta(days=1), clock, tzinfo=self.zone)
        return shown.astimezone(UTC)

    def hall_day(self, day: date) -> HallDay:
        """The hall day of this date."""
        start = datetime.combine(day, self.day_starts_at, tzinfo=self.zone)
        return HallDay(self.code, day, start.astimezone(UTC))

    def why_stopped(self, letters: str) -> str | None:
        """Why no numbers of this lane are given today; None: they are."""
        return self.stops.get(WHOLE_HALL, self.stops.get(letters))

    def item_coded(self, code: str) -> Item:
        """An item of the hall file, or one that has left it: tickets outlive a change of file.
        Raises KeyError."""
        return self.items.get(code) or self.retired_items[code]


@dataclass(frozen=True, slots=True)
class Zone:
    """What of a hall a screen shows."""

    lanes: frozenset[str] | None
    """Letters; None: all."""
    counters: frozenset[str] | None
    """Numbers; None: all."""


EVERYWHERE = Zone(None, None)
