"""The stores of a city on this machine: processes of their own on loopback, gone with this one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from redis import Redis
from redis.crc import key_slot
from redis.exceptions import RedisError

from embedded.program import Program
from embedded.redis_server import find_binary, free_port

SLOTS = 16384
TOGETHER_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Master:
    """One master of the cluster."""

    client: Any
    pid: int


@dataclass(frozen=True, slots=True)
class Cluster:
    url: str
    masters: tuple[Master, ...]

    def shard_of(self, hall: str) -> int:
        """Which master has the keys of a hall."""
        return key_slot(f"{{{hall}}}".encode()) * len(self.masters) // SLOTS


@contextmanager
def cluster(directory: Path, masters: int = 3) -> Iterator[Cluster]:
    """Masters with an append-only file each, and equal shares of the slots."""
    with ExitStack() as stack:
        nodes = [_node(directory / f"master-{n}", stack) for n in range(masters)]
        bounds = [SLOTS * share // masters for share in range(masters + 1)]
        for (master, _, _), (first, end) in zip(nodes, pairwise(bounds), strict=True):
            master.client.execute_command("CLUSTER ADDSLOTSRANGE", first, end - 1)
        (first_one, *_), *others = nodes
        for _, port, bus in others:
            first_one.client.execute_command("CLUSTER MEET", "127.0.0.1", port, bus)
        made = tuple(master for master, _, _ in nodes)
        _until(lambda: all(_whole(each, masters) for each in made))
        hosts = ",".join(f"127.0.0.1:{port}" for _, port, _ in nodes)
        yield Cluster(f"redis+cluster://{hosts}", made)


def _node(directory: Path, stack: ExitStack) -> tuple[Master, int, int]:
    directory.mkdir(parents=True)
    port, bus = free_port(), free_port()
    options = {
        "port": port, "bind": "127.0.0.1", "dir": ".", "save": "", "appendonly": "yes",
        "maxmemory-policy": "noeviction", "cluster-enabled": "yes", "cluster-port": bus,
    }  # fmt: skip
    words = (word for name, value in options.items() for word in (f"--{name}", str(value)))
    program = Program(
        name=directory.name,
        command=(str(find_binary()), *words),
        directory=directory,
        log=directory / "log",
        environ={"PATH": os.defpath, "LC_ALL": "C"},
    )
    process = program.start()
    stack.callback(program.stop, process)
    client = Redis(port=port)
    stack.callback(client.close)
    _until(lambda: _answers(client))
    return Master(client, process.pid), port, bus


def _answers(client: Any) -> bool:
    try:
        return bool(client.ping())
    except RedisError:
        return False


def _whole(master: Master, masters: int) -> bool:
    info = master.client.execute_command("CLUSTER INFO")
    told = (info["cluster_state"], info["cluster_known_nodes"])
    return bool(told == ("ok", str(masters)))


def _until(holds: Callable[[], bool]) -> None:
    limit = time.monotonic() + TOGETHER_WITHIN_S
    while not holds():
        if time.monotonic() > limit:
            raise TimeoutError("the cluster does not come together")
        time.sleep(0.05)
