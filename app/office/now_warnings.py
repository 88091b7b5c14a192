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

BadRating = tuple[datetime, str | None]
"""When somebody said that they were not content, and the counter that had served them."""


class Kind(StrEnum):
    OLDEST_WAIT = "oldest_wait"
    WAITING = "waiting"
    UNSERVED_LANE = "unserved_lane"
    BAD_RATING = "bad_rating"
    RENEWALS = "renewals"


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
class Warned:
    kind: Kind
    since: datetime
    lane: str | None = None
    """Letters."""
    count: int = 0
    """People, or minutes for `oldest_wait`, or renewals."""
    counter: str | None = None
    """Where somebody was served who was not content."""


def warnings_of(
    lanes: Iterable[LaneNow],
    bad_ratings: Iterable[BadRating],
    thresholds: Thresholds,
    now: datetime,
) -> list[Warned]:
    """Everything to be warned of, what has stood longest first."""
    found = [warning for lane in lanes for warning in _of_lane(lane, thresholds, now)]
    if thresholds.bad_rating:
        found += [Warned(Kind.BAD_RATING, at, counter=where) for at, where in bad_ratings]
    return sorted(found, key=lambda warning: warning.since)


def _of_lane(lane: LaneNow, thresholds: Thresholds, now: datetime) -> Iterator[Warned]:
    letters = lane.lane.letters
    if not lane.since:
        return
    longest = lane.since[0]
    enough = timedelta(milliseconds=thresholds.oldest_wait)
    if now - longest >= enough:
        minutes = (now - longest) // timedelta(minutes=1)
        yield Warned(Kind.OLDEST_WAIT, longest + enough, letters, minutes)
    if len(lane.since) >= thresholds.waiting:
        since = lane.since[thresholds.waiting - 1]
        yield Warned(Kind.WAITING, since, letters, len(lane.since))
    if thresholds.unserved_lane and not lane.working:
        since = max(longest, lane.turned_at or longest)
        yield Warned(Kind.UNSERVED_LANE, since, letters, len(lane.since))
