"""Background jobs of imports, run by RQ: each has one import in hand for a few seconds, so that a
worker never keeps notices or a hall's night waiting for half a million licences."""

from __future__ import annotations

from app.core.acts import SYSTEM, Act
from app.core.db import transaction
from app.core.parts import parts
from app.licences.importing.queries import outlived, waiting
from app.licences.importing.running import go_on
from app.licences.importing.service import NUDGE, forget_outlived, sweep_files


def work_imports() -> None:
    """Go on with the import that was longest left alone; others may be worked on meanwhile."""
    NUDGE.follow()
    chosen = waiting(parts().clock.now())
    if not chosen:
        return
    if len(chosen) > 1:
        NUDGE.give()
    go_on(chosen[0])
    if waiting(parts().clock.now()):
        NUDGE.give()


def look_after_imports() -> None:
    """A round of the schedule: what nobody nudged, or whose worker died, is found here."""
    now = parts().clock.now()
    if waiting(now):
        NUDGE.try_give()
    if outlived(now, limit=1):
        with transaction():
            forget_outlived(Act(now, SYSTEM))
    sweep_files(now)
