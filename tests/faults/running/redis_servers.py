"""Several Redis servers that stand for one: a master watched by sentinels, or a cluster.

Real processes of this machine, each with an append-only file, to be killed, frozen and started
again.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from redis import Redis
from redis.crc import key_slot
from redis.exceptions import RedisError

from embedded.program import Program
from tests.faults.running.installation import Part
from tests.servers import Missing, own_port, redis_binary

SERVICE = "shunhao"
DOWN_AFTER_MS = 3000
"""A master that is silent for so long is given up, as docs/operations.md advises."""
SLOTS = 16384


class Server:
    """One process of redis-server, whatever it is for."""

    def __init__(self, directory: Path, port: int, *options: str) -> None:
        directory.mkdir(parents=True)
        self.port = port
        self.program = Program(
            name=directory.name,
            command=(str(any_binary()), *options, "--port", str(port), "--bind", "127.0.0.1"),
            directory=directory,
            log=directory / "log",
            environ={"PATH": os.defpath, "LC_ALL": "C"},
        )
        self.client = Redis(port=port, socket_timeout=5)
        self.start()

    def start(self) -> None:
        """Begin, with the file of the last run if there is one, and answer."""
        self.process = self.program.start()
        until(self.answers, f"{self.program.name} does not start: {self.program.last_lines()}")

    def answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except RedisError:
            return False

    def name(self) -> bytes:
        """What the nodes of its cluster call it."""
        name: bytes = self.client.execute_command("CLUSTER MYID")
        return name

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def freeze(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    def part(self, url: str) -> Part:
        """Itself as the Redis of an installation, whose programs are given this URL."""
        program = self.program
        return Part("redis", program.start, program.log, self.answers, "", url, self.process)

    def stop(self) -> None:
        self.client.close()
        if self.process.poll() is None:
            self.thaw()
        self.program.stop(self.process)


KEPT = ("--dir", ".", "--save", "", "--appendonly", "yes", "--maxmemory-policy", "noeviction")


def any_binary() -> Path:
    """Redis where it is installed, else Valkey."""
    try:
        return redis_binary("redis")
    except Missing:
        return redis_binary("valkey")


def until(holds: Callable[[], Any], otherwise: str, limit_s: float = 30) -> None:
    """Wait until something holds. Raises AssertionError."""
    end = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < end, otherwise
        time.sleep(0.05)


class Watched:
    """A master, its replica, and three sentinels that put the replica in its place."""

    def __init__(self, servers: list[Server], sentinels: list[Server]) -> None:
        self.servers = servers
        self.sentinels = sentinels

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)
        return f"redis+sentinel://{hosts}/{SERVICE}/0"

    def part(self) -> Part:
        """As the Redis of an installation."""
        return self.servers[0].part(self.url)

    def master(self) -> Server:
        """Whom the sentinels call the master."""
        for sentinel in self.sentinels:
            if sentinel.answers():
                _, port = sentinel.client.sentinel_get_master_addr_by_name(SERVICE)
                return next(server for server in self.servers if server.port == port)
        raise AssertionError("no sentinel answers")

    def in_step(self) -> bool:
        """Whether the sentinels know each other and everybody, and the replica has it all."""
        for sentinel in self.sentinels:
            [state] = sentinel.client.sentinel_masters().values()
            if (state["num-other-sentinels"], state["num-slaves"]) != (2, 1):
                return False
        others = self.master().client.info("replication")
        return others["connected_slaves"] == 1 and others["slave0"]["state"] == "online"


@contextmanager
def watched(directory: Path) -> Iterator[Watched]:
    with ExitStack() as stack:

        def run(name: str, *options: str) -> Server:
            port = stack.enter_context(own_port())
            server = Server(directory / name, port, *options)
            stack.callback(server.stop)
            return server

        first = run("first", *KEPT)
        second = run("second", *KEPT, "--replicaof", f"127.0.0.1 {first.port}")
        sentinels = []
        for number in range(3):
            rules = directory / f"sentinel-{number}.conf"
            rules.write_text(
                f"sentinel monitor {SERVICE} 127.0.0.1 {first.port} 2\n"
                f"sentinel down-after-milliseconds {SERVICE} {DOWN_AFTER_MS}\n"
                f"sentinel failover-timeout {SERVICE} 10000\n"
            )
            sentinels.append(run(f"sentinel-{number}", str(rules), "--sentinel"))
        servers = Watched([first, second], sentinels)
        until(servers.in_step, "the sentinels do not find each other")
        yield servers


class Cluster:
    """Masters that share the slots, and their replicas if any."""

    def __init__(self, masters: list[Server], replicas: list[Server]) -> None:
        self.masters = masters
        self.replicas = replicas

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{master.port}" for master in self.masters)
        return f"redis+cluster://{hosts}"

    def part(self) -> Part:
        """As the Redis of an installation."""
        return self.masters[0].part(self.url)

    def node_of(self, hall: str) -> Server:
        """The master that has the keys of a hall."""
        return self.masters[self.shard_of(hall)]

    def shard_of(self, hall: str) -> int:
        return key_slot(f"{{{hall}}}".encode()) * len(self.masters) // SLOTS

    def is_whole(self) -> bool:
        everybody = self.masters + self.replicas
        for node in everybody:
            info = node.client.execute_command("CLUSTER INFO")
            if info["cluster_state"] != "ok" or info["cluster_known_nodes"] != str(len(everybody)):
                return False
            # one that has not heard yet whose a slot is calls itself whole, and takes none over
            if info["cluster_slots_ok"] != str(SLOTS):
                return False
        return all(replica.client.info("replication")["master_link_status"] == "up"
                   for replica in self.replicas)  # fmt: skip

    def begin_move(self, hall: str, to: Server) -> SlotMove:
        """Begin to move the slot of a hall's keys to another master."""
        return SlotMove(key_slot(f"{{{hall}}}".encode()), self.node_of(hall), to, self.masters)


class SlotMove:
    """A slot on its way from one master to another, as the manual of CLUSTER SETSLOT has it."""

    def __init__(self, slot: int, source: Server, target: Server, masters: list[Server]) -> None:
        self.slot, self.source, self.target, self.masters = slot, source, target, masters
        command = target.client.execute_command
        command("CLUSTER SETSLOT", slot, "IMPORTING", source.name())
        command = source.client.execute_command
        command("CLUSTER SETSLOT", slot, "MIGRATING", target.name())

    def keys(self) -> list[bytes]:
        """What has not moved yet."""
        keys: list[bytes] = self.source.client.execute_command(
            "CLUSTER GETKEYSINSLOT", self.slot, 10_000
        )
        return keys

    def move(self, *keys: bytes) -> None:
        self.source.client.execute_command(
            "MIGRATE", "127.0.0.1", self.target.port, "", 0, 5000, "KEYS", *keys
        )

    def finish(self) -> None:
        """Move what is left, and say so to everybody, its new master first."""
        while keys := self.keys():
            self.move(*keys)
        new = self.target.name()
        others = [master for master in self.masters if master is not self.target]
        for node in (self.target, *others):
            node.client.execute_command("CLUSTER SETSLOT", self.slot, "NODE", new)


@contextmanager
def cluster(directory: Path, masters: int = 3, replicas: bool = False) -> Iterator[Cluster]:
    """Each master with a share of the slots, and with a replica where that is asked for."""
    with ExitStack() as stack:

        def run(name: str) -> Server:
            port, bus = (stack.enter_context(own_port()) for _ in range(2))
            options = (
                "--cluster-enabled", "yes", "--cluster-port", str(bus),
                "--cluster-node-timeout", "2000", "--cluster-require-full-coverage", "no",
            )  # fmt: skip
            server = Server(directory / name, port, *KEPT, *options)
            server.bus = bus
            stack.callback(server.stop)
            return server

        nodes = Cluster(
            [run(f"master-{number}") for number in range(masters)],
            [run(f"replica-{number}") for number in range(masters if replicas else 0)],
        )
        bounds = [SLOTS * share // masters for share in range(masters + 1)]
        for master, (first, end) in zip(nodes.masters, pairwise(bounds), strict=True):
            master.client.execute_command("CLUSTER ADDSLOTSRANGE", first, end - 1)
        meet(nodes.masters + nodes.replicas)
        for master, replica in zip(nodes.masters, nodes.replicas, strict=False):
            name = master.name()
            until(lambda name=name, on=replica: follows(on, name), "a replica does not follow")
        until(nodes.is_whole, "the cluster does not come together")
        yield nodes


def meet(nodes: list[Server]) -> None:
    first, *others = nodes
    for other in others:
        first.client.execute_command("CLUSTER MEET", "127.0.0.1", other.port, other.bus)


def follows(replica: Server, master: bytes) -> bool:
    """Have it follow a master, as soon as it has heard of it."""
    try:
        return bool(replica.client.execute_command("CLUSTER REPLICATE", master))
    except RedisError:
        return False
