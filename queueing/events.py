"""A hall's event stream on Redis: what was committed, for those who listen.

The event rows of the database are the truth. After commit a row is copied here, and again by
a sweep if that was missed; it arrives once. The stream keeps about the last 2,000 events, and
its `generation` tells a listener that it began anew. Times are Unix milliseconds, since the
stream runs on from one hall day to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from redis import Redis

from queueing.keys import EventKeys
from queueing.scripts import our_errors, run, text

KEPT = 2000
"""About so many events stay in the stream."""

REMEMBERED = 10 * 60_000
"""Milliseconds for which a copied event is not copied again."""


AT_ONCE = 100
"""No script copies more: a night closes thousands of tickets, and others wait meanwhile."""


class CopiedEvent(NamedTuple):
    """An event row, as the stream is told of it."""

    event_id: int
    at_ms: int
    payload: str


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event as it lies in the stream."""

    id: str
    """Stream id, such as `1795224600123-0`; grows."""
    event_id: int
    """Id of the event row."""
    at_ms: int
    payload: str


class RedisEvents:
    """The stream of one hall. Every method raises SequenceAway when Redis cannot be asked.

    `listening` is a client that has the patience to wait for events; the other may have less."""

    def __init__(self, redis: Redis, hall: str, listening: Redis | None = None) -> None:
        self._redis = redis
        self._listening = listening or redis
        self._keys = EventKeys(hall)

    def copy(self, *rows: CopiedEvent) -> int:
        """Add event rows, of the same deed; how many were not there yet. Safe to repeat while they
        are younger than `REMEMBERED`, measured by the newest rows."""
        keys = (self._keys.stream, self._keys.seen)
        added = 0
        for first in range(0, len(rows), AT_ONCE):
            some = rows[first : first + AT_ONCE]
            forgotten = max(row.at_ms for row in some) - REMEMBERED
            told = [fact for row in some for fact in (row.event_id, row.at_ms, row.payload)]
            added += run(self._redis, "copy_events", keys, KEPT, forgotten, *told)
        return added

    def seen_since(self, at_ms: int) -> set[int]:
        """Ids of the rows of this moment or later that were copied."""
        with our_errors():
            members: Any = self._redis.zrangebyscore(self._keys.seen, at_ms, "+inf")
        return {int(member) for member in members}

    def read(self, after_id: str, block_ms: int, at_most: int = 500) -> list[StreamEvent]:
        """Events after a stream id (`0-0`: from the first), oldest first.

        Waits up to `block_ms` for one (0: not at all); the client's socket timeout has to be
        longer."""
        with our_errors():
            reply: Any = self._listening.xread(
                {self._keys.stream: after_id}, count=at_most, block=block_ms or None
            )
        if not reply:
            return []
        # One stream was asked for; RESP3 answers with a mapping and one list more than RESP2.
        rows = next(iter(reply.values()))[0] if isinstance(reply, dict) else reply[0][1]
        return [_event(*row) for row in rows]

    def first_id(self) -> str | None:
        """Id of the oldest event kept. A listener whose last event is older may lack some."""
        with our_errors():
            rows: Any = self._redis.xrange(self._keys.stream, count=1)
        return text(rows[0][0]) if rows else None

    def last_id(self) -> str | None:
        """Id of the newest event."""
        with our_errors():
            rows: Any = self._redis.xrevrange(self._keys.stream, count=1)
        return text(rows[0][0]) if rows else None

    def ensure_generation(self, token: str) -> str:
        """The generation of the stream: `token`, a random word, if it has none yet."""
        with our_errors():
            standing: Any = self._redis.get(self._keys.generation)
            if standing is None:
                self._redis.set(self._keys.generation, token, nx=True)
                standing = self._redis.get(self._keys.generation)
        return text(standing) if standing else token

    def drop(self) -> None:
        """Begin anew, after a restore or a failover: the next generation is another."""
        with our_errors():
            self._redis.unlink(self._keys.stream, self._keys.seen, self._keys.generation)


def _event(stream_id: bytes | str, fields: dict[Any, Any]) -> StreamEvent:
    named = {text(name): text(value) for name, value in fields.items()}
    return StreamEvent(text(stream_id), int(named["event"]), int(named["at"]), named["payload"])
