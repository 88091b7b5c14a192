"""What a hall learnt from each of its days."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import UtcDateTime, db


class HabitsRow(db.Model):
    """The habits of one day that is over: queueing/habits.py, as it writes itself down."""

    __tablename__ = "habits"

    hall: Mapped[str] = mapped_column(String(32), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    learnt: Mapped[dict[str, Any]] = mapped_column(JSON)
    outcomes: Mapped[list[Any]] = mapped_column(JSON)
    """Seconds waited, and the simulated 90th percentile foretold: what the next days' estimates are
    held against (queueing/calibration.py)."""


class ForetoldRow(db.Model):
    """What a ticket was first told, soon after it entered."""

    __tablename__ = "foretold"

    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    p50_s: Mapped[float]
    p90_s: Mapped[float]
    simulated_p90_s: Mapped[float]
    """Before it was corrected by earlier outcomes."""
