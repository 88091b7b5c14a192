"""Who asks: a process of its own with many connections, each sending its next request when the
last one is answered. Spends as little as Python can on each, and the same on whomever it asks."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit

CONTEXT = multiprocessing.get_context("forkserver")
PATIENCE_S = 300


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: seconds from the first request to the last answer, answers by status, and
    how long each took (seconds)."""

    seconds: float
    statuses: dict[int, int]
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return sum(self.statuses.values()) / self.seconds


def request(
    method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
) -> bytes:
    """One HTTP/1.1 request, ready to be sent."""
    content = b"" if body is None else json.dumps(body).encode()
    head = {"Host": "127.0.0.1", "Accept": "application/json", **(headers or {})}
    if content:
        head |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + content


def spread(requests: Sequence[bytes], connections: int) -> list[Sequence[bytes]]:
    """What each of so many connections asks, one request after the other."""
    return [requests[n::connections] for n in range(connections)]


def send(base: str, lines: Sequence[Sequence[bytes]]) -> Load:
    """Ask all that each connection has to ask, from another process."""
    ours, theirs = CONTEXT.Pipe()
    process = CONTEXT.Process(target=_ask_all, args=(theirs, base, lines))
    process.start()
    theirs.close()
    try:
        if not ours.poll(PATIENCE_S):
            raise TimeoutError(f"not all is answered by {base}")
        found: Load = ours.recv()
        return found
    finally:
        process.kill()
        process.join(5)


def _ask_all(pipe: Any, base: str, lines: Sequence[Sequence[bytes]]) -> None:
    pipe.send(asyncio.run(_send(base, lines)))


async def _send(base: str, asked: Sequence[Sequence[bytes]]) -> Load:
    place = urlsplit(base)
    loop = asyncio.get_running_loop()
    took, statuses = list[float](), Counter[int]()
    lines = [_Line(iter(each), took, statuses, loop.create_future()) for each in asked]
    for line in lines:
        await loop.create_connection(lambda line=line: line, place.hostname, place.port)
    began = time.perf_counter()
    for line in lines:
        line.next()
    await asyncio.gather(*(line.done for line in lines))
    seconds = time.perf_counter() - began
    cuts = quantiles(took, n=100) if len(took) > 1 else took * 99
    return Load(seconds, dict(statuses), cuts[49], cuts[98])


class _Line(asyncio.Protocol):
    """One connection that asks, waits for the whole answer, and asks for the next."""

    def __init__(
        self,
        rest: Iterator[bytes],
        took: list[float],
        statuses: Counter[int],
        done: asyncio.Future[None],
    ) -> None:
        self._rest, self._took, self._statuses, self.done = rest, took, statuses, done
        self._heard = b""
        self._sent_at = 0.0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def next(self) -> None:
        asked = next(self._rest, None)
        if asked is None:
            self._transport.close()
            self._finish()
            return
        self._heard, self._sent_at = b"", time.perf_counter()
        self._transport.write(asked)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, found, content = self._heard.partition(b"\r\n\r\n")
        if not found or len(content) < _length(head):
            return
        self._took.append(time.perf_counter() - self._sent_at)
        self._statuses[int(head[9:12])] += 1
        self.next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server hung up"))

    def _finish(self) -> None:
        if not self.done.done():
            self.done.set_result(None)


def _length(head: bytes) -> int:
    """Bytes of content that follow this head."""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
