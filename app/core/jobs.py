"""Which background jobs have run: a row for each due time, so none runs twice or is forgotten.

The row is part of the job's own transaction; Redis may lose the job, the row says it is owed.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import UtcDateTime, db, insert_once


class JobRunRow(db.Model):
    """One job, done for one due time."""

    __tablename__ = "job_runs"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    due: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)


TABLE = JobRunRow.__table__


def take_run(name: str, due: datetime, now: datetime) -> bool:
    """Note, in this transaction, that the job ran for this due time. False: it had already."""
    return insert_once(TABLE, name=name, due=due, done_at=now)


def has_run(name: str, due: datetime) -> bool:
    """Whether the job ran for this due time."""
    return (
        db.session.execute(
            select(TABLE.c.name).where(TABLE.c.name == name, TABLE.c.due == due)
        ).first()
        is not None
    )
