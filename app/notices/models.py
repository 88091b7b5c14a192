"""A notice's row."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import UtcDateTime, db


class NoticeRow(db.Model):
    """One thing an account was told, once."""

    __tablename__ = "notices"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    citizen_id: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(String(500))
    cause: Mapped[str] = mapped_column(String(80), unique=True)
    """What it tells of, as in appointment:17; told once."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_notices_citizen_id_at", "citizen_id", "at"),)
