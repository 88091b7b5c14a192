"""gunicorn's threads, kept for who is served: nobody holds one by being slow.

A thread is given to a request that is there, head and body, unless that is long; until then its
connection waits with the others, and nobody waits long. From then on the client may keep the thread
waiting for as long as a slow telephone needs, and no longer; and one address has a share of the
threads at most. A proxy before the web does the same and better; a hall may have none.
"""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

REQUEST_WITHIN_S = 10.0
"""From the first byte, or the connection, to the last byte of a short request."""
AWAITED_BYTES = 64 * 1024
"""What is awaited without a thread; a longer body is read by one, with patience."""
GRACE_S = 10.0
SLOWEST = 16 * 1024
"""Bytes a second below which patience runs out."""
BLOCK = 64 * 1024
HEAD_ENDS = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,10})[ \t]*\r\n", re.IGNORECASE)
READ_BY_A_THREAD = re.compile(rb"\r\n(transfer-encoding|expect):", re.IGNORECASE)
"""Bodies whose length nobody knows, or that are sent only once somebody asks for them."""


def bytes_wanted(seen: bytes) -> int:
    """How long a request must have become before a thread looks at it, by what is there of it."""
    end = seen.find(HEAD_ENDS)
    if end < 0:
        return len(seen) + 1 if len(seen) < AWAITED_BYTES else len(seen)
    head = seen[: end + len(HEAD_ENDS)]
    length = LENGTH.search(head)
    if length is None or READ_BY_A_THREAD.search(head):
        return len(head)
    whole = len(head) + int(length[1])
    return whole if whole <= AWAITED_BYTES else len(head)


class TimelySocket:
    """A socket whose peer may keep us waiting for GRACE_S in all, and a second more for each
    SLOWEST bytes that go over it. Raises TimeoutError."""

    def __init__(self, wrapped: socket.socket) -> None:
        self._wrapped = wrapped
        self._patience_s = GRACE_S

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wrapped, name)

    def begin(self) -> None:
        """Another request."""
        self._patience_s = GRACE_S

    def peek(self, size: int) -> bytes:
        """What is there already. Raises BlockingIOError where nothing is."""
        self._wrapped.setblocking(False)
        return self._wrapped.recv(size, socket.MSG_PEEK)

    def recv(self, size: int) -> bytes:
        received: bytes = self._waiting(partial(self._wrapped.recv, size))
        self._patience_s += len(received) / SLOWEST
        return received

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            sent = self._waiting(partial(self._wrapped.send, rest[:BLOCK]))
            self._patience_s += sent / SLOWEST
            rest = rest[sent:]

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """As a socket's; gunicorn hands files over by it."""
        file.seek(offset)
        left = count if count is not None else float("inf")
        while left > 0 and (block := file.read(int(min(left, BLOCK)))):
            self.sendall(block)
            left -= len(block)
        return int(file.tell() - offset)

    def _waiting(self, talk: Callable[[], Any]) -> Any:
        if self._patience_s <= 0:
            raise TimeoutError("the other side is too slow")
        self._wrapped.settimeout(self._patience_s)
        began = time.monotonic()
        try:
            return talk()
        finally:
            self._patience_s -= time.monotonic() - began


class Connection(TConn):  # type: ignore[misc] # gunicorn has no types
    """One client's."""

    def __init__(self, cfg: Any, sock: socket.socket, client: Any, server: Any) -> None:
        super().__init__(cfg, TimelySocket(sock), client, server)
        self.wanted = 1
        """Bytes of the next request before a thread looks at it."""
        self._is_closed = False

    @property
    def address(self) -> str:
        """Whose; "" on a socket of this machine."""
        return self.client[0] if isinstance(self.client, tuple) else ""

    def is_request_there(self) -> bool:
        """Whether a thread has something to do with it; else the socket becomes readable only when
        more of it came."""
        try:
            seen = self.sock.peek(AWAITED_BYTES)
        except BlockingIOError:
            return False
        except OSError:
            return True
        wanted = bytes_wanted(seen)
        if len(seen) >= wanted or len(seen) < self.wanted:  # or nothing more will come
            self._wake_at(1)
            return True
        self._wake_at(wanted)
        return False

    def _wake_at(self, wanted: int) -> None:
        self.wanted = wanted
        with suppress(OSError):
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, wanted)

    def close(self, graceful: bool = False) -> None:
        if not self._is_closed:
            self._is_closed = True
            super().close(graceful)


class HallWorker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """gthread with patience."""

    per_address: int | None = None
    """Threads that one address may have at once; None: as many as there are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._busy: Counter[str] = Counter()
        self._in_line: defaultdict[str, deque[Connection]] = defaultdict(deque)

    def accept(self, listener: socket.socket) -> None:
        try:
            made, client = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self._make_room()
        self.nr_conns += 1
        self._await_request(Connection(self.cfg, made, client, listener.getsockname()))

    def on_client_socket_readable(self, conn: Connection, client: Any) -> None:
        """A connection that was kept alive: its next request begins."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._await_request(conn)

    def on_pending_socket_readable(self, conn: Connection, client: Any) -> None:
        if conn.is_request_there():
            super().on_pending_socket_readable(conn, client)

    def enqueue_req(self, conn: Connection) -> None:
        """Give it a thread, once its address has fewer than it may have."""
        if self.per_address is not None and conn.address:
            if self._busy[conn.address] >= self.per_address:
                self._in_line[conn.address].append(conn)
                return
            self._busy[conn.address] += 1
        super().enqueue_req(conn)

    def handle(self, conn: Connection) -> Any:
        conn.sock.begin()
        goes_on = super().handle(conn)
        if goes_on is False:
            conn.close(graceful=True)  # here: a client that does not go holds nobody else up
        return goes_on

    def finish_request(self, conn: Connection, fs: Any) -> None:
        if self.per_address is not None and conn.address:
            self._leave(conn.address)
        super().finish_request(conn, fs)

    def _leave(self, address: str) -> None:
        self._busy[address] -= 1
        if next_in_line := self._in_line.get(address):
            self.enqueue_req(next_in_line.popleft())
        else:
            self._in_line.pop(address, None)
        if not self._busy[address]:
            del self._busy[address]

    def _await_request(self, conn: Connection) -> None:
        if conn.sock.family not in (socket.AF_INET, socket.AF_INET6):
            self.enqueue_req(conn)  # a proxy's, which sends whole requests
            return
        conn.timeout = time.monotonic() + REQUEST_WITHIN_S
        self.pending_conns.append(conn)
        self.poller.register(
            conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn)
        )

    def _make_room(self) -> None:
        """Where there are no more connections to be had, whoever was silent longest goes."""
        silent = self.pending_conns or self.keepalived_conns
        if self.nr_conns + 1 < self.worker_connections or not silent:
            return
        conn = silent.popleft()
        with suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()
