"""Rows of staff, their sessions, devices, devices to be, and other systems' keys. Tokens and keys
are kept as hashes only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, String, false, text
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
    password_set_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """None: before anybody wrote it down."""
    must_change: Mapped[bool] = mapped_column(server_default=false())
    """Somebody else set the password: whoever signs in with it sets their own first."""
    totp_sealed: Mapped[bytes | None]
    """What codes are made from; while `totp_since` is None, only offered."""
    totp_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when signing in takes a code."""
    totp_step: Mapped[int | None]
    """The half minute of the last code that was used: no code serves twice."""


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
    active_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the person last did something, and not only their page; None: as last seen."""
    address: Mapped[str] = mapped_column(String(64), server_default="")
    device: Mapped[str] = mapped_column(String(64), server_default="")
    """Browser and system, as they name themselves."""
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


class FormerPasswordRow(db.Model):
    """A password somebody had: it is not taken again."""

    __tablename__ = "former_passwords"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(128))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class RecoveryCodeRow(db.Model):
    """What signs somebody in once whose second factor is not at hand."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    code_index: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInTryRow(db.Model):
    """A sign-in that failed, or is under way; forgotten if it was right, or after a day."""

    __tablename__ = "sign_in_tries"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name_index: Mapped[str] = mapped_column(String(64), index=True)
    """Blind index of the user name as typed: some type their password there."""
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    place: Mapped[str] = mapped_column(String(80), index=True)
    """A browser that knows the hall, or else an address."""
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class DeviceRow(db.Model):
    """A number machine, a screen or a cabinet."""

    __tablename__ = "devices"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    """kiosk, screen, cabinet."""
    hall: Mapped[str] = mapped_column(String(32))
    counter: Mapped[str | None] = mapped_column(String(16))
    """The counter a small screen hangs above; None: a machine, or a screen for the whole hall."""
    name: Mapped[str] = mapped_column(String(60))
    reader: Mapped[bool] = mapped_column(server_default=false())
    """A machine with a reader for identity cards."""
    printer: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """A machine's printer, as printing's rules.Printer writes it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiKeyRow(db.Model):
    """A key of another system, and what it may be used for."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    system: Mapped[str] = mapped_column(String(32), index=True)
    """Whose key: the same for each key that followed another, and the author of what they bring."""
    hall: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(60))
    """As people call the system."""
    prefix: Mapped[str] = mapped_column(String(16))
    """How the key begins, to tell it by; empty where only its hash was ever kept."""
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """None: made before keys ended by themselves."""
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rotated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When another followed it."""
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
