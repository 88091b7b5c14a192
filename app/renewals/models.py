"""Rows of renewals: the renewal, what each check said of it, what happened to it. What is said of
somebody lies sealed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Date,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import BigId, UtcDateTime, db

FOR_A_PERSON = text("needs_person")
TO_ASK_AGAIN = text("ask_again_at IS NOT NULL")


class RenewalRow(db.Model):
    """One licence, and that its present term be followed by another. Its application is sealed as
    it was seen; the paper itself is documents/models.py: DocumentRow."""

    __tablename__ = "renewals"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    code: Mapped[str] = mapped_column(String(10), unique=True)
    """What is read out, and stands on paper."""
    licence_id: Mapped[str] = mapped_column(ForeignKey("licences.id"))
    kind: Mapped[str] = mapped_column(String(40))
    """The licence's."""
    holder_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    """Its holder when this was found due; where it has another by now, this is overtaken."""
    holder_kind: Mapped[str] = mapped_column(String(8))
    """person, firm."""
    hall: Mapped[str] = mapped_column(String(32))
    """The hall that decides."""
    state: Mapped[str] = mapped_column(String(12))
    """states.State."""
    revision: Mapped[int] = mapped_column(server_default="0")
    """Of the application: who confirms names the one they saw. 0: none is written yet."""
    valid_until: Mapped[date] = mapped_column(Date)
    """The licence's last day."""
    ask_from: Mapped[date] = mapped_column(Date)
    ask_by: Mapped[date] = mapped_column(Date)
    """The first and the last day of the statutory window for asking."""
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    shown_sealed: Mapped[bytes | None]
    """What its application says: application.py: Shown as JSON."""
    application_sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the paper of this revision."""
    judged: Mapped[str | None] = mapped_column(String(12))
    """What followed from the last round of checks: checks.Outcome; None: there was none yet."""
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the application was made."""
    confirmed_by: Mapped[str | None] = mapped_column(String(32))
    """The account."""
    ground: Mapped[str | None] = mapped_column(String(12))
    """By what right: licences/rights.py: Ground."""
    consent: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """{text_version, at}: what was agreed to."""
    way: Mapped[str | None] = mapped_column(String(12))
    """How the new licence is to reach them: deliveries/rules.py: Way."""
    handing_sealed: Mapped[bytes | None]
    """{hall, address, cabinet} of that way, as JSON."""
    needs_person: Mapped[bool] = mapped_column(server_default=false())
    """It waits for a person to decide, or to answer a contest."""
    person_why: Mapped[str | None] = mapped_column(String(12))
    """rules.Why."""
    ask_again_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the sources are asked again that gave no answer."""
    asked_times: Mapped[int] = mapped_column(server_default="0")
    asked_for_sealed: Mapped[bytes | None]
    """What a person asked for besides: asked.py: Asked."""
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(64))
    """rule; law, where nobody decided in time; else who."""
    granted: Mapped[bool | None]
    reason_sealed: Mapped[bytes | None]
    """The words of the person who decided."""
    contested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    contest_sealed: Mapped[bytes | None]
    """{words, answer}: what its holder said against it, and what they were answered."""
    contest_answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    term_begins: Mapped[date | None] = mapped_column(Date)
    term_ends: Mapped[date | None] = mapped_column(Date)
    new_licence_id: Mapped[str | None] = mapped_column(String(32))
    delivery_id: Mapped[str | None] = mapped_column(String(32))
    fields_typed: Mapped[int] = mapped_column(server_default="0")
    files_uploaded: Mapped[int] = mapped_column(server_default="0")
    trips: Mapped[int] = mapped_column(server_default="0")
    """What the four zeros count, besides the days waited: fields; papers that were asked for,
    whether or not they were brought; ways to the hall."""
    issued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handed_over_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        # a licence is due once for each last day and holder it ever had: a register may move that
        # day on, and a licence may change hands before it
        UniqueConstraint("licence_id", "valid_until", "holder_id"),
        Index("ix_renewals_state_valid_until", "state", "valid_until"),
        Index("ix_renewals_hall_found_at", "hall", "found_at"),
        Index(
            "ix_renewals_needs_person",
            "hall",
            "valid_until",
            postgresql_where=FOR_A_PERSON,
            sqlite_where=FOR_A_PERSON,
        ),
        Index(
            "ix_renewals_ask_again_at",
            "ask_again_at",
            postgresql_where=TO_ASK_AGAIN,
            sqlite_where=TO_ASK_AGAIN,
        ),
    )


class RenewalCheckRow(db.Model):
    """What one check said of a renewal, once. Never changed."""

    __tablename__ = "renewal_checks"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    renewal_id: Mapped[str] = mapped_column(ForeignKey("renewals.id"))
    round: Mapped[int]
    """All checks of a round were made of the same facts."""
    position: Mapped[int]
    """In the plan's order."""
    name: Mapped[str] = mapped_column(String(32))
    """checks.py."""
    answer: Mapped[str] = mapped_column(String(8))
    """yes, no, unknown."""
    told_sealed: Mapped[bytes]
    """{reason: a Said, evidence}, as JSON."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("renewal_id", "round", "name"),)


class RenewalEventRow(db.Model):
    """One thing that happened to a renewal. Never changed."""

    __tablename__ = "renewal_events"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    renewal_id: Mapped[str] = mapped_column(ForeignKey("renewals.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(64))
    what: Mapped[str] = mapped_column(String(32))
    """words.py: EVENTS."""
    note: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Codes and numbers only: nothing that anybody wrote."""
