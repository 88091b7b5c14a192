"""Every table of a database with rows in it, made up from what the tables themselves insist on.

Nothing here knows a table by name: what comes later is filled as well. Values are valid for their
columns (type, length, references, uniqueness), not for the people who read them.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Column, Connection, Engine, MetaData, Table, insert, select

ROWS = 3
AT = datetime(2026, 11, 23, 1, tzinfo=UTC)

Content = Mapping[str, list[dict[str, Any]]]
"""Table -> its rows, each as column -> value."""


def reflected(connection: Connection) -> MetaData:
    """The tables as they are there, whatever the models say."""
    metadata = MetaData()
    metadata.reflect(connection)
    if "alembic_version" in metadata.tables:
        metadata.remove(metadata.tables["alembic_version"])
    return metadata


def fill(engine: Engine, rows: int = ROWS) -> None:
    """So many rows in each empty table: the last has only references and what its table insists
    on, the others a value in every column."""
    numbers = itertools.count(1)
    with engine.begin() as connection:
        made: dict[str, list[dict[str, Any]]] = {}
        for table in reflected(connection).sorted_tables:
            if there := list(_rows(connection, table)):
                made[table.name] = there
                continue
            made[table.name] = [_row(table, nth, numbers, made) for nth in range(rows)]
            made[table.name][-1] |= {
                column.name: None
                for column in table.columns
                if column.nullable and not column.foreign_keys
            }
            connection.execute(insert(table), made[table.name])


def content(engine: Engine) -> Content:
    """All that the database holds, in the order of its keys."""
    with engine.connect() as connection:
        return {table.name: list(_rows(connection, table)) for table in _tables(connection)}


def lost(before: Content, after: Content) -> dict[str, str]:
    """Table -> how many of its rows are gone, or say something else in a column that both have;
    tables that are not there any more, and rows that came, go unmentioned."""
    found = {}
    for name in sorted(before.keys() & after.keys()):
        if not before[name]:
            continue
        both = [key for key in before[name][0] if key in after[name][0]] if after[name] else []
        gone = Counter(_said(before[name], both)) - Counter(_said(after[name], both))
        if gone:
            found[name] = f"{gone.total()} rows"
    return found


def _said(rows: list[dict[str, Any]], columns: list[str]) -> Iterator[str]:
    return (repr([row[name] for name in columns]) for row in rows)


def _tables(connection: Connection) -> list[Table]:
    return reflected(connection).sorted_tables


def _rows(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    query = select(table).order_by(*table.primary_key)
    return (dict(row) for row in connection.execute(query).mappings())


def _row(
    table: Table, nth: int, numbers: Iterator[int], made: Mapping[str, list[dict[str, Any]]]
) -> dict[str, Any]:
    row = {}
    for column in table.columns:
        parents = [key.column for key in column.foreign_keys]
        if parents and parents[0].table.name in made:
            row[column.name] = made[parents[0].table.name][nth][parents[0].name]
        elif not parents:  # a reference in a circle may be empty
            row[column.name] = _value(column, nth, next(numbers))
    return row


def _value(column: Column[Any], nth: int, number: int) -> Any:
    """One that no other row of the column has, where its type has enough of them."""
    if isinstance(column.type, JSON):
        return {"made up": number}
    kind = column.type.python_type
    made: dict[type, Any] = {
        bool: nth % 2 == 0,
        int: number,
        float: float(number),
        Decimal: Decimal(nth),
        bytes: f"sealed {number}".encode(),
        datetime: AT + timedelta(seconds=number),
        date: AT.date() + timedelta(days=number),
        time: time(9, number % 60),
    }
    length = getattr(column.type, "length", None) or 8
    return made[kind] if kind in made else f"{number:x}"[-length:]
