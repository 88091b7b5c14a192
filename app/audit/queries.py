"""Reading the audit: what was done and looked at, by whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select

from app.audit.verifying import Fault, Found
from app.core import audit
from app.core.db import db

ROWS = audit.TABLE
AT_ONCE = 1_000
RESULTS: dict[str, ColumnElement[bool]] = {
    "done": ROWS.c.status < 400,
    "refused": ROWS.c.status >= 400,
    "look": ROWS.c.shows.is_not(None),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which deeds. Those of no hall belong to every hall's: nobody else would read them."""

    hall: str | None
    """None: every hall's."""
    start: datetime
    end: datetime
    actor: str = ""
    deed: str = ""
    result: str = ""
    """One of RESULTS."""
    subject: str = ""

    def where(self) -> Iterator[ColumnElement[bool]]:
        yield ROWS.c.at >= self.start
        yield ROWS.c.at < self.end
        if self.hall is not None:
            yield ROWS.c.hall.in_((self.hall, ""))
        for column in ("actor", "deed", "subject"):
            if value := getattr(self, column):
                yield ROWS.c[column] == value
        if self.result:
            yield RESULTS[self.result]


@dataclass(frozen=True, slots=True)
class Verified:
    at: datetime
    found: Found = field(repr=False)


def deeds(asked: Asked, skip: int, most: int) -> Sequence[Row[Any]]:
    """These deeds, the latest first."""
    query = select(*ROWS.c).where(*asked.where()).order_by(ROWS.c.id.desc())
    return db.session.execute(query.offset(skip).limit(most)).all()


def every(asked: Asked) -> Iterator[Sequence[Row[Any]]]:
    """All of them, the first first, read bit by bit."""
    after = 0
    while True:
        query = select(*ROWS.c).where(*asked.where(), ROWS.c.id > after).order_by(ROWS.c.id)
        some = db.session.execute(query.limit(AT_ONCE)).all()
        if not some:
            return
        yield some
        after = some[-1].id


def kinds(asked: Asked) -> dict[str, int]:
    """Deed -> how often, whatever else is asked for."""
    days = Asked(asked.hall, asked.start, asked.end)
    query = select(ROWS.c.deed, func.count()).where(*days.where())
    return dict(db.session.execute(query.group_by(ROWS.c.deed)).all())


def last_verified() -> Verified | None:
    """When the chain was last verified, and what was found."""
    rows = audit.latest("", ("audit_verified",), 1)
    if not rows:
        return None
    told = dict(rows[0].data)
    fault = Fault(told.pop("fault")) if "fault" in told else None
    return Verified(rows[0].at, Found(**told, fault=fault))
