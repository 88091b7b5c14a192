"""Finding, emptying and deleting rows as the table of rules says. Each runs inside the caller's
transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Row,
    Table,
    and_,
    delete,
    false,
    or_,
    select,
    true,
    update,
)

from app.citizens.queries import CITIZENS
from app.core.db import db
from app.core.identity import Level
from app.core.parts import parts
from app.core.sealed import SEALED, SealedColumn
from app.privacy.rules import BY_TABLE, Kept, Then

JSON_BEGINS = ("{", "[", '"')


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose rows are meant: a person's, their accounts', or those of both."""

    person: str | None
    accounts: tuple[str, ...] = ()

    @property
    def people(self) -> tuple[str, ...]:
        return (self.person,) if self.person else ()


def whose_are(person: str) -> Whose:
    """A person's, with every account that is surely theirs."""
    surely = (CITIZENS.c.person_id == person) & (CITIZENS.c.identity_level == Level.VERIFIED)
    accounts = db.session.scalars(select(CITIZENS.c.id).where(surely).order_by(CITIZENS.c.id))
    return Whose(person, tuple(accounts))


def table_of(kept: Kept) -> Table:
    return db.metadata.tables[kept.table]


def about(kept: Kept, whose: Whose) -> ColumnElement[bool]:
    """Rows about a person; of a table that knows accounts alone, an account's."""
    if kept.person:
        return _named(kept, kept.person, whose.people)
    if kept.account:
        return _named(kept, kept.account, whose.accounts)
    return _under(kept, whose, about)


def owned(kept: Kept, whose: Whose) -> ColumnElement[bool]:
    """Rows that go with an account: its own, and those about its person behind which no account
    stands. What somebody else's account booked for this person is that account's."""
    own = _named(kept, kept.account, whose.accounts)
    theirs = _named(kept, kept.person, whose.people)
    if kept.account and kept.person:
        columns = table_of(kept).c
        theirs = and_(theirs, *(columns[name].is_(None) for name in kept.account))
    return or_(own, theirs, _under(kept, whose, owned))


def is_over(kept: Kept) -> ColumnElement[bool]:
    """Rows that nobody is at work on any more."""
    columns = table_of(kept).c
    return and_(true(), *(columns[name].in_(values) for name, values in kept.over.items()))


def _named(kept: Kept, names: tuple[str, ...], who: tuple[str, ...]) -> ColumnElement[bool]:
    columns = table_of(kept).c
    return or_(false(), *(columns[name].in_(who) for name in names))


def _under(kept: Kept, whose: Whose, which: Any) -> ColumnElement[bool]:
    if kept.under is None:
        return false()
    column, parent = kept.under
    above = BY_TABLE[parent]
    return table_of(kept).c[column].in_(select(table_of(above).c.id).where(which(above, whose)))


def do(then: Then, kept: Kept, which: ColumnElement[bool]) -> int:
    """Keep, empty or delete these rows; how many were touched."""
    if then is Then.KEEP:
        return 0
    if then is Then.DELETE:
        return _delete(kept, which)
    return _clear(kept, which)


def _delete(kept: Kept, which: ColumnElement[bool]) -> int:
    """Whatever hangs under a row goes first: attempts of a notice, places of who waited."""
    table = table_of(kept)
    for child in db.metadata.sorted_tables:
        for key in child.foreign_keys:
            if key.column.table is not table:
                continue
            hanging = key.parent.in_(select(key.column).where(which))
            if key.parent.nullable:
                db.session.execute(update(child).where(hanging).values({key.parent.name: None}))
            else:
                db.session.execute(delete(child).where(hanging))
    return cast(CursorResult[Any], db.session.execute(delete(table).where(which))).rowcount


def _clear(kept: Kept, which: ColumnElement[bool]) -> int:
    blank: dict[str, Any] = dict.fromkeys(kept.clears)
    done = db.session.execute(update(table_of(kept)).where(which, says(kept)).values(blank))
    return cast(CursorResult[Any], done).rowcount


def says(kept: Kept) -> ColumnElement[bool]:
    """Rows of which something is left to be emptied."""
    columns = table_of(kept).c
    return or_(*(columns[name].is_not(None) for name in kept.clears))


def opened(table: str, column: str, row: Row[Any]) -> Any:
    """What a sealed value says: its JSON as a value, or its text; None for none."""
    kept = getattr(row, column)
    if kept is None:
        return None
    purpose = _sealed_as(table, column, row._mapping).purpose.format_map(row._mapping)
    text = parts().seal.open(purpose, kept)
    try:
        return json.loads(text) if text[:1] in JSON_BEGINS else text
    except ValueError:
        return text


def _sealed_as(table: str, column: str, row: Mapping[Any, Any]) -> SealedColumn:
    return next(
        one
        for one in SEALED
        if (one.table, one.column) == (table, column)
        and all(row[name] == value for name, value in one.where.items())
    )
