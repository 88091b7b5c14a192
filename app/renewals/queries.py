"""Reading plans and renewals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import current_app
from sqlalchemy import Row, and_, case, func, select

from app.core.db import db
from app.core.public_records import Truth
from app.core.said import Said
from app.renewals.checks import Finding
from app.renewals.errors import RenewalNotFound
from app.renewals.models import RenewalCheckRow, RenewalEventRow, RenewalRow
from app.renewals.plan_stored import plan_of
from app.renewals.plans import Event, Plan
from app.renewals.rules import Why
from app.renewals.stored import opened
from app.renewals.watch.models import RenewalPlanRow

PLANS = RenewalPlanRow.__table__
TABLE = RenewalRow.__table__
CHECKS = RenewalCheckRow.__table__
EVENTS = RenewalEventRow.__table__

Renewal = Row[Any]
"""A row of `renewals`."""

IS_CONTESTED = and_(TABLE.c.contested_at.is_not(None), TABLE.c.contest_answered_at.is_(None))
"""Somebody waits for an answer to what they said against it."""
NOTHING_TO_DECIDE: Mapping[str, Any] = {
    "needs_person": IS_CONTESTED,
    "person_why": case((IS_CONTESTED, Why.CONTEST), else_=TABLE.c.person_why),
    "ask_again_at": None,
}
"""Columns of a renewal that waits for no decision any more: a person still answers what was
contested."""

Plans = Mapping[tuple[str, Event], Plan]
"""By kind of licence and event."""


def plans() -> Plans:
    """Every plan. Read once for each revision."""
    revision = db.session.execute(select(func.max(PLANS.c.revision))).scalar_one() or 0
    kept: tuple[int, Plans] = current_app.extensions.get("renewal_plans", (-1, {}))
    if kept[0] != revision:
        rows = db.session.execute(
            select(PLANS.c.kind, PLANS.c.event, PLANS.c.definition).order_by(
                PLANS.c.kind, PLANS.c.event
            )
        )
        kept = revision, {(row.kind, Event(row.event)): plan_of(row.definition) for row in rows}
        current_app.extensions["renewal_plans"] = kept
    return kept[1]


def plan_for(kind: str, event: Event = Event.RENEWAL) -> Plan | None:
    """How licences of this kind are watched for this event; None: nobody does."""
    return plans().get((kind, event))


def renewal(id: str) -> Row[Any]:
    """A renewal's row. Raises RenewalNotFound."""
    row = db.session.execute(select(*TABLE.c).where(TABLE.c.id == id)).one_or_none()
    if row is None:
        raise RenewalNotFound
    return row


def is_contested(row: Row[Any]) -> bool:
    """IS_CONTESTED, of a row that was read."""
    return row.contested_at is not None and row.contest_answered_at is None


def findings_of(id: str) -> dict[str, Finding]:
    """What the last round of a renewal's checks said, by their names, in the order of the plan."""
    last = select(func.max(CHECKS.c.round)).where(CHECKS.c.renewal_id == id).scalar_subquery()
    rows = db.session.execute(
        select(*CHECKS.c)
        .where(CHECKS.c.renewal_id == id, CHECKS.c.round == last)
        .order_by(CHECKS.c.position)
    )
    return {row.name: _finding(row) for row in rows}


def _finding(row: Row[Any]) -> Finding:
    told = opened(row, "told", "renewal_checks")
    return Finding(Truth(row.answer), Said.kept(told["reason"]), told["evidence"])


def last_judged(id: str) -> datetime:
    """When the last round of a renewal's checks was made; long ago where there was none."""
    last = select(func.max(CHECKS.c.at)).where(CHECKS.c.renewal_id == id)
    return db.session.execute(last).scalar_one() or datetime.min.replace(tzinfo=UTC)


def events_of(id: str) -> list[Row[Any]]:
    """What happened to a renewal, oldest first."""
    return list(
        db.session.execute(
            select(*EVENTS.c).where(EVENTS.c.renewal_id == id).order_by(EVENTS.c.id)
        ).all()
    )
