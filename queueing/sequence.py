"""The port to the calling sequence of one hall and one day.

Two implementations are held to one contract (tests/queueing/test_contract.py):
`redis_sequence.RedisSequence`, which halls run on, and `memory_sequence.MemorySequence`,
the plain reference that says what is meant.

All times are whole milliseconds since the start of the hall day. The order is
(due, serial), exact for any due between -2^52 and 2^52. Each ticket carries the `version`
of its row; a call with a version that is not higher than the highest seen for this ticket
changes nothing. Only `repair` goes back, and an emptied or dropped sequence remembers none.

A ticket is held once: as an entry, which waits, or as a claim. Every method may be sent again
when its answer was lost; what it returns then tells what the second sending did. RedisSequence
raises SequenceAway from all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Entry:
    """A waiting ticket as the sequence knows it."""

    ticket: str
    version: int
    lane: str
    due: int
    serial: int
    counter: str | None = None
    """Bound to this counter: only it may take the ticket, from its first tier."""

    @property
    def place(self) -> tuple[int, int, str]:
        """What the order sorts by; the ticket decides only should two serials ever meet."""
        return self.due, self.serial, self.ticket


@dataclass(frozen=True, slots=True)
class Claim:
    """A counter holds this ticket while the database records the call."""

    entry: Entry
    token: str
    counter: str
    claimed_at: int
    tier: int
    """1-based tier it was taken from; 0 for a ticket claimed by hand."""
    overdue: bool
    """Taken from the first tier because it was overdue, though its lane stands in a later one."""
    others: int
    """How many more waiting tickets this counter could have been given, later tiers included;
    0 for a ticket claimed by hand."""

    @property
    def age(self) -> tuple[int, str]:
        """What claims sort by, oldest first."""
        return self.claimed_at, self.entry.ticket


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything the sequence holds, for reconciling with the rows."""

    ready: bool
    generation: str
    """Named by the builder; empty while not ready."""
    entries: tuple[Entry, ...]
    claims: tuple[Claim, ...]


Tiers = tuple[tuple[str, ...], ...]


class Sequence(Protocol):
    """The order over all waiting tickets of one hall and day."""

    def enter(self, entry: Entry) -> bool:
        """Put a waiting ticket in, in place of whatever an older version left (entry or claim).

        Works while the sequence is not ready, so that writers go on during a rebuild.
        Returns whether anything changed: a version already seen changes nothing.
        """

    def enter_all(self, entries: Iterable[Entry]) -> int:
        """Each as `enter` does, not all at one moment; how many changed anything."""

    def remove(self, ticket: str, version: int) -> bool:
        """Take a ticket out (entry or claim of an older version); remembers `version`.
        Returns whether there was one."""

    def claim_next(
        self, counter: str, tiers: Tiers, token: str, now: int, overdue_after: int
    ) -> Claim | None:
        """Hold the first ticket this counter serves; None when none waits for it.

        First tier: tickets bound to this counter, tickets of the first tier's lanes, and
        tickets of its later lanes whose due lies `overdue_after` or more before `now`.
        Then each later tier. Within a tier the smallest (due, serial).
        The same token again gives the same claim again, while it stands. Raises NotReady.
        """

    def claim(self, counter: str, ticket: str, version: int, token: str, now: int) -> Claim | None:
        """Hold one certain waiting ticket, whatever its place; None when it does not wait with
        this version (claimed by another, gone, or changed).
        The same token and ticket again give the same claim again, while it stands; a token that
        holds another ticket gets None. Raises NotReady."""

    def confirm(self, ticket: str, token: str, version: int) -> bool:
        """The call is committed with row version `version`: forget the claim, and whatever else
        of an older version is held for the ticket, as `remove` does: since the claim, the
        sequence may have been emptied and rebuilt. True if the claim stood under this token."""

    def release(self, ticket: str, token: str) -> bool:
        """The call did not happen: back to the very place it was taken from. True if the claim
        stood under this token; a higher version that came meanwhile has ended it."""

    def repair(self, ticket: str, token: str | None, row: Entry | None, version: int) -> None:
        """Make what is held for `ticket` equal to its row, whatever version was seen before.

        `row` None: the row (of `version`) does not wait. With a token, acts only while that
        claim stands; with None, acts on the entry, and does nothing while a claim stands.
        Since this can put an older state back, a reconciler uses `enter` and `remove` where the
        row is newer, and this where the row, read after the snapshot, is not.
        """

    def position(self, ticket: str) -> int | None:
        """How many waiting tickets of its lane (bound ones included) stand before it;
        None when it does not wait. Raises NotReady."""

    def snapshot(self) -> Snapshot:
        """All entries in their order and all claims, oldest first, at one moment; never raises
        NotReady."""

    def expired_claims(self, before: int) -> tuple[Claim, ...]:
        """Claims made before this moment, oldest first."""

    def begin_build(self, token: str, now: int, lease: int) -> bool:
        """Become the one who rebuilds, for `lease` ms; the same token again begins its lease
        anew. False: it is ready, or another's lease runs."""

    def finish_build(self, token: str, generation: str) -> bool:
        """Declare it ready, under `generation`, only while the token's lease stands (by token:
        a later builder replaces it). True again when asked again."""

    def drop(self) -> None:
        """Forget this hall and day altogether (after a restore, or when the day is over)."""
