"""Rows of the licence library. What is in a licence lies sealed; in the clear is what finds it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import BigId, UtcDateTime, db

WATCHED = text("watch_on IS NOT NULL")
SUCCEEDS = text("predecessor_id IS NOT NULL")


class LicenceKindRow(db.Model):
    """A kind of licence, as its file defines it."""

    __tablename__ = "licence_kinds"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    revision: Mapped[int]
    """Of all kinds together, when this one last changed: the greatest tells whether any did."""
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LicenceRow(db.Model):
    """One edition of a licence, as whoever keeps the register said last."""

    __tablename__ = "licences"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Follows from the identifier: service.id_of."""
    kind: Mapped[str] = mapped_column(ForeignKey("licence_kinds.code"))
    holder_id: Mapped[str] = mapped_column(ForeignKey("people.id"))
    representative_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    """Whom it names as acting for its holder, where its kind does."""
    identifier_index: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(12))
    """rules.State."""
    version: Mapped[str] = mapped_column(String(3))
    predecessor_id: Mapped[str | None] = mapped_column(String(32))
    """What it took the place of, which may come into the library later than this."""
    issued_on: Mapped[date] = mapped_column(Date)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    """Its last day; None: it does not end."""
    issuer: Mapped[str] = mapped_column(String(18))
    """The issuer's credit code."""
    place: Mapped[str | None] = mapped_column(String(6))
    """Administrative division, GB/T 2260."""
    as_of: Mapped[datetime] = mapped_column(UtcDateTime)
    """When its register said so: what it said later holds, whichever came in first."""
    source: Mapped[str] = mapped_column(String(64))
    """Who brought it in."""
    content_hash: Mapped[str] = mapped_column(String(64))
    """Blind index of all it says: equal for equal licences."""
    content_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """JSON: identifier, number, holder_name, issuer_name, data; for `queries.content_column`."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    watch_on: Mapped[date | None] = mapped_column(Date)
    """The day from which the watch over licences looks at it again (renewals/watch/); None: nothing
    about it comes up by itself."""

    __table_args__ = (
        Index("ix_licences_holder_id_kind", "holder_id", "kind"),
        Index(
            "ix_licences_watch_on",
            "watch_on",
            "id",
            postgresql_where=WATCHED,
            sqlite_where=WATCHED,
        ),
        Index(
            "ix_licences_predecessor_id",
            "predecessor_id",
            postgresql_where=SUCCEEDS,
            sqlite_where=SUCCEEDS,
        ),
    )


class LicenceShareRow(db.Model):
    """One use of a licence: who, for what, which fields. Never changed."""

    __tablename__ = "licence_shares"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    licence_id: Mapped[str] = mapped_column(ForeignKey("licences.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(64))
    hall: Mapped[str | None] = mapped_column(String(32))
    purpose: Mapped[dict[str, Any]] = mapped_column(JSON)
    """A Said, as asdict wrote it down."""
    fields: Mapped[list[str]] = mapped_column(JSON)
    """What was seen of it: names of fields; none where it was only shown to be there."""
    ticket_id: Mapped[str | None] = mapped_column(String(32))
    submission_id: Mapped[str | None] = mapped_column(String(32))

    __table_args__ = (
        Index("ix_licence_shares_licence_id_at", "licence_id", "at"),
        Index("ix_licence_shares_hall_at", "hall", "at"),
    )


class LicenceShowRow(db.Model):
    """A licence shown once, by a code that whoever is shown it may check for two minutes."""

    __tablename__ = "licence_shows"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    licence_id: Mapped[str] = mapped_column(ForeignKey("licences.id"))
    code_index: Mapped[str] = mapped_column(String(64), unique=True)
    shown_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When somebody first checked it."""


class AuthorisationRow(db.Model):
    """A holder lets somebody act for them, and read their licences, until the end of a day."""

    __tablename__ = "authorisations"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    holder_name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    agent_name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    until: Mapped[date] = mapped_column(Date)
    """The last day, in Beijing."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(64))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(64))
