"""Both stores behind a wire of their own: a network namespace, which can be cut off and slowed.

with far_stores(template) as far:
    Installation(…, postgres=far.postgres, redis=far.redis, to_database=far.by_wire, to_redis=…)
    far.wire.slow("delay 20ms 5ms")    as tc-netem(8) has it; far.wire.fast() ends it
    far.wire.cut()                     nothing gets through, and nobody is told
    far.wire.mend()

The programs reach the stores by the wire, the test by sockets in the file system, so that it can
look at them whatever happens to the wire. Only root can make one, on Linux, with iproute2.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from redis import Redis, RedisError

from embedded import lifeline
from embedded.redis_server import find_binary
from tests.faults.running.installation import DATABASE, Part, Process, Template
from tests.servers import Missing, Postgres

NETWORK = "10.213.77"
HERE, THERE = f"{NETWORK}.1", f"{NETWORK}.2"
POSTGRES_PORT, REDIS_PORT = 5432, 6379
CLONE_NEWNET = 0x40000000
NETEM_LIMIT = "limit 100000"
"""Packets under way: a slow wire loses none of its own accord."""

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Wire:
    """A pair of interfaces, one of them in the namespace."""

    name: str
    here: str
    there: str

    def slow(self, manner: str) -> None:
        """What it does to each packet, in each direction. Raises Missing where the kernel cannot
        play a slow wire."""
        for inside, interface in ((None, self.here), (self.name, self.there)):
            try:
                _run(f"tc qdisc replace dev {interface} root netem {manner} {NETEM_LIMIT}", inside)
            except subprocess.CalledProcessError as error:
                raise Missing("a slow wire", f"netem: {error.stderr.decode().strip()}") from error

    def fast(self) -> None:
        for inside, interface in ((None, self.here), (self.name, self.there)):
            _run(f"tc qdisc del dev {interface} root", inside)

    def cut(self) -> None:
        """What is sent is lost, and nobody is told."""
        _run(f"ip link set {self.there} down", self.name)

    def mend(self) -> None:
        _run(f"ip link set {self.there} up", self.name)


@dataclass(frozen=True)
class FarStores:
    wire: Wire
    postgres: Part
    redis: Part

    def database_by_wire(self, _: str) -> str:
        return f"postgresql://shunhao@{THERE}:{POSTGRES_PORT}/{DATABASE}"

    def redis_by_wire(self, _: str) -> str:
        return f"redis://{THERE}:{REDIS_PORT}/0"


@contextmanager
def far_stores(template: Template) -> Iterator[FarStores]:
    """Both, not started. Raises Missing where none can be made."""
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("tc"):
        raise Missing("a network namespace", "only root makes one, on Linux, with iproute2")
    with ExitStack() as stack:
        wire = stack.enter_context(_wire())
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shunhao-far-")))
        place.chmod(0o755)
        yield FarStores(wire, _postgres(template, place, wire), _redis(place, wire))


@contextmanager
def _wire() -> Iterator[Wire]:
    wire = Wire(f"shunhao-{os.getpid()}", "shunhao-here", "shunhao-there")
    try:
        _run(f"ip netns add {wire.name}")
    except subprocess.CalledProcessError as error:
        raise Missing("a network namespace", error.stderr.decode().strip()) from error
    try:
        _run(f"ip link add {wire.here} type veth peer name {wire.there} netns {wire.name}")
        _run(f"ip addr add {HERE}/30 dev {wire.here}")
        _run(f"ip addr add {THERE}/30 dev {wire.there}", wire.name)
        _run(f"ip link set {wire.here} up")
        for interface in ("lo", wire.there):
            _run(f"ip link set {interface} up", wire.name)
        yield wire
    finally:
        with suppress(subprocess.CalledProcessError):
            _run(f"ip link del {wire.here}")
        _run(f"ip netns del {wire.name}")


def _run(command: str, within: str | None = None) -> None:
    inside = f"ip netns exec {within} " if within else ""
    subprocess.run((inside + command).split(), check=True, capture_output=True)


def _within(wire: Wire, launch: Callable[[], Process]) -> Callable[[], Process]:
    """The same, in the namespace: a child is born where the thread is that bears it."""

    def launched() -> Process:
        with Path("/proc/thread-self/ns/net").open() as home:
            with Path(f"/run/netns/{wire.name}").open() as away:
                assert _libc.setns(away.fileno(), CLONE_NEWNET) == 0
            try:
                return launch()
            finally:
                assert _libc.setns(home.fileno(), CLONE_NEWNET) == 0

    return launched


def _postgres(template: Template, place: Path, wire: Wire) -> Part:
    sockets = place / "sockets"
    sockets.mkdir(mode=0o777)
    sockets.chmod(0o777)
    server = Postgres(
        place, POSTGRES_PORT, listen_addresses=THERE, unix_socket_directories=str(sockets)
    )
    subprocess.run(["cp", "-a", template.data, server.data], check=True)
    with (server.data / "pg_hba.conf").open("a") as access:
        access.write(f"host all all {HERE}/32 trust\n")
    url = f"postgresql://shunhao@/{DATABASE}?host={sockets}&port={POSTGRES_PORT}"

    def is_up() -> bool:
        with suppress(psycopg.OperationalError):
            psycopg.connect(url).close()
            return True
        return False

    return Part("postgres", _within(wire, server.launch), server.log, is_up, url=url)


def _redis(place: Path, wire: Wire) -> Part:
    folder = place / "redis"
    folder.mkdir()
    socket, log = folder / "socket", folder / "log"
    options = {
        "port": REDIS_PORT, "bind": THERE, "protected-mode": "no", "unixsocket": socket,
        "dir": folder, "appendonly": "yes", "save": "", "maxmemory-policy": "noeviction",
    }  # fmt: skip
    words = [str(word) for name in options for word in (f"--{name}", options[name])]

    def launch() -> subprocess.Popen[bytes]:
        with log.open("ab") as out:
            return subprocess.Popen(
                [str(find_binary()), *words], stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                start_new_session=True, preexec_fn=lifeline.tie(os.getpid()),
                env={**os.environ, "LC_ALL": "C"},
            )  # fmt: skip

    def is_up() -> bool:
        with suppress(RedisError), Redis(unix_socket_path=str(socket)) as client:
            return bool(client.ping())
        return False

    return Part("redis", _within(wire, launch), log, is_up, url=f"unix://{socket}")
