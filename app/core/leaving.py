"""What a use case only leaves behind: rows that nobody in it asks about again.

Events, audit and stored answers are written together as the transaction ends, in one journey to
PostgreSQL instead of one each; before anything else is sent in it, what was left so far is.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import Insert, Select, Table, Update, bindparam, insert, select
from sqlalchemy.orm import Session

AT_ONCE = 8
"""So much is written in one statement: a night closes thousands of tickets, and a statement of as
many parts is one that PostgreSQL refuses."""

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
    together = session.get_bind().dialect.name == "postgresql"
    for first in range(0, len(left), AT_ONCE):
        some = left[first : first + AT_ONCE]
        keys = _write_together(session, some) if together else _write_each(session, some)
        for one, key in zip(some, keys, strict=True):
            one.then(key)


def _write_together(session: Session, left: list[Left]) -> Sequence[Any]:
    kinds = tuple(one.kind for one in left)
    values = [_named(f"w{n}_", one.values) for n, one in enumerate(left)]
    return session.execute(_together(kinds), dict(ChainMap(*values))).one()


def _write_each(session: Session, left: list[Left]) -> Sequence[Any]:
    return [
        session.execute(_alone(one.kind), _named("w_", one.values)).scalar_one() for one in left
    ]


def _named(prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {prefix + name: value for name, value in values.items()}


@lru_cache(maxsize=256)
def _together(kinds: tuple[Kind, ...]) -> Select[Any]:
    written = [kind.statement(f"w{n}_").cte(f"w{n}") for n, kind in enumerate(kinds)]
    return select(*(select(*each.c).scalar_subquery() for each in written))


@lru_cache(maxsize=64)
def _alone(kind: Kind) -> Insert | Update:
    return kind.statement("w_")
