"""Servers that stand still: every process of theirs stopped, their lines kept open by the kernel.

with standing_still(postgres(url)): …
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress

import psycopg
import pytest


@contextmanager
def standing_still(pids: Collection[int]) -> Iterator[None]:
    _send(signal.SIGSTOP, pids)
    try:
        yield
    finally:
        _send(signal.SIGCONT, pids)


def postgres(url: str) -> list[int]:
    """The processes of the server that has this database: it, and all it has made."""
    if os.environ.get("TEST_DATABASE_URL"):
        pytest.skip("could not run for want of a PostgreSQL of our own: TEST_DATABASE_URL is set")
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        mine = connection.execute("SELECT pg_backend_pid()").fetchone()[0]
        told = subprocess.run(["ps", "-eo", "pid=,ppid="], check=True, capture_output=True).stdout
        parents = dict(map(int, line.split()) for line in told.decode().splitlines())
        server = parents[mine]
        children = [pid for pid, parent in parents.items() if parent == server and pid != mine]
        return [server, *children]


def _send(number: int, pids: Collection[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
