"""Reading notices."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, select

from app.core.db import db
from app.notices.models import AttemptRow, NoticeRow
from app.notices.rules import State

TABLE = NoticeRow.__table__
ATTEMPTS = AttemptRow.__table__
SHOWN = 100


def in_state(state: State) -> ColumnElement[bool]:
    """The condition that a notice is in this state, written out for its index."""
    return TABLE.c.state == bindparam(None, state, literal_execute=True)


def no_attempt_open() -> ColumnElement[bool]:
    """The condition that nobody is telling it just now."""
    return ~exists().where(ATTEMPTS.c.notice_id == TABLE.c.id, ATTEMPTS.c.outcome.is_(None))


def latest_of(citizen: str, now: datetime) -> list[dict[str, Any]]:
    """What this account was told by now, the latest first."""
    query = select(TABLE).where(_of(citizen, now))
    ordered = query.order_by(TABLE.c.at.desc(), TABLE.c.id).limit(SHOWN)
    return [dict(row) for row in db.session.execute(ordered).mappings()]


def _of(citizen: str, now: datetime) -> ColumnElement[bool]:
    return (
        (TABLE.c.citizen_id == citizen) & (TABLE.c.at <= now) & (TABLE.c.state != State.WITHDRAWN)
    )
