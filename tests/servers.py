"""The real servers that tests run on: found on this machine, started privately.

Nothing here is a stand-in: Redis is `redis-server`, Valkey the wheel's, PostgreSQL the one
installed, the one of `TEST_DATABASE_URL`, or the wheel's.
"""

from __future__ import annotations

import functools
import itertools
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from flask_migrate import upgrade
from sqlalchemy import URL, make_url

from app.core.db import db
from app.factory import create_app
from config.settings import load_settings
from embedded.postgres_server import Missing, Postgres, own_port, private_postgres
from embedded.redis_server import RunningRedis, find_binary, private_redis

__all__ = [
    "DATABASE_KINDS", "REDIS_KINDS", "Missing", "Postgres", "Servers", "find_chromium", "own_port",
    "redis_binary",
]  # fmt: skip

REDIS_KINDS = ("redis", "valkey")
DATABASE_KINDS = ("sqlite", "postgresql")

# How many rows tell what the tables are, and which transactions wrote them: whatever changes one
# writes another in its place, of a later transaction. To read what they say takes ten times as
# long, and this is asked after every test.
SCHEMA = """
    SELECT (SELECT (count(*), sum(xmin::text::int8))::text FROM pg_attribute
             WHERE attrelid >= 16384),
           (SELECT (count(*), sum(xmin::text::int8))::text FROM pg_index WHERE indexrelid >= 16384),
           (SELECT (count(*), sum(xmin::text::int8))::text FROM pg_constraint WHERE oid >= 16384),
           (SELECT (count(*), sum(xmin::text::int8))::text FROM pg_trigger WHERE oid >= 16384),
           (SELECT (count(*), sum(hashtext(relname)))::text FROM pg_class WHERE oid >= 16384)
"""
VERSION = "SELECT version_num FROM alembic_version"
OTHERS_ENDED = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
ENDED_WITHIN_S = 60
# A few rows are deleted: TRUNCATE makes the files of every table anew that refers to one of these.
EMPTY_TABLES = """
    DO $$
    DECLARE name text; few text[] := '{}'; many text[] := '{}'; has_rows boolean;
    BEGIN
      FOR name IN SELECT quote_ident(tablename) FROM pg_tables
                   WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || name || ')' INTO has_rows;
        IF NOT has_rows THEN CONTINUE; END IF;
        IF pg_relation_size(name::regclass) > 65536 THEN many := many || name;
        ELSE few := few || name; END IF;
      END LOOP;
      -- what is audited is not emptied, except by whoever owns the server
      PERFORM set_config('session_replication_role', 'replica', true);
      IF many <> '{}' THEN
        EXECUTE 'TRUNCATE ' || array_to_string(many, ', ') || ' CASCADE';
      END IF;
      FOREACH name IN ARRAY few LOOP EXECUTE 'DELETE FROM ' || name; END LOOP;
      FOR name IN SELECT quote_ident(sequencename) FROM pg_sequences
                   WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
        EXECUTE 'ALTER SEQUENCE ' || name || ' RESTART';
      END LOOP;
    END $$
"""


class Servers:
    """Each server of one test process, started when the first test asks for it."""

    def __init__(self, stack: ExitStack, directory: Path) -> None:
        self._stack = stack
        self._directory = directory
        self._redis: dict[str, RunningRedis] = {}
        self._postgres: URL | None = None
        self._templates: dict[str, URL] = {}
        self._emptied: list[URL] = []
        """PostgreSQL databases that were used and are as new: quicker than copying the template."""
        self._count = itertools.count(1)

    def redis(self, kind: str) -> RunningRedis:
        if kind not in self._redis:
            running = private_redis(self._directory / kind, binary=redis_binary(kind))
            self._redis[kind] = self._stack.enter_context(running)
        return self._redis[kind]

    @contextmanager
    def database(self, kind: str) -> Iterator[str]:
        """The URL of a fresh database of this kind that has every table and no row."""
        template = self._template(kind)
        if kind == "sqlite":
            url = self._new(kind)
            shutil.copy(str(template.database), str(url.database))
            yield _text(url)
            Path(str(url.database)).unlink()
            return
        url = self._emptied.pop() if self._emptied else self._copied(template)
        yield _text(url)
        if _emptied(url, like=template):
            self._emptied.append(url)
        else:  # its tables were changed
            self._run(f'DROP DATABASE "{url.database}" WITH (FORCE)')

    def _copied(self, template: URL) -> URL:
        url = self._new("postgresql")
        copy = f'TEMPLATE "{template.database}" STRATEGY FILE_COPY'
        self._run(f'CREATE DATABASE "{url.database}" {copy}')
        return url

    def _template(self, kind: str) -> URL:
        if kind not in self._templates:
            url = self._new(kind)
            if kind == "postgresql":
                self._run(f'CREATE DATABASE "{url.database}"')
                drop = f'DROP DATABASE "{url.database}" WITH (FORCE)'
                self._stack.callback(self._run, drop)
            self._migrate(url)
            self._templates[kind] = url
        return self._templates[kind]

    def _new(self, kind: str) -> URL:
        """The URL of a database that does not exist yet."""
        name = f"shunhao_test_{os.getpid()}_{next(self._count)}"
        if kind == "sqlite":
            return URL.create("sqlite", database=str(self._directory / f"{name}.db"))
        return self._server().set(drivername="postgresql+psycopg", database=name)

    def _server(self) -> URL:
        if self._postgres is None:
            given = os.environ.get("TEST_DATABASE_URL")
            # rows stay in the order they came in, and plans are the same every time
            own = private_postgres(synchronous_commit="off", autovacuum="off")
            self._postgres = make_url(given) if given else self._stack.enter_context(own)
        return self._postgres

    def _run(self, statement: str) -> None:
        server = _text(self._server().set(drivername="postgresql"))
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(statement.encode())

    def _migrate(self, url: URL) -> None:
        """Here: another process would take longer to import the app than to make the tables."""
        environ = {
            "SHUNHAO_MODE": "test",
            "DATABASE_URL": _text(url),
            "REDIS_URL": self.redis("valkey").url,
            "INSTANCE_PATH": str(self._directory / "instance"),
        }
        app = create_app(load_settings(environ))
        with app.app_context():
            upgrade()
            db.engine.dispose()


def _emptied(url: URL, like: URL) -> bool:
    """Make a used database as new. False: its tables are not those of `like` any more."""
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        _end_others(connection)
        if _schema(connection) != _schema_of(like):
            return False
        connection.execute(EMPTY_TABLES)
    return True


def _end_others(connection: psycopg.Connection) -> None:
    """PostgreSQL itself would look only every 100 ms whether they have ended, one by one."""
    limit = time.monotonic() + ENDED_WITHIN_S
    while connection.execute(OTHERS_ENDED).fetchall():
        assert time.monotonic() < limit, "a connection does not end"
        time.sleep(0.002)


@functools.cache
def _schema_of(url: URL) -> object:
    with psycopg.connect(_plain(url)) as connection:
        return _schema(connection)


def _schema(connection: psycopg.Connection) -> object:
    """What tells one set of tables from another."""
    said = connection.execute(SCHEMA).fetchall()
    return said + connection.execute(VERSION).fetchall()


def _plain(url: URL) -> str:
    return _text(url.set(drivername="postgresql"))


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def redis_binary(kind: str) -> Path:
    if kind == "valkey":
        return find_binary(path="")
    found = shutil.which("redis-server")
    if found is None:
        raise Missing("Redis", "there is no redis-server on PATH")
    return Path(found)


def find_chromium() -> Path:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    given = os.environ.get("CHROMIUM")
    found = given or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise Missing("Chromium", f"none of {', '.join(names)} is on PATH, and CHROMIUM is not set")
    return Path(found)
