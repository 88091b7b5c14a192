"""An app of the replay's own, on stores that nobody else sees.

`REDIS_URL` and `DATABASE_URL` name the servers to run on; without them the replay brings a
private Redis and SQLite. The data is its own in any case, so that it may run beside a hall at
work: keys under a random hall code, a PostgreSQL schema of the same name, or a temporary SQLite
file whatever SQLite database is named. All of it goes when the replay ends; only one that is
killed leaves its schema `replay_…` behind, to be dropped by hand.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import Engine, event, text

from app.core.clock import Clock
from app.core.db import db
from app.core.parts import parts
from app.factory import create_app
from config.redis import product
from config.settings import load_settings
from embedded.redis_server import private_redis


@dataclass(frozen=True, slots=True)
class Stores:
    """What a replay ran on."""

    hall: str
    """The code of the hall that is nobody else's."""
    redis: str
    """Product and version, as in "Valkey 9.1.2"."""
    database: str


@contextmanager
def own_stores(clock: Clock, environ: Mapping[str, str]) -> Iterator[Stores]:
    """Push an app on stores of its own for the block. Raises SettingsError and ProgramError."""
    hall = f"replay_{secrets.token_hex(4)}"
    with ExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="shunhao-replay-")))
        redis_url = environ.get("REDIS_URL")
        if not redis_url:
            redis_url = stack.enter_context(private_redis(directory / "redis")).url
        own_file = f"sqlite:///{directory / 'replay.db'}"
        given = environ.get("DATABASE_URL") or own_file
        settings = load_settings(
            {
                "SHUNHAO_MODE": "test",
                "REDIS_URL": redis_url,
                "DATABASE_URL": own_file if given.startswith("sqlite") else given,
                "INSTANCE_PATH": str(directory),
            }
        )
        stack.enter_context(create_app(settings, clock).app_context())
        stack.enter_context(_own_tables(db.engine, hall))
        yield Stores(hall, product(parts().redis), _product(db.engine))
        parts().events(hall).drop()


@contextmanager
def _own_tables(engine: Engine, schema: str) -> Iterator[None]:
    """Every table, empty, for the block."""
    in_schema = engine.dialect.name == "postgresql"
    settings = (
        (f"SET search_path TO {schema}", "SET synchronous_commit TO off")
        if in_schema
        else ("PRAGMA synchronous=OFF",)
    )

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        for statement in settings:
            connection.execute(statement)
        connection.commit()

    if in_schema:
        _run(engine, f"CREATE SCHEMA {schema}")
    try:
        upgrade()
        yield
    finally:
        db.session.remove()
        if in_schema:
            _run(engine, f"DROP SCHEMA {schema} CASCADE")
        engine.dispose()


def _run(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))


def _product(engine: Engine) -> str:
    if engine.dialect.name == "sqlite":
        return f"SQLite {_ask(engine, 'SELECT sqlite_version()')}"
    return f"PostgreSQL {_ask(engine, 'SHOW server_version').split()[0]}"


def _ask(engine: Engine, question: str) -> str:
    with engine.connect() as connection:
        return str(connection.execute(text(question)).scalar_one())
