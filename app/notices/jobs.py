"""Background jobs of the outbox, run by RQ."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

from flask import Flask, current_app

from app.core.db import db, transaction
from app.core.jobs import take_run
from app.core.parts import parts
from app.notices.queries import any_due, count_due
from app.notices.sending import send_next
from app.notices.service import NUDGE, forget_old
from config.logged_about import carried

SENDERS = 4
"""Notices under way at once: while WeChat is slow to answer about one, others go out."""
LASTS = timedelta(seconds=60)
"""From then on a job begins nothing more and leaves the rest to the next, well before RQ would end
it in the middle of something (180 s)."""


FORGET_NOTICES = "forget_notices"


def send_due() -> int:
    """Do what is due in the outbox; how many were told, or tried to be."""
    NUDGE.follow()
    began = parts().clock.now()
    senders = min(SENDERS, count_due(began, SENDERS))
    db.session.remove()  # its transaction would stand idle for as long as they send
    if not senders:
        return 0
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with ThreadPoolExecutor(senders) as pool:
        work = carried(partial(_send_until, app, began + LASTS))
        sent = sum(pool.map(work, range(senders)))
    if any_due(parts().clock.now()):
        NUDGE.give()
    return sent


def _send_until(app: Flask, end: datetime, _nth: int) -> int:
    sent = 0
    with app.app_context():
        while parts().clock.now() < end and send_next():
            sent += 1
    return sent


def forget_notices_of(hall: str, due: str) -> int:
    """Forget what was told long ago, by whatever hall: with the first night of a day; how many
    notices. Bit by bit, so that nobody waits for it; once for each due time."""
    now, forgotten = parts().clock.now(), 0
    while True:
        with transaction():
            some = forget_old(now)
            if not some:
                take_run(f"{FORGET_NOTICES}:{hall}", datetime.fromisoformat(due), now)
                return forgotten
        forgotten += some
