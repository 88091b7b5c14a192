"""Going over to a new key while halls run: which key seals what, and sealing the rest anew.

Rows are taken a few at a time, each few in a transaction of its own, so whatever stops it loses
nothing, and it may be begun again at any time. A row that somebody is just writing is left to the
next round: nobody waits for this, and it waits for nobody.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import ColumnElement, and_, bindparam, func, literal, select, tuple_, update

from app.core.db import db, read_at_length, transaction
from app.core.parts import parts
from app.core.sealed import SEALED, SealedColumn
from app.core.sealing import HEAD, KeyUnknown
from app.core.stores import be_patient

log = logging.getLogger(__name__)

BATCH = 200
"""Rows a transaction; a document may have a megabyte."""
PATIENCE_S = 60
"""What a statement may take that looks through a whole table."""


@dataclass(frozen=True, slots=True)
class Use:
    """So many values of a column begin with this head: version and key id."""

    column: SealedColumn
    head: bytes
    values: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction did."""

    column: SealedColumn
    resealed: int
    unopened: int
    """Values no key opens; they are left as they are, and logged."""


def uses() -> list[Use]:
    """Which keys seal how many values, column by column."""
    found = []
    _be_patient()
    for column in SEALED:
        head = _head(column)
        query = select(head, func.count()).where(head.is_not(None), *_where(column))
        rows = sorted((bytes(head), n) for head, n in db.session.execute(query.group_by(head)))
        found += [Use(column, head, n) for head, n in rows]
    return found


def unknown_keys() -> list[SealedColumn]:
    """Columns whose last value, by primary key, is sealed under a key that nobody named."""
    unknown = []
    for column in SEALED:
        sealed = _table(column).c[column.column]
        query = select(_head(column)).where(sealed.is_not(None), *_where(column))
        latest = query.order_by(*(key.desc() for key in _keys(column))).limit(1)
        head = db.session.execute(latest).scalar_one_or_none()
        if head is not None and bytes(head) not in parts().seal.heads:
            unknown.append(column)
    return unknown


def lost_indexes() -> list[SealedColumn]:
    """Columns whose values the index key does not find: it is not the one they were indexed with.
    One value of each is tried."""
    seal = parts().seal
    lost = []
    for column in SEALED:
        if not column.index:
            continue
        index, sealed = (_table(column).c[name] for name in (column.index, column.column))
        query = select(index, *_keys(column), *_told(column)).where(
            sealed.is_not(None), _head(column).in_(seal.heads), *_where(column)
        )
        row = db.session.execute(query.limit(1)).mappings().one_or_none()
        if row is None:
            continue
        purpose = column.purpose.format(**row)
        if seal.find(purpose, seal.open_bytes(purpose, row[column.column])) != row[column.index]:
            lost.append(column)
    return lost


def reseal() -> Iterator[Batch]:
    """Seal under the first key whatever is sealed under another, told batch by batch."""
    for column in SEALED:
        after: tuple[Any, ...] | None = None
        while True:
            with transaction():
                rows = _take(column, after)
                if not rows:
                    break
                batch = _reseal(column, rows)
            yield batch
            after = tuple(rows[-1][key.name] for key in _keys(column))


def _take(column: SealedColumn, after: tuple[Any, ...] | None) -> list[Any]:
    """The next rows under another key, in the order of their primary key, locked."""
    _be_patient()
    keys = _keys(column)
    query = select(*keys, *_told(column)).where(
        _head(column) != parts().seal.heads[0], *_where(column)
    )
    if after is not None:
        known = [literal(value, key.type) for value, key in zip(after, keys, strict=True)]
        query = query.where(tuple_(*keys) > tuple_(*known))
    query = query.order_by(*keys).limit(BATCH).with_for_update(skip_locked=True)
    return list(db.session.execute(query).mappings())


def _reseal(column: SealedColumn, rows: list[Any]) -> Batch:
    seal = parts().seal
    renewed = []
    for row in rows:
        try:
            anew = seal.reseal(column.purpose.format(**row), row[column.column])
        except (KeyUnknown, InvalidTag) as error:
            shown = {key.name: row[key.name] for key in _keys(column)}
            log.error("%s of %s does not open: %r", column.column, shown, error)
            continue
        keys = {f"key_{key.name}": row[key.name] for key in _keys(column)}
        renewed.append({**keys, "anew": anew})
    if renewed:
        which = and_(*(key == bindparam(f"key_{key.name}") for key in _keys(column)))
        change = update(_table(column)).where(which).values({column.column: bindparam("anew")})
        db.session.connection().execute(change, renewed)
    return Batch(column, len(renewed), len(rows) - len(renewed))


def _table(column: SealedColumn) -> Any:
    return db.metadata.tables[column.table]


def _keys(column: SealedColumn) -> tuple[Any, ...]:
    return tuple(_table(column).primary_key)


def _told(column: SealedColumn) -> list[Any]:
    """The value, and what its purpose is made of."""
    table, key_names = _table(column), {key.name for key in _keys(column)}
    return [table.c[name] for name in (column.column, *column.needs) if name not in key_names]


def _head(column: SealedColumn) -> ColumnElement[bytes]:
    sealed = _table(column).c[column.column]
    return func.substr(sealed, 1, HEAD, type_=sealed.type)


def _where(column: SealedColumn) -> list[ColumnElement[bool]]:
    return [_table(column).c[name] == value for name, value in column.where.items()]


def _be_patient() -> None:
    be_patient(read_at_length(), PATIENCE_S)
