"""What the last forecast told, on Redis, for every process to read.

One string a hall and day, written a few times a minute and gone soon after the last: an old
forecast is no forecast. A process keeps what it read for a moment, so that reading costs nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from redis import Redis

from queueing.keys import Keys
from queueing.scripts import our_errors

KEPT_MS = 60_000
"""Some refreshes may fail before nothing is told."""

Range = tuple[int | None, int | None]
"""The median and the 90th percentile of a wait, in seconds; None where the day is not seen to reach
so far."""


Later = tuple[int, int | None, int | None]
"""Unix milliseconds of taking a number, and the range of the wait from then."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """Waits as they looked at one moment."""

    at_ms: int
    """Unix milliseconds."""
    tickets: Mapping[str, Range] = field(default_factory=dict)
    newcomers: Mapping[str, Range] = field(default_factory=dict)
    """Lane -> for who takes a number on site at that moment."""
    preferred: Mapping[str, Range] = field(default_factory=dict)
    """Lane -> for who has priority by law, at most."""
    later: Mapping[str, list[Later]] = field(default_factory=dict)
    """Lane -> for who comes later in the day."""

    def of(self, ticket: str, now_ms: int, lane: str = "", preferred: bool = False) -> Range | None:
        """What a ticket still waits, at this moment; one that came after the forecast waits as a
        newcomer of its lane does, or one who is `preferred`. None where nothing is known."""
        newcomers = self.preferred if preferred else self.newcomers
        told = self.tickets.get(ticket) or newcomers.get(lane)
        if told is None:
            return None
        passed = max(now_ms - self.at_ms, 0) // 1000
        p50, p90 = (None if wait is None else max(wait - passed, 0) for wait in told)
        return p50, p90


class RedisOutlooks:
    """The outlook of one hall and day. Raises SequenceAway when Redis cannot be asked."""

    def __init__(self, redis: Redis, hall: str, day: str) -> None:
        self._redis = redis
        self._key = Keys(hall, day).outlook

    def put(self, outlook: Outlook) -> None:
        """Tell this from now on."""
        # not by `asdict`, which copies every number of a full hall one by one
        told = json.dumps({part.name: getattr(outlook, part.name) for part in fields(outlook)})
        with our_errors():
            self._redis.set(self._key, told, px=KEPT_MS)

    def get(self) -> Outlook | None:
        """What was told last; None where that is too long ago."""
        with our_errors():
            stored = self._redis.get(self._key)
        if stored is None:
            return None
        told = json.loads(stored)
        return Outlook(
            at_ms=told["at_ms"],
            tickets={ticket: (p50, p90) for ticket, (p50, p90) in told["tickets"].items()},
            newcomers={lane: (p50, p90) for lane, (p50, p90) in told["newcomers"].items()},
            preferred={lane: (p50, p90) for lane, (p50, p90) in told.get("preferred", {}).items()},
            later={lane: [tuple(each) for each in its] for lane, its in told["later"].items()},
        )
