"""Background jobs of printers, run by RQ."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

from flask import Flask, current_app
from sqlalchemy import delete, select

from app.core.db import db, transaction
from app.core.parts import parts
from app.printing import line
from app.printing.queries import (
    TABLE,
    Known,
    any_due,
    not_asked_since,
    printers_due,
)
from app.printing.rules import State
from app.printing.sending import note_standing, print_next
from app.printing.service import NUDGE
from config.logged_about import carried

AT_ONCE = 4
"""Printers at work at once: while one is slow to answer, others print."""
LASTS = timedelta(seconds=40)
"""From then on a job begins nothing more and leaves the rest to the next, well before RQ would end
it in the middle of something (180 s)."""
ASKED_EVERY = timedelta(seconds=60)
"""How often a printer that prints nothing is asked how it is."""
KEPT = timedelta(days=30)
AT_A_TIME = 500


def print_due() -> int:
    """Print what is due, and ask printers how they are; how many prints were tried."""
    NUDGE.follow()
    began = parts().clock.now()
    at_once, silent = printers_due(began), not_asked_since(began - ASKED_EVERY)
    db.session.remove()  # its transaction would stand idle for as long as they print
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    end = began + LASTS
    with ThreadPoolExecutor(AT_ONCE) as pool:
        work, ask = carried(partial(_print_until, app, end)), carried(partial(_ask, app, end))
        printed = sum(pool.map(work, range(min(AT_ONCE, at_once))))
        list(pool.map(ask, silent))
    _forget_old(began)
    if any_due(parts().clock.now()):
        NUDGE.try_give()
    return printed


def look_after_printers() -> None:
    """A round of the schedule: what nobody nudged for, and printers nobody has heard of."""
    now = parts().clock.now()
    if any_due(now) or not_asked_since(now - ASKED_EVERY):
        NUDGE.try_give()


def _print_until(app: Flask, end: datetime, _nth: int) -> int:
    printed = 0
    with app.app_context():
        while parts().clock.now() < end and print_next():
            printed += 1
    return printed


def _ask(app: Flask, end: datetime, known: Known) -> None:
    with app.app_context():
        if parts().clock.now() >= end:
            return
        standing = line.stand(known.printer)
        with transaction():
            note_standing(known.device, standing, parts().clock.now())


def _forget_old(now: datetime) -> None:
    """Prints of a month ago, a few at a time."""
    over = (TABLE.c.at < now - KEPT) & (TABLE.c.state != State.PENDING)
    some = select(TABLE.c.id).where(over).limit(AT_A_TIME).scalar_subquery()
    with transaction():
        db.session.execute(delete(TABLE).where(TABLE.c.id.in_(some)))
