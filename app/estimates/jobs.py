"""Background jobs of estimates, run by RQ."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.catalog.service import plan_of
from app.core.db import transaction
from app.core.jobs import take_run
from app.core.parts import parts
from app.estimates.service import learn

LEARN = "learn"


def learn_of(hall: str, due: str) -> None:
    """Keep what the day before teaches. Once for each due time: the job's row is part of it."""
    now = parts().clock.now()
    began = datetime.fromisoformat(due)
    with transaction():
        if take_run(f"{LEARN}:{hall}", began, now):
            plan = plan_of(hall)
            learn(plan, plan.day_of(began).date - timedelta(days=1), now)
