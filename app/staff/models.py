"""Rows of staff, their sessions, devices, and devices to be. Tokens are kept as hashes only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import BigId, UtcDateTime, db


class StaffRow(db.Model):
    """A member of staff of one hall."""

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(60), server_default="")
    """As colleagues call them; empty: by the user name."""
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
    """A number machine, a screen, or another system that brings data."""

    __tablename__ = "devices"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    """kiosk, screen, system."""
    hall: Mapped[str] = mapped_column(String(32))
    counter: Mapped[str | None] = mapped_column(String(16))
    """The counter a small screen hangs above; None: a machine, or a screen for the whole hall."""
    name: Mapped[str] = mapped_column(String(60))
    reader: Mapped[bool] = mapped_column(server_default=false())
    """A machine with a reader for identity cards."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PairingRow(db.Model):
    """A machine that shows a code and waits for somebody to type it in; gone once it is paired."""

    __tablename__ = "pairings"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Of what the machine keeps: its token from the moment it is paired."""
    code_index: Mapped[str] = mapped_column(String(64), unique=True)
    """Blind index of the six digits on its screen: a plain hash of so few could be tried out."""
    address: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16), server_default="screen")
    """kiosk, screen: whose page it was opened on."""
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class PairingTryRow(db.Model):
    """A code that a member of staff typed in; forgotten if it was right, or with time."""

    __tablename__ = "pairing_tries"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
