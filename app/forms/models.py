"""Form definitions as rows: every version that was ever published stays, because submissions were
made with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import BigId, UtcDateTime, db

DRAFT = text("state = 'draft'")
PUBLISHED = text("state = 'published'")


class FormVersionRow(db.Model):
    __tablename__ = "form_versions"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        # a form has one version that is filled in, and one that is being written
        Index(
            "uq_form_versions_draft",
            "code",
            unique=True,
            postgresql_where=DRAFT,
            sqlite_where=DRAFT,
        ),
        Index(
            "uq_form_versions_published",
            "code",
            unique=True,
            postgresql_where=PUBLISHED,
            sqlite_where=PUBLISHED,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    """From 1, a form's own."""
    state: Mapped[str] = mapped_column(String(9))
    """draft, published or retired."""
    name: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(300))
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    file: Mapped[str | None] = mapped_column(Text)
    """The file as it was brought in, comments and all; None where it came as JSON."""
    sha: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the definition."""
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by: Mapped[str | None] = mapped_column(String(64))
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
