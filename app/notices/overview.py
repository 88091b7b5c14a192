"""Reading what a hall told people, and how that went: for who leads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, select

from app.citizens.rules import masked_phone
from app.core.db import db
from app.core.parts import parts
from app.notices.queries import ATTEMPTS, TABLE, phone_column
from app.notices.rules import Channel, Kind, Outcome, State

WORST_FIRST = (
    State.UNKNOWN,
    State.FAILED,
    State.PENDING,
    State.SENT,
    State.IN_APP,
    State.LAPSED,
    State.WITHDRAWN,
)
STANDS_AT = case((TABLE.c.done_at < TABLE.c.at, TABLE.c.done_at), else_=TABLE.c.at)
"""A reminder of this evening that was withdrawn at noon is of noon."""


@dataclass(frozen=True, slots=True)
class Attempt:
    channel: Channel
    at: datetime
    outcome: Outcome | None
    """None: under way, or its worker died."""
    errcode: str | None
    reference: str | None
    """What the other side calls it."""


@dataclass(frozen=True, slots=True)
class Told:
    """A notice, and each try to tell it."""

    id: str
    citizen: str | None
    """None: it was told to a phone alone."""
    phone: str | None
    """Whom it told where its account has none, or it has no account: 138****1234."""
    kind: Kind
    text: str
    is_private: bool
    """Only whom it told may read all that it said."""
    at: datetime
    """When it was told; where it was closed before its time, when that was."""
    state: State
    attempts: tuple[Attempt, ...]


def counts(hall: str, since: datetime, until: datetime, kind: Kind | None) -> dict[State, int]:
    """How many notices of this hall, told in [since, until), stand in which state; worst first."""
    counted = db.session.execute(
        select(TABLE.c.state, func.count())
        .where(*_chosen(hall, since, until, kind, State))
        .group_by(TABLE.c.state)
    )
    found = {State(state): n for state, n in counted}
    return {state: found.get(state, 0) for state in WORST_FIRST}


def told(
    hall: str,
    since: datetime,
    until: datetime,
    kind: Kind | None,
    state: State | None,
    *,
    skip: int,
    most: int,
) -> list[Told]:
    """Notices of this hall, the latest first; told in [since, until)."""
    rows = db.session.execute(
        select(TABLE, STANDS_AT.label("stands_at"))
        .where(*_chosen(hall, since, until, kind, [state] if state else State))
        .order_by(STANDS_AT.desc(), TABLE.c.id)
        .offset(skip)
        .limit(most)
    ).all()
    tries = _attempts([row.id for row in rows])
    return [
        Told(
            id=row.id,
            citizen=row.citizen_id,
            phone=_phone(row),
            kind=Kind(row.kind),
            text=row.text,
            is_private=row.private_sealed is not None,
            at=row.stands_at,
            state=State(row.state),
            attempts=tuple(tries[row.id]),
        )
        for row in rows
    ]


def last_unknown(hall: str, before: datetime) -> datetime | None:
    """When this hall last told something before this moment of which nobody knows whether it
    arrived."""
    at: datetime | None = db.session.scalar(
        select(func.max(TABLE.c.at)).where(
            TABLE.c.state == State.UNKNOWN, TABLE.c.at < before, TABLE.c.hall == hall
        )
    )
    return at


def _chosen(
    hall: str, since: datetime, until: datetime, kind: Kind | None, states: Iterable[State]
) -> list[ColumnElement[bool]]:
    return [
        TABLE.c.state.in_(list(states)),  # also where all are meant: the index begins with it
        TABLE.c.at >= since,
        TABLE.c.at < until,
        TABLE.c.hall == hall,
        *([TABLE.c.kind == kind] if kind else []),
    ]


def _phone(notice: Row[Any]) -> str | None:
    if notice.phone_sealed is None:
        return None
    return masked_phone(parts().seal.open(phone_column(notice.id), notice.phone_sealed))


def _attempts(notices: list[str]) -> defaultdict[str, list[Attempt]]:
    found = defaultdict(list)
    rows = db.session.execute(
        select(ATTEMPTS).where(ATTEMPTS.c.notice_id.in_(notices)).order_by(ATTEMPTS.c.id)
    )
    for row in rows:
        outcome = Outcome(row.outcome) if row.outcome else None
        attempt = Attempt(Channel(row.channel), row.at, outcome, row.errcode, row.reference)
        found[row.notice_id].append(attempt)
    return found
