"""Writing what was called: the calls' rows and their announcements."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, update

from app.calling.queries import CALLS
from app.core.acts import Act
from app.core.db import db
from app.tickets.queries import Ticket
from app.tickets.service import record

INSERT = insert(CALLS).returning(CALLS.c.id)
UPDATE = update(CALLS).where(CALLS.c.id == bindparam("call"))


def add_call(ticket: Ticket, why: dict[str, Any], reason: str | None, token: str, act: Act) -> int:
    """The row of a new call; its id."""
    call_id: int = db.session.execute(
        INSERT,
        {
            "hall": ticket.hall,
            "day": ticket.day,
            "ticket_id": ticket.id,
            "number": ticket.number,
            "lane": ticket.lane,
            "item": ticket.item,
            "counter": ticket.counter,
            "nth": 1,
            "called_at": act.now,
            "last_at": act.now,
            "by_hand": reason,
            "why": why,
            "claim_token": token,
            "delivery": "sent",
        },
    ).scalar_one()
    return call_id


def set_call(call_id: int | None, **values: Any) -> None:
    """Write onto a call's row."""
    db.session.execute(UPDATE, {"call": call_id, **values})


def end_call(ticket: Ticket, act: Act, how: str) -> None:
    """The ticket leaves its counter."""
    set_call(ticket.call_id, ended_at=act.now, ended_as=how)


def end_calls(hall: str, before: date, at: datetime) -> None:
    """The calls of earlier days that nobody ended: their tickets were closed."""
    unended = (CALLS.c.hall == hall, CALLS.c.day < before, CALLS.c.ended_at.is_(None))
    db.session.execute(update(CALLS).where(*unended).values(ended_at=at, ended_as="closed"))


def announce(act: Act, ticket: Ticket, kind: str, nth: int) -> None:
    """Have screens show and speak it: (call_id, nth) names this announcement for good."""
    record(act, ticket, kind, nth=nth)
