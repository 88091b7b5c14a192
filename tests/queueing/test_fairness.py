"""What the order promises, on simulated days: every way of coming in, all mixed.

Nobody who enters after my due time is called before me by a counter whose tier for me is the
same as or earlier than its tier for them; and no counter is idle while somebody it serves waits.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from queueing import order
from queueing.memory_sequence import MemorySequence
from queueing.order import MINUTE, Due, Promises, Slot
from queueing.sequence import Entry, Tiers
from tests.queueing.conftest import build

LANES = "ABC"
COUNTERS: dict[str, Tiers] = {
    "1": (("A", "B", "C"),),
    "2": (("B",), ("A", "C")),
    "3": (("C",), ("B",), ("A",)),
}
OVERDUE_AFTER = 15 * MINUTE

moments = st.integers(0, 180).map(lambda minutes: minutes * MINUTE)
people = st.builds(
    dict,
    at=moments,
    lane=st.sampled_from(LANES),
    manner=st.sampled_from(["walk_in", "appointment", "afar", "paper"]),
    # Of an appointment, when its slot starts; of a number from afar, how long ago it was taken;
    # of one on paper, how long ago its holder came in: machines that are away know of nobody.
    apart=st.integers(-90, 90).map(lambda minutes: minutes * MINUTE),
    priority=st.booleans(),
    bound=st.none() | st.sampled_from(sorted(COUNTERS)),
)
calls = st.builds(
    dict,
    at=moments,
    counter=st.sampled_from(sorted(COUNTERS)),
    then=st.sampled_from(["finish", "finish", "rejoin", "transfer_now"]),
)


@dataclass
class Day:
    """A hall day in memory."""

    promises: Promises
    sequence: MemorySequence = field(default_factory=MemorySequence)
    entered_at: dict[str, int] = field(default_factory=dict)
    early: set[str] = field(default_factory=set)
    serials: int = 0

    def serial(self) -> int:
        self.serials += 1
        return self.serials

    def waiting(self) -> tuple[Entry, ...]:
        return self.sequence.snapshot().entries

    def behind(self, lane: str, k: int) -> int | None:
        """Due of the k-th (or last) of a lane; bound tickets and early check-ins not counted."""
        dues = [
            entry.due
            for entry in self.waiting()
            if entry.lane == lane and not entry.counter and entry.ticket not in self.early
        ]
        return dues[:k][-1] if dues else None

    def arrive(
        self, at: int, lane: str, manner: str, apart: int, priority: bool, bound: str | None
    ) -> None:
        entered = at - abs(apart) if manner == "paper" else at
        due = self.due(entered, manner, apart)
        if priority:
            k = self.promises.priority_behind
            behind = self.behind(lane, k) if k else None
            due = order.priority(due, entered, behind, self.promises)
        serial = self.serial()
        ticket = f"t{serial}"
        if manner == "appointment" and apart > 0:
            self.early.add(ticket)
        self.entered_at[ticket] = entered
        self.sequence.enter(Entry(ticket, 1, lane, due.at, serial, bound))

    def due(self, at: int, manner: str, apart: int) -> Due:
        if manner == "appointment":
            slot = Slot(at + apart, at + apart + 15 * MINUTE)
            if order.may_check_in(slot, at, self.promises):
                return order.appointment(slot, at, self.promises)
        if manner == "afar":
            return order.afar(at - abs(apart), at, self.promises)
        return order.walk_in(at, self.promises)

    def call(self, at: int, counter: str, then: str) -> None:
        before = self.waiting()
        claim = self.sequence.claim_next(counter, COUNTERS[counter], "x", at, OVERDUE_AFTER)
        if claim is None:
            assert not [entry for entry in before if tier_of(counter, entry)], "idle"
            return
        called = claim.entry
        assert self.sequence.confirm(called.ticket, "x", called.version + 1)
        tier = tier_of(counter, called)
        assert tier, "not its ticket"
        for me in self.waiting():
            if 0 < (tier_of(counter, me) or 0) <= tier:
                assert self.entered_at[called.ticket] <= me.due, (called, me)
                event("somebody waited on")
        if then != "finish":
            self.back(replace(called, version=called.version + 2), at, then)

    def back(self, entry: Entry, at: int, manner: str) -> None:
        if manner == "transfer_now":
            due = order.transfer_now(entry.due, at)
            self.sequence.enter(replace(entry, lane="A", due=due.at))
            return
        behind = self.behind(entry.lane, self.promises.rejoin_behind)
        due = order.rejoin(entry.due, at, entry.version // 2, at, behind, self.promises)
        self.sequence.enter(replace(entry, due=due.at, serial=self.serial(), counter=None))


def tier_of(counter: str, entry: Entry) -> int | None:
    if entry.counter:
        return 1 if entry.counter == counter else None
    return next(n for n, lanes in enumerate(COUNTERS[counter], 1) if entry.lane in lanes)


@given(
    st.lists(people, min_size=2, max_size=25),
    st.lists(calls, min_size=1, max_size=25),
    st.none() | st.integers(1, 4),
)
@settings(max_examples=500)
def test_nobody_is_passed_over(
    people: list[dict[str, Any]], calls: list[dict[str, Any]], priority_behind: int | None
) -> None:
    day = Day(replace(Promises(), priority_behind=priority_behind))
    build(day.sequence)
    for happening in sorted([*people, *calls], key=lambda happening: happening["at"]):
        if "then" in happening:
            day.call(**happening)
        else:
            day.arrive(**happening)
