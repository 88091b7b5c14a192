"""Thousands of clients of event streams: a process of its own, told what to do on its input.

    open FIRST COUNT PORT HALL…   opens streams, in turn of these halls; answers when all stand
    hear                          from now on what comes is kept
    heard COUNT SECONDS           waits until so many events came, or so long; answers with what was
                                  heard since `hear`: [event's id, nanoseconds of the clock] each
"""

from __future__ import annotations

import gc
import json
import re
import resource
import select
import socket
import sys
import time
from typing import TextIO

EVENT = re.compile(rb'"id": ([0-9]+)')
OPENING_AT_ONCE = 40
SOURCES = 8
"""Addresses of this machine the clients come from: one has about 28,000 ports."""
PER_ADDRESS = 25
"""Streams that stand behind one address, as the proxy would say."""
NO_PORT_YET = 24
"""IP_BIND_ADDRESS_NO_PORT of Linux: the port is chosen when it is known whereto."""
QUIET_S = 0.3


class Listeners:
    def __init__(self) -> None:
        self._poll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        self._heard: list[tuple[int, bytes]] = []

    def open(self, first: int, count: int, port: int, halls: list[str]) -> None:
        opening: dict[int, bytes] = {}
        began = 0
        while began < count or opening:
            while began < count and len(opening) < OPENING_AT_ONCE:
                n = first + began
                opening[self._connect(n, port, halls[n % len(halls)])] = b""
                began += 1
            for fd, _ in self._poll.poll():
                data = self._sockets[fd].recv(65_536)
                if not data:
                    raise RuntimeError(f"a stream ended: {opening.get(fd)!r}")
                if fd in opening:
                    opening[fd] += data
                    if not opening[fd].startswith(b"HTTP/1.1 200"):
                        raise RuntimeError(f"a stream was refused: {opening[fd]!r}")
                    if b": still here" in opening[fd]:
                        del opening[fd]

    def hear(self) -> None:
        """Forget what came until now, its tail included."""
        while any(self._receive(QUIET_S)):
            pass
        self._heard.clear()

    def heard(self, count: int, seconds: float) -> list[tuple[int, int]]:
        until = time.monotonic() + seconds
        came = 0
        while came < count and time.monotonic() < until:
            came += sum(self._receive(0.2))
        self._receive(QUIET_S)  # what came twice
        return [(int(found), at) for at, data in self._heard for found in EVENT.findall(data)]

    def _connect(self, n: int, port: int, hall: str) -> int:
        one = socket.socket()
        one.setsockopt(socket.IPPROTO_IP, NO_PORT_YET, 1)
        one.bind((f"127.0.0.{2 + n % SOURCES}", 0))
        one.connect(("127.0.0.1", port))
        behind = n // PER_ADDRESS
        one.sendall(
            f"GET /api/v1/halls/{hall}/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"X-Forwarded-For: 198.18.{behind // 250}.{1 + behind % 250}\r\n"
            "X-Forwarded-Proto: https\r\n\r\n".encode()
        )
        self._sockets[one.fileno()] = one
        self._poll.register(one.fileno(), select.EPOLLIN)
        return one.fileno()

    def _receive(self, seconds: float) -> list[int]:
        """How many events each piece of what comes now has."""
        pieces = []
        for fd, _ in self._poll.poll(seconds):
            data = self._sockets[fd].recv(65_536)
            at = time.monotonic_ns()
            if not data:
                raise RuntimeError("a stream ended")
            self._heard.append((at, data))
            pieces.append(data.count(b"event: called"))
        return pieces


def main(orders: TextIO, answers: TextIO) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    gc.disable()
    listeners = Listeners()
    for order in orders:
        match order.split():
            case ["open", first, count, port, *halls]:
                listeners.open(int(first), int(count), int(port), halls)
                answer: object = "open"
            case ["hear"]:
                listeners.hear()
                answer = "hearing"
            case ["heard", count, seconds]:
                answer = listeners.heard(int(count), float(seconds))
            case _:
                raise ValueError(order)
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.stdin, sys.stdout)
