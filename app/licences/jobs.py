"""What is done at night with the library, run by RQ."""

from __future__ import annotations

from datetime import datetime

from app.core.db import transaction
from app.core.jobs import take_run
from app.core.parts import parts
from app.licences.showing import forget_shows

FORGET_SHOWS = "forget_shows"


def forget_shows_of(hall: str, due: str) -> int:
    """Forget the codes by which licences were shown, of whatever hall: with the first night of a
    day; how many. Bit by bit, so that nobody waits for it; once for each due time."""
    now, forgotten = parts().clock.now(), 0
    while True:
        with transaction():
            some = forget_shows(now)
            if not some:
                take_run(f"{FORGET_SHOWS}:{hall}", datetime.fromisoformat(due), now)
                return forgotten
        forgotten += some
