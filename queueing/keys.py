"""Names of everything a hall keeps in Redis. No other file, Lua included, makes up a name.

Every key of one hall carries the hash tag `{hall}`, so that on a Redis Cluster a hall lives
on one shard and its scripts may touch all of its keys.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keys:
    """The sequence of one hall and one day (`20261121`)."""

    hall: str
    day: str

    def _name(self, what: str) -> str:
        return f"sh:{{{self.hall}}}:{self.day}:{what}"

    @property
    def own(self) -> tuple[str, ...]:
        """The seven keys each script takes as KEYS[1] to KEYS[7]; `lua/_shared.lua` says what
        each of them holds."""
        names = ("state", "held", "versions", "claims", "claims-at", "tokens", "places")
        return tuple(map(self._name, names))

    @property
    def outlook(self) -> str:
        """String: what the last forecast told; expires."""
        return self._name("outlook")

    def lane(self, letters: str) -> str:
        """Sorted set: the waiting tickets of a lane that any of its counters may take."""
        return self._name(f"lane:{letters}")

    def lane_bound(self, letters: str) -> str:
        """Sorted set: the waiting tickets of a lane that are bound to some counter."""
        return self._name(f"lane:{letters}:bound")

    def counter_bound(self, no: str) -> str:
        """Sorted set: the waiting tickets bound to a counter, of whatever lane."""
        return self._name(f"counter:{no}:bound")


@dataclass(frozen=True, slots=True)
class EventKeys:
    """The event stream of one hall, which runs on from day to day."""

    hall: str

    def _name(self, what: str) -> str:
        return f"sh:{{{self.hall}}}:{what}"

    @property
    def stream(self) -> str:
        """Stream: the latest events."""
        return self._name("events")

    @property
    def seen(self) -> str:
        """Sorted set: ids of the event rows copied lately, by their time."""
        return self._name("events-seen")

    @property
    def generation(self) -> str:
        """String: changes when the stream begins anew."""
        return self._name("events-generation")
