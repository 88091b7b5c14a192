"""Rows of people, of the accounts on their phones, and of whom an account acts for.

Nothing personal lies here in the clear: sealed values, and blind indexes to find them by."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import BigId, UtcDateTime, db


class PersonRow(db.Model):
    """Who is served, a person or a firm, whoever taps for them: one row for each number.

    Without a name: the same number may have been typed beside several, see ActsForRow."""

    __tablename__ = "people"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    """person, firm."""
    number_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """The identity number, or a firm's credit code."""
    number_index: Mapped[str] = mapped_column(String(64), unique=True)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_index: Mapped[str | None] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CitizenRow(db.Model):
    """An account: somebody's WeChat, which is somebody once they said who they are."""

    __tablename__ = "citizens"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    openid_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    openid_index: Mapped[str | None] = mapped_column(String(64), unique=True)
    """None, as all that says whose it was, of an account that was erased."""
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    identity_level: Mapped[str | None] = mapped_column(String(12))
    """How sure that is: core/identity.py: Level."""
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The number WeChat knows this account by, once its owner let it be told."""
    language: Mapped[str] = mapped_column(String(8), server_default="zh-CN")
    """In which its owner is told things: core/language.py: LANGUAGES."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CitizenSessionRow(db.Model):
    """One sign-in of an account. Its token is kept as a hash only."""

    __tablename__ = "citizen_sessions"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    citizen_id: Mapped[str] = mapped_column(ForeignKey("citizens.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ActsForRow(db.Model):
    """Somebody an account acts for, itself included, under the name this account gave them: what
    one person types is never shown to another."""

    __tablename__ = "acts_for"

    citizen_id: Mapped[str] = mapped_column(ForeignKey("citizens.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    relation: Mapped[str] = mapped_column(String(8))
    """self, or one of rules.RELATIONS."""
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NameTryRow(db.Model):
    """A name that was compared with a number; forgotten if it was right, or with time."""

    __tablename__ = "name_tries"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    actor: Mapped[str] = mapped_column(String(48), index=True)
    """Who asked: core/acts.py: Actor."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
