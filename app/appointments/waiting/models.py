"""Rows of the waiting list."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import JSON, Date, ForeignKey, Index, LargeBinary, String, Time, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import UtcDateTime, db

# As `queries.in_states` writes them out: an index is used where its condition is read again.
LIVE = text("state IN ('waiting', 'offered')")


class WaitingRow(db.Model):
    """One person who waits for a full day of one hall, and the place they are offered.

    What is held for an offer are rows of `places`, as a booking's are."""

    __tablename__ = "waiting_list"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    hall: Mapped[str] = mapped_column(String(32))
    day: Mapped[date] = mapped_column(Date)
    lane: Mapped[str] = mapped_column(String(3))
    items: Mapped[list[str]] = mapped_column(JSON)
    begins: Mapped[time | None] = mapped_column(Time)
    """On the hall's clock: they can come no earlier; None: at any time."""
    ends: Mapped[time | None] = mapped_column(Time)
    """They want to be done by then."""
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    """Who would be served."""
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    citizen_id: Mapped[str] = mapped_column(ForeignKey("citizens.id"))
    """The account that joined the line."""
    state: Mapped[str] = mapped_column(String(12))
    """states.State."""
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """The line stands in this order."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    offered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    offer_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    slot_id: Mapped[str | None] = mapped_column(String(80))
    """Of the last offer: the first slot it takes."""
    slot_starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    slot_ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    appointment_id: Mapped[str | None] = mapped_column(ForeignKey("appointments.id"))
    """What it became."""

    __table_args__ = (
        Index(
            "uq_waiting_list_one_a_day",
            "hall",
            "day",
            "person_id",
            unique=True,
            postgresql_where=LIVE,
            sqlite_where=LIVE,
        ),
        Index("ix_waiting_list_citizen_id", "citizen_id"),
        Index("ix_waiting_list_person_id", "person_id"),
    )
