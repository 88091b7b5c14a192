"""Background jobs of estimates, run by RQ."""

from __future__ import annotations

from datetime import datetime

from app.catalog.service import plan_of
from app.core.db import transaction
from app.core.jobs import has_run, take_run
from app.core.parts import parts
from app.estimates.service import learn, owed

LEARN = "learn"


def learn_of(hall: str, due: str) -> None:
    """Keep what the days before teach that were not learnt yet: the last one, and any in whose
    night nothing ran. Once for each due time; what was learnt before the job broke stays learnt."""
    now = parts().clock.now()
    began = datetime.fromisoformat(due)
    if has_run(f"{LEARN}:{hall}", began):
        return
    plan = plan_of(hall)
    for day in owed(plan, plan.day_of(began).date):
        with transaction():
            learn(plan, day, now)
    with transaction():
        take_run(f"{LEARN}:{hall}", began, now)
