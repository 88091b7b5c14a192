"""The watch over licences as a background job, run by RQ: a few seconds at a time, so that no
hall's night waits for a library that was just brought in."""

from __future__ import annotations

from datetime import timedelta

from app.core.acts import SYSTEM, Act
from app.core.db import transaction
from app.core.parts import parts
from app.renewals.watch.reminding import settle
from app.renewals.watch.watching import watch

WATCH_LICENCES = "watch-licences"
LASTS = timedelta(seconds=20)


def watch_licences() -> int:
    """Look at the licences whose day has come, and write down what became of reminders; how many
    were looked at. What is left is put on the queue again by the schedule."""
    clock = parts().clock
    end, count = clock.now() + LASTS, 0
    while clock.now() < end and (looked_at := watch(Act(clock.now(), SYSTEM))):
        count += looked_at
    settled = True
    while settled:
        with transaction():
            settled = bool(settle(Act(clock.now(), SYSTEM)))
    return count
