"""Recorded people come again, and counters call them through the services the hall itself uses.

Time is virtual: it jumps from one moment at which something happens to the next. At one moment
first people leave, then services end, then people join (in the order of the file), then idle
counters call, the longest idle first and by name among equals, as long as somebody waits whom
they serve. Times are milliseconds of the recorded day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from heapq import heappop, heappush
from itertools import groupby
from operator import attrgetter
from statistics import median
from typing import Literal

from app.calling.counters import close_counter, open_counter
from app.calling.handling import finish
from app.calling.queries import calls_of
from app.calling.reconcile import close_night
from app.calling.service import Called, call_next
from app.catalog.service import plan_of
from app.core.acts import Act, Actor, Role
from app.core.clock import SetClock
from app.core.db import transaction
from app.core.idempotency import Answer, perform
from app.replay.foresight import Experience, Foresight, Guess
from app.replay.hall import SECOND, RecordedDay, duties_of, letters, set_up
from app.replay.reading import PRIORITY_CLASS, Row
from app.tickets.queries import Ticket, of_day, sequence_of
from app.tickets.rules import Arrival
from app.tickets.service import admit, leave
from app.tickets.states import State

SLOT = timedelta(minutes=15)
PRIORITY = "elderly"
"""The record does not say which of the priority classes; the order treats them alike."""

Outcome = Literal["served", "left", "closed"]
OUTCOMES: dict[str, Outcome] = {
    State.FINISHED: "served",
    State.LEFT: "left",
    State.CLOSED: "closed",
}


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of one row, as the database remembers it."""

    row: Row
    due: int
    called: int | None
    finished: int | None
    server: str | None
    outcome: Outcome
    guess: Guess | None = None
    """What was estimated at joining, if that was asked for."""

    @property
    def waited(self) -> int | None:
        """From joining to the call."""
        return None if self.called is None else self.called - self.row.joined_s * SECOND


def replay_days(
    rows: Sequence[Row],
    stretch: float,
    hall: str,
    clock: SetClock,
    experience: Experience | None = None,
) -> Iterator[tuple[date, list[Replayed]]]:
    """Each recorded day with its rows, in the order of the days; the file's order within one.

    `stretch` makes every service longer; `hall` is the code under which the hall is kept;
    `clock`, the app's, is set to each moment. With `experience`, which goes on learning, everybody
    is told at joining how long to wait."""
    for day, its_rows in groupby(sorted(rows, key=attrgetter("day")), key=attrgetter("day")):
        yield day, replay_day(day, list(its_rows), stretch, hall, clock, experience)


def replay_day(
    day: date,
    rows: Sequence[Row],
    stretch: float,
    hall: str,
    clock: SetClock,
    experience: Experience | None = None,
) -> list[Replayed]:
    """One recorded day, from its first row to the closing of its night."""
    simulation = _Day(day, rows, stretch, hall, clock, experience)
    last = simulation.run()
    return simulation.close(last)


class _Do(IntEnum):
    """What is due at a moment, in the order in which it is done."""

    LEAVE = 0
    END = 1
    JOIN = 2
    OPEN = 3
    GO = 4


class _Day:
    """A day under way. Of who is next it knows nothing: that the engine decides."""

    def __init__(
        self,
        day: date,
        rows: Sequence[Row],
        stretch: float,
        hall: str,
        clock: SetClock,
        experience: Experience | None,
    ) -> None:
        self._rows, self._stretch, self._clock = rows, stretch, clock
        self._duties = {str(no): duty for no, duty in enumerate(duties_of(rows), start=1)}
        self._lanes = dict(zip(sorted({row.lane for row in rows}), letters(), strict=False))
        self._plan: RecordedDay = set_up(hall, day, self._lanes, self._duties)
        self._day = self._plan.hall_day(day)
        self._medians = _medians(rows)
        self._last_goes = max((duty.ends for duty in self._duties.values()), default=None)
        self._agenda: list[tuple[int, _Do, int]] = []
        self._row_of: dict[str, int] = {}
        self._line: dict[int, Ticket] = {}
        """Row -> its ticket, while it waits."""
        self._waiting: Counter[str] = Counter()
        """By lane, so that nobody asks for the next where nobody waits."""
        self._idle_since: dict[str, int] = {}
        self._held: dict[str, Ticket] = {}
        self._foresight = (
            None if experience is None else Foresight(day, rows, self._duties, experience)
        )

    def run(self) -> int:
        """Everything that happens, moment by moment; the last one."""
        for place, row in enumerate(self._rows):
            heappush(self._agenda, (row.joined_s * SECOND, _Do.JOIN, place))
        for no, duty in self._duties.items():
            heappush(self._agenda, (duty.starts, _Do.OPEN, int(no)))
            heappush(self._agenda, (duty.ends, _Do.GO, int(no)))
        now = 0
        while self._agenda:
            now = self._agenda[0][0]
            self._clock.at = self._day.instant(now)
            while self._agenda and self._agenda[0][0] == now:
                _, what, which = heappop(self._agenda)
                self._do(what, which, now)
            self._call(now)
            self._close_counters(now)
        if self._foresight:
            self._foresight.over(now)
        return now

    def close(self, last: int) -> list[Replayed]:
        """The night's closing, after the last moment; what became of each row."""
        plan, day = self._plan, self._day
        tomorrow = plan.hall_day(day.date + timedelta(days=1)).starts_at
        self._clock.at = max(tomorrow, day.instant(last))
        with transaction():
            close_night(plan_of(plan.code), self._clock.at)
        sequence_of(plan.code, day.date).drop()
        tickets = {ticket.id: ticket for ticket in of_day(plan.code, day.date)}
        calls = {call.ticket_id: call for call in calls_of(plan.code, day.date)}
        guesses = self._foresight.guesses if self._foresight else {}
        told = []
        for ticket_id, place in self._row_of.items():
            ticket, call = tickets[ticket_id], calls.get(ticket_id)
            told.append(
                Replayed(
                    row=self._rows[place],
                    due=ticket.due_ms,
                    called=call and day.ms(call.called_at),
                    finished=call and day.ms(call.ended_at),
                    server=call and self._duties[call.counter].server,
                    outcome=OUTCOMES[ticket.state],
                    guess=guesses.get(place),
                )
            )
        return sorted(told, key=lambda each: each.row.number)

    def _do(self, what: _Do, which: int, now: int) -> None:
        if what is _Do.LEAVE:
            self._leave(which, now)
        elif what is _Do.END:
            self._end(str(which), now)
        elif what is _Do.JOIN:
            self._join(which, now)
        elif what is _Do.OPEN:
            with transaction():
                open_counter(self._plan, str(which), self._clerk(str(which)))
            self._idle_since[str(which)] = now
            if self._foresight:
                self._foresight.opened(str(which), now)
        # GO only wakes: a counter calls at its last moment, too, and then closes

    def _join(self, place: int, now: int) -> None:
        row, at = self._rows[place], self._clock.at
        slot = None
        if row.slot_s is not None:
            starts = self._day.instant(row.slot_s * SECOND)
            slot = starts, starts + SLOT
        arrival = Arrival(
            origin="walk_in" if slot is None else "appointment",
            taken_at=at,
            entered_at=at,
            slot=slot,
            priority=PRIORITY if row.priority == PRIORITY_CLASS else None,
        )
        item = self._plan.items[self._lanes[row.lane]]
        with transaction():
            ticket = admit(self._plan, [item], arrival, self._act(Actor("kiosk", "replay")))
        self._row_of[ticket.id] = place
        self._line[place] = ticket
        self._waiting[row.lane] += 1
        if self._foresight:
            self._foresight.joined(place, ticket.due_ms, ticket.serial, now)
        if row.gave_up:
            self._leave_in_time(place, now)

    def _leave_in_time(self, place: int, now: int) -> None:
        """Patience ends; but who still waits when the last counter goes is closed by the night."""
        leaves = self._rows[place].stopped_waiting_s * SECOND
        goes = self._last_goes
        if goes is None or not now <= goes < leaves:
            heappush(self._agenda, (leaves, _Do.LEAVE, place))

    def _leave(self, place: int, now: int) -> None:
        if place not in self._line:
            return
        ticket = self._step_out(place)
        with transaction():
            leave(ticket, self._act(Actor("ticket", ticket.id, ticket.hall)))
        if self._foresight:
            self._foresight.left(place, now)

    def _call(self, now: int) -> None:
        idle = sorted(
            (since, self._duties[no].server, no)
            for no, since in self._idle_since.items()
            if now <= self._duties[no].ends  # a late end of service leaves one idle off duty
        )
        for *_, no in idle:
            if any(self._waiting[lane] for lane in self._duties[no].lanes):
                self._call_next(no, now)

    def _call_next(self, no: str, now: int) -> None:
        clerk = self._clerk(no)
        answer = perform(lambda: call_next(self._plan, no, clerk), Answer, None, clerk.now)
        called: Called | None = answer.body
        if called is None:
            return
        place = self._row_of[called.ticket.id]
        self._step_out(place)
        self._held[no] = called.ticket
        if self._foresight:
            self._foresight.called(place, no, now)
        del self._idle_since[no]
        heappush(self._agenda, (now + self._service(self._rows[place]), _Do.END, int(no)))

    def _end(self, no: str, now: int) -> None:
        with transaction():
            finish(self._held.pop(no), self._clerk(no))
        self._idle_since[no] = now
        if self._foresight:
            self._foresight.ended(no, now)

    def _close_counters(self, now: int) -> None:
        for no in [no for no in self._idle_since if self._duties[no].ends <= now]:
            with transaction():
                close_counter(self._plan, no, self._clerk(no))
            del self._idle_since[no]
            if self._foresight:
                self._foresight.closed(no, now)

    def _step_out(self, place: int) -> Ticket:
        self._waiting[self._rows[place].lane] -= 1
        return self._line.pop(place)

    def _service(self, row: Row) -> int:
        """Milliseconds of service. Who gave up in the data takes what is usual there that day."""
        given = None if row.gave_up else row.served_s
        seconds = self._medians[row.lane] if given is None else given
        return round(seconds * self._stretch * SECOND)

    def _clerk(self, no: str) -> Act:
        return self._act(Actor("staff", f"replay-{no}", self._plan.code, Role.CLERK, counter=no))

    def _act(self, actor: Actor) -> Act:
        return Act(self._clock.at, actor)


def _medians(rows: Sequence[Row]) -> dict[str, float]:
    """The median service of each lane, in seconds. A lane without one has no counter either."""
    services: dict[str, list[int]] = {}
    for row in rows:
        if not row.gave_up and row.served_s is not None:
            services.setdefault(row.lane, []).append(row.served_s)
    return {lane: median(theirs) for lane, theirs in services.items()}
