"""Alembic's entry: the app's own engine and tables, whatever database it stands on."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

from app.core.db import UtcDateTime


def render_item(kind: str, item: Any, _autogen: Any) -> str | bool:
    """Migrations stand on their own: our types are written as what the database sees."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


database = current_app.extensions["migrate"].db

with database.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=database.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
