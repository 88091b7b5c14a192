"""The outbox: what people are told, each try to tell them, and what they let themselves be sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import BigId, UtcDateTime, db

PENDING = text("state = 'pending'")


class NoticeRow(db.Model):
    """One thing an account is told, or a phone where nobody has one; once."""

    __tablename__ = "notices"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    citizen_id: Mapped[str | None] = mapped_column(String(32))
    """None: whom it is for has no account, and hears of it by phone only."""
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Whom to send a text message where the account has no phone, or there is no account."""
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(String(500))
    """The sentence in Chinese, as anybody may read it."""
    said: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """The same as a `Said`, where it can be told in another language."""
    cause: Mapped[str] = mapped_column(String(80), unique=True)
    """What it tells of, as in appointment:17; told once."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    """From when on it is told: its account reads it no earlier."""
    hall: Mapped[str | None] = mapped_column(String(32))
    """Whose quiet hours and working days hold."""
    office_hours: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """The hours in which alone it is sent: rules.OfficeHours, as `written` has them."""
    ways: Mapped[list[str] | None] = mapped_column(JSON)
    """Each rules.Channel by which it may be sent, the first one first; None: rules.WAYS."""
    facts: Mapped[dict[str, str]] = mapped_column(JSON, server_default="{}")
    private_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """More facts, which only whom it is for reads: notices/private.py."""
    link: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """Where a tap leads: {page, query}."""
    not_after: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Worth nothing from then on."""
    state: Mapped[str] = mapped_column(String(12), server_default="in_app")
    """rules.State."""
    can_wait: Mapped[bool] = mapped_column(server_default=true())
    """Whether those come before it who wait in the hall: not rules.AT_ONCE."""
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When a worker looks at it next; while one tells it, when that one is taken for dead."""
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its state became final."""
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_notices_citizen_id_at", "citizen_id", "at"),
        Index("ix_notices_state_at", "state", "at"),
        Index(
            "ix_notices_next_due",
            "can_wait",
            "due_at",
            "at",
            postgresql_where=PENDING,
            sqlite_where=PENDING,
        ),
        Index(
            "ix_notices_pending_cause",
            "cause",
            postgresql_where=PENDING,
            sqlite_where=PENDING,
            postgresql_ops={"cause": "varchar_pattern_ops"},  # to find causes by how they begin
        ),
    )


class AttemptRow(db.Model):
    """One try to tell somebody, written before it is made."""

    __tablename__ = "notice_attempts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notices.id"), index=True)
    channel: Mapped[str] = mapped_column(String(8))
    """rules.Channel."""
    template: Mapped[str | None] = mapped_column(String(64))
    """WeChat's id of the template, whose grant it used."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(8))
    """rules.Outcome; None: no answer yet."""
    errcode: Mapped[str | None] = mapped_column(String(64))
    """What the other side said no with."""
    reference: Mapped[str | None] = mapped_column(String(64))
    """What the other side calls it."""
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class GrantRow(db.Model):
    """What an account lets us send it by one template of WeChat."""

    __tablename__ = "notice_grants"

    citizen_id: Mapped[str] = mapped_column(ForeignKey("citizens.id"), primary_key=True)
    template: Mapped[str] = mapped_column(String(64), primary_key=True)
    left: Mapped[int] = mapped_column(server_default="0")
    """Messages it still lets us send; of a long-term grant 1 while it stands."""
    long_term: Mapped[bool] = mapped_column(server_default=false())
    """A message uses nothing up."""
    answer: Mapped[str] = mapped_column(String(20), server_default="")
    """What its phone said last; only noted where WeChat's own events count."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PushRow(db.Model):
    """One event that WeChat pushed, so that the same one again changes nothing."""

    __tablename__ = "wechat_pushes"

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
