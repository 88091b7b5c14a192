"""What has been kept long enough goes: bit by bit, at night."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Date, Row, and_, func, not_, or_, select

from app.core.db import db, transaction
from app.privacy.rows import do, is_over, says, table_of
from app.privacy.rules import BY_TABLE, KEPT, Kept, Then

AT_ONCE = 500
MONTH = timedelta(days=31)
"""No month is longer: nothing goes before its time."""


def due(now: datetime) -> dict[str, int]:
    """Table -> rows that were kept long enough."""
    return {kept.table: _count(kept, now) for kept in _aging()}


def forget_aged(now: datetime) -> int:
    """Empty or delete all that was kept long enough, in short transactions; how many rows."""
    aged = sum(done for kept in _aging() for done in _bit_by_bit(kept, now))
    return aged + _forget_unnamed(now)


def _aging() -> Iterator[Kept]:
    return (kept for kept in KEPT if kept.aged is not Then.KEEP)


def _count(kept: Kept, now: datetime) -> int:
    query = select(func.count()).select_from(table_of(kept)).where(_is_aged(kept, now))
    return db.session.execute(query).scalar_one()


def _is_aged(kept: Kept, now: datetime) -> ColumnElement[bool]:
    since: Column[Any] = table_of(kept).c[kept.since]
    until = now - MONTH * (kept.months or 0)
    aged = since < (until.date() if isinstance(since.type, Date) else until)
    return and_(aged, is_over(kept), *([says(kept)] if kept.aged is Then.CLEAR else []))


def _bit_by_bit(kept: Kept, now: datetime) -> Iterator[int]:
    key = list(table_of(kept).primary_key)
    while True:
        with transaction():
            query = select(*key).where(_is_aged(kept, now)).limit(AT_ONCE)
            found = db.session.execute(query).all()
            if found:
                yield do(kept.aged, kept, _one_of(key, found))
        if len(found) < AT_ONCE:
            return


def _one_of(key: Sequence[Column[Any]], rows: Sequence[Row[Any]]) -> ColumnElement[bool]:
    pairs = (zip(key, row, strict=True) for row in rows)
    return or_(*(and_(*(column == value for column, value in pair)) for pair in pairs))


def _forget_unnamed(now: datetime) -> int:
    """Numbers that nothing points to any more, a year after they were first seen."""
    people = table_of(BY_TABLE["people"])
    last, forgotten = "", 0
    while True:
        with transaction():
            query = select(people.c.id, people.c.created_at).where(people.c.id > last)
            found = db.session.execute(query.order_by(people.c.id).limit(AT_ONCE)).all()
            old = [row.id for row in found if row.created_at < now - 12 * MONTH]
            forgotten += forget_people(old)
        if len(found) < AT_ONCE:
            return forgotten
        last = found[-1].id


def forget_people(ids: Sequence[str]) -> int:
    """Delete those of these people to whom nothing points; how many."""
    people = table_of(BY_TABLE["people"])
    if not ids:
        return 0
    named = [
        select(column).where(column == people.c.id).exists() for column in pointing_at_people()
    ]
    gone = people.delete().where(people.c.id.in_(ids), *(not_(each) for each in named))
    return len(db.session.execute(gone.returning(people.c.id)).all())


def pointing_at_people() -> list[Column[Any]]:
    """Every column that names a person, with a foreign key or without."""
    found = {
        column
        for kept in KEPT
        for name in (*kept.person, *(one for one in kept.not_told if one.endswith("_id")))
        for column in (table_of(kept).c[name],)
        if kept.table != "people"
    }
    keyed = {
        key.parent
        for table in db.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "people"
    }
    return sorted(found | keyed, key=str)
