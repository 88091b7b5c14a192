"""Rows of imports: how far each one is, what was wrong, what came of each kind.

Nothing personal lies here: the file itself does, until the import ends, in a folder of its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import BigId, UtcDateTime, db

OPEN = text("state IN ('queued', 'running')")


class ImportRow(db.Model):
    """One file of licences on its way into the library. `position` and the counts change in the
    transaction that changes the library, so that they are true whenever a worker dies."""

    __tablename__ = "licence_imports"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    hall: Mapped[str | None] = mapped_column(String(32))
    """Whose administrator or system brought it; None: from the command line."""
    actor: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    """What the file is called where it came from."""
    format: Mapped[str] = mapped_column(String(8))
    """reading.Format."""
    encoding: Mapped[str | None] = mapped_column(String(16))
    """Known from the first round on."""
    as_of: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When those licences were true that say nothing of it themselves."""
    state: Mapped[str] = mapped_column(String(12))
    """rules.State."""
    failure: Mapped[str | None] = mapped_column(String(500))
    """Why it failed, in words."""
    size: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Bytes of the file."""
    position: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Bytes that are done with: here it goes on."""
    number: Mapped[int] = mapped_column(server_default="0")
    """The row last done, as spreadsheets count."""
    read: Mapped[int] = mapped_column(server_default="0")
    new: Mapped[int] = mapped_column(server_default="0")
    updated: Mapped[int] = mapped_column(server_default="0")
    same: Mapped[int] = mapped_column(server_default="0")
    older: Mapped[int] = mapped_column(server_default="0")
    wrong: Mapped[int] = mapped_column(server_default="0")
    unknown: Mapped[list[str]] = mapped_column(JSON, server_default="[]")
    """Columns that say nothing to us, each once."""
    run: Mapped[str | None] = mapped_column(String(32))
    """Which worker has it in hand."""
    run_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """From then on that one is taken for dead."""
    tries: Mapped[int] = mapped_column(server_default="0")
    """Workers that took it in hand since it last got on."""
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it last got on; who waits longest is worked on first."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_licence_imports_hall_created_at", "hall", "created_at"),
        Index("ix_licence_imports_actor_created_at", "actor", "created_at"),
        Index("ix_licence_imports_created_at", "created_at"),
        Index(
            "ix_licence_imports_open",
            "touched_at",
            postgresql_where=OPEN,
            sqlite_where=OPEN,
        ),
    )


class ImportFaultRow(db.Model):
    """What is wrong with one row of a file."""

    __tablename__ = "licence_import_faults"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    import_id: Mapped[str] = mapped_column(ForeignKey("licence_imports.id"))
    number: Mapped[int]
    """Of the row, as spreadsheets count."""
    licence: Mapped[str] = mapped_column(String(200))
    """Its identifier or number, masked."""
    field: Mapped[str] = mapped_column(String(200))
    """By its title, and as the file calls it."""
    reason: Mapped[str] = mapped_column(String(500))

    __table_args__ = (Index("ix_licence_import_faults_import_id_id", "import_id", "id"),)


class ImportKindRow(db.Model):
    """What one import brought of one kind: the coverage report tells the last of each."""

    __tablename__ = "licence_import_kinds"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    import_id: Mapped[str] = mapped_column(ForeignKey("licence_imports.id"), primary_key=True)
    read: Mapped[int]
    wrong: Mapped[int]
    incomplete: Mapped[int]
    """Rows that lack a field their kind requires."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it last brought some."""

    __table_args__ = (Index("ix_licence_import_kinds_kind_at", "kind", "at"),)
