"""A ticket's row, and the series its numbers come from."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import UtcDateTime, db

# As `queries.in_states` writes them out: an index is used where its condition is read again.
WAITING = text("state IN ('waiting')")
AT_COUNTER = text("state IN ('called', 'serving')")
FOLLOWED = text("follow_token IS NOT NULL")
LIVE = text("state IN ('expected', 'waiting', 'called', 'serving', 'parked', 'passed')")


class TicketRow(db.Model):
    """One person's number for one day in one hall, whatever way it came in.

    `due_ms` counts from the start of the hall day. `seq_version` rises with every change of
    state, due, lane or binding, and travels with every word to the sequence.
    """

    __tablename__ = "tickets"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    """128 random bits: who shows it owns the ticket (the QR on paper)."""
    hall: Mapped[str] = mapped_column(String(32))
    day: Mapped[date] = mapped_column(Date)
    number: Mapped[str] = mapped_column(String(16))
    serial: Mapped[int]
    lane: Mapped[str] = mapped_column(String(3))
    item: Mapped[str] = mapped_column(String(64))
    """The one in hand."""
    items: Mapped[list[str]] = mapped_column(JSON)
    """All of the visit."""
    state: Mapped[str] = mapped_column(String(12))
    seq_version: Mapped[int] = mapped_column(default=1)
    due_ms: Mapped[int] = mapped_column(BigInteger)
    due_why: Mapped[str] = mapped_column(String(24))
    """Which row of the order table gave the due time."""
    origin: Mapped[str] = mapped_column(String(12))
    given_by: Mapped[str] = mapped_column(String(64))
    """The actor that gave it: that machine may print it again."""
    person_id: Mapped[str | None] = mapped_column(String(32), index=True)
    citizen_id: Mapped[str | None] = mapped_column(String(32), index=True)
    """The account it was taken or booked by, whoever it is for."""
    priority: Mapped[str | None] = mapped_column(String(12))
    priority_struck: Mapped[str | None] = mapped_column(String(200))
    """Why the clerk struck the priority; None while it stands."""
    slot_starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    slot_ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Taken on site, or checked in; None while expected from afar."""
    bound_to: Mapped[str | None] = mapped_column(String(16))
    """No other counter is given it by the sequence."""
    counter: Mapped[str | None] = mapped_column(String(16))
    """Where it is, or last was, called."""
    call_id: Mapped[int | None]
    passes: Mapped[int] = mapped_column(default=0)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it last left the line or the counter: parked, passed, finished, left, closed."""
    stopped_from: Mapped[str | None] = mapped_column(String(12))
    """The state before that, for undo."""
    near_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When phones were told that its turn is near, or its line was so short that the answer to
    taking it said so; None: neither yet."""
    follow_token: Mapped[str | None] = mapped_column(String(32))
    """128 random bits: who has them may watch the ticket, and nothing else. None: nobody may."""

    __table_args__ = (
        UniqueConstraint("hall", "day", "number"),
        UniqueConstraint("hall", "day", "serial"),
        Index(
            "ix_tickets_waiting",
            "hall",
            "day",
            "lane",
            "due_ms",
            "serial",
            postgresql_where=WAITING,
            sqlite_where=WAITING,
        ),
        Index(
            "uq_tickets_one_a_counter",
            "hall",
            "counter",
            unique=True,
            postgresql_where=AT_COUNTER,
            sqlite_where=AT_COUNTER,
        ),
        Index(
            "uq_tickets_follow_token",
            "follow_token",
            unique=True,
            postgresql_where=FOLLOWED,
            sqlite_where=FOLLOWED,
        ),
        Index(
            "ix_tickets_live",
            "hall",
            "day",
            postgresql_where=text(
                "state IN ('expected', 'waiting', 'called', 'serving', 'parked', 'passed')"
            ),
            sqlite_where=text(
                "state IN ('expected', 'waiting', 'called', 'serving', 'parked', 'passed')"
            ),
        ),
    )


class FollowerRow(db.Model):
    """An account that is told of somebody else's ticket."""

    __tablename__ = "followers"

    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    citizen_id: Mapped[str] = mapped_column(ForeignKey("citizens.id"), primary_key=True, index=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)


class SeriesRow(db.Model):
    """The last number given in one hall, day and lane; lane '' counts the hall's serials."""

    __tablename__ = "number_series"

    hall: Mapped[str] = mapped_column(String(32), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    lane: Mapped[str] = mapped_column(String(3), primary_key=True)
    last: Mapped[int] = mapped_column(default=0)
    walk_ins: Mapped[int] = mapped_column(default=0)
    """How many of them were given to walk-ins: the quota counts these."""
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the last one was given: times rise with the serials."""
