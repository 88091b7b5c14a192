"""Reading notices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select

from app.core.db import db
from app.notices.models import AttemptRow, NoticeRow
from app.notices.rules import State

TABLE = NoticeRow.__table__
ATTEMPTS = AttemptRow.__table__
SHOWN = 100
COUNTED = timedelta(days=1)
"""How far back notices are counted by state."""
KEPT = timedelta(days=180)
"""How long an account finds what it was told, and a hall whom it told."""


def phone_column(notice: str) -> str:
    """What the phone of one notice is sealed for: moved to another's row it does not open."""
    return f"notices.phone:{notice}"


def in_state(state: State) -> ColumnElement[bool]:
    """The condition that a notice is in this state, written out for its index."""
    return TABLE.c.state == bindparam(None, state, literal_execute=True)


def is_due(now: datetime) -> ColumnElement[bool]:
    """The condition that a worker has to look at it."""
    either = TABLE.c.can_wait.in_([False, True])  # says nothing, but the index begins with it
    return in_state(State.PENDING) & either & (TABLE.c.due_at <= now)


def next_due(now: datetime) -> Select[Any]:
    """The one a worker looks at first: who waits in the hall, then in the order of due times; of
    one evening's, all due as the quiet hours end, in the order of telling."""
    return (
        select(TABLE)
        .where(is_due(now))
        .order_by(TABLE.c.can_wait, TABLE.c.due_at, TABLE.c.at)
        .limit(1)
    )


def no_attempt_open() -> ColumnElement[bool]:
    """The condition that nobody is telling it just now."""
    return ~exists().where(ATTEMPTS.c.notice_id == TABLE.c.id, ATTEMPTS.c.outcome.is_(None))


def any_due(now: datetime) -> bool:
    """Whether a worker has to look at any notice."""
    return count_due(now, 1) > 0


def count_due(now: datetime, at_most: int) -> int:
    """How many a worker has to look at; counted no further than `at_most`."""
    due = select(TABLE.c.id).where(is_due(now)).limit(at_most).subquery()
    return db.session.execute(select(func.count()).select_from(due)).scalar_one()


def latest_of(citizen: str, now: datetime) -> list[dict[str, Any]]:
    """What this account was told by now, the latest first."""
    query = select(TABLE).where(told_to(citizen, now))
    ordered = query.order_by(TABLE.c.at.desc(), TABLE.c.id).limit(SHOWN)
    return [dict(row) for row in db.session.execute(ordered).mappings()]


def count_unread(citizen: str, now: datetime) -> int:
    """How many of these it has not read."""
    unread = told_to(citizen, now) & TABLE.c.read_at.is_(None)
    return db.session.execute(select(func.count()).where(unread)).scalar_one()


def told_to(citizen: str, now: datetime) -> ColumnElement[bool]:
    """The condition that an account finds it among its messages."""
    return (
        (TABLE.c.citizen_id == citizen) & (TABLE.c.at <= now) & (TABLE.c.state != State.WITHDRAWN)
    )


# For operators


def counts_by_state(now: datetime) -> Mapping[State, int]:
    """How many of the last day's notices are in each state; of those that are pending, all."""
    over = [state for state in State if state != State.PENDING]
    rows = db.session.execute(
        select(TABLE.c.state, func.count().label("number"))
        .where(TABLE.c.state.in_(over), TABLE.c.at > now - COUNTED)  # as its index is built
        .group_by(TABLE.c.state)
    )
    found: dict[str, int] = {row.state: row.number for row in rows}
    found[State.PENDING] = _count(State.PENDING)
    return {state: found.get(state, 0) for state in State}


def count_unknown() -> int:
    """How many attempts were ever made whose answer was never read."""
    return _count(State.UNKNOWN)


def _count(state: State) -> int:
    query = select(func.count()).select_from(TABLE).where(in_state(state))
    return db.session.execute(query).scalar_one()


def oldest_due(now: datetime) -> timedelta:
    """How long the notice has waited that a worker should have looked at first."""
    due = db.session.execute(select(func.min(TABLE.c.due_at)).where(is_due(now))).scalar_one()
    return timedelta() if due is None else now - due
