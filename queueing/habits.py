"""What a hall has learnt from its days: how long things take, who comes, who gives up.

Everything is counted as events over exposure: services that ended per second of service, people
who gave up per second of waiting, bookings that checked in per second in which they could have,
tickets that entered per second of the day. A rate that rests on few events is shrunk towards the
one a level up (item and hour, item, lane, hall, an assumption). What has lasted for a while is
thereby conditioned on it: only the rates from there on count.

Counts of several days add up: a hall keeps those of each day, and adds its last `DAYS_KEPT`.
Moments are milliseconds of the hall day, durations seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from queueing.shifts import Interval, Past, Shifts

Floats = NDArray[np.float64]

SECOND = 1_000
HOUR = 3_600
DAYS_KEPT = 20
"""Working days a hall remembers."""
AGES = np.array([0.0, 5.0, *(10 * 1.35**n for n in range(24))])
"""Where the bins of a duration begin; the last has no end. They grow with the age: what counts
is whether it lasts half as long again, not ten seconds more."""
ARRIVING = np.arange(-60.0, 90.0, 5.0) * 60
"""Where the bins of checking in begin, from the start of the booked slot; the last has no end."""
HOURS = np.arange(30.0) * HOUR
"""A hall day may go on into the next morning."""
PRIOR_EVENTS = 1.0
"""What a rate one level up is worth, in events of each bin."""
PRIOR_SERVICES = 25.0
"""What the hall's usual pace is worth beside a counter's own, in services."""
LONG_SERVICE = 3600.0
ASSUMED_SERVICE = 600.0
ASSUMED_PATIENCE = 4 * 3600.0
ASSUMED_ARRIVING = np.select([ARRIVING < -1200, ARRIVING < 900], [1 / 7200, 1 / 600], 1 / 3600)
"""Most come between 20 minutes before their slot and its end."""
NEVER = 1e-9
"""A rate at which nothing happens on any day."""
CERTAIN = 50.0
"""A cumulated rate that nobody survives."""


@dataclass(frozen=True, slots=True)
class Served:
    """A service that ended after `seconds`; or, not `over`, has lasted so long by now."""

    lane: str
    item: str
    counter: str
    began: int
    seconds: float
    over: bool = True


@dataclass(frozen=True, slots=True)
class Waited:
    """A wait of `seconds`: then the person `left`, or was called, or waits on."""

    seconds: float
    left: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A booking that was checked in at a moment; or was not, until that moment."""

    slot_starts: int
    until: int
    checked_in: bool


@dataclass(frozen=True, slots=True)
class Entered:
    """A ticket without a booking that entered."""

    lane: str
    priority: bool
    at: int


@dataclass(frozen=True)
class Habits:
    """What was learnt from some days. Each table has two rows: events and exposure in seconds."""

    services: Mapping[tuple[str, str, int], Floats] = field(default_factory=dict)
    """(lane, item, hour of the hall day) -> a table over `AGES`."""
    work: Mapping[tuple[str, str], Floats] = field(default_factory=dict)
    """(counter, lane) -> services and their seconds."""
    patience: Floats = field(default_factory=lambda: _empty(AGES))
    punctuality: Floats = field(default_factory=lambda: _empty(ARRIVING))
    entering: Mapping[tuple[str, bool], Floats] = field(default_factory=dict)
    """(lane, priority) -> events over `HOURS`; the exposure is `open_hours`."""
    open_hours: Floats = field(default_factory=lambda: np.zeros(len(HOURS)))
    shifts: tuple[Shifts, ...] = ()
    """Of each day, the latest last."""

    def __add__(self, later: Habits) -> Habits:
        return Habits(
            services=_sum(self.services, later.services),
            work=_sum(self.work, later.work),
            patience=self.patience + later.patience,
            punctuality=self.punctuality + later.punctuality,
            entering=_sum(self.entering, later.entering),
            open_hours=self.open_hours + later.open_hours,
            shifts=(*self.shifts, *later.shifts)[-DAYS_KEPT:],
        )

    @classmethod
    def of_day(
        cls,
        *,
        served: Iterable[Served] = (),
        waited: Iterable[Waited] = (),
        kept: Iterable[Kept] = (),
        entered: Iterable[Entered] = (),
        open_hours: Iterable[Interval] = (),
        shifts: Shifts | None = None,
    ) -> Habits:
        """Of one day, or of as much of it as has passed. `open_hours` is when people could enter.

        >>> Habits.of_day(waited=[Waited(20, left=True)]).patience[0].sum()
        np.float64(1.0)
        """
        by_kind: dict[tuple[str, str, int], list[Served]] = {}
        work: dict[tuple[str, str], Floats] = {}
        for one in served:
            kind = (one.lane, one.item, hour_of(one.began))
            by_kind.setdefault(kind, []).append(one)
            if not one.over:
                continue
            done = work.setdefault((one.counter, one.lane), np.zeros(2))
            done += (1, min(one.seconds, LONG_SERVICE))
        waits = list(waited)
        bookings = list(kept)
        events: dict[tuple[str, bool], Floats] = {}
        for each in entered:
            table = events.setdefault((each.lane, each.priority), np.zeros(len(HOURS)))
            table[hour_of(each.at)] += 1
        return cls(
            services={
                kind: _counted(
                    AGES,
                    np.array([one.seconds for one in its]),
                    np.array([one.over for one in its]),
                )
                for kind, its in by_kind.items()
            },
            work=work,
            patience=_counted(
                AGES, np.array([w.seconds for w in waits]), np.array([w.left for w in waits], bool)
            ),
            punctuality=_counted(
                ARRIVING,
                np.array([(k.until - k.slot_starts) / SECOND for k in bookings]),
                np.array([k.checked_in for k in bookings], bool),
            ),
            entering=events,
            open_hours=sum(
                (
                    _exposure(HOURS, begin / SECOND, np.array([end / SECOND]))
                    for begin, end in open_hours
                ),
                np.zeros(len(HOURS)),
            ),
            shifts=() if shifts is None else (shifts,),
        )

    def as_json(self) -> dict[str, Any]:
        """Plain lists and numbers, for `from_json`."""
        return {
            "services": [[*kind, *_plain(table)] for kind, table in self.services.items()],
            "work": [[*key, *_plain(table)] for key, table in self.work.items()],
            "patience": _plain(self.patience),
            "punctuality": _plain(self.punctuality),
            "entering": [[*key, *_plain(table)] for key, table in self.entering.items()],
            "open_hours": _plain(self.open_hours),
            "shifts": [
                {no: [list(shift) for shift in its] for no, its in day.items()}
                for day in self.shifts
            ],
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Habits:
        """What `as_json` told. KeyError, TypeError, ValueError: something else was given."""
        return cls(
            services={
                (lane, item, hour): np.array(table, float)
                for lane, item, hour, *table in told["services"]
            },
            work={(no, lane): np.array(table, float) for no, lane, *table in told["work"]},
            patience=np.array(told["patience"], float),
            punctuality=np.array(told["punctuality"], float),
            entering={
                (lane, priority): np.array(table, float)
                for lane, priority, *table in told["entering"]
            },
            open_hours=np.array(told["open_hours"], float),
            shifts=tuple(
                {no: [(begin, end) for begin, end in its] for no, its in day.items()}
                for day in told["shifts"]
            ),
        )

    def service(self, kinds: Sequence[tuple[str, str]], moment: int) -> list[Curve]:
        """How long a service of each (lane, item) takes if it begins at this moment."""
        nothing, hour = _empty(AGES), hour_of(moment)
        hall, lanes, items = self._levels
        rates = _shrunk(hall, np.full(len(AGES), 1 / ASSUMED_SERVICE))
        for tables in (
            [lanes.get(lane, nothing) for lane, _ in kinds],
            [items.get(kind, nothing) for kind in kinds],
            [self.services.get((*kind, hour), nothing) for kind in kinds],
        ):
            rates = _shrunk(np.array(tables).reshape(-1, 2, len(AGES)), rates)
        return Curve.many(AGES, np.broadcast_to(rates, (len(kinds), len(AGES))))

    @property
    def services_seen(self) -> int:
        """How many services were seen to their end."""
        return int(sum(services for services, _ in self.work.values()))

    def slowness(self, counter: str) -> float:
        """How much longer than usual services take at this counter."""
        return self._slowness.get(counter, 1.0)

    @cached_property
    def past(self) -> Past:
        """The shifts."""
        return Past(self.shifts)

    def giving_up(self) -> Curve:
        """How long people wait before they leave."""
        rates = _shrunk(self.patience, np.full(len(AGES), 1 / ASSUMED_PATIENCE))
        return Curve.many(AGES, rates[None])[0]

    def checking_in(self) -> Curve:
        """When a booking is checked in, in seconds from its slot's start; never for a no-show."""
        return Curve.ending(ARRIVING, _shrunk(self.punctuality, ASSUMED_ARRIVING))

    def entries(self, lane: str, priority: bool) -> Curve:
        """How many tickets without a booking have entered by a second of the hall day."""
        events = self.entering.get((lane, priority), np.zeros(len(HOURS)))
        usual = events.sum() / max(self.open_hours.sum(), HOUR)
        rates = _shrunk(np.array((events, self.open_hours)), np.full(len(HOURS), max(usual, NEVER)))
        return Curve.ending(HOURS, rates)

    @cached_property
    def _slowness(self) -> dict[str, float]:
        """Seconds taken over seconds usual, had `PRIOR_SERVICES` more been as usual."""
        lanes: dict[str, Floats] = {}
        for (_, lane), work in self.work.items():
            lanes[lane] = lanes.get(lane, 0) + work
        counters: dict[str, Floats] = {}
        for (counter, lane), (services, seconds) in self.work.items():
            usual = lanes[lane][1] / lanes[lane][0]
            both = np.array((seconds, services * usual))
            counters[counter] = counters.get(counter, 0) + both
        services, seconds = sum(lanes.values(), np.zeros(2))
        more = PRIOR_SERVICES * max(seconds / max(services, 1), 1.0)
        return {no: float((took + more) / (usual + more)) for no, (took, usual) in counters.items()}

    @cached_property
    def _levels(self) -> tuple[Floats, dict[str, Floats], dict[tuple[str, str], Floats]]:
        """The services of the hall, of each lane, of each item."""
        hall = _empty(AGES)
        lanes: dict[str, Floats] = {}
        items: dict[tuple[str, str], Floats] = {}
        for (lane, item, _), table in self.services.items():
            hall = hall + table
            lanes[lane] = lanes.get(lane, 0) + table
            items[lane, item] = items.get((lane, item), 0) + table
        return hall, lanes, items


@dataclass(frozen=True, slots=True)
class Curve:
    """When something happens: a cumulated rate over ages, straight between its points."""

    ages: Floats
    cumulated: Floats

    @classmethod
    def many(cls, begins: Floats, rates: Floats) -> list[Curve]:
        """From the rates of each bin, a row for each curve; the last bin goes on for ever."""
        ages = np.empty((len(rates), len(begins) + 1))
        ages[:, :-1] = begins
        ages[:, -1] = begins[-1] + CERTAIN / rates[:, -1]
        cumulated = np.zeros(ages.shape)
        np.cumsum(np.diff(ages, axis=1) * rates, axis=1, out=cumulated[:, 1:])
        return [cls(*each) for each in zip(ages, cumulated, strict=True)]

    @classmethod
    def ending(cls, begins: Floats, rates: Floats) -> Curve:
        """From the rates of each bin; nothing happens after the last bin's beginning."""
        return cls(begins, np.concatenate(([0.0], np.cumsum(np.diff(begins) * rates[:-1]))))

    def draw(
        self, rng: np.random.Generator, shape: tuple[int, ...], age: Floats | float = 0.0
    ) -> Floats:
        """How long after `age` it happens, given that it has not by then; infinity: never."""
        age = np.minimum(age, self.ages[-2])
        gone = np.interp(age, self.ages, self.cumulated)
        return self.age_at(gone + rng.standard_exponential(shape)) - age

    def draw_many(self, rng: np.random.Generator, runs: int, age: float, until: float) -> Floats:
        """Of something that happens again and again: each time after `age`, earliest first, a row
        for each run, at least until `until`; infinity fills up."""
        began, end = np.interp((age, until), self.ages, self.cumulated)
        usual = end - began
        gaps = rng.standard_exponential((runs, int(usual + 4 * usual**0.5) + 1))
        moments = self.age_at(began + np.cumsum(gaps, axis=1))
        moments[moments > until] = np.inf
        return moments[:, : int(np.isfinite(moments).sum(axis=1).max(initial=0))]

    def age_at(self, cumulated: Floats) -> Floats:
        """When the cumulated rate gets there: an exponential draw makes a random age of it."""
        return np.interp(cumulated, self.cumulated, self.ages, right=np.inf)


Key = TypeVar("Key")


def hour_of(moment: int) -> int:
    """The hour of the hall day, from 0; the last goes on for ever."""
    return min(max(moment // (HOUR * SECOND), 0), len(HOURS) - 1)


def _plain(table: Floats) -> list[Any]:
    told: list[Any] = np.round(table, 3).tolist()
    return told


def _empty(begins: Floats) -> Floats:
    return np.zeros((2, len(begins)))


def _counted(begins: Floats, ages: Floats, happened: NDArray[np.bool_]) -> Floats:
    """A table of what ended at these ages, some because it `happened`."""
    bins = np.searchsorted(begins, ages[happened], side="right") - 1
    events = np.bincount(np.maximum(bins, 0), minlength=len(begins)).astype(float)
    return np.array((events, _exposure(begins, begins[0], ages)))


def _exposure(begins: Floats, start: float, ends: Floats) -> Floats:
    """How long was spent in each bin, between `start` and each end."""
    upper = np.append(begins[1:], np.inf)
    spent = np.minimum(np.reshape(ends, (-1, 1)), upper) - np.maximum(begins, start)
    return np.asarray(np.maximum(spent, 0.0).sum(axis=0))


def _shrunk(tables: Floats, towards: Floats) -> Floats:
    """Rates, each as if `PRIOR_EVENTS` more had been seen at the rate it is shrunk towards."""
    events, exposure = tables[..., 0, :], tables[..., 1, :]
    return np.asarray((events + PRIOR_EVENTS) / (exposure + PRIOR_EVENTS / towards))


def _sum(one: Mapping[Key, Floats], other: Mapping[Key, Floats]) -> dict[Key, Floats]:
    total = dict(one)
    for key, table in other.items():
        total[key] = total[key] + table if key in total else table
    return total
