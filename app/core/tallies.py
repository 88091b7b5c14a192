"""What is counted while it happens, and timed, in every process of the installation.

Counting is a sum in memory. Every few seconds a process adds what it counted to one hash on Redis,
which whoever is scraped reads: so nothing is lost with a process that ends, and a worker or a
schedule that serves no HTTP is seen all the same (ADR 31). A batch that was sent and not answered
is sent again under its number, and added once. Beside it each process leaves word that it lives.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import socket
import threading
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from redis.exceptions import RedisClusterException, RedisError

log = logging.getLogger(__name__)

Kind = Literal["web", "streams", "worker", "schedule"]

COUNTS = "sh:{tallies}:counts"
PROCESSES = "sh:{tallies}:processes"
EVERY_S = 5.0
ALIVE_FOR = timedelta(seconds=60)
"""A process that left no word for so long is taken for one that has ended; a worker with a long job
in hand leaves one every thirty seconds."""
REMEMBERED_FOR = timedelta(hours=1)
"""A batch is not sent again later than that."""
BETWEEN = "\x1f"
SUM = "sum"
"""The part of a timed tally that is no bucket: microseconds, summed."""

ADD = """
local known = redis.call('HGET', KEYS[2], ARGV[1])
local last = known and tonumber(string.match(known, '^%d+')) or -1
if tonumber(ARGV[2]) > last then
  for at = 4, #ARGV, 2 do redis.call('HINCRBY', KEYS[1], ARGV[at], ARGV[at + 1]) end
end
if ARGV[1] ~= '' then redis.call('HSET', KEYS[2], ARGV[1], ARGV[2] .. ' ' .. ARGV[3]) end
"""
"""KEYS: counts, processes. ARGV: the process, its batch's number, its word; then field, by, …"""


@dataclass(frozen=True, slots=True)
class Tally:
    """Something that is counted, or timed where it has bounds."""

    name: str
    """As Prometheus calls it, without `_total`."""
    help: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()
    """In seconds, of its buckets but the last, which has none."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process of the installation, by its own word."""

    id: str
    kind: str
    at: datetime
    """When it said so."""
    gauges: Mapping[str, float]


class Tallies:
    """The counts of this process, and the way to those of all."""

    def __init__(self, redis: Any, now: Callable[[], datetime]) -> None:
        self._redis = redis
        self._now = now
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._gauges: dict[str, Callable[[], float]] = {}
        self._end = threading.Event()
        self._kind: Kind | None = None
        self._begin()

    def _begin(self) -> None:
        self._id = ""
        self._counts: dict[tuple[str, ...], int] = {}
        self._times: dict[tuple[str, ...], list[int]] = {}
        self._batch = 0
        self._unsent: dict[str, int] = {}
        """Of a batch that was sent, and maybe added."""

    def count(self, tally: Tally, *labels: str, by: int = 1) -> None:
        """Add to a tally. Labels in the order in which it names them."""
        key = (tally.name, *labels)
        with self._lock:
            self._counts[key] = self._counts.get(key, 0) + by

    def time(self, tally: Tally, seconds: float, *labels: str) -> None:
        """Add one duration to a timed tally."""
        key = (tally.name, *labels)
        bucket = bisect_left(tally.bounds, seconds)
        with self._lock:
            cells = self._times.get(key)
            if cells is None:
                cells = self._times[key] = [0] * (len(tally.bounds) + 2)
            cells[bucket] += 1
            cells[-1] += int(seconds * 1_000_000)

    def gauge(self, name: str, read: Callable[[], float]) -> None:
        """Tell with each word what `read` gives then."""
        self._gauges[name] = read

    def be(self, kind: Kind) -> None:
        """From now on this process is counted among those of this kind."""
        self._kind = kind
        self._id = f"{kind}:{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"

    def begin_anew(self) -> None:
        """In a process that was forked: what the other counted is the other's to tell."""
        self._lock, self._sending = threading.Lock(), threading.Lock()
        self._kind = None
        self._begin()

    def tell_regularly(self, kind: Kind) -> None:
        """Be of this kind, and tell by a thread of its own, until `leave`."""
        self.be(kind)
        threading.Thread(target=self._tell_until_the_end, name="tallies", daemon=True).start()

    def _tell_until_the_end(self) -> None:
        self.tell()
        while not self._end.wait(EVERY_S):
            self.tell()

    def tell(self) -> bool:
        """Add what was counted since to what all have. False: Redis is away; nothing is lost."""
        with self._sending:
            if not self._unsent:
                self._unsent = self._taken()
                self._batch += 1
            if not (self._unsent or self._id):
                return True
            fields = [part for pair in self._unsent.items() for part in pair]
            try:
                self._redis.eval(
                    ADD, 2, COUNTS, PROCESSES, self._id, self._batch, self._word(), *fields
                )
            except (RedisError, RedisClusterException) as error:
                log.debug("tallies wait for Redis: %s", error)
                return False
            self._unsent = {}
            return True

    def leave(self) -> None:
        """Tell the rest, and that this process has ended."""
        self._end.set()
        self.tell()
        try:
            self._redis.hdel(PROCESSES, self._id)
        except (RedisError, RedisClusterException):
            log.debug("who looks takes this process for one that died")

    def all(self) -> dict[tuple[str, ...], int]:
        """(tally, part, labels …) -> how many, in all processes. Raises RedisError."""
        return {
            tuple(_text(field).split(BETWEEN)): int(number)
            for field, number in self._redis.hgetall(COUNTS).items()
        }

    def processes(self) -> list[Process]:
        """Which live. Raises RedisError."""
        now = self._now()
        told = [_process(_text(id_), _text(word)) for id_, word in self._told()]
        gone = [process.id for process in told if now - process.at > REMEMBERED_FOR]
        if gone:
            self._redis.hdel(PROCESSES, *gone)
        return [process for process in told if now - process.at <= ALIVE_FOR]

    def _told(self) -> list[tuple[bytes, bytes]]:
        return list(self._redis.hgetall(PROCESSES).items())

    def _taken(self) -> dict[str, int]:
        with self._lock:
            counts, self._counts = self._counts, {}
            times, self._times = self._times, {}
        fields = {BETWEEN.join((name, "", *labels)): n for (name, *labels), n in counts.items()}
        for (name, *labels), cells in times.items():
            parts = [*map(str, range(len(cells) - 1)), SUM]
            for part, number in zip(parts, cells, strict=True):
                if number:
                    fields[BETWEEN.join((name, part, *labels))] = number
        return fields

    def _word(self) -> str:
        gauges = {name: read() for name, read in self._gauges.items()}
        return json.dumps({"kind": self._kind, "at": self._now().isoformat(), "gauges": gauges})


def _process(id_: str, word: str) -> Process:
    said = json.loads(word.partition(" ")[2])
    return Process(id_, said["kind"], datetime.fromisoformat(said["at"]), said["gauges"])


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
