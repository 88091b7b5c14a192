"""Rows of what was erased: that it was, and why; never what it said."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import UtcDateTime, db


class ErasureRow(db.Model):
    """One account, or one person without any, that was erased on request. Never changed: after a
    restore it says what has to be erased anew."""

    __tablename__ = "erasures"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(64))
    citizen_id: Mapped[str | None] = mapped_column(String(32), index=True)
    reason: Mapped[str] = mapped_column(String(200))
    """In the words of who asked for it, or of the member of staff they asked."""
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Table -> rows emptied or deleted."""
