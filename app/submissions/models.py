"""Rows of what people fill in. Every personal value is sealed, for its own row."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import UtcDateTime, db

DRAFT = text("state = 'draft'")
NEVER_SUBMITTED = text("submitted_at IS NULL")


class SubmissionRow(db.Model):
    """One form filled in for one person or firm; while it is still being filled in, a draft."""

    __tablename__ = "submissions"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    code: Mapped[str] = mapped_column(String(10), unique=True)
    """What is read out at a counter, and stands on paper."""
    hall: Mapped[str] = mapped_column(String(32))
    item: Mapped[str] = mapped_column(String(64))
    form: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    """The form's: a submission stays with the one it was begun with."""
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    """Whom it is about."""
    person_kind: Mapped[str] = mapped_column(String(8))
    """person, firm."""
    applicant_id: Mapped[str | None] = mapped_column(String(32), index=True)
    """The person who filled it, for themselves or another, where that is known."""
    filled_by: Mapped[str] = mapped_column(String(64))
    """The actor that began it."""
    citizen_id: Mapped[str | None] = mapped_column(String(32), index=True)
    """The account it was filled by; None: at the desk."""
    ground: Mapped[str] = mapped_column(String(12))
    """By what right: licences/rights.py: Ground."""
    state: Mapped[str] = mapped_column(String(12))
    """rules.State."""
    revision: Mapped[int] = mapped_column(default=1)
    """Raised with every change: who saves names the one they saw."""
    ticket_id: Mapped[str | None] = mapped_column(String(32), index=True)
    """The ticket it was handed in with."""
    name_sealed: Mapped[bytes]
    """Of whom it is about, as whoever fills it knows them."""
    values_sealed: Mapped[bytes]
    """{field: value}."""
    sources_sealed: Mapped[bytes]
    """{field: what it was filled with, and from where}."""
    promises: Mapped[list[str]] = mapped_column(JSON)
    """Codes of the materials promised instead of brought."""
    marks: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Code of a material -> {state: seen | missing, at, by}, as the counter saw it."""
    identity_typed: Mapped[bool] = mapped_column(server_default=false())
    """No reader read the card: the desk masks what is not typed there."""
    counter_opened: Mapped[bool] = mapped_column(server_default=false())
    """A counter had it, with its person there."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When whoever fills it did something to it last."""
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the desk was left: from then on that machine has no right to it."""

    __table_args__ = (
        Index("ix_submissions_hall_person_id_item", "hall", "person_id", "item"),
        Index("ix_submissions_form_person_id", "form", "person_id", "submitted_at"),
        # one open draft for an account, a person, a hall and an item, however many tabs begin it
        Index(
            "uq_submissions_draft",
            "citizen_id",
            "person_id",
            "hall",
            "item",
            unique=True,
            postgresql_where=DRAFT,
            sqlite_where=DRAFT,
        ),
        Index(
            "ix_submissions_never_submitted_touched_at",
            "touched_at",
            postgresql_where=NEVER_SUBMITTED,
            sqlite_where=NEVER_SUBMITTED,
        ),
    )


class ChangeRow(db.Model):
    """One field that was corrected at a counter. Never changed."""

    __tablename__ = "submission_changes"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), index=True)
    revision: Mapped[int]
    """The one it led to."""
    field: Mapped[str] = mapped_column(String(64))
    before_sealed: Mapped[bytes]
    """The value as JSON; null where there was none."""
    after_sealed: Mapped[bytes]
    actor: Mapped[str] = mapped_column(String(64))
    counter: Mapped[str] = mapped_column(String(16))
    ticket_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class KeptMaterialRow(db.Model):
    """A paper that a counter saw, and that need not be brought again for a while."""

    __tablename__ = "kept_materials"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    code: Mapped[str] = mapped_column(String(64))
    """Of the material: one vocabulary for all forms."""
    name: Mapped[str] = mapped_column(String(100))
    form: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"))
    """With which it was handed in."""
    hall: Mapped[str] = mapped_column(String(32))
    ticket_id: Mapped[str] = mapped_column(String(32))
    seen_by: Mapped[str] = mapped_column(String(64))
    seen_on: Mapped[date] = mapped_column(Date)
    """By the hall's calendar."""

    __table_args__ = (
        UniqueConstraint("submission_id", "code"),
        Index("ix_kept_materials_person_id_code", "person_id", "code"),
    )


class GapNoticeRow(db.Model):
    """What was missing at a counter, told once and completely (一次性告知)."""

    __tablename__ = "gap_notices"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("tickets.id"), unique=True)
    submission_id: Mapped[str | None] = mapped_column(String(32), index=True)
    hall: Mapped[str] = mapped_column(String(32))
    counter: Mapped[str] = mapped_column(String(16))
    told_by: Mapped[str] = mapped_column(String(64))
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content_sealed: Mapped[bytes]
    """{materials: [{code, name, note}], fields: [{field, title, note}], note}."""
