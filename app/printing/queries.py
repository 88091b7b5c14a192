"""Reading prints and printers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, exists, func, select

from app.core.db import db
from app.printing.models import PrinterStandingRow, PrintRow
from app.printing.rules import Printer, Standing, State
from app.staff.queries import DEVICES

TABLE = PrintRow.__table__
STANDINGS = PrinterStandingRow.__table__
COUNTED = timedelta(days=1)
"""How far back prints are counted by state."""

Print = Row[Any]


@dataclass(frozen=True, slots=True)
class Known:
    """A machine's printer, and how it stood when it was asked last."""

    device: str
    hall: str
    name: str
    """Of the machine."""
    printer: Printer
    standing: Standing | None
    """None: not asked yet."""
    at: datetime | None
    since: datetime | None
    """Since when it stands so, as far as that was noted."""


def in_state(state: State) -> ColumnElement[bool]:
    """The condition that a print is in this state, written out for its index."""
    return TABLE.c.state == bindparam(None, state, literal_execute=True)


def is_due(now: datetime) -> ColumnElement[bool]:
    """The condition that a worker has to look at it."""
    return in_state(State.PENDING) & (TABLE.c.due_at <= now)


def is_free() -> ColumnElement[bool]:
    """The condition that no other print is under way on its printer, nor left there by a worker
    that died over it."""
    other = TABLE.alias()
    return ~exists().where(
        other.c.device_id == TABLE.c.device_id,
        other.c.under_way_since.is_not(None),
        other.c.id != TABLE.c.id,
    )


def any_due(now: datetime) -> bool:
    """Whether a worker has to look at any print."""
    return db.session.execute(select(TABLE.c.id).where(is_due(now)).limit(1)).first() is not None


def printers_due(now: datetime) -> int:
    """On how many printers a worker has something to print."""
    count = select(func.count(TABLE.c.device_id.distinct())).where(is_due(now), is_free())
    return db.session.execute(count).scalar_one()


def latest_of(ticket: str, device: str) -> Print | None:
    """The last print of a ticket on a machine's printer."""
    query = select(TABLE).where(TABLE.c.ticket_id == ticket, TABLE.c.device_id == device)
    latest = query.order_by(TABLE.c.at.desc(), TABLE.c.id).limit(1)
    return db.session.execute(latest).one_or_none()


def printers(hall: str | None = None, device: str | None = None) -> list[Known]:
    """Every printer (of a hall, of a machine)."""
    query = (
        select(
            DEVICES.c.id,
            DEVICES.c.hall,
            DEVICES.c.name,
            DEVICES.c.printer,
            STANDINGS.c.standing,
            STANDINGS.c.at,
            STANDINGS.c.since,
        )
        .outerjoin(STANDINGS, STANDINGS.c.device_id == DEVICES.c.id)
        .where(DEVICES.c.printer.is_not(None), DEVICES.c.revoked_at.is_(None))
        .order_by(DEVICES.c.hall, DEVICES.c.created_at, DEVICES.c.id)
    )
    if hall is not None:
        query = query.where(DEVICES.c.hall == hall)
    if device is not None:
        query = query.where(DEVICES.c.id == device)
    return [_known(row) for row in db.session.execute(query)]


def _known(row: Row[Any]) -> Known:
    standing = None if row.standing is None else Standing(row.standing)
    return Known(row.id, row.hall, row.name, Printer.read(row.printer), standing, row.at, row.since)


def not_asked_since(at: datetime) -> list[Known]:
    """Printers nobody has heard of since."""
    return [known for known in printers() if known.at is None or known.at < at]


def counts_by_state(now: datetime) -> Mapping[tuple[str, str], int]:
    """(hall, state) -> prints of the last day."""
    rows: Sequence[Any] = db.session.execute(
        select(TABLE.c.hall, TABLE.c.state, func.count())
        .where(TABLE.c.at > now - COUNTED)
        .group_by(TABLE.c.hall, TABLE.c.state)
    ).all()
    return {(hall, state): count for hall, state, count in rows}


def doubtful_since(hall: str, since: datetime) -> Mapping[str, int]:
    """Device -> how many numbers it did not print since, or nobody knows whether."""
    rows: Sequence[Any] = db.session.execute(
        select(TABLE.c.device_id, func.count())
        .where(
            TABLE.c.hall == hall,
            TABLE.c.at > since,
            TABLE.c.ticket_id.is_not(None),
            TABLE.c.state.in_([State.FAILED, State.UNKNOWN]),
        )
        .group_by(TABLE.c.device_id)
    ).all()
    return dict(rows)


def waiting(hall: str) -> Mapping[str, int]:
    """Device -> how many prints wait for its printer."""
    rows: Sequence[Any] = db.session.execute(
        select(TABLE.c.device_id, func.count())
        .where(TABLE.c.hall == hall, in_state(State.PENDING))
        .group_by(TABLE.c.device_id)
    ).all()
    return dict(rows)


def tests_since(hall: str, since: datetime) -> Mapping[str, Print]:
    """Device -> the last test page that it was sent since."""
    rows = db.session.execute(
        select(TABLE)
        .where(TABLE.c.hall == hall, TABLE.c.at > since, TABLE.c.ticket_id.is_(None))
        .order_by(TABLE.c.at, TABLE.c.id)
    )
    return {row.device_id: row for row in rows}


def oldest_due(now: datetime) -> timedelta:
    """How long the first that is due has waited."""
    at = db.session.execute(select(func.min(TABLE.c.due_at)).where(is_due(now))).scalar()
    return now - at if at else timedelta()
