"""Printing: take one print, send it, record what came of it.

The try is committed before anything is sent, and a printer has one try at a time: whoever finds one
without an end after its lease knows that the paper may be out, and prints no second one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.exc import IntegrityError

from app.catalog.service import plan_of
from app.core.db import db, insert_into, transaction
from app.core.parts import parts
from app.printing import line
from app.printing.drivers import bytes_of
from app.printing.paper import Paper, paper_of, test_paper
from app.printing.queries import STANDINGS, TABLE, Known, Print, is_due, is_free, printers
from app.printing.rules import AGAIN, LEASE, PRINTS, Came, Printer, Standing, State, next_of
from app.tickets.queries import find
from config import logged_about

log = logging.getLogger(__name__)

Send = Callable[[Printer, bytes], Came]


@dataclass(frozen=True, slots=True)
class Begun:
    """A try that is committed, and now must be made."""

    print: str
    device: str
    printer: Printer
    paper: Paper


def print_next(send: Send = line.send) -> bool:
    """Take the next print that is due and print it; False when none is due on a free printer."""
    begun = begin_next(parts().clock.now())
    if begun is None:
        return False
    content = bytes_of(begun.paper, begun.printer)
    db.session.remove()  # nobody's connection waits for paper
    try:
        came = send(begun.printer, content)
    except Exception:
        # whether it is on paper, nobody can say: it ends unknown, as after a worker's death
        log.exception("print %s broke", begun.print)
        came = Came(State.UNKNOWN, Standing.SILENT)
    with transaction():
        record(begun, came, parts().clock.now())
    return True


def begin_next(now: datetime) -> Begun | None:
    """Commit a try for the next print; None when there is none. On the way, what needs no try is
    ended: too late, unanswered, or without a printer."""
    while True:
        try:
            with transaction():
                due = _take(now)
                if due is None:
                    return None
                begun = _begin(due, now)
        except IntegrityError:  # somebody has just begun on this printer
            continue
        if begun is not None:
            return begun


def record(begun: Begun, came: Came, now: datetime) -> None:
    """What came of a try. A printer that did not print is left alone for a moment, by all that is
    to be printed on it. Said after the lease, it only makes what was unknown known."""
    row = db.session.execute(select(TABLE).where(TABLE.c.id == begun.print).with_for_update()).one()
    state, due_at = next_of(came, now, row.not_after)
    if row.under_way_since is None:
        if came.state is None:
            return  # its lease ran out meanwhile
        due_at = None
    _set(row.id, state, came.standing, due_at, now)
    note_standing(begun.device, came.standing, now)
    if came.standing not in PRINTS:
        waits = (TABLE.c.state == State.PENDING) & TABLE.c.under_way_since.is_(None)
        db.session.execute(
            update(TABLE)
            .where(TABLE.c.device_id == begun.device, waits, TABLE.c.due_at < now + AGAIN)
            .values(due_at=now + AGAIN, standing=came.standing)
        )


def note_standing(device: str, standing: Standing, now: datetime) -> None:
    """How a printer stands, and since when."""
    told = insert_into(STANDINGS).values(device_id=device, standing=standing, at=now, since=now)
    since = case(
        (STANDINGS.c.standing != told.excluded.standing, told.excluded.at),
        else_=func.coalesce(STANDINGS.c.since, STANDINGS.c.at),
    )
    db.session.execute(
        told.on_conflict_do_update(
            index_elements=["device_id"],
            set_={"standing": told.excluded.standing, "at": told.excluded.at, "since": since},
        )
    )


def _take(now: datetime) -> Print | None:
    """The print to look at, locked until this transaction ends: those first that came first."""
    query = (
        select(TABLE)
        .where(is_due(now), is_free())
        .order_by(TABLE.c.due_at, TABLE.c.at, TABLE.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return db.session.execute(query).one_or_none()


def _begin(due: Print, now: datetime) -> Begun | None:
    """Write the try, where it is to be made."""
    logged_about.add(print=due.id, ticket=due.ticket_id)
    if due.under_way_since is not None:
        _set(due.id, State.UNKNOWN, Standing.SILENT, None, now)
        return None
    if now > due.not_after:
        _set(due.id, State.FAILED, due.standing, None, now)
        return None
    known = printers(device=due.device_id)
    if not known:
        _set(due.id, State.FAILED, Standing.AWAY, None, now)
        return None
    paper = _paper(due, known[0], now)
    begun = {"under_way_since": now, "due_at": now + LEASE}
    db.session.execute(update(TABLE).where(TABLE.c.id == due.id).values(begun))
    return Begun(due.id, due.device_id, known[0].printer, paper)


def _paper(due: Print, known: Known, now: datetime) -> Paper:
    plan = plan_of(due.hall)
    if due.ticket_id is None:
        return test_paper(known.name, known.printer, plan, now)
    return paper_of(find(due.hall, id=due.ticket_id), plan, now, with_code=due.with_code)


def _set(
    print_: str, state: State, standing: str | None, due_at: datetime | None, now: datetime
) -> None:
    values: dict[str, Any] = {
        "state": state,
        "standing": standing,
        "due_at": due_at,
        "under_way_since": None,
        "done_at": None if state is State.PENDING else now,
    }
    db.session.execute(update(TABLE).where(TABLE.c.id == print_).values(values))
