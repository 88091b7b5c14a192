"""The calling sequence on Redis or Valkey: one short Lua file a transition.

Redis runs a script alone, so each transition happens at one moment between all processes of
a hall. What a ticket looks like inside Redis is told in `lua/_shared.lua`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import islice
from typing import Any

from redis import Redis

from queueing.errors import SequenceAway
from queueing.keys import Keys
from queueing.scripts import run, text
from queueing.sequence import Claim, Entry, Snapshot, Tiers

AT_ONCE = 100
"""So many tickets enter by one script: it keeps everybody else waiting for a millisecond or two."""


class RedisSequence:
    """`sequence.Sequence` on Redis, for one hall and one day (`20261121`).

    Cheap to make. Methods raise SequenceAway when Redis cannot be asked, does not answer in the
    client's timeout or cannot write; where the port says so, NotReady. `in_vain` hears of the
    former.
    """

    def __init__(
        self, redis: Redis, hall: str, day: str, in_vain: Callable[[], object] = bool
    ) -> None:
        self._redis = redis
        self._in_vain = in_vain
        self._keys = Keys(hall, day)
        self._own = self._keys.own

    def _run(self, name: str, *args: str | int, beside: tuple[str, ...] = ()) -> Any:
        try:
            return run(self._redis, name, self._own + beside, *args)
        except SequenceAway:
            self._in_vain()
            raise

    def enter(self, entry: Entry) -> bool:
        return bool(self._run("enter", entry.ticket, entry.version, self._record(entry)))

    def enter_all(self, entries: Iterable[Entry]) -> int:
        each, entered = iter(entries), 0
        while some := [*islice(each, AT_ONCE)]:
            told: list[str | int] = []
            for entry in some:
                told += entry.ticket, entry.version, self._record(entry)
            entered += int(self._run("enter", *told))
        return entered

    def remove(self, ticket: str, version: int) -> bool:
        return bool(self._run("remove", ticket, version))

    def claim_next(
        self, counter: str, tiers: Tiers, token: str, now: int, overdue_after: int
    ) -> Claim | None:
        places, numbers = _served(self._keys, counter, tiers)
        overdue = now - overdue_after
        reply = self._run("claim_next", counter, token, now, overdue, *numbers, beside=places)
        return _claim(_entry(reply[0]), reply[1]) if reply else None

    def claim(self, counter: str, ticket: str, version: int, token: str, now: int) -> Claim | None:
        reply = self._run("claim", counter, token, now, ticket, version)
        return _claim(_entry(reply[0]), reply[1]) if reply else None

    def confirm(self, ticket: str, token: str, version: int) -> bool:
        return bool(self._run("confirm", ticket, token, version))

    def release(self, ticket: str, token: str) -> bool:
        return bool(self._run("release", ticket, token))

    def repair(self, ticket: str, token: str | None, row: Entry | None, version: int) -> None:
        self._run("repair", ticket, token or "", version, self._record(row) if row else "")

    def position(self, ticket: str) -> int | None:
        ahead: int | None = self._run("position", ticket)
        return ahead

    def snapshot(self) -> Snapshot:
        generation, records, claims = self._run("snapshot")
        held = {entry.ticket: entry for entry in map(_entry, records)}
        claimed = [
            _claim(held.pop(text(ticket)), claim)
            for ticket, claim in zip(claims[::2], claims[1::2], strict=True)
        ]
        return Snapshot(
            ready=bool(generation),
            generation=text(generation),
            entries=tuple(sorted(held.values(), key=lambda entry: entry.place)),
            claims=tuple(sorted(claimed, key=lambda claim: claim.age)),
        )

    def expired_claims(self, before: int) -> tuple[Claim, ...]:
        claims = self._run("expired_claims", before)
        return tuple(_claim(_entry(record), claim) for record, claim in claims)

    def begin_build(self, token: str, now: int, lease: int) -> bool:
        return bool(self._run("begin_build", token, now, now + lease))

    def finish_build(self, token: str, generation: str) -> bool:
        return bool(self._run("finish_build", token, generation))

    def drop(self) -> None:
        self._run("drop")

    def _record(self, entry: Entry) -> str:
        lane, bound = self._keys.lane(entry.lane), self._keys.lane_bound(entry.lane)
        if entry.counter is None:
            stands, beside = [lane], bound
        else:
            stands, beside = [bound, self._keys.counter_bound(entry.counter)], lane
        return json.dumps(
            {
                "ticket": entry.ticket,
                "version": entry.version,
                "lane": entry.lane,
                "due": entry.due,
                "serial": entry.serial,
                "counter": entry.counter,
                "member": f"{entry.serial:08d}:{entry.ticket}",
                "stands": stands,
                "beside": beside,
            }
        )


@lru_cache(maxsize=4096)
def _served(keys: Keys, counter: str, tiers: Tiers) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The sorted sets a counter takes from, each with its tier; bound tickets stand in the first.
    A lane named twice counts once, in its earliest tier."""
    tier_of = {keys.counter_bound(counter): 1}
    for number, lanes in enumerate(tiers, start=1):
        for letters in lanes:
            tier_of.setdefault(keys.lane(letters), number)
    return tuple(tier_of), tuple(tier_of.values())


def _entry(record: bytes | str) -> Entry:
    facts = json.loads(record)
    return Entry(
        ticket=facts["ticket"],
        version=facts["version"],
        lane=facts["lane"],
        due=facts["due"],
        serial=facts["serial"],
        counter=facts["counter"],
    )


def _claim(entry: Entry, claim: bytes | str) -> Claim:
    return Claim(entry, **json.loads(claim))
