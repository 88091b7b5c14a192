"""How long people still wait, as this process last read it.

Answers are made inside a use case's transaction, where no store but the database is asked; so
every request that may change a ticket looks ahead, before any transaction, and what was seen then
is told inside.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import current_app, request

from app.catalog.plan import HallPlan
from app.catalog.service import plan_of, plans
from app.core.auth import actor
from app.core.db import in_transaction
from app.core.parts import parts
from app.tickets.states import State
from queueing.errors import SequenceAway
from queueing.order import Why
from queueing.outlook import KEPT_MS, Outlook, Range

log = logging.getLogger(__name__)

READ_EVERY_MS = 3_000
PREFERRED = (Why.PRIORITY, Why.TRANSFER_NOW)
"""Due at once or nearly so, whenever they come."""
AWAY_FOR_MS = 5_000
"""So long a Redis that did not answer is not asked again, whatever the hall: each try may cost a
second."""


@dataclass
class Seen:
    """What this process has seen; moments are Unix milliseconds."""

    outlooks: dict[str, tuple[int, str, Outlook | None]] = field(default_factory=dict)
    """Hall -> when it was read, its day then, and what was there."""
    ahead: dict[str | None, int] = field(default_factory=dict)
    """Hall, or None for all of them -> when some request last looked ahead."""
    asks_from: int = 0
    """Not before this moment."""


def look_ahead() -> None:
    """Read what a request that changes something may tell. Runs before every request.

    A phone's ticket or booking is of any hall, so then every hall is looked at. Raises
    UnknownHall."""
    named = request.view_args or {}
    if request.method != "POST" or not request.path.startswith("/api/"):
        return
    hall = named.get("hall") or actor().hall
    seen, now_ms = _seen(), _unix_ms(parts().clock.now())
    if not (hall or named) or 0 <= now_ms - seen.ahead.get(hall, 0) < READ_EVERY_MS:
        return
    for plan in [plan_of(hall)] if hall else plans():
        look(plan)
    seen.ahead[hall] = now_ms


def look(plan: HallPlan) -> Outlook | None:
    """The hall's present outlook; None where there is none, or none is known.

    Read anew every few seconds, and never inside a transaction."""
    now = parts().clock.now()
    now_ms, day = _unix_ms(now), f"{plan.day_of(now).date:%Y%m%d}"
    read_at, of_day, outlook = _seen().outlooks.get(plan.code, (0, day, None))
    if of_day != day:
        read_at, outlook = 0, None
    if now_ms - read_at >= READ_EVERY_MS and not in_transaction():
        outlook = _read(plan.code, day, now_ms, outlook)
    return outlook if outlook and now_ms - outlook.at_ms < KEPT_MS else None


def estimate(ticket: Any, plan: HallPlan, now: datetime) -> Range | None:
    """The median and the 90th percentile of what a waiting ticket still waits, in seconds."""
    if ticket.state != State.WAITING or ticket.day != plan.day_of(now).date:
        return None
    outlook = look(plan)
    # until the next forecast a booking is told the most it can be: it never stands behind newcomers
    return outlook and outlook.of(
        ticket.id,
        _unix_ms(now),
        ticket.lane,
        preferred=ticket.due_why in PREFERRED or _in_its_slot(ticket, plan, now),
    )


def _in_its_slot(ticket: Any, plan: HallPlan, now: datetime) -> bool:
    """Whether this is a booking that is due by now."""
    return ticket.due_why == Why.APPOINTMENT and ticket.due_ms <= plan.day_of(now).ms(now)


def _read(hall: str, day: str, now_ms: int, before: Outlook | None) -> Outlook | None:
    seen = _seen()
    if now_ms < seen.asks_from:
        return before
    seen.outlooks[hall] = now_ms, day, before  # for the other threads, while this one asks
    try:
        outlook = parts().outlooks(hall, day).get()
    except SequenceAway:
        log.warning("the outlook of %s cannot be read: Redis is away", hall)
        seen.asks_from = now_ms + AWAY_FOR_MS
        return before
    seen.outlooks[hall] = now_ms, day, outlook
    return outlook


def _seen() -> Seen:
    seen: Seen = current_app.extensions.setdefault("outlooks", Seen())
    return seen


def _unix_ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
