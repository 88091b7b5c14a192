"""Rows of plans, of reminders, and of whom nobody reminds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import UtcDateTime, db

PENDING = text("state = 'pending'")


class RenewalPlanRow(db.Model):
    """How a kind of licence is watched for one event, as its file says."""

    __tablename__ = "renewal_plans"

    kind: Mapped[str] = mapped_column(ForeignKey("licence_kinds.code"), primary_key=True)
    event: Mapped[str] = mapped_column(String(16), primary_key=True)
    """plans.Event."""
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    revision: Mapped[int]
    """Of all plans together, when this one last changed: the greatest tells whether any did."""
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    spread_to: Mapped[str | None] = mapped_column(String(32))
    """The licence up to which those of its kind are to be looked at because of it; None: all."""


class ReminderRow(db.Model):
    """Somebody was to be told of one step of one last day of a licence; once."""

    __tablename__ = "reminders"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    licence_id: Mapped[str] = mapped_column(ForeignKey("licences.id"))
    holder_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    """Whose the licence was then."""
    event: Mapped[str] = mapped_column(String(16))
    """plans.Event."""
    last_day: Mapped[date] = mapped_column(Date)
    step: Mapped[str] = mapped_column(String(16))
    """plans.Step.code."""
    send_on: Mapped[date] = mapped_column(Date)
    """The day on which the step was due."""
    state: Mapped[str] = mapped_column(String(12))
    """reminding.State."""
    told: Mapped[str] = mapped_column(String(8))
    """account, phone, nobody."""
    notice_id: Mapped[str | None] = mapped_column(String(32))
    renewal_id: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its state became final."""

    __table_args__ = (
        UniqueConstraint("licence_id", "event", "last_day", "step", "holder_id"),
        Index("ix_reminders_holder_id", "holder_id"),
        Index("ix_reminders_created_at", "created_at"),
        Index(
            "ix_reminders_pending",
            "licence_id",
            postgresql_where=PENDING,
            sqlite_where=PENDING,
        ),
    )


class ReminderStopRow(db.Model):
    """A holder is reminded no more, of one kind of licence or of all."""

    __tablename__ = "reminder_stops"

    holder_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    """Empty: all kinds."""
    citizen_id: Mapped[str] = mapped_column(ForeignKey("citizens.id"))
    """Whose phone said so."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
