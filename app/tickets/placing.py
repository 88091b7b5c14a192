"""Where in the order somebody stands who comes, or comes again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select

from app.catalog.plan import HallDay, HallPlan
from app.catalog.service import promises_of_day
from app.core.db import db
from app.tickets.queries import TABLE, waiting_in
from app.tickets.rules import Arrival, due_of
from queueing import order


def due_at_arrival(
    plan: HallPlan, day: HallDay, letters: str, arrival: Arrival, now: datetime
) -> order.Due:
    """By when somebody who comes like this is to be called, and why."""
    promises = promises_of_day(plan, day).for_lane(letters)
    behind = None
    if arrival.priority and promises.priority_behind is not None:
        behind = due_behind(plan, day, letters, promises.priority_behind, now)
    return due_of(arrival, behind, day, promises)


def due_behind(plan: HallPlan, day: HallDay, letters: str, k: int, now: datetime) -> int | None:
    """The due time of the k-th waiting ticket of a lane, or of the last where fewer wait.

    Bound tickets and early check-ins are not counted: they are not called from here now."""
    dues = db.session.execute(
        select(TABLE.c.due_ms)
        .where(
            waiting_in(plan.code, day.date),
            TABLE.c.lane == letters,
            TABLE.c.bound_to.is_(None),
            or_(TABLE.c.slot_starts_at.is_(None), TABLE.c.slot_starts_at <= now),
        )
        .order_by(TABLE.c.due_ms, TABLE.c.serial)
        .limit(k)
    ).scalars()
    return max(dues, default=None)
