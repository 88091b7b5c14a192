"""What is to be printed, and how the printers stand."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import UtcDateTime, db

PENDING = text("state = 'pending'")
UNDER_WAY = text("under_way_since IS NOT NULL")


class PrintRow(db.Model):
    """One number, or a test page, to be put on paper by one machine's printer; tried until it is
    printed, or too late."""

    __tablename__ = "prints"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    hall: Mapped[str] = mapped_column(String(32))
    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"))
    """The machine whose printer it is."""
    ticket_id: Mapped[str | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    """None: a test page."""
    with_code: Mapped[bool]
    """Whether the code of the ticket's page stands on it: with that one may act for its holder."""
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    not_after: Mapped[datetime] = mapped_column(UtcDateTime)
    """Worth nothing from then on."""
    state: Mapped[str] = mapped_column(String(8), server_default="pending")
    """rules.State."""
    standing: Mapped[str | None] = mapped_column(String(12))
    """rules.Standing of the printer, as of the last try; None: not tried yet."""
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When a worker looks at it next; while one prints it, when that one is taken for dead."""
    under_way_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """A try that was committed and has no end yet."""
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its state became final."""

    __table_args__ = (
        Index("ix_prints_due_at", "due_at", postgresql_where=PENDING, sqlite_where=PENDING),
        Index(
            "ux_prints_device_id_under_way",  # two at once would print into one another
            "device_id",
            unique=True,
            postgresql_where=UNDER_WAY,
            sqlite_where=UNDER_WAY,
        ),
    )


class PrinterStandingRow(db.Model):
    """How the printer of a machine stood when it was asked last."""

    __tablename__ = "printer_standings"

    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"), primary_key=True)
    standing: Mapped[str] = mapped_column(String(12))
    """rules.Standing."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was first found so; None: a version noted it that kept no such moment."""
