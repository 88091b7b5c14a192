"""What benchmarks of the licence library share: how big it is, and what it runs on."""

from __future__ import annotations

import argparse
import os
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from config.settings import Settings, load_settings
from tests.servers import DATABASE_KINDS, Servers

ROWS = 500_000
"""Licences, unless --rows says otherwise."""
HOLDERS = 300_000
"""Of so many people and firms at most."""


def asked(description: str | None) -> Namespace:
    """(rows, database) as the command line says; the machine's load is told first."""
    given = argparse.ArgumentParser(description=description)
    given.add_argument("--rows", type=int, default=ROWS)
    given.add_argument("--database", choices=DATABASE_KINDS, default="postgresql")
    found = given.parse_args()
    print(f"load of this machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    return found


@contextmanager
def stores(database: str, **variables: str) -> Iterator[tuple[Settings, Path]]:
    """Settings on stores of their own, and a folder that goes with them."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="library-")))
        servers = Servers(stack, folder)
        given = {
            "SHUNHAO_MODE": "test",
            "DATABASE_URL": stack.enter_context(servers.database(database)),
            "REDIS_URL": servers.redis("valkey").url,
            "INSTANCE_PATH": str(folder / "instance"),
        }
        yield load_settings(given | variables), folder
