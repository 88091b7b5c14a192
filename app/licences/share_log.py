"""The log of uses as an administrator reads it: everybody's, masked, a line for each deed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, func, or_, select

from app.citizens.queries import numbers_of
from app.citizens.rules import masked_number
from app.core.db import db
from app.core.said import Said
from app.licences.queries import LICENCES
from app.licences.shares import TABLE

HOLDERS_NAMED = 3


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody used at one moment for one purpose, of one kind."""

    at: datetime
    actor: str
    purpose: Said
    kind: str
    fields: tuple[str, ...]
    count: int
    """Licences."""
    holders: tuple[str, ...]
    """The first of their numbers, masked."""


@dataclass(frozen=True, slots=True)
class Log:
    """Whose uses of which days are asked for."""

    hall: str
    start: datetime
    end: datetime
    kind: str | None = None

    def counts(self) -> dict[str, int]:
        """Kind -> uses, of every kind there are some."""
        query = select(LICENCES.c.kind, func.count().label("uses")).select_from(_JOINED)
        rows = db.session.execute(self._mine(query).group_by(LICENCES.c.kind))
        return {row.kind: row.uses for row in rows}

    def deeds(self, skip: int, most: int) -> list[Deed]:
        """The latest first; `skip` and `most` count uses, of which a deed has one a licence."""
        query = select(*TABLE.c, LICENCES.c.kind, LICENCES.c.holder_id).select_from(_JOINED)
        if self.kind is not None:
            query = query.where(LICENCES.c.kind == self.kind)
        order = (TABLE.c.at.desc(), TABLE.c.id.desc())
        rows = db.session.execute(self._mine(query).order_by(*order).offset(skip).limit(most)).all()
        return list(_deeds(rows))

    def _mine(self, query: Select[Any]) -> Select[Any]:
        """Of this hall, and of nobody's: people use their own from anywhere."""
        return query.where(
            or_(TABLE.c.hall == self.hall, TABLE.c.hall.is_(None)),
            TABLE.c.at >= self.start,
            TABLE.c.at < self.end,
        )


_JOINED = TABLE.join(LICENCES, LICENCES.c.id == TABLE.c.licence_id)


def _deeds(rows: Sequence[Row[Any]]) -> Iterator[Deed]:
    numbers = numbers_of({row.holder_id for row in rows})
    for _, group in groupby(
        rows, lambda row: (row.at, row.actor, row.kind, row.purpose, row.fields)
    ):
        uses = list(group)
        first = uses[0]
        holders = dict.fromkeys(use.holder_id for use in uses)
        yield Deed(
            at=first.at,
            actor=first.actor,
            purpose=Said.kept(first.purpose),
            kind=first.kind,
            fields=tuple(first.fields),
            count=len(uses),
            holders=tuple(masked_number(numbers[one][1]) for one in holders)[:HOLDERS_NAMED],
        )
