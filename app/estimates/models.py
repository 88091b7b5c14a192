"""What a hall learnt from each of its days."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, Date, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import db


class HabitsRow(db.Model):
    """The habits of one day that is over: queueing/habits.py, as it writes itself down."""

    __tablename__ = "habits"

    hall: Mapped[str] = mapped_column(String(32), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    learnt: Mapped[dict[str, Any]] = mapped_column(JSON)
