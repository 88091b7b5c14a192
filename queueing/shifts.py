"""When counters are open: what is left of today, as it was on earlier days.

Moments are milliseconds of the hall day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

Interval = tuple[int, int]
Shifts = Mapping[str, Sequence[Interval]]
"""Counter -> when it was open on one day, earliest first."""
Rest = tuple[tuple[float, float], ...]
"""When a counter will still be open today."""

NEAREST = 12
"""Of the shifts of earlier days, so many are taken that began nearest to when this one did."""
OTHERS_AFTER = 2 * 3_600_000
"""Another counter's shift tells as much as one of its own that began so much earlier or later."""
FOREVER = float("inf")


@dataclass(frozen=True)
class Past:
    """The shifts of earlier days, the latest day last."""

    days: tuple[Shifts, ...]

    def open_until(self, counter: str, since: int, now: int) -> list[Rest]:
        """Equally likely ways in which the day of a counter that is open now goes on."""
        counters, begins, ends, rests = self._flat
        around = np.flatnonzero((begins <= now) & (now < ends))
        if not len(around):
            return [((now, FOREVER),)]
        apart = np.abs(begins[around] - since) + OTHERS_AFTER * (counters[around] != counter)
        nearest = around[np.argsort(apart, kind="stable")[:NEAREST]]
        return [((now, ends[place]), *rests[place]) for place in nearest]

    def open_again(self, counter: str, was_open: bool, now: int) -> list[Rest]:
        """The same of a counter that is closed; after days on which it stood as it does now."""
        likely: list[Rest] = []
        for day in self.days:
            shifts = day.get(counter, ())
            if any(begin <= now < end for begin, end in shifts):
                continue
            if was_open == any(end <= now for _, end in shifts):
                likely.append(tuple(shift for shift in shifts if shift[0] > now))
        return likely or [()]

    @cached_property
    def _flat(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[Rest]]:
        """Every shift: its counter, begin, end, and the counter's later ones of that day."""
        found = [
            (counter, *shift, tuple(shifts[place + 1 :]))
            for day in reversed(self.days)
            for counter, shifts in day.items()
            for place, shift in enumerate(shifts)
        ]
        counters, begins, ends, rests = zip(*found, strict=True) if found else ((), (), (), ())
        return np.array(counters, str), np.array(begins, float), np.array(ends, float), [*rests]
