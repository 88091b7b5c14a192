"""Rows of staff, their sessions, and devices. Tokens are kept as hashes only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import UtcDateTime, db


class StaffRow(db.Model):
    """A member of staff of one hall."""

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str] = mapped_column(String(128))
    """argon2id."""
    role: Mapped[str] = mapped_column(String(16))
    hall: Mapped[str] = mapped_column(String(32))
    counter: Mapped[str | None] = mapped_column(String(16))
    """The counter named for this clerk, if any."""
    active: Mapped[bool] = mapped_column(Boolean, default=True)


class StaffSessionRow(db.Model):
    """One sign-in. One clerk a counter: a live session owns its counter alone."""

    __tablename__ = "staff_sessions"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    hall: Mapped[str] = mapped_column(String(32))
    counter: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index(
            "uq_staff_sessions_one_a_counter",
            "hall",
            "counter",
            unique=True,
            postgresql_where=text("ended_at IS NULL AND counter IS NOT NULL"),
            sqlite_where=text("ended_at IS NULL AND counter IS NOT NULL"),
        ),
    )


class DeviceRow(db.Model):
    """A number machine or a screen."""

    __tablename__ = "devices"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    """kiosk, screen."""
    hall: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
