"""A call's row."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import BigId, UtcDateTime, db


class CallRow(db.Model):
    """One ticket called to one counter. (`id`, `nth`) names each announcement of it."""

    __tablename__ = "calls"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    hall: Mapped[str] = mapped_column(String(32))
    day: Mapped[date] = mapped_column(Date)
    ticket_id: Mapped[str] = mapped_column(String(32), index=True)
    number: Mapped[str] = mapped_column(String(16))
    lane: Mapped[str] = mapped_column(String(3))
    item: Mapped[str | None] = mapped_column(String(64))
    """The one in hand when it was called; how long it took is learnt from these."""
    counter: Mapped[str] = mapped_column(String(16))
    """Where it was called to."""
    now_at: Mapped[str | None] = mapped_column(String(16))
    """The counter where it went on, resumed or taken over; None: where it was called."""
    nth: Mapped[int] = mapped_column(default=1)
    """How often it was announced; the first time is 1."""
    called_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it was last announced."""
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_as: Mapped[str | None] = mapped_column(String(12))
    """finished, by_next, passed, parked, transferred, closed."""
    by_hand: Mapped[str | None] = mapped_column(String(200))
    """The reason, where a clerk chose the number; None: the sequence chose."""
    why: Mapped[dict[str, Any]] = mapped_column(JSON)
    claim_token: Mapped[str] = mapped_column(String(64))
    delivery: Mapped[str] = mapped_column(String(12), default="sent")
    """sent; answered: surely reached its clerk; undelivered: recorded, but its answer never left
    the house; returned: given to the next who asked."""

    __table_args__ = (Index("ix_calls_hall_day_called_at", "hall", "day", "called_at"),)
