"""What is done at night with submissions, run by RQ."""

from __future__ import annotations

from datetime import datetime

from app.core.db import transaction
from app.core.jobs import take_run
from app.core.parts import parts
from app.submissions.service import forget_drafts

FORGET_DRAFTS = "forget_drafts"


def forget_drafts_of(hall: str, due: str) -> int:
    """Forget the drafts that nobody goes on with, of whatever hall: with the first night of a day;
    how many. Bit by bit, so that nobody waits for it; once for each due time."""
    now, forgotten = parts().clock.now(), 0
    while True:
        with transaction():
            some = forget_drafts(now)
            if not some:
                take_run(f"{FORGET_DRAFTS}:{hall}", datetime.fromisoformat(due), now)
                return forgotten
        forgotten += some
