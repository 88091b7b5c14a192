"""Reading and breaking the audit, for tests."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, text

from app.audit import blocks
from app.core.audit import TABLE
from app.core.db import db
from tests.house import House


def trail(house: House, after: int = 0) -> list[Any]:
    """Every row, or those after this one."""
    with house.app.app_context():
        query = select(TABLE).where(TABLE.c.id > after).order_by(TABLE.c.id)
        return list(db.session.execute(query))


def seal(house: House) -> int:
    """A round of the schedule."""
    with house.app.app_context():
        return blocks.seal(house.clock.now())


def as_owner(house: House, statement: str, **values: int) -> None:
    """What whoever owns the database's server can do: no trigger stops them."""
    with house.app.app_context(), db.engine.begin() as connection:
        if db.engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = 'replica'"))
            connection.execute(text(statement), values)
            return
        for table in ("audit", "audit_blocks"):
            for name in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_{name}"))
        connection.execute(text(statement), values)
