"""The board as this process last made it, told again until something rings.

A wall, and every phone beside it, asks for the board whenever the hall's stream rings, all at once.
What was made after the newest event of the stream had been read has that event in it, since the
stream is written after the commit; so the same board is told until the stream has another, and for
a second at most, should an event never have reached it: what the hall's file says, its name and its
message, rings nothing, and is that much older than the file.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from flask import current_app

from app.calling.view import board_out
from app.catalog.plan import HallPlan
from app.catalog.rules import zone_of
from app.catalog.service import plan_of
from app.core.db import db
from app.core.http import wire_time
from app.core.language import language
from app.core.parts import parts
from queueing.errors import SequenceAway

log = logging.getLogger(__name__)

KEPT = timedelta(seconds=1)
KEPT_AT_MOST = 500
"""Some halls × their zones × two languages: whoever asks names the zone."""
AWAY_FOR = timedelta(seconds=5)
"""So long a Redis that did not answer is not asked again: each try may cost a second."""


@dataclass(frozen=True, slots=True)
class Made:
    """A board, and what had rung when it was begun."""

    at: datetime
    newest: str | None
    plan: HallPlan
    board: dict[str, Any]

    def holds(self, now: datetime) -> bool:
        """Whether it may be told at this moment, if nothing has rung."""
        return timedelta() <= now - self.at < KEPT and self.plan.day_of(now).date == self.day

    @property
    def day(self) -> date:
        return self.plan.day_of(self.at).date


@dataclass
class Boards:
    """Those of this process."""

    made: dict[Any, Made] = field(default_factory=dict)
    asks_from: datetime | None = None
    """Not before this moment."""


def board_now(hall: str, now: datetime, lanes: str = "", counters: str = "") -> dict[str, Any]:
    """What hangs on the wall, with everything in it that has rung. `lanes`, `counters`: see
    `zone_of`. Raises UnknownHall, and what `zone_of` raises."""
    kept = _boards()
    key = hall, lanes, counters, language()
    made = kept.made.get(key)
    if made is not None and not made.holds(now):
        made = None
    plan = made.plan if made else plan_of(hall)
    try:
        newest = _newest(kept, hall, now)
    except SequenceAway:
        return board_out(plan, now, zone_of(plan, lanes, counters))
    if made is None or made.newest != newest:
        # SQLite reads as of the transaction's first look, which may be older than the ring
        db.session.rollback()
        plan = plan_of(hall) if made else plan
        made = Made(now, newest, plan, board_out(plan, now, zone_of(plan, lanes, counters)))
        if len(kept.made) >= KEPT_AT_MOST:
            kept.made.clear()
        kept.made[key] = made
    return {**made.board, "server_time": wire_time(now, made.plan.zone)}


def _newest(kept: Boards, hall: str, now: datetime) -> str | None:
    """The id of the newest event of the hall's stream. Raises SequenceAway."""
    if kept.asks_from is not None and kept.asks_from - AWAY_FOR <= now < kept.asks_from:
        raise SequenceAway
    try:
        return parts().events(hall).last_id()
    except SequenceAway:
        log.warning("boards are made anew for everybody: Redis is away")
        kept.asks_from = now + AWAY_FOR
        raise


def _boards() -> Boards:
    boards: Boards = current_app.extensions.setdefault("boards", Boards())
    return boards
