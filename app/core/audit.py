"""What staff change besides tickets: accounts, devices, the hall itself. Who, when, what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Row, String, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.acts import Act
from app.core.db import BigId, UtcDateTime, db


class AuditRow(db.Model):
    """One deed. Never changed, and never public."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    hall: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(64))
    deed: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(64))
    """Whose account, which device, as people call it."""
    data: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (Index("ix_audit_hall_at", "hall", "at"),)


TABLE = AuditRow.__table__


def note(act: Act, hall: str, deed: str, subject: str, **data: Any) -> None:
    """Write a deed into this transaction; what is None is left out."""
    told = {name: value for name, value in data.items() if value is not None}
    values = {"hall": hall, "at": act.now, "actor": str(act.actor), "deed": deed}
    db.session.execute(insert(TABLE).values(**values, subject=subject, data=told))


def data_of(act: Act, hall: str, deed: str, subject: str, since: datetime) -> list[dict[str, Any]]:
    """What was written beside a deed of whoever acts now, each time they did it since then."""
    query = select(TABLE.c.data).where(
        TABLE.c.hall == hall,
        TABLE.c.at >= since,
        TABLE.c.actor == str(act.actor),
        TABLE.c.deed == deed,
        TABLE.c.subject == subject,
    )
    return list(db.session.scalars(query))


def latest(hall: str, deeds: Sequence[str], limit: int) -> Sequence[Row[Any]]:
    """The latest of these deeds in a hall, newest first."""
    query = select(*TABLE.c).where(TABLE.c.hall == hall, TABLE.c.deed.in_(deeds))
    return db.session.execute(query.order_by(TABLE.c.id.desc()).limit(limit)).all()
