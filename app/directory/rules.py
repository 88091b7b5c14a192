"""How full a hall is, in one word. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from queueing.order import MINUTE
from queueing.outlook import Range

SECONDS = MINUTE // 60
"""Milliseconds of a second."""
QUIET_PART = 3
"""Quiet: nine in ten of those who come now are called within a third of the promise."""


class Load(StrEnum):
    QUIET = "quiet"
    NORMAL = "normal"
    """Within the promise."""
    BUSY = "busy"
    UNKNOWN = "unknown"
    """No numbers are given now, or nobody can say."""


def load_of(wait: Range | None, promise: int) -> Load:
    """What a walk-in of this moment has to expect; `promise`: milliseconds."""
    if wait is None or wait[0] is None:
        return Load.UNKNOWN
    if wait[1] is None or wait[1] * SECONDS > promise:
        return Load.BUSY
    return Load.QUIET if wait[1] * SECONDS <= promise / QUIET_PART else Load.NORMAL


def busiest(
    lanes: Iterable[str], waiting: Mapping[str, int], told: Mapping[str, Range]
) -> str | None:
    """The lane that stands for its hall: where most people wait, of those the one that takes
    longest. None where nothing is told of any."""
    known = [lane for lane in lanes if told.get(lane, (None, None))[0] is not None]
    return max(known, key=lambda lane: (waiting.get(lane, 0), told[lane][0] or 0), default=None)
