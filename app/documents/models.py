"""Rows of the papers a hall made. Never changed: another revision is another paper."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import UtcDateTime, db


class DocumentRow(db.Model):
    """One paper. Its verification code lies here as a hash only: whoever has the code may see what
    it is of."""

    __tablename__ = "documents"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    """rules.Kind."""
    subject: Mapped[str] = mapped_column(String(32))
    """The submission, the notice of gaps, or the renewal."""
    revision: Mapped[int]
    """Of the submission, or of a renewal's application; 0 of what has none."""
    hall: Mapped[str] = mapped_column(String(32))
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the file."""
    pdf_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    facts_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """{title, hall, item, name, public, at, missing: characters the fonts lack}."""
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(64))

    __table_args__ = (UniqueConstraint("kind", "subject", "revision"),)
