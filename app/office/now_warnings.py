"""Whether something in the hall needs a hand, by the thresholds it chose. Pure.

Nothing is kept: since when a warning holds is told by who waits. So many people have stood there
at least since the last of them came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.catalog.plan import Lane, Thresholds


class Kind(StrEnum):
    OLDEST_WAIT = "oldest_wait"
    WAITING = "waiting"
    UNSERVED_LANE = "unserved_lane"
    BAD_RATING = "bad_rating"


@dataclass(frozen=True, slots=True)
class LaneNow:
    """One lane at a moment."""

    lane: Lane
    waiting: int
    since: list[datetime]
    """Since when each who waits has waited, the longest first; who came before the time of their
    booking is left out until then."""
    working: int
    """Counters that serve it, are open, and have somebody sitting there."""
    turned_at: datetime | None
    """When one of its counters was last opened, paused or closed."""


@dataclass(frozen=True, slots=True)
class Warning:
    kind: Kind
    lane: str | None
    """Letters."""
    since: datetime
    count: int
    """People, or minutes for `oldest_wait`."""


def warnings_of(lanes: Iterable[LaneNow], thresholds: Thresholds, now: datetime) -> list[Warning]:
    """Everything to be warned of, what has stood longest first."""
    found = [warning for lane in lanes for warning in _of_lane(lane, thresholds, now)]
    return sorted(found, key=lambda warning: warning.since)


def _of_lane(lane: LaneNow, thresholds: Thresholds, now: datetime) -> Iterator[Warning]:
    letters = lane.lane.letters
    if not lane.since:
        return
    longest = lane.since[0]
    enough = timedelta(milliseconds=thresholds.oldest_wait)
    if now - longest >= enough:
        minutes = (now - longest) // timedelta(minutes=1)
        yield Warning(Kind.OLDEST_WAIT, letters, longest + enough, minutes)
    if len(lane.since) >= thresholds.waiting:
        since = lane.since[thresholds.waiting - 1]
        yield Warning(Kind.WAITING, letters, since, len(lane.since))
    if thresholds.unserved_lane and not lane.working:
        since = max(longest, lane.turned_at or longest)
        yield Warning(Kind.UNSERVED_LANE, letters, since, len(lane.since))
