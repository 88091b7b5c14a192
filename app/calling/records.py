"""Writing what was called: the calls' rows and their announcements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Update, bindparam, func, select, update

from app.calling.queries import CALLS
from app.core.acts import Act
from app.core.db import db, leave
from app.core.leaving import NewRow
from app.tickets.queries import Ticket
from app.tickets.service import record

NEW = NewRow(
    CALLS,
    (
        *("id", "hall", "day", "ticket_id", "number", "lane", "item", "counter", "nth"),
        *("called_at", "last_at", "by_hand", "why", "claim_token", "delivery"),
    ),
)
UPDATE = update(CALLS).where(CALLS.c.id == bindparam("call"))
NEXT_IN_POSTGRESQL = func.nextval(func.pg_get_serial_sequence("calls", "id"))
NEXT_IN_SQLITE = select(func.coalesce(func.max(CALLS.c.id), 0) + 1).scalar_subquery()
"""Its one writer holds everything, so nobody takes the same."""


@dataclass(frozen=True, slots=True)
class EndOfCall:
    """Note when and as what a call ended."""

    def statement(self, prefix: str) -> Update:
        ended = {name: bindparam(prefix + name) for name in ("ended_at", "ended_as")}
        mine = CALLS.c.id == bindparam(prefix + "call")
        return update(CALLS).where(mine).values(ended).returning(CALLS.c.id)


def next_call() -> ColumnElement[int]:
    """The id that the next call will have, to be written onto its ticket before there is a row."""
    return NEXT_IN_SQLITE if db.engine.dialect.name == "sqlite" else NEXT_IN_POSTGRESQL


def add_call(
    ticket: Ticket, why: dict[str, Any], reason: str | None, token: str, act: Act
) -> None:
    """The row of the call that a ticket names."""
    leave(
        NEW,
        {
            "id": ticket.call_id,
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
    )


def set_call(call_id: int | None, **values: Any) -> None:
    """Write onto a call's row."""
    db.session.execute(UPDATE, {"call": call_id, **values})


def end_call(ticket: Ticket, act: Act, how: str) -> None:
    """The ticket leaves its counter."""
    leave(EndOfCall(), {"call": ticket.call_id, "ended_at": act.now, "ended_as": how})


def end_calls(hall: str, before: date, at: datetime) -> None:
    """The calls of earlier days that nobody ended: their tickets were closed."""
    unended = (CALLS.c.hall == hall, CALLS.c.day < before, CALLS.c.ended_at.is_(None))
    db.session.execute(update(CALLS).where(*unended).values(ended_at=at, ended_as="closed"))


def announce(act: Act, ticket: Ticket, kind: str, nth: int) -> None:
    """Have screens show and speak it: (call_id, nth) names this announcement for good."""
    record(act, ticket, kind, nth=nth)
