"""The real sequence beside the reference, driven as a hall drives it: every answer the same.

The machine keeps rows as the database would, changes them first and tells both sequences
after, and now and then loses the telling, a confirmation, the whole of Redis, or yesterday's
rows. What must hold after each step is written as invariants.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from redis import Redis

from queueing.errors import NotReady
from queueing.memory_sequence import MemorySequence
from queueing.redis_sequence import RedisSequence
from queueing.sequence import Claim, Entry, Snapshot, Tiers
from tests.queueing.conftest import DAY, HALL, build

OVERDUE_AFTER = 20
COUNTERS: dict[str, Tiers] = {
    "1": (("A", "B", "C"),),
    "2": (("B",), ("A",)),
    "3": (("C",), ("B",), ("A",)),
}

lanes = st.sampled_from("ABC")
dues = st.integers(-5, 40)
moments = st.integers(0, 60)
counters = st.sampled_from(sorted(COUNTERS))
bindings = st.none() | counters
arrivals = st.lists(st.tuples(lanes, dues, bindings), min_size=1, max_size=6)
outcomes = st.sampled_from(["recorded", "recorded", "failed", "held"])
mostly = st.sampled_from([True, True, True, False])


@dataclass(frozen=True)
class Row:
    """A ticket's row: what it would be in the sequence, and whether it waits."""

    entry: Entry
    waits: bool

    def changed(self, waits: bool, **facts: Any) -> Row:
        return Row(replace(self.entry, version=self.entry.version + 1, **facts), waits)


class Hall(RuleBasedStateMachine):
    redis: Redis

    @initialize(people=arrivals)
    def open(self, people: list[tuple[str, int, str | None]]) -> None:
        self.redis.flushall()
        self.memory, self.real = MemorySequence(), RedisSequence(self.redis, HALL, DAY)
        for sequence in (self.memory, self.real):
            build(sequence)
        self.rows: dict[str, Row] = {}
        self.backup: dict[str, Row] = {}
        self.calls: list[Claim] = []  # claimed, and not yet recorded by the database
        self.told: list[Row] = []
        self.untold: set[str] = set()  # the row changed and the sequence was not told
        self.counted = 0
        self.take_numbers(people, tell=True)

    # -- Helpers

    def ask(self, method: str, *args: Any) -> Any:
        """Ask both; NotReady is an answer, too."""

        def answer(sequence: object) -> Any:
            try:
                return getattr(sequence, method)(*args)
            except NotReady:
                return NotReady

        expected = answer(self.memory)
        assert answer(self.real) == expected
        return expected

    def count(self) -> int:
        self.counted += 1
        return self.counted

    def snapshot(self) -> Snapshot:
        return self.memory.snapshot()

    def commit(self, row: Row, tell: bool) -> None:
        self.rows[row.entry.ticket] = row
        if tell:
            self.tell(row)
        else:
            self.untold.add(row.entry.ticket)

    def tell(self, row: Row) -> bool:
        self.told.append(row)
        self.untold.discard(row.entry.ticket)
        return self.send(row)

    def send(self, row: Row) -> bool:
        if row.waits:
            return bool(self.ask("enter", row.entry))
        return bool(self.ask("remove", row.entry.ticket, row.entry.version))

    def repair(self, ticket: str, token: str | None) -> None:
        if self.holder(ticket) == token:
            self.untold.discard(ticket)
        row = self.rows[ticket]
        self.ask("repair", ticket, token, row.entry if row.waits else None, row.entry.version)

    def holder(self, ticket: str) -> str | None:
        return next((c.token for c in self.snapshot().claims if c.entry.ticket == ticket), None)

    def some_row(self, data: st.DataObject, *, waits: bool | None = None) -> Row:
        rows = [self.rows[ticket] for ticket in sorted(self.rows)]
        return data.draw(st.sampled_from([r for r in rows if waits in (None, r.waits)]))

    def somebody_waits(self) -> bool:
        return any(row.waits for row in self.rows.values())

    def somebody_was_called(self) -> bool:
        return not all(row.waits for row in self.rows.values())

    # -- What people do

    @rule(people=arrivals, tell=mostly)
    def take_numbers(self, people: list[tuple[str, int, str | None]], tell: bool) -> None:
        for lane, due, counter in people:
            serial = self.count()
            self.commit(Row(Entry(f"t{serial}", 1, lane, due, serial, counter), waits=True), tell)

    @precondition(somebody_waits)
    @rule(data=st.data(), tell=mostly)
    def leave(self, data: st.DataObject, tell: bool) -> None:
        self.commit(self.some_row(data, waits=True).changed(waits=False), tell)

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), lane=lanes, counter=bindings, due=st.none() | dues, tell=mostly)
    def transfer(
        self, data: st.DataObject, lane: str, counter: str | None, due: int | None, tell: bool
    ) -> None:
        row = self.some_row(data)
        due = row.entry.due if due is None else min(due, row.entry.due)
        self.commit(row.changed(waits=True, lane=lane, counter=counter, due=due), tell)

    @precondition(somebody_was_called)
    @rule(data=st.data(), behind=st.integers(0, 20), tell=mostly)
    def rejoin(self, data: st.DataObject, behind: int, tell: bool) -> None:
        row = self.some_row(data, waits=False)
        due, before = row.entry.due + behind, self.places()
        self.commit(row.changed(waits=True, due=due, serial=self.count()), tell)
        for ticket, place in self.places().items():
            assert ticket == row.entry.ticket or place - before.get(ticket, place) <= 1

    def places(self) -> dict[str, int]:
        """Each ticket's place in the order of the whole hall."""
        return {entry.ticket: n for n, entry in enumerate(self.snapshot().entries)}

    # -- What counters do

    @rule(data=st.data(), counter=counters, now=moments, then=outcomes)
    def call_next(self, data: st.DataObject, counter: str, now: int, then: str) -> None:
        order = self.snapshot().entries
        claim = self.ask(
            "claim_next", counter, COUNTERS[counter], f"k{self.count()}", now, OVERDUE_AFTER
        )
        if claim is NotReady:
            self.rebuild(data)
            return
        served = sorted((k, e) for e in order if (k := self.key(e, counter, now)) is not None)
        if claim is None:
            assert not served
        else:
            assert served[0] == (self.key(claim.entry, counter, now), claim.entry)
            assert claim.others == len(served) - 1
            self.calls.append(claim)
            if then == "recorded":
                self.record(claim)
            elif then == "failed":
                self.release(claim)

    @staticmethod
    def key(entry: Entry, counter: str, now: int) -> tuple[int, int, int] | None:
        """The rule in words of its own: tier, due, serial; None for whom it does not serve."""
        tier = next((n for n, of in enumerate(COUNTERS[counter], 1) if entry.lane in of), None)
        if entry.counter is not None:
            tier = 1 if entry.counter == counter else None
        elif tier is not None and now - entry.due >= OVERDUE_AFTER:
            tier = 1
        return None if tier is None else (tier, entry.due, entry.serial)

    @precondition(somebody_waits)
    @rule(data=st.data(), counter=counters, now=moments)
    def call_by_hand(self, data: st.DataObject, counter: str, now: int) -> None:
        entry = self.some_row(data, waits=True).entry
        token = f"k{self.count()}"
        claim = self.ask("claim", counter, entry.ticket, entry.version, token, now)
        if isinstance(claim, Claim):
            self.calls.append(claim)

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), now=moments)
    def ask_again(self, data: st.DataObject, now: int) -> None:
        claim = data.draw(st.sampled_from(self.calls))
        if claim not in self.snapshot().claims or not self.snapshot().ready:
            return
        again = self.ask(
            "claim_next", claim.counter, COUNTERS[claim.counter], claim.token, now, OVERDUE_AFTER
        )
        assert again == claim

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), confirm=mostly)
    def record_call(self, data: st.DataObject, confirm: bool) -> None:
        self.record(data.draw(st.sampled_from(self.calls)), confirm)

    def record(self, claim: Claim, confirm: bool = True) -> None:
        """UPDATE ... WHERE state = 'waiting' AND seq_version = ?, then confirm, or repair."""
        self.calls.remove(claim)
        ticket, row = claim.entry.ticket, self.rows[claim.entry.ticket]
        if not row.waits or row.entry.version != claim.entry.version:
            self.repair(ticket, claim.token)
            return
        called = row.changed(waits=False, counter=None)
        self.commit(called, tell=False)
        if confirm:
            self.ask("confirm", ticket, claim.token, called.entry.version)
            self.untold.discard(ticket)

    @precondition(lambda self: self.calls)
    @rule(data=st.data())
    def fail_to_record(self, data: st.DataObject) -> None:
        self.release(data.draw(st.sampled_from(self.calls)))

    def release(self, claim: Claim) -> None:
        self.calls.remove(claim)
        stood = claim in self.snapshot().claims
        assert self.ask("release", claim.entry.ticket, claim.token) is stood
        if stood:
            assert claim.entry in self.snapshot().entries

    # -- What goes wrong, and what mends it

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def tell_late(self, data: st.DataObject) -> None:
        row = data.draw(st.sampled_from(self.told))
        before = self.snapshot()
        assert self.send(row) is False
        assert self.snapshot() == before

    @rule(before=moments)
    def settle_expired(self, before: int) -> None:
        for claim in self.ask("expired_claims", before):
            self.repair(claim.entry.ticket, claim.token)

    @precondition(lambda self: not self.snapshot().ready)
    @rule(data=st.data())
    def rebuild_unasked(self, data: st.DataObject) -> None:
        self.rebuild(data)

    def rebuild(self, data: st.DataObject) -> None:
        assert self.ask("begin_build", "x", 0, 1000)
        rows = data.draw(st.permutations(sorted(self.rows.values(), key=str)))
        waiting = [row for row in rows if row.waits]
        self.told += waiting
        self.untold -= {row.entry.ticket for row in waiting}
        self.ask("enter_all", [row.entry for row in waiting])
        for entry in self.snapshot().entries:
            if not self.rows[entry.ticket].waits:
                self.tell(self.rows[entry.ticket])
        assert self.ask("finish_build", "x", "g2")
        assert set(self.snapshot().entries) == {r.entry for r in self.rows.values() if r.waits}

    @rule()
    def back_up(self) -> None:
        self.backup = dict(self.rows)

    @rule(disaster=st.sampled_from(["none", "none", "none", "emptied", "restored"]))
    def befall(self, disaster: str) -> None:
        if disaster == "emptied":
            self.empty()
        elif disaster == "restored" and self.backup:
            self.restore()

    def empty(self) -> None:
        self.memory.drop()
        self.redis.flushall()
        self.told.clear()

    def restore(self) -> None:
        """Rows go back, and what came after the backup never was: repair ignores versions."""
        for ticket in self.rows.keys() - self.backup.keys():
            self.ask("repair", ticket, self.holder(ticket), None, 0)
        self.rows = dict(self.backup)
        for ticket in self.rows:
            self.repair(ticket, self.holder(ticket))
        self.untold.clear()
        self.calls.clear()
        self.told.clear()

    @rule()
    def reconcile(self) -> None:
        """Compare rows with what is held: tell what is newer, repair what is not."""
        now = self.snapshot()
        claims = {claim.entry.ticket: claim.entry for claim in now.claims}
        held = {entry.ticket: entry for entry in now.entries} | claims
        for ticket, row in self.rows.items():
            wanted = row.entry if row.waits else None
            if held.get(ticket) != wanted and not self.tell(row):
                self.repair(ticket, self.holder(ticket))
        self.untold.clear()

    # -- What always holds

    @invariant()
    def same(self) -> None:
        snapshot: Snapshot = self.ask("snapshot")
        held = [*snapshot.entries, *(claim.entry for claim in snapshot.claims)]
        tickets = [entry.ticket for entry in held]
        assert len(tickets) == len(set(tickets)), "held twice"
        assert len({claim.token for claim in snapshot.claims}) == len(snapshot.claims)
        if snapshot.ready:
            known = {entry for entry in held if entry.ticket not in self.untold}
            assert known == {
                row.entry
                for ticket, row in self.rows.items()
                if row.waits and ticket not in self.untold
            }, "lost, or not gone"

    @rule()
    def look_at_the_wall(self) -> None:
        for ticket in self.rows:
            self.ask("position", ticket)


@pytest.mark.parametrize(
    "every_redis", ["valkey", pytest.param("redis", marks=pytest.mark.long)], indirect=True
)
def test_the_real_sequence_is_the_reference(redis: Redis) -> None:
    class OnThisServer(Hall):
        pass

    OnThisServer.redis = redis
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        OnThisServer,
        settings=settings(
            max_examples=150,
            stateful_step_count=50,
            suppress_health_check=list(HealthCheck),
        ),
    )
