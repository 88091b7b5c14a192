"""Background jobs of deliveries, run by RQ."""

from __future__ import annotations

from datetime import timedelta

from app.core.acts import SYSTEM, Act
from app.core.db import transaction
from app.core.nudge import Nudge
from app.core.parts import parts
from app.deliveries import boxes
from app.deliveries.parcels import work_next
from app.deliveries.queries import any_due

NUDGE = Nudge("deliveries", "app.deliveries.jobs.work_deliveries", queue="default")
"""The schedule looks for what is due, and must not itself wait for a courier."""
LASTS = timedelta(seconds=60)
"""From then on a job begins nothing more and leaves the rest to the next."""


def work_deliveries() -> int:
    """Ask couriers what is due, and end what is over in cabinets; how many parcels were asked
    about."""
    NUDGE.follow()
    began, asked = parts().clock.now(), 0
    with transaction():
        boxes.expire(Act(began, SYSTEM))
    while parts().clock.now() < began + LASTS and work_next():
        asked += 1
    return asked


def look_after_deliveries() -> None:
    """A round of the schedule."""
    now = parts().clock.now()
    if any_due(now) or boxes.any_over(now):
        NUDGE.try_give()
