"""How far the library has what it should have: by kind, counted in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select

from app.core.db import db, read_at_length
from app.core.stores import be_patient
from app.licences.importing.queries import KINDS
from app.licences.kinds import Kind
from app.licences.queries import LICENCES, kinds
from app.licences.rules import State

COUNTED_WITHIN_S = 15
"""Counting half a million licences takes a second; nobody waits for what it looks at."""


@dataclass(frozen=True, slots=True)
class KindCoverage:
    """What the library has of one kind."""

    kind: Kind
    licences: int
    holders: int
    valid: int
    """In force today."""
    expired: int
    """Past their last day, or called so by their register."""
    expected: int | None
    """How many there should be; None where nobody said."""
    last_at: datetime | None
    """When an import last brought some."""
    last_read: int
    """Rows of it, of this kind."""
    incomplete: float | None
    """Share of them that lacked a field the kind requires, and were not taken; 0 to 1."""


def coverage(today: date) -> list[KindCoverage]:
    """Every kind there is to collect, in the order of their codes."""
    be_patient(read_at_length(), COUNTED_WITHIN_S)
    counted = {row.kind: row for row in db.session.execute(_counts(today))}
    holders: dict[str, int] = {row.kind: row.holders for row in db.session.execute(_HOLDERS)}
    last = {row.kind: row for row in db.session.execute(_LAST)}
    found = []
    for kind in kinds().values():
        counts, import_ = counted.get(kind.code), last.get(kind.code)
        found.append(
            KindCoverage(
                kind=kind,
                licences=counts.licences if counts else 0,
                holders=holders.get(kind.code, 0),
                valid=counts.valid if counts else 0,
                expired=counts.expired if counts else 0,
                expected=kind.expected,
                last_at=import_.at if import_ else None,
                last_read=import_.read if import_ else 0,
                incomplete=import_.incomplete / import_.read if import_ else None,
            )
        )
    return found


def _counts(today: date) -> Select[Any]:
    over = LICENCES.c.valid_until < today
    begun = or_(LICENCES.c.valid_from.is_(None), LICENCES.c.valid_from <= today)
    holds = (LICENCES.c.state == State.VALID) & begun & or_(LICENCES.c.valid_until.is_(None), ~over)
    expired = (LICENCES.c.state == State.EXPIRED) | ((LICENCES.c.state == State.VALID) & over)
    return select(
        LICENCES.c.kind,
        func.count().label("licences"),
        func.count().filter(holds).label("valid"),
        func.count().filter(expired).label("expired"),
    ).group_by(LICENCES.c.kind)


_pairs = select(LICENCES.c.holder_id, LICENCES.c.kind).distinct().subquery()
_HOLDERS = select(_pairs.c.kind, func.count().label("holders")).group_by(_pairs.c.kind)
"""Counted over the index of holders and kinds, without a look at the rows."""
_latest = select(KINDS.c.kind, func.max(KINDS.c.at).label("at")).group_by(KINDS.c.kind).subquery()
_LAST = select(*KINDS.c).join(
    _latest, (_latest.c.kind == KINDS.c.kind) & (_latest.c.at == KINDS.c.at)
)
