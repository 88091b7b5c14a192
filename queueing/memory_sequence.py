"""The calling sequence in plain Python: says what is meant, and what the real one is held to."""

from __future__ import annotations

from collections.abc import Iterable

from queueing.errors import NotReady
from queueing.sequence import Claim, Entry, Snapshot, Tiers


class MemorySequence:
    """`sequence.Sequence` in one process's memory."""

    def __init__(self) -> None:
        self.drop()

    def drop(self) -> None:
        self._waiting: dict[str, Entry] = {}
        self._claims: dict[str, Claim] = {}
        self._versions: dict[str, int] = {}
        self._generation: str | None = None
        self._builder: tuple[str, int] | None = None

    def enter(self, entry: Entry) -> bool:
        if not self._is_new(entry.ticket, entry.version):
            return False
        self._forget(entry.ticket)
        self._waiting[entry.ticket] = entry
        return True

    def enter_all(self, entries: Iterable[Entry]) -> int:
        return sum(self.enter(entry) for entry in entries)

    def remove(self, ticket: str, version: int) -> bool:
        return self._is_new(ticket, version) and self._forget(ticket)

    def claim_next(
        self, counter: str, tiers: Tiers, token: str, now: int, overdue_after: int
    ) -> Claim | None:
        self._check_ready()
        if again := self._standing(token):
            return again
        tier_of = {lane: n for n, lanes in reversed([*enumerate(tiers, start=1)]) for lane in lanes}
        candidates = []
        for entry in self._waiting.values():
            tier = tier_of.get(entry.lane) if entry.counter is None else 1
            if tier is None or entry.counter not in (None, counter):
                continue
            overdue = tier > 1 and entry.due <= now - overdue_after
            candidates.append((1 if overdue else tier, entry.place, overdue, entry))
        if not candidates:
            return None
        tier, _, overdue, entry = min(candidates)
        return self._hold(Claim(entry, token, counter, now, tier, overdue, len(candidates) - 1))

    def claim(self, counter: str, ticket: str, version: int, token: str, now: int) -> Claim | None:
        self._check_ready()
        if again := self._standing(token):
            return again if (again.entry.ticket, again.entry.version) == (ticket, version) else None
        entry = self._waiting.get(ticket)
        if entry is None or entry.version != version:
            return None
        return self._hold(Claim(entry, token, counter, now, tier=0, overdue=False, others=0))

    def confirm(self, ticket: str, token: str, version: int) -> bool:
        stood = self._stands(ticket, token)
        return self.remove(ticket, version) and stood

    def release(self, ticket: str, token: str) -> bool:
        if not self._stands(ticket, token):
            return False
        self._waiting[ticket] = self._claims.pop(ticket).entry
        return True

    def repair(self, ticket: str, token: str | None, row: Entry | None, version: int) -> None:
        claim = self._claims.get(ticket)
        if (claim.token if claim else None) != token:
            return
        self._forget(ticket)
        self._versions[ticket] = version
        if row is not None:
            self._waiting[ticket] = row

    def position(self, ticket: str) -> int | None:
        self._check_ready()
        own = self._waiting.get(ticket)
        if own is None:
            return None
        return sum(
            entry.lane == own.lane and entry.place < own.place for entry in self._waiting.values()
        )

    def snapshot(self) -> Snapshot:
        return Snapshot(
            ready=self._generation is not None,
            generation=self._generation or "",
            entries=tuple(sorted(self._waiting.values(), key=lambda entry: entry.place)),
            claims=self._oldest_first(),
        )

    def expired_claims(self, before: int) -> tuple[Claim, ...]:
        return tuple(claim for claim in self._oldest_first() if claim.claimed_at < before)

    def begin_build(self, token: str, now: int, lease: int) -> bool:
        if self._generation is not None:
            return False
        if self._builder and self._builder[0] != token and self._builder[1] > now:
            return False
        self._builder = token, now + lease
        return True

    def finish_build(self, token: str, generation: str) -> bool:
        if self._generation is not None:
            return self._generation == generation
        if self._builder is None or self._builder[0] != token:
            return False
        self._builder, self._generation = None, generation
        return True

    def _check_ready(self) -> None:
        if self._generation is None:
            raise NotReady("the sequence is empty or being rebuilt")

    def _is_new(self, ticket: str, version: int) -> bool:
        if version <= self._versions.get(ticket, version - 1):
            return False
        self._versions[ticket] = version
        return True

    def _forget(self, ticket: str) -> bool:
        waited = self._waiting.pop(ticket, None)
        claimed = self._claims.pop(ticket, None)
        return waited is not None or claimed is not None

    def _hold(self, claim: Claim) -> Claim:
        del self._waiting[claim.entry.ticket]
        self._claims[claim.entry.ticket] = claim
        return claim

    def _stands(self, ticket: str, token: str) -> bool:
        claim = self._claims.get(ticket)
        return claim is not None and claim.token == token

    def _standing(self, token: str) -> Claim | None:
        return next((claim for claim in self._claims.values() if claim.token == token), None)

    def _oldest_first(self) -> tuple[Claim, ...]:
        return tuple(sorted(self._claims.values(), key=lambda claim: claim.age))
