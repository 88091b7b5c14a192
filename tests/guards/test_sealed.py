"""Every sealed column is told of, so that it goes over to a new key with the others."""

from sqlalchemy import LargeBinary

import app.factory  # noqa: F401 (every table)
from app.core.db import db
from app.core.sealed import SEALED


def test_the_list_of_sealed_columns_is_that_of_the_tables():
    there = {
        (table.name, column.name)
        for table in db.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary) or column.name.endswith("_sealed")
    }
    assert {(column.table, column.column) for column in SEALED} == there


def test_what_a_purpose_needs_is_in_its_table():
    for column in SEALED:
        names = {*column.needs, *column.where, *filter(None, [column.index])}
        assert names <= set(db.metadata.tables[column.table].columns.keys())


def test_no_two_columns_are_sealed_for_the_same():
    assert len({column.purpose for column in SEALED}) == len(SEALED)
