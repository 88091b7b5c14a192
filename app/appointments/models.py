"""Rows of bookings: what was sold of each slot, to whom, and what became of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, Date, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import BigId, UtcDateTime, db

# As `queries.in_states` writes them out: an index is used where its condition is read again.
ACTIVE = text("state IN ('booked', 'checked_in')")


class SlotRow(db.Model):
    """What was sold of a slot. Its capacity is not kept: it follows from the hall file, and the
    update that sells a place is given it."""

    __tablename__ = "slots"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    hall: Mapped[str] = mapped_column(String(32))
    day: Mapped[date] = mapped_column(Date)
    taken: Mapped[int] = mapped_column(default=0)
    """The sum of its places' units: of live bookings, of freed ones held back, and of offers."""

    __table_args__ = (Index("ix_slots_hall_day", "hall", "day"),)


class AppointmentRow(db.Model):
    """One person's booking of a time in one hall."""

    __tablename__ = "appointments"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    hall: Mapped[str] = mapped_column(String(32))
    day: Mapped[date] = mapped_column(Date)
    slot_id: Mapped[str] = mapped_column(String(80))
    """The first it takes."""
    slot_starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    slot_ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """The end of the last it takes."""
    lane: Mapped[str] = mapped_column(String(3))
    items: Mapped[list[str]] = mapped_column(JSON)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"))
    """Who is served; None once that is nobody's concern any more: privacy/rules.py."""
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    citizen_id: Mapped[str | None] = mapped_column(String(32))
    """The account that booked; None where staff did."""
    booked_by: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(12))
    """booked, checked_in, cancelled, missed."""
    booked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it got its present time: who came first keeps it when a day shrinks."""
    ticket_id: Mapped[str | None] = mapped_column(ForeignKey("tickets.id"))
    note: Mapped[str | None] = mapped_column(String(200))
    """Why the hall moved or cancelled it."""

    __table_args__ = (
        Index(
            "uq_appointments_one_a_day",
            "hall",
            "day",
            "person_id",
            unique=True,
            postgresql_where=ACTIVE,
            sqlite_where=ACTIVE,
        ),
        Index("ix_appointments_hall_day", "hall", "day"),
        Index("ix_appointments_citizen_id", "citizen_id"),
        Index("ix_appointments_person_id", "person_id"),
    )


class PlaceRow(db.Model):
    """What one booking takes of one slot, or took, while it is held back; or what is held of it for
    somebody on the waiting list, who was offered it."""

    __tablename__ = "places"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slot_id: Mapped[str] = mapped_column(ForeignKey("slots.id"))
    appointment_id: Mapped[str | None] = mapped_column(ForeignKey("appointments.id"))
    waiting_id: Mapped[str | None] = mapped_column(ForeignKey("waiting_list.id"))
    """One of the two: whose it is."""
    units: Mapped[int]
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Freed, and to be sold again from this moment on; None: the booking's own."""

    __table_args__ = (
        Index("ix_places_slot_id", "slot_id"),
        Index("ix_places_appointment_id", "appointment_id"),
        Index("ix_places_waiting_id", "waiting_id"),
        Index(
            "ix_places_held_until",
            "held_until",
            postgresql_where=text("held_until IS NOT NULL"),
            sqlite_where=text("held_until IS NOT NULL"),
        ),
    )


class AppointmentEventRow(db.Model):
    """What happened to a booking, when, and by whom."""

    __tablename__ = "appointment_events"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    appointment_id: Mapped[str] = mapped_column(ForeignKey("appointments.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(16))
    """booked, moved, cancelled, checked_in, missed."""
    actor: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(String(200))

    __table_args__ = (Index("ix_appointment_events_appointment_id", "appointment_id"),)
