"""Row 7: 10,000 event streams over 50 halls in one process, 20 calls a second in all.

Both servers hold all their streams throughout, and take turns in being told: each hall has a name
for either, and so a stream of events in Redis for either. An event is put there as the app copies
one after its commit, and its way is timed from that moment to the client's `recv`, by one clock.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from redis import Redis

from app.catalog.hall_file import parse_hall
from app.catalog.loading import load_hall
from app.core.db import transaction
from bench.hall import Bench, Installation
from bench.pairs import Pairs, paired
from bench.table import Result
from config.settings import ROOT
from embedded.program import Program
from embedded.redis_server import free_port
from queueing.events import CopiedEvent, RedisEvents

STREAMS = 10_000
HALLS = 50
A_SECOND = 20
CALLS = 100
"""A run: each reaches STREAMS / HALLS clients, so that a hundredth of a run are 200."""
PAIRS = 5
WARM = 4 * HALLS
"""Streams that stand before memory is counted: what each hall keeps is there by then."""
ARRIVES_WITHIN_S = 30
FILES_BESIDE = 2_200
KB = 1024
UP_WITHIN_S = 180


def measure(bench: Bench) -> list[Result]:
    count = _as_many_as_files_allow()
    ours_halls = [f"ours{n:02}" for n in range(HALLS)]
    bare_halls = [f"bare{n:02}" for n in range(HALLS)]
    with bench.installation() as hall, Redis.from_url(hall.redis_url) as redis:
        _load(hall, ours_halls)
        with _ours(hall, count) as our_port, _bare(hall) as bare_port:
            ours = Side(redis, our_port, ours_halls)
            bare = Side(redis, bare_port, bare_halls)
            with ours.listened_by(count), bare.listened_by(count):
                bench.say(f"{count:,} streams stand at either server")
                pairs = paired(ours.run, bare.run, pairs=PAIRS)
    return [_delay(pairs, ours, bare, count), _memory(ours, bare, count)]


def _delay(pairs: Pairs, ours: Side, bare: Side, count: int) -> Result:
    lost = ours.expected - ours.delivered
    return Result(
        row="7",
        ours=f"{count:,} event streams over {HALLS} halls, {A_SECOND} calls/s: p99 of the delay",
        beside="a raw gevent server writing the same bytes",
        ours_median=f"{pairs.ours:.1f} ms",
        beside_median=f"{pairs.beside:.1f} ms",
        ratio=pairs.ratio,
        low=pairs.low,
        high=pairs.high,
        goal="≤ 3, all delivered",
        met=pairs.ratio <= 3 and lost == 0 and ours.twice == 0,
        note=(
            f"{PAIRS} pairs of {CALLS} calls; {ours.delivered:,} of {ours.expected:,} delivered,"
            f" {ours.twice} twice (raw: {bare.delivered:,} of {bare.expected:,});"
            f" p50 {median(ours.p50):.1f} and {median(bare.p50):.1f} ms"
        ),
    )


def _memory(ours: Side, bare: Side, count: int) -> Result:
    return Result(
        row="7b",
        ours="the same: memory of the process a stream",
        beside="the raw server",
        ours_median=f"{ours.kb_a_stream:.1f} KB",
        beside_median=f"{bare.kb_a_stream:.1f} KB",
        ratio=ours.kb_a_stream / bare.kb_a_stream,
        low=None,
        high=None,
        goal="≤ 25 KB",
        met=ours.kb_a_stream <= 25,
        note=f"resident, from {WARM} streams to {count:,}; all stood after"
        f" {ours.opened_s:.0f} s (raw: {bare.opened_s:.0f} s)",
    )


@dataclass
class Side:
    """One of the two servers and its clients."""

    redis: Redis
    server: Server
    halls: list[str]
    delivered: int = 0
    twice: int = 0
    expected: int = 0
    kb_a_stream: float = 0.0
    opened_s: float = 0.0
    p50: list[float] = field(default_factory=list)
    _called: int = 0
    _each: int = 0

    @contextmanager
    def listened_by(self, count: int) -> Iterator[None]:
        """So many clients, by turns of the halls."""
        self._each = count // HALLS
        program = subprocess.Popen(
            [sys.executable, "-m", "bench.listeners"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._listeners = program
        halls = " ".join(self.halls)
        try:
            self._order(f"open 0 {WARM} {self.server.port} {halls}")
            before, began = self.server.memory(), time.monotonic()
            self._order(f"open {WARM} {count - WARM} {self.server.port} {halls}")
            self.opened_s = time.monotonic() - began
            self.kb_a_stream = (self.server.memory() - before) / (count - WARM) / KB
            yield
        finally:
            program.kill()
            program.wait()

    def run(self) -> float:
        """p99 of the delay, in ms."""
        expected = CALLS * self._each
        self._order("hear")
        self._ask(f"heard {expected} {CALLS / A_SECOND + ARRIVES_WITHIN_S}")
        told_at: dict[int, int] = {}
        due = time.monotonic()
        for _ in range(CALLS):
            due += 1 / A_SECOND
            time.sleep(max(0.0, due - time.monotonic()))
            self._called += 1
            hall = self.halls[self._called % HALLS]
            told_at[self._called] = time.monotonic_ns()
            _call(self.redis, hall, self._called)
        heard = self._answer()
        delays = sorted((at - told_at[event]) / 1e6 for event, at in heard if event in told_at)
        self.expected += expected
        self.delivered += min(len(delays), expected)
        self.twice += max(0, len(delays) - expected)
        self.p50.append(delays[len(delays) // 2])
        return delays[len(delays) * 99 // 100]

    def _order(self, words: str) -> Any:
        self._ask(words)
        return self._answer()

    def _ask(self, words: str) -> None:
        print(words, file=self._listeners.stdin, flush=True)

    def _answer(self) -> Any:
        assert self._listeners.stdout is not None  # noqa: S101 (asked for above)
        answer = self._listeners.stdout.readline()
        if not answer:
            raise RuntimeError("the listeners ended")
        return json.loads(answer)


def _call(redis: Redis, hall: str, n: int) -> None:
    """Copied as `app.core.events` does it."""
    now = datetime.now(UTC)
    told = {
        "event": "called",
        "id": n,
        "at": now.isoformat(),
        "number": f"A{n:03}",
        "counter": "7",
        "call_id": n,
        "nth": 1,
    }
    RedisEvents(redis, hall).copy(CopiedEvent(n, int(now.timestamp() * 1000), json.dumps(told)))


@dataclass(frozen=True)
class Server:
    port: int
    pid: int

    def memory(self) -> int:
        """Resident bytes."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * resource.getpagesize()


@contextmanager
def _ours(hall: Installation, count: int) -> Iterator[Server]:
    port = free_port()
    environ = {"PORT": str(port), "EVENT_STREAMS": str(count + 50)}
    command = ("-m", "gunicorn", "--config", "config/streams.py", "wsgi:app")
    with _program(hall, command, environ, port) as pid:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        yield Server(port, int(children.split()[0]))


@contextmanager
def _bare(hall: Installation) -> Iterator[Server]:
    port = free_port()
    command = ("-m", "bench.bare.streams", str(port), hall.redis_url)
    with _program(hall, command, {}, port) as pid:
        yield Server(port, pid)


@contextmanager
def _program(
    hall: Installation, command: tuple[str, ...], environ: dict[str, str], port: int
) -> Iterator[int]:
    """Its process, once it serves."""
    program = Program(
        name=command[1],
        command=(sys.executable, *command),
        directory=ROOT,
        log=hall.folder / f"streams-{port}.log",
        environ={**os.environ, **hall.environ, **environ},
    )
    process = program.start()
    try:
        until = time.monotonic() + UP_WITHIN_S
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{program.name} does not start:\n{program.last_lines()}")
            time.sleep(0.1)
        yield process.pid
    finally:
        program.stop(process)


def _answers(port: int) -> bool:
    """gunicorn listens before its worker is there."""
    with socket.socket() as probe:
        probe.settimeout(UP_WITHIN_S)
        if probe.connect_ex(("127.0.0.1", port)) != 0:
            return False
        probe.sendall(b"GET /api/v1/halls/bare00/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        return bool(probe.recv(64))


def _load(hall: Installation, codes: list[str]) -> None:
    with hall.app.app_context(), transaction():
        for code in codes:
            load_hall(parse_hall(json.dumps(_hall(code)).encode()))


def _hall(code: str) -> dict[str, Any]:
    """The file of a hall with what a file must have. YAML is a superset of JSON."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return {
        "hall": {
            "code": code,
            "name": code,
            "timezone": "Asia/Shanghai",
            "day_starts_at": "03:00",
            "address": "-",
            "phone": "0000-0000000",
            "hours": {day: ["00:00-24:00"] for day in days},
        },
        "departments": [{"code": "d", "name": "D"}],
        "lanes": [{"letters": "A", "name": "A"}],
        "counters": [
            {"no": "7", "name": "7", "kind": "general", "tiers": [["A"]], "shares": {"A": "1"}}
        ],
        "items": [{"code": "i", "name": "I", "department": "d", "lane": "A", "minutes": 5}],
    }


def _as_many_as_files_allow() -> int:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY:
        return STREAMS
    return min(STREAMS, (most - FILES_BESIDE) // HALLS * HALLS)
