"""What the hall of a recorded day would tell each person who joins, from what lay before.

It has seen the days it was given and everything that has happened today, and knows today's
appointments; it does not know who keeps them, who leaves when, how long a service takes, or when
a counter will open or close. Times are milliseconds of the recorded day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import attrgetter

import numpy as np

from app.replay.hall import SECOND, Duty, duties_of
from app.replay.reading import PRIORITY_CLASS, Row
from queueing.calibration import Calibration
from queueing.estimate import Booked, Desk, Serving, Situation, Waiting, forecast
from queueing.habits import (
    ASSUMED_SERVICE,
    DAYS_KEPT,
    HOUR,
    Entered,
    Habits,
    Kept,
    Served,
    Waited,
)
from queueing.order import MINUTE, Promises, Slot

SLOT = 15 * MINUTE
LEARNS_EVERY = 15 * MINUTE
"""Of the day that is under way."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What was said to one person at joining, in seconds of waiting."""

    p50_s: float
    p90_s: float
    naive_s: float
    """Counting heads."""


@dataclass
class Experience:
    """What a hall has learnt up to the day that is under way, and goes on learning."""

    days: dict[date, Habits] = field(default_factory=dict)
    counters: dict[str, frozenset[str]] = field(default_factory=dict)
    """Every server seen -> the lanes of the last day."""
    calibration: Calibration = field(default_factory=Calibration)

    def before(self, day: date) -> Habits:
        """The habits of the last working days before this one."""
        earlier = sorted(known for known in self.days if known < day)[-DAYS_KEPT:]
        return sum((self.days[known] for known in earlier), Habits())


def learnt_from(rows: Sequence[Row], stretch: float) -> Experience:
    """From recorded days as they were, with services as long as this replay makes them."""
    learnt = Experience()
    for day, group in groupby(sorted(rows, key=attrgetter("day")), key=attrgetter("day")):
        its = list(group)
        duties = duties_of(its)
        learnt.days[day] = Habits.of_day(
            served=[
                Served(
                    lane=row.lane,
                    item=row.lane,
                    counter=row.server,
                    began=row.stopped_waiting_s * SECOND,
                    seconds=row.served_s * stretch,
                )
                for row in its
                if row.server is not None and row.served_s is not None
            ],
            waited=[Waited(row.waited_s, row.gave_up) for row in its],
            kept=[_kept(row, row.joined_s * SECOND, True) for row in its if row.slot_s is not None],
            entered=[_entered(row) for row in its if row.slot_s is None],
            open_hours=[(0, 24 * HOUR * SECOND)],
            shifts={duty.server: [(duty.starts, duty.ends)] for duty in duties},
        )
        learnt.counters |= {duty.server: duty.lanes for duty in duties}
    return learnt


class Foresight:
    """The hall's view of one day under way; told of everything as it happens."""

    def __init__(
        self, day: date, rows: Sequence[Row], duties: Mapping[str, Duty], experience: Experience
    ) -> None:
        self._day, self._rows, self._duties, self._known = day, rows, duties, experience
        self._base = self._habits = experience.before(day)
        self._learnt_at: int | None = None
        self._booked = {place: row for place, row in enumerate(rows) if row.slot_s is not None}
        self._waiting: dict[int, Waiting] = {}
        self._open: dict[str, int] = {}
        self._serving: dict[str, tuple[int, int]] = {}
        self._shifts: dict[str, list[tuple[int, int]]] = {}
        self._served: list[Served] = []
        self._waited: list[Waited] = []
        self._kept: list[Kept] = []
        self._entered: list[Entered] = []
        self._simulated: dict[int, float] = {}
        self._outcomes: list[tuple[float, float]] = []
        work = self._base.work.values()
        self._services, self._seconds = map(float, sum(work, np.zeros(2)))
        self.guesses: dict[int, Guess] = {}
        """By the place of the row."""

    def joined(self, place: int, due: int, serial: int, now: int) -> None:
        row = self._rows[place]
        if self._booked.pop(place, None) is not None:
            self._kept.append(_kept(row, now, True))
        else:
            self._entered.append(_entered(row))
        self._waiting[place] = Waiting(str(place), row.lane, row.lane, due, serial, now)
        if self._learnt_at is None or now >= self._learnt_at + LEARNS_EVERY:
            self._habits, self._learnt_at = self._base + self._today(now), now
        self.guesses[place] = self._guess(place, now)

    def left(self, place: int, now: int) -> None:
        self._waited.append(Waited((now - self._waiting.pop(place).entered) / SECOND, left=True))
        self._simulated.pop(place, None)

    def called(self, place: int, no: str, now: int) -> None:
        waited = (now - self._waiting.pop(place).entered) / SECOND
        self._waited.append(Waited(waited, left=False))
        self._serving[no] = place, now
        if place in self._simulated:
            self._outcomes.append((waited, self._simulated.pop(place)))

    def ended(self, no: str, now: int) -> None:
        place, began = self._serving.pop(no)
        lane, seconds = self._rows[place].lane, (now - began) / SECOND
        self._served.append(Served(lane, lane, self._duties[no].server, began, seconds))
        self._services += 1
        self._seconds += seconds

    def opened(self, no: str, now: int) -> None:
        self._open[no] = now
        self._known.counters[self._duties[no].server] = self._duties[no].lanes

    def closed(self, no: str, now: int) -> None:
        shifts = self._shifts.setdefault(self._duties[no].server, [])
        shifts.append((self._open.pop(no), now))

    def over(self, now: int) -> None:
        """The day has ended: it is one of the earlier ones now."""
        self._known.days[self._day] = self._today(now, self._shifts)

    def _today(self, now: int, shifts: Mapping[str, list[tuple[int, int]]] | None = None) -> Habits:
        opens = Promises().check_in_opens
        missing = [
            _kept(row, now, False)
            for row in self._booked.values()
            if row.slot_s is not None and now > row.slot_s * SECOND - opens
        ]
        return Habits.of_day(
            served=self._served,
            waited=self._waited,
            kept=[*self._kept, *missing],
            entered=self._entered,
            open_hours=[(0, now)],
            shifts=shifts,
        )

    def _guess(self, place: int, now: int) -> Guess:
        naive = self._count_heads(place)
        known = self._known
        known.calibration = known.calibration.after(self._outcomes)
        self._outcomes.clear()
        if naive == 0 and len(self._waiting) == 1:
            # alone, and a counter is idle: every run would say the same
            return Guess(0.0, 0.0, naive)
        # its own randomness, so that nobody's estimate hangs on how many were made before
        rng = np.random.default_rng((self._day.toordinal(), place))
        seen = forecast(self._situation(now), self._habits, rng, newcomers=())
        row = seen.tickets.get(str(place))
        told = None if row is None else known.calibration.estimates(seen)[row]
        if told is None:
            # no counter of its lane is known, or all have gone
            return Guess(naive, naive, naive)
        self._simulated[place] = told.simulated_p90_s
        return Guess(told.p50_s, told.p90_s, naive)

    def _situation(self, now: int) -> Situation:
        desks = [self._desk(no, since) for no, since in self._open.items()]
        here = {desk.no for desk in desks}
        desks += [
            Desk(server, (tuple(sorted(lanes)),), was_open=server in self._shifts)
            for server, lanes in self._known.counters.items()
            if server not in here
        ]
        booked = [
            Booked(row.lane, row.lane, _slot(row.slot_s))
            for row in self._booked.values()
            if row.slot_s is not None
        ]
        return Situation(now, [*self._waiting.values()], desks, booked)

    def _desk(self, no: str, since: int) -> Desk:
        serving = None
        if no in self._serving:
            place, began = self._serving[no]
            lane = self._rows[place].lane
            serving = Serving(lane, lane, began)
        duty = self._duties[no]
        return Desk(duty.server, (tuple(sorted(duty.lanes)),), since, serving)

    def _count_heads(self, place: int) -> float:
        """0 when a counter of the lane is idle and nobody is ahead, else (people ahead + 1) times
        the mean service so far, over the open counters of the lane."""
        own = self._waiting[place]
        serve = [no for no in self._open if own.lane in self._duties[no].lanes]
        ahead = sum(
            other.lane == own.lane and (other.due, other.serial) < (own.due, own.serial)
            for other in self._waiting.values()
        )
        if not ahead and any(no not in self._serving for no in serve):
            return 0.0
        mean = self._seconds / self._services if self._services else ASSUMED_SERVICE
        return (ahead + 1) * mean / max(1, len(serve))


def _slot(starts_s: int) -> Slot:
    return Slot(starts_s * SECOND, starts_s * SECOND + SLOT)


def _kept(row: Row, until: int, checked_in: bool) -> Kept:
    return Kept((row.slot_s or 0) * SECOND, until, checked_in)


def _entered(row: Row) -> Entered:
    return Entered(row.lane, row.priority == PRIORITY_CLASS, row.joined_s * SECOND)
