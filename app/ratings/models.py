"""A rating's row."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import UtcDateTime, db


class RatingRow(db.Model):
    """What one visit was given, and who it is about: item, counter, clerk and channel together are
    the target of a rating. A visit without a row is unrated."""

    __tablename__ = "ratings"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), unique=True)
    hall: Mapped[str] = mapped_column(String(32))
    day: Mapped[date] = mapped_column(Date)
    """The hall day of the visit, whenever it was rated."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    grade: Mapped[str] = mapped_column(String(20))
    words_sealed: Mapped[bytes | None]
    """People write names and telephones into them."""
    channel: Mapped[str] = mapped_column(String(12))
    """ticket, account: by the token of the ticket's page, or signed in on a phone."""
    counter: Mapped[str | None] = mapped_column(String(16))
    """Where the visit was last served."""
    served_by: Mapped[str | None] = mapped_column(String(64))
    """The actor that served it there."""

    __table_args__ = (
        Index("ix_ratings_hall_day", "hall", "day"),
        Index("ix_ratings_hall_at", "hall", "at"),
    )
