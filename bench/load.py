"""The load generator: a process of its own with raw keep-alive sockets, so that what it costs is
small and the same for whatever it asks.

rate(url, [Request("GET", "/healthz")], connections=8, seconds=3)       requests a second
load(url, requests, connections=200, count=10_000)                      what was answered, how fast

Connection i sends requests i, i + connections, i + 2 × connections …, one after the other, and
begins again at its end: so each connection may be a counter or a person of its own.
"""

from __future__ import annotations

import pickle
import secrets
import selectors
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

KEY = b"{a key of its own}"
PATIENCE_S = 60
"""Whoever is not answered for so long gives up."""
SHOWN = 2_000
"""Bytes of a wrong answer that are shown."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    keyed: bool = False
    """Each sending carries an Idempotency-Key of its own."""
    statuses: frozenset[int] = frozenset({200})
    """Which answers are right; another one ends the load."""

    def wire(self, host: str) -> bytes:
        headers = {"Host": host, **self.headers}
        if self.body or self.method != "GET":
            headers |= {"Content-Type": "application/json", "Content-Length": str(len(self.body))}
        lines = [f"{self.method} {self.path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join(lines).encode()
        if self.keyed:
            head += b"\r\nIdempotency-Key: " + KEY
        return head + b"\r\n\r\n" + self.body


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it."""

    seconds: float
    statuses: Mapping[int, int]
    latencies: Sequence[float]
    """Seconds, the shortest first."""

    @property
    def answers(self) -> int:
        return sum(self.statuses.values())

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds

    def latency(self, share: float) -> float:
        """What this share of the answers did not exceed."""
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))]


class WrongAnswer(Exception):
    """An answer that was not to be expected, or none."""


def rate(
    url: str,
    requests: Sequence[Request],
    *,
    connections: int,
    seconds: float | None = None,
    count: int | None = None,
) -> float:
    """Requests a second."""
    return load(url, requests, connections=connections, seconds=seconds, count=count).rate


def load(
    url: str,
    requests: Sequence[Request],
    *,
    connections: int,
    seconds: float | None = None,
    count: int | None = None,
) -> Load:
    """Ask for so many seconds, or so many times in all. Raises WrongAnswer."""
    if (seconds is None) == (count is None):
        raise ValueError("either for some seconds or so many times")
    host = urlsplit(url).netloc
    given = [(one.wire(host), one.statuses) for one in requests]
    asked = pickle.dumps((host, given, connections, seconds, count))
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"], input=asked, stdout=subprocess.PIPE, check=True
    )
    answer = pickle.loads(done.stdout)  # noqa: S301 (our own child's)
    if isinstance(answer, str):
        raise WrongAnswer(answer)
    return Load(*answer)


# In its own process


class _Connection:
    """One that asks, over and over."""

    def __init__(
        self, address: tuple[str, int], given: Sequence[tuple[bytes, frozenset[int]]]
    ) -> None:
        self._address, self._given, self._next = address, given, 0
        self.socket = self._connected()
        self._buffer = bytearray()
        self._sent_at = 0.0

    def _connected(self) -> socket.socket:
        made = socket.create_connection(self._address, PATIENCE_S)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def send(self) -> None:
        wire, self._right = self._given[self._next]
        self._next = (self._next + 1) % len(self._given)
        self._sent_at = time.perf_counter()
        self.socket.sendall(wire.replace(KEY, secrets.token_hex(16).encode()))

    def receive(self) -> tuple[int, float, bool] | None:
        """(status, seconds, whether the connection ends), once the answer is whole."""
        some = self.socket.recv(262_144)
        if not some:
            raise WrongAnswer("the connection was closed before the answer was whole")
        self._buffer += some
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(self._buffer[:end]).lower()
        status = int(head[9:12])
        if len(self._buffer) < end + 4 + _length(head, status):
            return None
        if status not in self._right:
            raise WrongAnswer(self._buffer[:SHOWN].decode(errors="replace"))
        self._buffer.clear()
        return status, time.perf_counter() - self._sent_at, b"\r\nconnection: close" in head

    def renew(self) -> None:
        self.socket.close()
        self.socket = self._connected()


def _length(head: bytes, status: int) -> int:
    if status in (204, 304):
        return 0
    found = head.find(b"\r\ncontent-length:")
    if found < 0:
        raise WrongAnswer("an answer without a Content-Length")
    return int(head[found + 17 :].split(b"\r\n", 1)[0])


def _ask(
    host: str,
    given: Sequence[tuple[bytes, frozenset[int]]],
    connections: int,
    seconds: float | None,
    count: int | None,
) -> tuple[float, dict[int, int], list[float]]:
    name, port = host.rsplit(":", 1)
    connections = min(connections, count or connections)
    made = [
        _Connection((name, int(port)), given[nth::connections] or given)
        for nth in range(connections)
    ]
    statuses: Counter[int] = Counter()
    latencies: list[float] = []
    with selectors.DefaultSelector() as selector:
        began = time.perf_counter()
        until = began + seconds if seconds is not None else float("inf")
        left = (count if count is not None else sys.maxsize) - connections
        for one in made:
            selector.register(one.socket, selectors.EVENT_READ, one)
            one.send()
        under_way = connections
        while under_way:
            ready = selector.select(PATIENCE_S)
            if not ready:
                raise WrongAnswer(f"{under_way} requests are not answered for {PATIENCE_S} s")
            for key, _ in ready:
                one = key.data
                answer = one.receive()
                if answer is None:
                    continue
                status, took, closes = answer
                statuses[status] += 1
                latencies.append(took)
                if closes:
                    selector.unregister(one.socket)
                    one.renew()
                    selector.register(one.socket, selectors.EVENT_READ, one)
                if left > 0 and time.perf_counter() < until:
                    left -= 1
                    one.send()
                else:
                    under_way -= 1
        took = time.perf_counter() - began
    for one in made:
        one.socket.close()
    return took, dict(statuses), sorted(latencies)


def main() -> None:
    asked = pickle.load(sys.stdin.buffer)  # noqa: S301 (our own parent's)
    answer: object
    try:
        answer = _ask(*asked)
    except (WrongAnswer, OSError) as error:
        answer = str(error) or type(error).__name__
    sys.stdout.buffer.write(pickle.dumps(answer))


if __name__ == "__main__":
    main()
