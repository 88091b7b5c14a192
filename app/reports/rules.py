"""A day's visits, counted: who came when, who waited how long, how true it was what they had been
told, how much the counters were used. Pure.

Waits run from entering (a number taken on site, or the check-in) to the first call. Percentiles
are of what was observed, without interpolation: a reported wait is one that somebody had.
"""

from __future__ import annotations

import math
from collections import Counter as Count
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

from app.appointments.states import State
from app.calling.rules import SERVED
from app.ratings.rules import Counts

V = TypeVar("V")

HALF_HOUR = 30 * 60_000
HOUR = 2 * HALF_HOUR

KINDS = {"walk_in": "现场取号", "appointment": "预约", "afar": "远程取号", "priority": "依法优先"}
"""How people came into the order; who has priority by law is counted there alone."""
PASSED = ("passed", "closed")


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody was first told: seconds from `at`."""

    at: int
    p50_s: float
    p90_s: float


@dataclass(frozen=True, slots=True)
class Visit:
    """One ticket of the day. Times are milliseconds of the hall day."""

    number: str
    lane: str
    items: tuple[str, ...]
    kind: str
    """One of `KINDS`."""
    state: str
    entered: int | None
    """None: expected from afar, and never came."""
    called: int | None
    """First called."""
    ended: int | None
    counter: str | None
    """Where it was last called."""
    passes: int
    served_s: float
    """At counters, over all its calls."""
    told: Told | None = None

    @property
    def waited_s(self) -> float | None:
        if self.called is None or self.entered is None:
            return None
        return (self.called - self.entered) / 1000


@dataclass(frozen=True, slots=True)
class Work:
    """One counter's day: when it was open, and each call's span and end."""

    no: str
    name: str
    open: Sequence[tuple[int, int]]
    calls: Sequence[tuple[int, int, str | None]]
    """(called, ended or now, how it ended)."""


@dataclass(frozen=True, slots=True)
class BookedTime:
    """One booking of the day."""

    starts: int
    state: str


@dataclass(frozen=True, slots=True)
class Waits:
    """How long some people waited, in seconds; None where nobody did."""

    people: int
    median_s: float | None
    p90_s: float | None
    longest_s: float | None


@dataclass(frozen=True, slots=True)
class Span:
    """A half hour or an hour of the day, and what was counted in it."""

    at: int
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class HourWaits:
    """Who entered in this hour, by kind."""

    at: int
    waits: Mapping[str, Waits]


@dataclass(frozen=True, slots=True)
class Truth:
    """How true the estimates were of those who had been told one and were called."""

    people: int
    before_p90: float | None
    """Share called before the later of the two numbers they had been told; it should be 0.9."""
    off_s: float | None
    """Median of |waited - the earlier number|."""
    pairs: Sequence[tuple[float, float]]
    """(the earlier number told, waited), in seconds."""


@dataclass(frozen=True, slots=True)
class Use:
    """What one counter did."""

    no: str
    name: str
    open_s: float
    busy_s: float
    """With somebody, or waiting for who was called; only while it was open."""
    calls: int
    served: int
    passed: int
    service_s: float | None
    """Median time of those served."""

    @property
    def share(self) -> float | None:
        return self.busy_s / self.open_s if self.open_s else None


@dataclass(frozen=True, slots=True)
class Bookings:
    """What became of the day's bookings."""

    by_end: Mapping[str, int]
    by_time: Sequence[Span]

    @property
    def missed_share(self) -> float | None:
        """Among those whose time is over and who did not cancel."""
        missed = self.by_end[State.MISSED]
        due = self.by_end[State.CHECKED_IN] + missed
        return missed / due if due else None


@dataclass(frozen=True, slots=True)
class Totals:
    """The day in a few numbers."""

    tickets: int
    entered: int
    served: int
    waiting: int
    left: int
    """Left by themselves, or closed by a third pass or by the night."""
    passed: int
    """Called and not there at least once."""
    waits: Waits


@dataclass(frozen=True, slots=True)
class DayReport:
    """All of it."""

    totals: Totals
    arrivals: Sequence[Span]
    waits_by_hour: Sequence[HourWaits]
    waits_by_kind: Mapping[str, Waits]
    waits_by_lane: Mapping[str, Waits]
    truth: Truth
    counters: Sequence[Use]
    bookings: Bookings
    ratings: Counts


def report(
    visits: Sequence[Visit],
    counters: Sequence[Work],
    booked: Sequence[BookedTime],
    ratings: Counts,
) -> DayReport:
    """The day of these visits, counters and bookings, and what the visits were given."""
    came = [visit for visit in visits if visit.entered is not None]
    return DayReport(
        totals=_totals(visits, came),
        arrivals=_spans(came, HALF_HOUR, lambda visit: visit.entered or 0, lambda v: v.kind),
        waits_by_hour=_waits_by_hour(came),
        waits_by_kind=_grouped(came, lambda visit: visit.kind, KINDS),
        waits_by_lane=_grouped(came, lambda visit: visit.lane, sorted({v.lane for v in came})),
        truth=_truth(came),
        counters=[_use(counter) for counter in counters],
        bookings=_bookings(booked),
        ratings=ratings,
    )


def waits_of(visits: Iterable[Visit]) -> Waits:
    """Of those who were called."""
    waited = sorted(visit.waited_s for visit in visits if visit.waited_s is not None)
    if not waited:
        return Waits(0, None, None, None)
    return Waits(len(waited), median(waited), nearest_rank(waited, 0.9), waited[-1])


def nearest_rank(ordered: Sequence[float], share: float) -> float:
    """The smallest of them that at least this share does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _totals(visits: Sequence[Visit], came: Sequence[Visit]) -> Totals:
    states = Count(visit.state for visit in visits)
    return Totals(
        tickets=len(visits),
        entered=len(came),
        served=states["finished"],
        waiting=states["waiting"],
        left=states["left"] + states["closed"],
        passed=sum(visit.passes > 0 for visit in visits),
        waits=waits_of(came),
    )


def _spans(
    things: Sequence[V], length: int, when: Callable[[V], int], what: Callable[[V], str]
) -> list[Span]:
    """By spans from the first to the last in which there was anything, empty ones included."""
    counted: dict[int, Count[str]] = {}
    for thing in things:
        counted.setdefault(when(thing) // length, Count())[what(thing)] += 1
    if not counted:
        return []
    spans = range(min(counted), max(counted) + 1)
    return [Span(span * length, dict(counted.get(span, Count()))) for span in spans]


def _waits_by_hour(came: Sequence[Visit]) -> list[HourWaits]:
    by_hour: dict[int, list[Visit]] = {}
    for visit in came:
        by_hour.setdefault((visit.entered or 0) // HOUR, []).append(visit)
    return [
        HourWaits(hour * HOUR, _grouped(by_hour[hour], lambda visit: visit.kind, KINDS))
        for hour in sorted(by_hour)
    ]


def _grouped(
    visits: Iterable[Visit], of: Callable[[Visit], str], groups: Iterable[str]
) -> dict[str, Waits]:
    found: dict[str, list[Visit]] = {group: [] for group in groups}
    for visit in visits:
        found[of(visit)].append(visit)
    return {group: waits_of(members) for group, members in found.items()}


def _truth(came: Iterable[Visit]) -> Truth:
    told = [
        (visit.told, (visit.called - visit.told.at) / 1000)
        for visit in came
        if visit.told is not None and visit.called is not None
    ]
    if not told:
        return Truth(0, None, None, [])
    return Truth(
        people=len(told),
        before_p90=sum(waited <= word.p90_s for word, waited in told) / len(told),
        off_s=median(abs(waited - word.p50_s) for word, waited in told),
        pairs=[(word.p50_s, waited) for word, waited in told],
    )


def _use(counter: Work) -> Use:
    served = [(ended - called) / 1000 for called, ended, how in counter.calls if how in SERVED]
    busy = sum(
        max(0, min(ended, closes) - max(called, opens))
        for called, ended, _ in counter.calls
        for opens, closes in counter.open
    )
    return Use(
        no=counter.no,
        name=counter.name,
        open_s=sum(closes - opens for opens, closes in counter.open) / 1000,
        busy_s=busy / 1000,
        calls=len(counter.calls),
        served=len(served),
        passed=sum(how in PASSED for _, _, how in counter.calls),
        service_s=median(served) if served else None,
    )


def _bookings(booked: Sequence[BookedTime]) -> Bookings:
    ends = Count(booking.state for booking in booked)
    return Bookings(
        by_end={str(end): ends[end] for end in State},
        by_time=_spans(booked, HALF_HOUR, lambda each: each.starts, lambda each: each.state),
    )
