"""Rows of what is handed over. Who gets it, where, and what, lies sealed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import BigId, UtcDateTime, db

AT_WORK = text("work_at IS NOT NULL")
HOLDS_BOX = text("state IN ('filling', 'in', 'emptying')")
LIVE = text("state IN ('invited', 'filling', 'in', 'emptying')")


class DeliveryRow(db.Model):
    """One result on its way to whom it belongs."""

    __tablename__ = "deliveries"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """The courier's order number as well."""
    subject: Mapped[str] = mapped_column(String(16))
    """What it is the result of: renewal."""
    subject_id: Mapped[str] = mapped_column(String(32))
    holder_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    citizen_id: Mapped[str | None] = mapped_column(String(32))
    """The account that chose how; it is told, while it may act for the holder."""
    hall: Mapped[str] = mapped_column(String(32))
    way: Mapped[str] = mapped_column(String(12))
    """rules.Way, as it is now: what cannot be brought comes to the counter."""
    chosen: Mapped[str] = mapped_column(String(12))
    """The way that was asked for."""
    cabinet: Mapped[str | None] = mapped_column(String(32))
    """Which was asked for."""
    state: Mapped[str] = mapped_column(String(12))
    """states.State."""
    content_sealed: Mapped[bytes | None]
    """{result: {chinese, english}, holder, contents: […], address: {name, phone, region, street}
    or null}."""
    courier: Mapped[str | None] = mapped_column(String(40))
    waybill: Mapped[str | None] = mapped_column(String(40))
    work_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the courier is asked next; while somebody asks, when they are taken for dead."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handed_over_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ticket_id: Mapped[str | None] = mapped_column(String(32))
    """With which it was fetched at a counter."""

    __table_args__ = (
        UniqueConstraint("subject", "subject_id"),
        Index("ix_deliveries_hall_state", "hall", "state"),
        Index("ix_deliveries_holder_id_state", "holder_id", "state"),
        Index("ix_deliveries_citizen_id", "citizen_id"),
        Index("ix_deliveries_work_at", "work_at", postgresql_where=AT_WORK, sqlite_where=AT_WORK),
    )


class DeliveryEventRow(db.Model):
    """One thing that happened to a delivery. Never changed."""

    __tablename__ = "delivery_events"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    """Of what a courier tells it follows from what was told, so that it is kept once."""
    delivery_id: Mapped[str] = mapped_column(ForeignKey("deliveries.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it happened; a courier may tell of it later."""
    what: Mapped[str] = mapped_column(String(16))
    """view.PROGRESS, and core/handover.py: Movement."""
    actor: Mapped[str] = mapped_column(String(64))
    told_sealed: Mapped[bytes | None]
    """{station, text} of a courier."""

    __table_args__ = (Index("ix_delivery_events_delivery_id_at", "delivery_id", "at"),)


class CourierAttemptRow(db.Model):
    """One time a courier was asked to fetch a parcel, written before it was asked."""

    __tablename__ = "courier_attempts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    delivery_id: Mapped[str] = mapped_column(ForeignKey("deliveries.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(8))
    """ordered, later, refused, unknown; None: no answer yet."""
    errcode: Mapped[str | None] = mapped_column(String(64))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CabinetRow(db.Model):
    """A smart cabinet of a hall."""

    __tablename__ = "cabinets"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    hall: Mapped[str] = mapped_column(String(32), index=True)
    name: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(60), server_default="")
    place: Mapped[str] = mapped_column(String(100))
    place_en: Mapped[str] = mapped_column(String(100), server_default="")
    boxes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """[{no, column, row, height}], as they are seen from in front; column and row from 1."""
    device_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    """The machine that is its screen."""


class BoxUseRow(db.Model):
    """One use of a box, or a code by which one may be had. The code is found by its blind index."""

    __tablename__ = "box_uses"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    hall: Mapped[str] = mapped_column(String(32))
    purpose: Mapped[str] = mapped_column(String(8))
    """rules.Purpose."""
    state: Mapped[str] = mapped_column(String(8))
    """states.Use."""
    cabinet: Mapped[str | None] = mapped_column(ForeignKey("cabinets.code"))
    box: Mapped[str | None] = mapped_column(String(8))
    delivery_id: Mapped[str | None] = mapped_column(ForeignKey("deliveries.id"))
    """What lies in it for somebody."""
    citizen_id: Mapped[str | None] = mapped_column(String(32), index=True)
    """Who may lay something in."""
    subject: Mapped[str | None] = mapped_column(String(16))
    """What these papers were asked for, as a delivery's is named: renewal. None: nobody asked."""
    subject_id: Mapped[str | None] = mapped_column(String(32), index=True)
    content_sealed: Mapped[bytes | None]
    """{contents: […], about}: what somebody lays in, and for what."""
    code_sealed: Mapped[bytes | None]
    code_index: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its door was told to open last."""
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it surely opened, for what its state says."""
    in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    over_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (
        Index(
            "uq_box_uses_box",
            "cabinet",
            "box",
            unique=True,
            postgresql_where=HOLDS_BOX,
            sqlite_where=HOLDS_BOX,
        ),
        Index(
            "uq_box_uses_code",
            "hall",
            "code_index",
            unique=True,
            postgresql_where=LIVE,
            sqlite_where=LIVE,
        ),
        Index(
            "ix_box_uses_live_expires_at",
            "expires_at",
            postgresql_where=LIVE,
            sqlite_where=LIVE,
        ),
        Index(
            "uq_box_uses_delivery",
            "delivery_id",
            unique=True,
            postgresql_where=LIVE,
            sqlite_where=LIVE,
        ),
    )


class CabinetTryRow(db.Model):
    """A wrong code that somebody typed at a cabinet."""

    __tablename__ = "cabinet_tries"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    cabinet: Mapped[str] = mapped_column(ForeignKey("cabinets.code"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
