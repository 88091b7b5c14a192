"""How long people still wait, as this process last read it.

Answers are made inside a use case's transaction, where no store but the database is asked; so
routes that change a ticket `look` before they begin, and what they saw is used inside.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from flask import current_app

from app.catalog.plan import HallPlan
from app.core.db import in_transaction
from app.core.parts import parts
from app.tickets.states import State
from queueing.errors import SequenceAway
from queueing.outlook import KEPT_MS, Outlook, Range

log = logging.getLogger(__name__)

READ_EVERY_MS = 3_000


def look(plan: HallPlan) -> Outlook | None:
    """The hall's present outlook; None where there is none, or Redis is away.

    Read anew every few seconds, and never inside a transaction."""
    now = parts().clock.now()
    now_ms = int(now.timestamp() * 1000)
    day = f"{plan.day_of(now).date:%Y%m%d}"
    kept: dict[str, tuple[int, str, Outlook | None]]
    kept = current_app.extensions.setdefault("outlooks", {})
    read_at, of_day, outlook = kept.get(plan.code, (0, "", None))
    if of_day != day or (now_ms - read_at >= READ_EVERY_MS and not in_transaction()):
        outlook = None if in_transaction() else _read(plan.code, day)
        kept[plan.code] = now_ms, day, outlook
    return outlook if outlook and now_ms - outlook.at_ms < KEPT_MS else None


def estimate(ticket: Any, plan: HallPlan, now: datetime) -> Range | None:
    """The median and the 90th percentile of what a waiting ticket still waits, in seconds."""
    if ticket.state != State.WAITING or ticket.day != plan.day_of(now).date:
        return None
    outlook = look(plan)
    return outlook and outlook.of(ticket.id, ticket.lane, int(now.timestamp() * 1000))


def _read(hall: str, day: str) -> Outlook | None:
    try:
        return parts().outlooks(hall, day).get()
    except SequenceAway:
        log.warning("the outlook of %s cannot be read: Redis is away", hall)
        return None
