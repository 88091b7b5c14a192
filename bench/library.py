"""What benchmarks of the licence library share: how big it is, and what it runs on."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import Table

from app.core.db import db
from app.factory import create_app
from config.settings import Settings, load_settings
from embedded.postgres_server import private_postgres
from embedded.redis_server import private_redis

ROWS = 500_000
"""Licences, unless --rows says otherwise."""
HOLDERS = 300_000
"""Of so many people and firms at most."""
AT_ONCE = 10_000
"""Rows of one COPY: a statement is given up after three seconds."""


def asked(description: str | None) -> int:
    """How many rows the command line says; the machine's load is told first."""
    given = argparse.ArgumentParser(description=description)
    given.add_argument("--rows", type=int, default=ROWS)
    found: int = given.parse_args().rows
    print(f"load of this machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    return found


@contextmanager
def stores(**variables: str) -> Iterator[tuple[Settings, Path]]:
    """Settings on stores of their own that do not wait for the disk, and a folder that goes with
    them."""
    with (
        tempfile.TemporaryDirectory(prefix="shunhao-bench-") as name,
        private_postgres(synchronous_commit="off") as server,
        private_redis(Path(name) / "redis") as redis,
    ):
        url = server.set(drivername="postgresql+psycopg")
        given = {
            "SHUNHAO_MODE": "test",
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "REDIS_URL": redis.url,
            "INSTANCE_PATH": str(Path(name) / "instance"),
        }
        settings = load_settings(given | variables)
        with create_app(settings).app_context():
            upgrade()
            db.engine.dispose()
        yield settings, Path(name)


def copied(connection: Any, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    """Put rows into a PostgreSQL table by COPY."""
    names = [column.name for column in table.columns]
    processors = {
        column.name: column.type.dialect_impl(db.engine.dialect).bind_processor(db.engine.dialect)
        for column in table.columns
    }
    columns = ", ".join(f'"{name}"' for name in names)
    given = iter(rows)
    while some := list(islice(given, AT_ONCE)):
        with connection.cursor() as cursor, cursor.copy(
            f'COPY "{table.name}" ({columns}) FROM STDIN'
        ) as copy:
            for row in some:
                copy.write_row(
                    [
                        processor(row.get(name))
                        if (processor := processors[name])
                        else row.get(name)
                        for name in names
                    ]
                )
