"""The tables behind `plan`: a hall and its parts as rows. Nothing is ever deleted; what left
the hall file is `retired`, because tickets and calls still name it."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    JSON,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    Time,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import BigId, UtcDateTime, db


class HallRow(db.Model):
    __tablename__ = "halls"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(100), server_default="")
    timezone: Mapped[str] = mapped_column(String(64))
    day_starts_at: Mapped[time] = mapped_column(Time)
    week: Mapped[list[Any]] = mapped_column(JSON)
    """Seven lists of [from, to) in minutes since midnight, Monday first."""
    exceptions: Mapped[list[Any]] = mapped_column(JSON)
    closed_on_holidays: Mapped[bool]
    workday_as: Mapped[int]
    promises: Mapped[dict[str, Any]] = mapped_column(JSON)
    """As of the file; what holds on a given day is frozen in `hall_days`."""
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    booking: Mapped[dict[str, Any]] = mapped_column(JSON, server_default="{}")
    thresholds: Mapped[dict[str, Any]] = mapped_column(JSON, server_default="{}")
    location: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    address: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(60))
    message: Mapped[str] = mapped_column(Text)
    message_en: Mapped[str] = mapped_column(Text, server_default="")
    revision: Mapped[int]
    """Raised whenever a plan read before is no longer true."""
    file_sha: Mapped[str] = mapped_column(String(64))
    file: Mapped[str | None] = mapped_column(Text)
    """The hall file as it was brought in, comments and all; None: from before it was kept."""


class DepartmentRow(db.Model):
    __tablename__ = "departments"
    __table_args__ = (UniqueConstraint("hall_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("halls.id"))
    code: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(100), server_default="")
    position: Mapped[int]
    retired: Mapped[bool]


class LaneRow(db.Model):
    __tablename__ = "lanes"
    __table_args__ = (UniqueConstraint("hall_id", "letters"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("halls.id"))
    letters: Mapped[str] = mapped_column(String(3))
    name: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(100), server_default="")
    position: Mapped[int]
    walk_in_quota: Mapped[int | None]
    walk_in_promise: Mapped[int | None]
    """Milliseconds."""
    retired: Mapped[bool]


class CounterRow(db.Model):
    __tablename__ = "counters"
    __table_args__ = (UniqueConstraint("hall_id", "no"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("halls.id"))
    no: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(100), server_default="")
    kind: Mapped[str] = mapped_column(String(16))
    accessible: Mapped[bool]
    tiers: Mapped[list[Any]] = mapped_column(JSON)
    hours: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    """As a hall's `week`; null: the hall's hours."""
    exceptions: Mapped[list[Any]] = mapped_column(JSON, server_default="[]")
    shares: Mapped[dict[str, str]] = mapped_column(JSON, server_default="{}")
    """Letters -> an exact decimal."""
    position: Mapped[int]
    retired: Mapped[bool]
    status: Mapped[str] = mapped_column(String(8), default="closed")
    """closed, open or paused. Live: kept by the calling feature, left alone by hall files."""
    status_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    auto_call: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether its console calls the next by itself. Live, as the status is."""
    auto_call_pause_s: Mapped[int] = mapped_column(default=5, server_default="5")
    """Seconds it lets pass before it does."""


class ItemRow(db.Model):
    __tablename__ = "items"
    __table_args__ = (UniqueConstraint("hall_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("halls.id"))
    code: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(100), server_default="")
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    lane_id: Mapped[int] = mapped_column(ForeignKey("lanes.id"))
    minutes: Mapped[int]
    papers: Mapped[list[str]] = mapped_column(JSON)
    papers_en: Mapped[list[str]] = mapped_column(JSON, server_default="[]")
    aliases: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    form: Mapped[str | None] = mapped_column(String(40))
    collects: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether results are fetched by it."""
    bookable: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    """Null: at every slot of its lane; empty: at none but an event's."""
    position: Mapped[int]
    retired: Mapped[bool]


class HallDayRow(db.Model):
    """What a hall promises on one hall day, frozen at the first number of that day."""

    __tablename__ = "hall_days"

    hall_id: Mapped[int] = mapped_column(ForeignKey("halls.id"), primary_key=True)
    date: Mapped[date] = mapped_column(Date, primary_key=True)
    promises: Mapped[dict[str, Any]] = mapped_column(JSON)
    lane_promises: Mapped[dict[str, int]] = mapped_column(JSON)
    """Letters -> walk-in promise in milliseconds, for lanes that have their own."""


STANDS = text("ended_at IS NULL")


class AdjustmentRow(db.Model):
    """Something about a hall that was changed on the spot: who, when, why. It stands until it is
    taken back or another takes its place, and no longer than its hall day, where it has one."""

    __tablename__ = "adjustments"
    __table_args__ = (
        # One of a kind stands. To SQL no NULL is another's equal, so this does not bind those
        # without a day (thresholds): who adjusts has the hall alone (`adjusting.py`) and ends what
        # stood.
        Index(
            "uq_adjustments_standing",
            "hall_id",
            "kind",
            "subject",
            "day",
            unique=True,
            postgresql_where=STANDS,
            sqlite_where=STANDS,
        ),
        Index("ix_adjustments_hall_id_made_at", "hall_id", "made_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("halls.id"))
    day: Mapped[date | None] = mapped_column(Date)
    """The hall day it ends with; None: it ends with no day."""
    kind: Mapped[str] = mapped_column(String(12))
    """tiers, stop, message, thresholds."""
    subject: Mapped[str] = mapped_column(String(16))
    """A counter's number (tiers), a lane's letters (stop); empty: the hall."""
    value: Mapped[Any] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(100))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(64))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(64))


class CalendarDayRow(db.Model):
    """A public holiday or a make-up workday of the country."""

    __tablename__ = "calendar_days"

    date: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(60))
    source: Mapped[str] = mapped_column(String(16))
