"""A PostgreSQL primary and the replica that has all it has committed, before it says so."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import URL

from tests.faults.running.installation import DATABASE, Part, Template
from tests.servers import Postgres, own_port

FOLLOWS = "ALTER SYSTEM SET synchronous_standby_names = '*'"
APPLIED = "ALTER SYSTEM SET synchronous_commit = 'remote_apply'"


@dataclass(frozen=True)
class Pair:
    primary: Part
    """Its URL names both, as an operator would."""
    replica: Part
    _replica: Postgres

    def promote(self) -> None:
        """The replica begins to take writes."""
        self._replica.run("pg_ctl", "promote", "--no-wait", "--pgdata", self._replica.data)


@contextmanager
def replicated(template: Template) -> Iterator[Pair]:
    """Both, up and in step."""
    with ExitStack() as stack:
        primary, replica = (_server(stack) for _ in range(2))
        subprocess.run(["cp", "-a", template.data, primary.data], check=True)
        source = _part("postgres", primary)
        stack.callback(source.end)
        source.start()
        replica.run(
            "pg_basebackup", "--pgdata", replica.data, "--write-recovery-conf",
            "--checkpoint=fast", "--dbname", _text(primary.url),
        )  # fmt: skip
        copy = _part("replica", replica)
        stack.callback(copy.end)
        copy.start()
        with psycopg.connect(_text(primary.url), autocommit=True) as connection:
            for statement in (FOLLOWS, APPLIED, "SELECT pg_reload_conf()"):
                connection.execute(statement.encode())
        hosts = ",".join(f"127.0.0.1:{server.url.port}" for server in (primary, replica))
        source.url = (
            f"postgresql://{primary.url.username}@{hosts}/{DATABASE}"
            "?target_session_attrs=read-write"
        )
        yield Pair(source, copy, replica)


def _server(stack: ExitStack) -> Postgres:
    name = stack.enter_context(tempfile.TemporaryDirectory(prefix="shunhao-replicated-"))
    return Postgres(Path(name), stack.enter_context(own_port()))


def _part(name: str, server: Postgres) -> Part:
    return Part(name, server.launch, server.log, server.answers)


def _text(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
