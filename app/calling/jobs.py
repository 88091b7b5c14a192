"""Background jobs of calling, run by RQ."""

from __future__ import annotations

from datetime import datetime

from app.calling.reconcile import close_night
from app.catalog.service import plan_of
from app.core.db import transaction
from app.core.idempotency import forget_old
from app.core.jobs import take_run
from app.core.parts import parts

CLOSE_NIGHT = "close_night"


def close_night_of(hall: str, due: str) -> int:
    """Close what the days before left behind, and forget answers nobody will ask for again; how
    many tickets there were. Once for each due time: the job's row is part of it."""
    now = parts().clock.now()
    with transaction():
        if not take_run(f"{CLOSE_NIGHT}:{hall}", datetime.fromisoformat(due), now):
            return 0
        forget_old(now)
        return close_night(plan_of(hall), now)
