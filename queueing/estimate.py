"""When will each ticket be called: one forward simulation for the whole hall.

The rest of the day is played some hundred times, with services, arrivals and closings drawn from
what the hall has learnt (`habits`), all at once: a row of an array is a run. Means would not do:
the first of several busy counters is free far earlier than any of them on average.

Who waits is called in a fixed order, and whoever enters later has a due time after entering, so
the tickets that no counter tells apart stand in one sorted line, and a run only needs to know how
far it has come in each. What may still come stands in lines of its own, drawn for each run.

Moments are milliseconds of the hall day; waits are seconds.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from queueing.habits import SECOND, Floats, Habits
from queueing.order import MINUTE, Promises, Slot
from queueing.playing import Counters, Line, play
from queueing.sequence import Tiers

RUNS = ((30, 300), (400, 100), (math.inf, 32))
"""So many runs below so many waiting. A long wait is the sum of many services, and varies less;
where few wait, it is often the rare runs with a long service that matter, and runs cost little."""
SINGLE = 24
"""So many at the end of a line are called one by one, as are the first of it. Between them a
counter takes up to `TOGETHER` in a row at one step of the play: the moments at which counters get
free stay as they are, and are given to the tickets in their order."""
TOGETHER = 3
"""With 3, medians of 2,000 waiting at 47 counters of four kinds move by about 3 %; more of them
would save little time and let a counter run ahead of the due times of other lanes."""
PARTIES = 100
"""From so many bookings yet to come on, those due one after the other come as parties."""
LOOK_AHEAD = 30 * MINUTE
"""Added to the time for which people who may still come are drawn."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ticket that waits."""

    ticket: str
    lane: str
    item: str
    due: int
    serial: int
    entered: int
    counter: str | None = None
    """Bound to this counter."""
    more: tuple[str, ...] = ()
    """What comes after `item` in the same visit: served in one go, here and below."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What a counter holds, called or in service, since a moment."""

    lane: str
    item: str
    since: int
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """A counter as the estimate sees it."""

    no: str
    tiers: Tiers
    open_since: int | None = None
    """None: closed now, or pausing."""
    serving: Serving | None = None
    was_open: bool = False
    """Earlier today, if it is not open now."""

    @property
    def lanes(self) -> frozenset[str]:
        return frozenset(lane for tier in self.tiers for lane in tier)


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking of today that has not been checked in, but may be."""

    lane: str
    item: str
    slot: Slot
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """A hall at one moment."""

    now: int
    waiting: Sequence[Waiting]
    desks: Sequence[Desk]
    booked: Sequence[Booked] = ()
    promises: Promises = field(default_factory=Promises)
    walk_in_promises: Mapping[str, int] = field(default_factory=dict)
    """Lane -> its own, in milliseconds, where it is not the hall's."""
    overdue_after: int = 15 * MINUTE


@dataclass(frozen=True, slots=True)
class Forecast:
    """Drawn waits, in seconds: in each row the shortest first, and infinity for the runs in which
    the counters had closed before. A row for each ticket, then one for each newcomer."""

    waits: Floats
    tickets: Mapping[str, int]
    """Ticket -> row. A ticket that no counter serves has none."""
    newcomers: Mapping[tuple[str, int], int]
    """(lane, moment at which a walk-in takes a number) -> row; it waits from that moment."""

    def quantile(self, share: float, over: float = 0.0) -> Floats:
        """By row, the wait that this share does not exceed, of the runs in which the ticket is
        called. With `over`: of those in which it waits for more seconds than that, if there are
        any. Infinity: it is called in no run."""
        runs = np.isfinite(self.waits).sum(axis=1)
        shorter = np.sum(self.waits <= over, axis=1) if over else np.zeros_like(runs)
        shorter[shorter == runs] = 0
        last = shorter + np.ceil(share * (runs - shorter)).astype(int) - 1
        return np.take_along_axis(self.waits, np.maximum(last, 0)[:, None], axis=1)[:, 0]

    def share_over(self, seconds: float) -> Floats:
        """By row, the share of the runs with a call in which the wait is longer."""
        runs = np.isfinite(self.waits).sum(axis=1)
        return np.asarray(1 - np.sum(self.waits <= seconds, axis=1) / np.maximum(runs, 1))


def forecast(
    hall: Situation,
    habits: Habits,
    rng: np.random.Generator,
    runs: int | None = None,
    newcomers: Sequence[int] | None = None,
) -> Forecast:
    """Play the rest of the day and see when everybody is called.

    `newcomers`: when else a walk-in may take a number, in each lane; by default, now. If one of
    these moments lies ahead, the usual walk-ins come until then, too."""
    if runs is None:
        runs = next(runs for below, runs in RUNS if len(hall.waiting) < below)
    moments = (hall.now,) if newcomers is None else tuple(newcomers)
    return _Day(hall, habits, rng, runs, moments).play()


Unfold = tuple[NDArray[np.intp], NDArray[np.intp], Floats]
"""Rows of a line in order; the first row of each one's bundle; milliseconds after its call."""


class _Day:
    """One forecast under way."""

    def __init__(
        self,
        hall: Situation,
        habits: Habits,
        rng: np.random.Generator,
        runs: int,
        newcomers: tuple[int, ...],
    ) -> None:
        self._hall, self._habits, self._rng, self._runs = hall, habits, rng, runs
        self._queues, self._tiers = _queues(hall)
        self._lanes = sorted(lane for lane, bound_to in self._queues if bound_to is None)
        standing = [(one, self._queues.get(_queue_key(one))) for one in hall.waiting]
        self._waiting = [one for one, queue in standing if queue is not None]
        self._queue_of = [queue for _, queue in standing if queue is not None]
        """Of each who waits."""
        self._booked = [one for one in hall.booked if (one.lane, None) in self._queues]
        first = len(self._waiting)
        asked = [(lane, at) for lane in self._lanes for at in newcomers]
        self._newcomers = {key: row for row, key in enumerate(asked, start=first)}
        self._rows = first + len(asked)
        self._open = max(1, sum(desk.open_since is not None for desk in hall.desks))
        self._later = any(at > hall.now for at in newcomers)

    def play(self) -> Forecast:
        """Every run, until the last call that is asked for."""
        drawn = self._visits([*self._waiting, *self._booked])
        first = len(self._waiting)
        service, leaves = self._of_waiting(drawn[:, :first])
        end = self._end(service)
        lines: list[Line] = []
        unfolds: list[Unfold] = []
        staying = self._staying(service, leaves) if self._rows > 2 * SINGLE else service
        for queue, rows in self._rows_by_queue().items():
            line, unfold = _folded(queue, rows, service, staying, leaves)
            lines.append(line)
            unfolds.append(unfold)
        lines += self._priority_lines(end)
        lines += self._booked_lines(drawn[:, first:])
        lines += self._walk_in_lines(end)
        lines = [line for line in lines if line.due.shape[1]]
        called = play(lines, self._counters(), self._rows, self._hall.overdue_after)
        for its, firsts, after in unfolds:
            called[:, its] = np.sort(called[:, firsts] + after, axis=1)
        asked = np.full(self._rows, float(self._hall.now))
        for (_, at), row in self._newcomers.items():
            asked[row] = at
        waits = np.sort(((called - asked) / SECOND).T, axis=1)
        tickets = {one.ticket: row for row, one in enumerate(self._waiting)}
        return Forecast(waits, tickets, self._newcomers)

    def _of_waiting(self, drawn: Floats) -> tuple[Floats, Floats]:
        """Milliseconds of service, and the moment at which patience ends, of each row. A newcomer
        asks only when a call would come, and takes nobody's time."""
        first, now = len(self._waiting), self._hall.now
        service = np.zeros((self._runs, self._rows))
        service[:, :first] = drawn
        waited = np.array([now - one.entered for one in self._waiting]).clip(min=0) / SECOND
        leaves = np.full((self._runs, self._rows), np.inf)
        leaves[:, :first] = now + SECOND * self._habits.giving_up().draw(
            self._rng, (self._runs, first), waited
        )
        return service, leaves

    def _staying(self, service: Floats, leaves: Floats) -> Floats:
        """The services of who is still there when all who are due before have been served, by
        counters that are never idle: who leaves makes it earlier for those behind."""
        due = [one.due for one in self._waiting]
        due += [at + self._walk_in(lane) for lane, at in self._newcomers]
        order, reached = np.argsort(due, kind="stable"), np.empty(len(due))
        staying = service
        for _ in range(3):
            reached[order] = np.cumsum(staying.mean(axis=0)[order]) / self._open
            staying = service * (leaves >= self._hall.now + reached)
        return staying

    def _visits(self, visits: Sequence[Waiting | Booked]) -> Floats:
        """A column for each visit: the services of all its items. The rest of a visit is called
        anew, but with the same due, so hardly anybody comes between."""
        if not any(each.more for each in visits):
            return self._services([(each.lane, each.item) for each in visits])
        sizes = np.array([1 + len(each.more) for each in visits], np.intp)
        items = [(each.lane, item) for each in visits for item in (each.item, *each.more)]
        firsts = np.cumsum(sizes) - sizes
        return np.asarray(np.add.reduceat(self._services(items), firsts, axis=1))

    def _services(self, kinds: Sequence[tuple[str, str]]) -> Floats:
        """A column for each (lane, item)."""
        columns: dict[tuple[str, str], list[int]] = defaultdict(list)
        for column, kind in enumerate(kinds):
            columns[kind].append(column)
        # a row for each of them meanwhile: to gather columns takes three times as long
        drawn = self._rng.standard_exponential((self._runs, len(kinds))).T.copy()
        curves = self._habits.service(list(columns), self._hall.now)
        for its, curve in zip(columns.values(), curves, strict=True):
            drawn[its] = SECOND * curve.age_at(drawn[its])
        return drawn.T.copy()

    def _rows_by_queue(self) -> dict[int, list[tuple[int, float, int]]]:
        """(due, serial, row) of who waits, and of newcomers of now, in their order."""
        found: dict[int, list[tuple[int, float, int]]] = defaultdict(list)
        for row, (one, queue) in enumerate(zip(self._waiting, self._queue_of, strict=True)):
            found[queue].append((one.due, one.serial, row))
        if not self._later:
            for (lane, at), row in self._newcomers.items():
                place = (at + self._walk_in(lane), np.inf, row)
                found[self._queues[lane, None]].append(place)
        return {queue: sorted(rows) for queue, rows in found.items()}

    def _walk_in(self, lane: str) -> int:
        return self._hall.walk_in_promises.get(lane, self._hall.promises.walk_in)

    def _end(self, service: Floats) -> float:
        """Until when entries matter: twice the time the open counters need for all who wait."""
        if self._later:
            return float(max(at for _, at in self._newcomers) + LOOK_AHEAD)
        return self._hall.now + LOOK_AHEAD + 2 * float(service.sum(axis=1).mean()) / self._open

    def _priority_lines(self, end: float) -> Iterator[Line]:
        promises = self._hall.promises
        # behind the k-th: where that is, is not known before; it is called soon in any case
        soon = promises.priority if promises.priority_behind is None else 0
        promise = {lane: min(soon, self._walk_in(lane)) for lane in self._lanes}
        yield from self._entering(end, priority=True, promise=promise)

    def _walk_in_lines(self, end: float) -> Iterator[Line]:
        """Only for newcomers of later: no walk-in is called before one who waits already."""
        if self._later:
            promise = {lane: self._walk_in(lane) for lane in self._lanes}
            yield from self._entering(end, priority=False, promise=promise)

    def _entering(self, end: float, priority: bool, promise: Mapping[str, int]) -> Iterator[Line]:
        """Who will enter without a booking, a line for each queue: who is due first has entered
        first."""
        hall = self._hall
        parts: dict[int, list[Line]] = defaultdict(list)
        curves = self._habits.service([(lane, "") for lane in self._lanes], hall.now)
        for lane, curve in zip(self._lanes, curves, strict=True):
            enters = SECOND * self._habits.entries(lane, priority).draw_many(
                self._rng, self._runs, hall.now / SECOND, end / SECOND
            )
            service = SECOND * curve.draw(self._rng, enters.shape)
            leaves = enters + self._patience(enters.shape)
            queue, nowhere = self._queues[lane, None], np.full(enters.shape, -1)
            line = Line(queue, enters, enters + promise[lane], service, leaves, nowhere)
            parts[queue].append(line)
        if not priority:
            for (lane, at), row in self._newcomers.items():
                one = np.ones((self._runs, 1))
                queue, due = self._queues[lane, None], at + promise[lane]
                asks = Line(
                    queue, one * at, one * due, one * 0, one * np.inf, np.full(one.shape, row)
                )
                parts[queue].append(asks)
        for its in parts.values():
            yield _in_order(_together(its))

    def _patience(self, shape: tuple[int, ...]) -> Floats:
        return SECOND * self._habits.giving_up().draw(self._rng, shape)

    def _booked_lines(self, service: Floats) -> Iterator[Line]:
        """Bookings yet to be checked in, or never. Three lines for each queue, for who is early,
        in time, and late: within each of them, who is due first has entered first."""
        hall, booked = self._hall, self._booked
        if not booked:
            return
        starts = np.array([one.slot.starts for one in booked], float)
        ends = np.array([one.slot.ends for one in booked], float)
        curve = self._habits.checking_in()
        age = np.maximum((hall.now - starts) / SECOND, curve.ages[0])
        enters = curve.draw(self._rng, (self._runs, len(booked)), age)
        enters = np.where(age < curve.ages[-1], starts + SECOND * (age + enters), np.inf)
        due = appointments(starts, ends, enters, hall.promises)
        late = enters > ends + hall.promises.grace
        party = 1 + len(booked) // PARTIES
        if party == 1:
            kinds = [enters < starts, (enters >= starts) & ~late, late & np.isfinite(enters)]
        else:
            kinds = [np.isfinite(enters)]
        leaves = enters + self._patience(enters.shape)
        nowhere = np.full(enters.shape, -1)
        queues = np.array([self._queues[one.lane, None] for one in booked])
        for queue in np.unique(queues):
            its = queues == queue
            for kind in kinds:
                when = np.where(kind, enters, np.inf)
                line = Line(
                    int(queue),
                    enters=when[:, its],
                    due=due[:, its],
                    service=service[:, its],
                    leaves=leaves[:, its],
                    row=nowhere[:, its],
                )
                yield _in_order(line, party)

    def _counters(self) -> Counters:
        hall, past = self._hall, self._habits.past
        rests = [
            past.open_again(desk.no, desk.was_open, hall.now)
            if desk.open_since is None
            else past.open_until(desk.no, desk.open_since, hall.now)
            for desk in hall.desks
        ]
        most = 1 + max((len(rest) for its in rests for rest in its), default=0)
        shifts = np.full((self._runs, len(rests), most, 2), np.inf)
        for place, its in enumerate(rests):
            ways = np.array([(*rest, *[(np.inf, np.inf)] * (most - len(rest))) for rest in its])
            shifts[:, place] = ways[self._rng.integers(len(its), size=self._runs)]
        self._somebody_opens(shifts)
        slowness = np.array([self._habits.slowness(desk.no) for desk in hall.desks])
        free = shifts[:, :, 0, 0].copy()
        busy = [
            (place, desk.serving)
            for place, desk in enumerate(hall.desks)
            if desk.serving is not None
        ]
        curves = self._habits.service([(held.lane, held.item) for _, held in busy], hall.now)
        for (place, held), curve in zip(busy, curves, strict=True):
            lasted = max(hall.now - held.since, 0) / SECOND / slowness[place]
            still = curve.draw(self._rng, (self._runs,), lasted)
            free[:, place] = hall.now + SECOND * slowness[place] * still
            if held.more:
                further = self._services([(held.lane, item) for item in held.more])
                free[:, place] += slowness[place] * further.sum(axis=1)
        return Counters(self._tiers, free, (shifts[..., 0], shifts[..., 1]), slowness)

    def _somebody_opens(self, shifts: Floats) -> None:
        """Who lets people take numbers, and has no counter open for them, opens one in time for
        their promise, whatever earlier days were like."""
        hall = self._hall
        is_open = np.array([desk.open_since is not None for desk in hall.desks], bool)
        promised: dict[int, int] = {}
        lanes = zip(self._queue_of, (one.lane for one in self._waiting), strict=True)
        for queue, lane in set(lanes):
            promise = self._walk_in(lane)
            promised[queue] = min(promise, promised.get(queue, promise))
        for queue, promise in sorted(promised.items()):
            serve = np.flatnonzero(np.isfinite(self._tiers[:, queue]))
            if is_open[serve].any():
                continue
            soon = hall.now + self._rng.random(self._runs) * promise
            earlier = soon < shifts[:, serve, 0, 0].min(axis=1)
            shifts[earlier, serve[0], 0, 0] = soon[earlier]
            shifts[earlier, serve[0], 0, 1] = np.inf


def appointments(starts: Floats, ends: Floats, enters: Floats, promises: Promises) -> Floats:
    """The due times that `order.appointment` gives, of many bookings at once."""
    in_time = np.minimum(np.maximum(starts, enters), enters + promises.walk_in)
    late = np.where(enters <= ends + promises.late_until, promises.late, promises.walk_in)
    return np.where(enters <= ends + promises.grace, in_time, enters + late)


QueueKey = tuple[str, str | None]
"""A lane and None, or nothing and the counter to which tickets are bound."""


def _queue_key(one: Waiting) -> QueueKey:
    return (one.lane, None) if one.counter is None else ("", one.counter)


def _queues(hall: Situation) -> tuple[dict[QueueKey, int], Floats]:
    """Lanes that no counter tells apart are one queue, and so are the tickets bound to a counter.
    The tier, from 0, in which each counter (row) has each queue (column); infinity: not at all."""
    lanes: list[dict[QueueKey, float]] = [
        {(lane, None): tier for tier, its in reversed([*enumerate(desk.tiers)]) for lane in its}
        for desk in hall.desks
    ]
    bound = {one.counter for one in hall.waiting}
    for desk, tiers in zip(hall.desks, lanes, strict=True):
        if desk.no in bound:
            tiers["", desk.no] = 0
    numbers: dict[tuple[float, ...], int] = {}
    queues = {
        key: numbers.setdefault(tuple(tiers.get(key, np.inf) for tiers in lanes), len(numbers))
        for key in sorted({key for tiers in lanes for key in tiers}, key=str)
    }
    return queues, np.array([*numbers], float).reshape(len(numbers), len(lanes)).T


def _folded(
    queue: int,
    members: Sequence[tuple[int, float, int]],
    service: Floats,
    staying: Floats,
    leaves: Floats,
) -> tuple[Line, Unfold]:
    """The line of who waits. In its middle, several are one step of the play: see `SINGLE`. Who
    of them leaves is settled beforehand: `staying`."""
    due = np.array([due for due, _, _ in members], float)
    rows = np.array([row for _, _, row in members])
    firsts = _bundles(len(rows))
    sizes = np.diff(firsts, append=len(rows))
    its = np.where(np.repeat(sizes, sizes) == 1, service[:, rows], staying[:, rows])
    after = np.cumsum(its, axis=1) - its
    after -= np.repeat(after[:, firsts], sizes, axis=1)
    line = Line(
        queue,
        np.full((len(its), len(firsts)), -np.inf),
        np.broadcast_to(due[firsts], (len(its), len(firsts))),
        np.add.reduceat(its, firsts, axis=1),
        np.where(sizes == 1, leaves[:, rows[firsts]], np.inf),
        np.broadcast_to(rows[firsts], (len(its), len(firsts))),
    )
    return line, (rows, np.repeat(rows[firsts], sizes), after)


def _bundles(length: int) -> NDArray[np.intp]:
    """Where bundles begin in a line of this length."""
    firsts, place = [], 0
    while place < length:
        firsts.append(place)
        place += max(1, min(place // 8, (length - place) // SINGLE, TOGETHER))
    return np.array(firsts, dtype=np.intp)


def _together(lines: Sequence[Line]) -> Line:
    """Lines of one queue as one, not in order."""
    parts = ("enters", "due", "service", "leaves", "row")
    columns = (np.concatenate([getattr(line, part) for line in lines], axis=1) for part in parts)
    return Line(lines[0].queue, *columns)


def _in_order(line: Line, party: int = 1) -> Line:
    """In each run, who comes, by due. A `party` is as if all of it came with its first."""
    comes = np.isfinite(line.enters)
    most = int(comes.sum(axis=1).max(initial=0))
    due = np.where(comes, line.due, np.inf)
    order = np.argsort(due, axis=1, kind="stable")[:, :most]
    firsts = order[:, ::party]
    service = np.take_along_axis(np.where(comes, line.service, 0.0), order, axis=1)
    if party > 1 and most:
        service = np.add.reduceat(service, np.arange(0, most, party), axis=1)
    enters, due, leaves, row = (
        np.take_along_axis(part, firsts, axis=1)
        for part in (line.enters, due, line.leaves, line.row)
    )
    return Line(line.queue, enters, due, service, leaves, row)
