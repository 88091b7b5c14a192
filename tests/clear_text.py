"""What lies in the tables unsealed, whoever wrote it."""

from __future__ import annotations

import json

from sqlalchemy import JSON, String, select

from app.core.db import db
from tests.house import House


def columns_saying(house: House, words: str) -> set[str]:
    """The columns, as table.column, in which somebody who reads the database finds these words."""
    found = set()
    with house.app.app_context():
        for table in db.metadata.tables.values():
            columns = [each for each in table.c if isinstance(each.type, String | JSON)]
            for row in db.session.execute(select(*columns)) if columns else ():
                for column, value in zip(columns, row, strict=True):
                    if words in json.dumps(value, ensure_ascii=False):
                        found.add(f"{table.name}.{column.name}")
        db.session.remove()
    return found
