"""Whether the audit stands as it was written. Reads everything, bit by bit, and changes nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from app.audit.blocks import A_MONTH, BLOCKS, ROWS
from app.audit.chain import BEGINNING, Block, hash_of, ids_in, key_of
from app.core.db import db
from app.core.parts import parts
from config.settings import LEAST_AUDIT_MONTHS

AT_ONCE = 50
"""Blocks read together with their rows, of which each has a thousand at most."""
LATE = timedelta(minutes=10)
"""A row that no block has by then was not written by the app."""


class Fault(StrEnum):
    ROW_ALTERED = "row_altered"
    ROW_MISSING = "row_missing"
    ROW_ADDED = "row_added"
    BLOCK_ALTERED = "block_altered"
    BLOCK_MISSING = "block_missing"
    HEAD_CUT = "head_cut"
    TAIL_CUT = "tail_cut"


@dataclass(frozen=True, slots=True)
class Found:
    """What became of it: the first difference, if there is any."""

    blocks: int
    rows: int
    last: str
    """The anchor of the last block that was read: `n:hash`."""
    unsealed: int
    """Rows that wait for the schedule's next round."""
    fault: Fault | None = None
    where: str = ""
    """The block, and of its rows the ids."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a walk got, for who goes on from there."""

    n: int = 0
    blocks: int = 0
    rows: int = 0
    loose: tuple[int, ...] = ()
    """Rows that were read and belong to no block so far."""


class _Broken(Exception):
    def __init__(self, fault: Fault, where: object) -> None:
        self.fault, self.where = fault, str(where)


@dataclass(slots=True)
class _Walk:
    """From the first block to the last."""

    now: datetime
    anchors: Mapping[int, str]
    key: bytes
    place: Place
    before: Row[Any] | None = None
    blocks: int = 0
    rows: int = 0
    read_to: int = -sys.maxsize
    """The highest id that was read; what somebody added may have any."""
    loose: dict[int, Row[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.blocks, self.rows = self.place.blocks, self.place.rows
        if self.place.n:
            query = select(*BLOCKS.c).where(BLOCKS.c.n == self.place.n)
            self.before = db.session.execute(query).one()
            self.read_to = self.before.up_to
            self._keep(ROWS.c.id.in_(self.place.loose))

    def go(self, enough: Callable[[], bool]) -> Found | Place:
        """To the end, or until that is enough for now."""
        try:
            for several in _blocks(self.place.n):
                if enough():
                    return Place(several[0].n - 1, self.blocks, self.rows, tuple(self.loose))
                self._keep(ROWS.c.id > self.read_to, ROWS.c.id <= several[-1].up_to)
                self.read_to = several[-1].up_to
                for block in several:
                    self._step(block)
                db.session.rollback()
            return self._end()
        except _Broken as broken:
            db.session.rollback()
            return Found(self.blocks, self.rows, self._last(), 0, broken.fault, broken.where)

    def _keep(self, *where: ColumnElement[bool]) -> None:
        """Read rows; those of no block stay in `loose`."""
        rows = db.session.execute(select(*ROWS.c).where(*where))
        self.loose |= {row.id: row for row in rows}

    def _step(self, block: Row[Any]) -> None:
        self._follows(block)
        rows = [self._taken(block, id) for id in _ids(block)]
        if hash_of(_sealed(block), rows, self.key) != block.hash:
            raise _Broken(Fault.ROW_ALTERED, f"{block.n}: {block.ids}")
        if self.anchors.get(block.n, block.hash) != block.hash:
            raise _Broken(Fault.BLOCK_ALTERED, block.n)
        self.before, self.blocks, self.rows = block, self.blocks + 1, self.rows + len(rows)

    def _follows(self, block: Row[Any]) -> None:
        if self.before is None:
            self._begins(block)
        elif block.n != self.before.n + 1:
            raise _Broken(Fault.BLOCK_MISSING, self.before.n + 1)
        elif block.hash_before != self.before.hash:
            raise _Broken(Fault.BLOCK_ALTERED, self.before.n)

    def _begins(self, block: Row[Any]) -> None:
        """Either at the beginning, or behind what was old enough to be forgotten."""
        if block.n == 1:
            if block.hash_before != BEGINNING:
                raise _Broken(Fault.BLOCK_ALTERED, 1)
        elif block.before_at is None or block.before_at > self.now - LEAST_AUDIT_MONTHS * A_MONTH:
            raise _Broken(Fault.HEAD_CUT, block.n - 1)

    def _taken(self, block: Row[Any], id: int) -> Row[Any]:
        row = self.loose.pop(id, None)
        if row is None:
            raise _Broken(Fault.ROW_MISSING, f"{block.n}: {id}")
        return row

    def _end(self) -> Found:
        tail = db.session.execute(select(*ROWS.c).where(ROWS.c.id > self.read_to)).all()
        db.session.rollback()
        added = [id for id, row in self.loose.items() if self.now - row.at > LATE]
        if added:
            raise _Broken(Fault.ROW_ADDED, min(added))
        beyond = max(self.anchors, default=0)
        if beyond > (self.before.n if self.before else 0):
            raise _Broken(Fault.TAIL_CUT, beyond)
        return Found(self.blocks, self.rows, self._last(), len(self.loose) + len(tail))

    def _last(self) -> str:
        return f"{self.before.n}:{self.before.hash}" if self.before else ""


def verify(now: datetime, anchors: Iterable[str] = ()) -> Found:
    """Whether every row and every block stands as it was sealed. `anchors` were told on earlier
    nights, as `n:hash`; besides them, those of AUDIT_ANCHOR count. Raises ValueError for one that
    is none."""
    found = go_on(now, Place(), lambda: False, anchors)
    assert isinstance(found, Found), "nothing is never enough"  # noqa: S101
    return found


def go_on(
    now: datetime, place: Place, enough: Callable[[], bool], anchors: Iterable[str] = ()
) -> Found | Place:
    """The same from where an earlier walk got, as far as there is time."""
    known = dict(_anchor(each) for each in (*_kept(parts().settings.audit_anchor), *anchors))
    return _Walk(now, known, key_of(parts().settings.index_key), place).go(enough)


def _kept(path: Path | None) -> list[str]:
    if path is None or not path.exists():
        return []
    return [line.split()[-1] for line in path.read_text(encoding="ascii").splitlines() if line]


def _anchor(told: str) -> tuple[int, str]:
    n, _, hash = told.partition(":")
    return int(n), hash


def _blocks(after: int) -> Iterator[Sequence[Row[Any]]]:
    while True:
        query = select(*BLOCKS.c).where(BLOCKS.c.n > after).order_by(BLOCKS.c.n)
        several = db.session.execute(query.limit(AT_ONCE)).all()
        if not several:
            return
        yield several
        after = several[-1].n


def _ids(block: Row[Any]) -> list[int]:
    try:
        return ids_in(block.ids)
    except ValueError:
        raise _Broken(Fault.BLOCK_ALTERED, block.n) from None


def _sealed(block: Row[Any]) -> Block:
    return Block(**{name: getattr(block, name) for name in Block.__slots__})
