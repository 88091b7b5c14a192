"""What happened, as rows first and as a stream after: every change of a ticket writes one.

The row is part of the change's transaction. After commit it is copied to the hall's stream in
Redis, from which screens and phones are told; what a crash keeps from being copied, the sweep
copies (see `copy_missing`). The rows are also the history of a ticket, from tap to finish.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ColumnElement, Date, Index, String, and_, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.acts import Act
from app.core.db import BigId, UtcDateTime, after_commit_together, db, leave
from app.core.leaving import NewRow
from app.core.parts import parts
from queueing.errors import SequenceAway
from queueing.events import CopiedEvent

log = logging.getLogger(__name__)

MISSED_WINDOW = timedelta(minutes=2)
"""How far back the sweep looks for rows the stream lacks."""
CLOCKS_APART = timedelta(minutes=1)
"""The times of two processes differ by less."""
UNTOLD = frozenset({"rated"})
"""Kinds that are history only. Anybody may listen to a hall, its clerks too: told when a rating was
given and at which counter, a clerk would know by whom."""


class EventRow(db.Model):
    """One thing that happened in a hall. Each but those UNTOLD goes to the stream, with its public
    fields only."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    hall: Mapped[str] = mapped_column(String(32))
    day: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(32))
    ticket_id: Mapped[str | None] = mapped_column(String(32))
    number: Mapped[str | None] = mapped_column(String(16))
    counter: Mapped[str | None] = mapped_column(String(16))
    call_id: Mapped[int | None]
    nth: Mapped[int | None]
    actor: Mapped[str] = mapped_column(String(64))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (
        Index("ix_events_hall_at", "hall", "at"),
        Index("ix_events_ticket_id", "ticket_id"),
    )


TABLE = EventRow.__table__
NEW = NewRow(TABLE, tuple(column.name for column in TABLE.c if column.name != "id"))


def record(
    act: Act,
    hall: str,
    day: date,
    kind: str,
    *,
    ticket_id: str | None = None,
    number: str | None = None,
    counter: str | None = None,
    call_id: int | None = None,
    nth: int | None = None,
    **data: Any,
) -> None:
    """Write what happened into this transaction, and have it copied to the stream after it."""
    values: dict[str, Any] = {
        "hall": hall,
        "day": day,
        "at": act.now,
        "kind": kind,
        "ticket_id": ticket_id,
        "number": number,
        "counter": counter,
        "call_id": call_id,
        "nth": nth,
        "actor": str(act.actor),
        "data": data,
    }
    written: list[int] = []
    leave(NEW, values, written.append)
    if kind not in UNTOLD:
        after_commit_together(_copy, hall, lambda: _told(written[0], values))


def _copy(hall: str, rows: Iterable[Callable[[], CopiedEvent]]) -> int:
    return parts().events(hall).copy(*(row() for row in rows))


def _told(event_id: int, row: dict[str, Any]) -> CopiedEvent:
    at: datetime = row["at"]
    public = {
        "event": row["kind"],
        "id": event_id,
        "at": at.isoformat(),
        "number": row["number"],
        "counter": row["counter"],
        "call_id": row["call_id"],
        "nth": row["nth"],
    }
    return CopiedEvent(event_id, int(at.timestamp() * 1000), json.dumps(public))


def copy_missing(hall: str, now: datetime) -> int:
    """Copy the rows of the last two minutes that the stream lacks; how many there were.

    Compares one by one and keeps no watermark: rows commit in another order than they count."""
    try:
        return parts().events(hall).copy(*(_told(row["id"], row) for row in missing(hall, now)))
    except SequenceAway:
        log.warning("events of %s not copied: Redis is away", hall)
        return 0


def missing(hall: str, now: datetime) -> list[dict[str, Any]]:
    """The rows of the last two minutes that the stream lacks, oldest first."""
    since = now - MISSED_WINDOW
    known = parts().events(hall).seen_since(int(since.timestamp() * 1000))
    rows = db.session.execute(
        select(TABLE)
        .where(TABLE.c.hall == hall, TABLE.c.at >= since, TABLE.c.kind.not_in(UNTOLD))
        .order_by(TABLE.c.id)
    ).mappings()
    return [dict(row) for row in rows if row["id"] not in known]


def of_ticket(ticket_id: str, taken_at: datetime) -> ColumnElement[bool]:
    """Its rows; since when they may be there names the few parts they lie in, where each day has a
    part of its own (docs/scale.md)."""
    return and_(TABLE.c.ticket_id == ticket_id, TABLE.c.at >= taken_at - CLOCKS_APART)


def history(ticket_id: str, taken_at: datetime) -> list[dict[str, Any]]:
    """Everything that happened to one ticket, oldest first."""
    rows = db.session.execute(
        select(TABLE).where(of_ticket(ticket_id, taken_at)).order_by(TABLE.c.id)
    ).mappings()
    return [dict(row) for row in rows]
