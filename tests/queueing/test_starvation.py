"""Bookings do not starve walk-ins, nor walk-ins bookings, however they come and are served.

The order table is read here a second time, in the words of the wall: how long before somebody's
due time another must have come to be called first. The order is then held to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from queueing import order
from queueing.memory_sequence import MemorySequence
from queueing.order import MINUTE, Promises, Slot
from queueing.sequence import Entry
from tests.queueing.conftest import build
from tests.queueing.test_fairness import COUNTERS, LANES, OVERDUE_AFTER, tier_of

PROMISES = Promises()
SLOT = 30 * MINUTE


@dataclass(frozen=True)
class Person:
    """Somebody who comes into the hall, with or without a booking."""

    at: int
    lane: str = "A"
    slot: int | None = None
    """When the booked slot starts."""
    priority: bool = False

    @property
    def booked(self) -> bool:
        """Check-in opens an hour before; who comes earlier takes a number like a walk-in."""
        return self.slot is not None and self.at >= self.slot - 60 * MINUTE

    @property
    def promised(self) -> int:
        """When the hall has promised to call them, by the table on the wall."""
        wait = min(5 * MINUTE, self._wait) if self.priority else self._wait
        return self.at + wait

    @property
    def _wait(self) -> int:
        if not self.booked or self.slot is None:
            return 30 * MINUTE
        late_by = self.at - (self.slot + SLOT)
        if late_by <= 10 * MINUTE:
            return max(0, min(self.slot - self.at, 30 * MINUTE))
        return 15 * MINUTE if late_by <= 60 * MINUTE else 30 * MINUTE


@dataclass(frozen=True)
class Call:
    at: int
    counter: str = "1"


Day = tuple[list[Person], list[Call]]
Rule = Callable[[Person], int]
"""When somebody is due."""


def by_the_house(person: Person) -> int:
    due = order.walk_in(person.at, PROMISES)
    if person.slot is not None:
        slot = Slot(person.slot, person.slot + SLOT)
        if order.may_check_in(slot, person.at, PROMISES):
            due = order.appointment(slot, person.at, PROMISES)
    if person.priority:
        due = order.priority(due, person.at, None, PROMISES)
    return due.at


def bookings_first(person: Person) -> int:
    return by_the_house(person) - person.booked * 10**9


def walk_ins_first(person: Person) -> int:
    return by_the_house(person) + person.booked * 10**9


def live_through(day: Day, due_of: Rule) -> dict[Person, int]:
    """When each who was called was called; what was promised is checked at every call."""
    people, calls = day
    sequence = MemorySequence()
    build(sequence)
    waiting: dict[str, Person] = {}
    called_at: dict[Person, int] = {}
    overtaken_by: dict[str, list[Person]] = {}
    for happening in sorted([*people, *calls], key=lambda each: each.at):
        if isinstance(happening, Person):
            serial = len(overtaken_by) + 1
            ticket = f"t{serial}"
            waiting[ticket], overtaken_by[ticket] = happening, []
            sequence.enter(Entry(ticket, 1, happening.lane, due_of(happening), serial, None))
            continue
        counter, now = happening.counter, happening.at
        claim = sequence.claim_next(counter, COUNTERS[counter], "x", now, OVERDUE_AFTER)
        if claim is None:
            assert not waiting, "a counter that serves every lane is idle"
            continue
        assert sequence.confirm(claim.entry.ticket, "x", 2)
        called = waiting.pop(claim.entry.ticket)
        called_at[called] = now
        tier = tier_of(counter, claim.entry) or 0
        for entry in sequence.snapshot().entries:
            me = waiting[entry.ticket]
            if (tier_of(counter, entry) or 0) <= tier:
                assert called.at <= me.promised, "came after I was due, and was called before me"
                assert called.promised <= me.promised
                if called.at > me.at:
                    overtaken_by[entry.ticket].append(called)
    tickets = {f"t{n}": person for n, person in enumerate(sorted(people, key=_at), 1)}
    for ticket, overtakers in overtaken_by.items():
        me = tickets[ticket]
        allowed = [x for x in people if me.at < x.at <= me.promised and x.promised <= me.promised]
        assert len(overtakers) <= len(allowed)
    return called_at


def _at(person: Person) -> int:
    return person.at


minutes = st.integers(0, 240).map(lambda minute: minute * MINUTE)
walk_ins = st.builds(Person, at=minutes, lane=st.sampled_from(LANES), priority=st.booleans())


@st.composite
def bookers(draw: st.DrawFn) -> Person:
    """Somebody who comes up to an hour and a half before or two hours after the slot's start."""
    at = draw(minutes)
    slot = at + draw(st.integers(-120, 90)) * MINUTE
    return Person(at, draw(st.sampled_from(LANES)), slot, draw(st.booleans()))


calls = st.builds(Call, at=minutes, counter=st.sampled_from(sorted(COUNTERS)))
days = st.tuples(
    st.lists(walk_ins | bookers(), min_size=2, max_size=40),
    st.lists(calls, min_size=1, max_size=40),
)
thorough = settings(max_examples=400)


@given(days)
@thorough
def test_nobody_is_starved(day: Day) -> None:
    live_through(day, by_the_house)


@given(st.one_of(walk_ins, bookers()))
def test_the_order_is_what_hangs_on_the_wall(person: Person) -> None:
    assert by_the_house(person) == person.promised


@pytest.mark.parametrize("unfair", [bookings_first, walk_ins_first])
def test_an_order_that_prefers_one_kind_is_found_out(unfair: Rule) -> None:
    @given(days)
    @settings(thorough, database=None, phases=[Phase.generate], report_multiple_bugs=False)
    def live(day: Day) -> None:
        live_through(day, unfair)

    with pytest.raises(AssertionError, match=r"called before me|<="):
        live()


def every_minute(*minutes: int) -> list[Call]:
    return [Call(minute * MINUTE) for minute in range(*minutes)]


A_WALK_IN = Person(0)
AMONG_BOOKINGS = [Person(m * MINUTE, slot=m * MINUTE) for m in range(1, 120)], every_minute(1, 120)
A_BOOKING = Person(0, slot=20 * MINUTE)
AMONG_WALK_INS = [Person(m * MINUTE) for m in range(-60, 120) if m], every_minute(-30, 120)


@pytest.mark.parametrize(
    ("me", "others", "minute", "unfair"),
    [
        (A_WALK_IN, AMONG_BOOKINGS, 30, bookings_first),
        (A_BOOKING, AMONG_WALK_INS, 21, walk_ins_first),
    ],
)
def test_one_among_many_of_the_other_kind_is_called_when_due(
    me: Person, others: Day, minute: int, unfair: Rule
) -> None:
    """As many others come as are called: whoever yields to all of them is never called."""
    people, served = others
    assert live_through(([me, *people], served), by_the_house)[me] == minute * MINUTE
    with pytest.raises(AssertionError):
        live_through(([me, *people], served), unfair)
