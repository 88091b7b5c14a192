"""Every use of a licence, written down: who, when, for what, which fields (政务数据共享 keeps such
a log; its holder reads it)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import insert, select

from app.core.acts import Act
from app.core.db import db
from app.core.said import Said
from app.licences.models import LicenceShareRow

TABLE = LicenceShareRow.__table__


class Used(Protocol):
    """A licence, of which no more is written down than which it is."""

    @property
    def id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Use:
    """One use of one licence."""

    at: datetime
    actor: str
    """Who: kind and id."""
    hall: str | None
    purpose: Said
    fields: tuple[str, ...]
    """Names; none where it was only shown to be there."""


def share(
    licences: Sequence[Used],
    purpose: str | Said,
    fields: Collection[str],
    act: Act,
    *,
    ticket: str | None = None,
    submission: str | None = None,
) -> None:
    """Write down that whoever acts reads these fields of these licences, in this transaction."""
    share_each(
        [(one, fields) for one in licences], purpose, act, ticket=ticket, submission=submission
    )


def share_each(
    read: Sequence[tuple[Used, Collection[str]]],
    purpose: str | Said,
    act: Act,
    *,
    ticket: str | None = None,
    submission: str | None = None,
) -> None:
    """The same, of each licence its own fields."""
    if not read:
        return
    said = purpose if isinstance(purpose, Said) else Said(purpose.replace("%", "%%"))
    values = {
        "at": act.now,
        "actor": str(act.actor),
        "hall": act.actor.hall,
        "purpose": asdict(said),
        "ticket_id": ticket,
        "submission_id": submission,
    }
    rows = [{"licence_id": one.id, "fields": sorted(fields), **values} for one, fields in read]
    db.session.execute(insert(TABLE), rows)


def uses_of(licence: str, limit: int = 100) -> list[Use]:
    """The latest uses of a licence, newest first."""
    rows = db.session.execute(
        select(*TABLE.c)
        .where(TABLE.c.licence_id == licence)
        .order_by(TABLE.c.at.desc(), TABLE.c.id.desc())
        .limit(limit)
    )
    return [
        Use(row.at, row.actor, row.hall, Said.kept(row.purpose), tuple(row.fields)) for row in rows
    ]
