"""Alembic's entry: the app's own engine and tables, whatever database it stands on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from app.core.db import UtcDateTime


def render_item(kind: str, item: Any, _autogen: Any) -> str | bool:
    """Migrations stand on their own: our types are written as what the database sees."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


@contextmanager
def unreferenced(connection: Connection) -> Iterator[None]:
    """SQLite changes a column by copying its table and dropping the old one, which it refuses while
    rows elsewhere refer to it."""
    if connection.dialect.name != "sqlite":
        yield
        return
    plain = connection.connection.cursor()  # outside transactions: inside one SQLite is deaf to it
    plain.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        plain.execute("PRAGMA foreign_keys=ON")


def ask_whether_they_refer(*, ctx: Any, step: Any, **_: Any) -> None:
    """After each step, before it is kept."""
    if ctx.dialect.name == "sqlite":
        lost = ctx.connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if lost:
            raise RuntimeError(f"{step}: rows refer to what is no longer there: {lost[:10]}")


database = current_app.extensions["migrate"].db

with database.engine.connect() as connection, unreferenced(connection):
    context.configure(
        connection=connection,
        target_metadata=database.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
        transaction_per_migration=True,
        on_version_apply=ask_whether_they_refer,
    )
    with context.begin_transaction():
        context.run_migrations()
