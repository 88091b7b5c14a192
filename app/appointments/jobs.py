"""Background jobs of bookings, run by RQ."""

from __future__ import annotations

from datetime import datetime

from app.appointments.arriving import mark_missed
from app.appointments.checks import log_miscounts
from app.catalog.service import plan_of
from app.core.acts import SYSTEM, Act
from app.core.db import transaction
from app.core.jobs import take_run
from app.core.parts import parts

CLOSE_BOOKINGS = "close_bookings"


def close_bookings_of(hall: str, due: str) -> int:
    """Record who never came on the days before, and check that what was sold is what is booked;
    how many never came. Once for each due time: the job's row is part of it."""
    now = parts().clock.now()
    with transaction():
        if not take_run(f"{CLOSE_BOOKINGS}:{hall}", datetime.fromisoformat(due), now):
            return 0
        plan = plan_of(hall)
        missed = mark_missed(plan, Act(now, SYSTEM))
        log_miscounts(hall, plan.day_of(now).date)
        return missed
