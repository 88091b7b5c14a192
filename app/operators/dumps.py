"""The whole database at one moment as bytes, and such bytes as a database: PostgreSQL's by pg_dump
and pg_restore, SQLite's by its backup API. Both go on while the hall works."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection, Engine, NullPool, create_engine, inspect, text

from app.operators.archive import CHUNK, BackupError, Pieces

INSTALLED = Path("/usr/lib/postgresql")
"""Where Debian keeps each version's programs; those on PATH there only choose among them."""
LOCKS_WITHIN = "30s"
"""How long pg_dump waits for a table that somebody changes."""


@dataclass(frozen=True, slots=True)
class Dump:
    migration: str
    server: int
    """The database's major version."""
    rows: Mapping[str, int]
    content: Pieces


@contextmanager
def taken(engine: Engine) -> Iterator[Dump]:
    """What the database holds now; its content is read within the block. Raises BackupError."""
    take = _of_sqlite if engine.dialect.name == "sqlite" else _of_postgresql
    with take(engine) as dump:
        yield dump


def put(engine: Engine, content: Pieces, dumped_by: int) -> None:
    """Make a dump's content that of this database, which has no table: all of it or nothing.
    Raises BackupError."""
    if engine.dialect.name == "sqlite":
        _into_sqlite(engine, content)
    else:
        _into_postgresql(engine, content, dumped_by)
    engine.dispose()  # what its connections know of the tables is no longer so


def tables_with_rows(engine: Engine) -> list[str]:
    """Those that are not empty; how far the tables have come is no row of anybody's."""
    with engine.connect() as connection:
        return [name for name, rows in _rows(connection, 1).items() if rows]


def row_counts(engine: Engine) -> Mapping[str, int]:
    """Table -> how many rows."""
    with engine.connect() as connection:
        _take_time(connection)
        return _rows(connection)


def server_version(engine: Engine) -> int:
    """Its major version."""
    with engine.connect() as connection:
        found = connection.dialect.server_version_info
    return int(found[0]) if found else 0


def needs(engine: Engine, dumped_by: int) -> None:
    """Raises BackupError where what would bring back such a dump is not on this machine."""
    if engine.dialect.name == "postgresql":
        _program("pg_restore", dumped_by)
        if server_version(engine) < dumped_by:
            raise BackupError(
                f"备份来自 PostgreSQL {dumped_by}，这里的服务器是 {server_version(engine)}，未作"
                "恢复：只能恢复到同一版本或更新的版本。"
            )


def _rows(connection: Connection, at_most: int | None = None) -> dict[str, int]:
    quoted = connection.dialect.identifier_preparer.quote
    limit = "" if at_most is None else f" LIMIT {at_most}"
    names = sorted(set(inspect(connection).get_table_names()) - {"alembic_version"})
    count = "SELECT count(*) FROM (SELECT 1 FROM {}{}) AS counted"
    return {
        name: connection.exec_driver_sql(count.format(quoted(name), limit)).scalar_one()
        for name in names
    }


def _migration(connection: Connection) -> str:
    if "alembic_version" not in inspect(connection).get_table_names():
        raise BackupError("数据库里还没有表，没有可以备份的内容。")
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def _take_time(connection: Connection) -> None:
    """A backup may take longer than a request."""
    if connection.dialect.name == "postgresql":
        for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
            connection.execute(text(f"SET LOCAL {name} = 0"))


# PostgreSQL


@contextmanager
def _of_postgresql(engine: Engine) -> Iterator[Dump]:
    """One snapshot for what is counted and what is dumped."""
    server = server_version(engine)
    program = _program("pg_dump", server)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        _take_time(connection)
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        command = [
            program, "--format=custom", "--no-owner", "--no-privileges",
            f"--snapshot={snapshot}", f"--lock-wait-timeout={LOCKS_WITHIN}",
        ]  # fmt: skip
        yield Dump(_migration(connection), server, _rows(connection), _output(engine, command))


def _output(engine: Engine, command: list[str]) -> Iterator[bytes]:
    conninfo, environ = _reached(engine)
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603 (pg_dump, found above)
            [*command, f"--dbname={conninfo}"], env=environ, stdout=subprocess.PIPE, stderr=said
        ) as process,
    ):
        assert process.stdout is not None  # noqa: S101 (asked for)
        while piece := process.stdout.read(CHUNK):
            yield piece
        if process.wait():
            said.seek(0)
            raise BackupError(f"pg_dump 没有完成：{said.read().decode(errors='replace').strip()}")


def _into_postgresql(engine: Engine, content: Pieces, dumped_by: int) -> None:
    conninfo, environ = _reached(engine)
    command = [
        _program("pg_restore", dumped_by), "--single-transaction", "--exit-on-error", "--no-owner",
        "--no-privileges", f"--dbname={conninfo}",
    ]  # fmt: skip
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603 (pg_restore, as above)
            command, env=environ, stdin=subprocess.PIPE, stderr=said
        ) as process,
    ):
        assert process.stdin is not None  # noqa: S101 (asked for)
        try:
            for piece in content:
                process.stdin.write(piece)
            process.stdin.close()
        except BrokenPipeError:  # it gave up, and says why
            pass
        if process.wait():
            said.seek(0)
            raise BackupError(
                f"pg_restore 没有完成，未作恢复：{said.read().decode(errors='replace').strip()}"
            )


def _reached(engine: Engine) -> tuple[str, dict[str, str]]:
    """How PostgreSQL's programs reach this database: the password where no list of processes shows
    it."""
    _, options = engine.dialect.create_connect_args(engine.url)
    options.pop("context", None)  # psycopg's own
    password = options.pop("password", None)
    environ = dict(os.environ) | ({"PGPASSWORD": str(password)} if password else {})
    return make_conninfo("", **options), environ


def _program(name: str, at_least: int) -> str:
    """The oldest of this machine that knows servers of this version. Raises BackupError."""
    on_path = shutil.which(name)
    found = [*INSTALLED.glob(f"*/bin/{name}"), *([Path(on_path)] if on_path else [])]
    versions = {path: _version(path) for path in found}
    if fit := [path for path in found if versions[path] >= at_least]:
        return str(min(fit, key=lambda path: versions[path]))
    there = "、".join(str(one) for one in sorted(set(versions.values()))) or "无"
    raise BackupError(
        f"这台机器上没有 {at_least} 版或更新的 {name}（现有版本：{there}）：请安装"
        f" postgresql-client-{at_least}。"
    )


def _version(program: Path) -> int:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    found = re.search(r"(\d+)", told.stdout)
    return int(found[1]) if found else 0


# SQLite


@contextmanager
def _of_sqlite(engine: Engine) -> Iterator[Dump]:
    """A copy made in one go is what is counted and read: the file itself goes on changing."""
    with tempfile.TemporaryDirectory(dir=_file(engine).parent) as folder:
        copy = Path(folder) / "copy"
        with (
            closing(sqlite3.connect(_file(engine))) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # all of it in the one file
        with create_engine(f"sqlite:///{copy}", poolclass=NullPool).connect() as connection:
            yield Dump(_migration(connection), 0, _rows(connection), _bytes(copy))


def _into_sqlite(engine: Engine, content: Pieces) -> None:
    with tempfile.TemporaryDirectory(dir=_file(engine).parent) as folder:
        copy = Path(folder) / "copy"
        with copy.open("wb") as file:
            file.writelines(content)
        with (
            closing(sqlite3.connect(copy)) as source,
            closing(sqlite3.connect(_file(engine))) as target,
        ):
            source.backup(target)


def _file(engine: Engine) -> Path:
    return Path(str(engine.url.database))


def _bytes(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            yield piece
