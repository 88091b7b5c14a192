"""What a use case only leaves behind: rows that nobody in it asks about again.

Events, audit and stored answers are written together as the transaction ends, in one journey to
PostgreSQL instead of one each; before anything is read in it, what has been left so far is written.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import Insert, Select, Table, Update, bindparam, insert, select
from sqlalchemy.orm import Session

Then = Callable[[Any], object]
"""Hears what the statement returned: of a row its key."""


class Kind(Hashable, Protocol):
    """A statement that is often left, its parameters named after a prefix; it returns one value."""

    def statement(self, prefix: str) -> Insert | Update: ...


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row with these columns."""

    table: Table
    columns: tuple[str, ...]

    def statement(self, prefix: str) -> Insert:
        values = {
            name: bindparam(prefix + name, type_=self.table.c[name].type) for name in self.columns
        }
        return insert(self.table).values(values).returning(next(iter(self.table.primary_key)))


@dataclass(frozen=True, slots=True)
class Left:
    kind: Kind
    values: Mapping[str, Any]
    then: Then


def write(session: Session, left: list[Left]) -> None:
    """Write it all, in the order in which it was left."""
    if not left:
        return
    if session.get_bind().dialect.name == "postgresql":
        kinds = tuple(one.kind for one in left)
        values = [_named(f"w{n}_", one.values) for n, one in enumerate(left)]
        keys = session.execute(_together(kinds), dict(ChainMap(*values))).one()
    else:
        keys = [
            session.execute(_alone(one.kind), _named("w_", one.values)).scalar_one()
            for one in left
        ]
    for one, key in zip(left, keys, strict=True):
        one.then(key)


def _named(prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {prefix + name: value for name, value in values.items()}


@lru_cache(maxsize=256)
def _together(kinds: tuple[Kind, ...]) -> Select[Any]:
    written = [kind.statement(f"w{n}_").cte(f"w{n}") for n, kind in enumerate(kinds)]
    return select(*(select(*each.c).scalar_subquery() for each in written))


@lru_cache(maxsize=64)
def _alone(kind: Kind) -> Insert | Update:
    return kind.statement("w_")
