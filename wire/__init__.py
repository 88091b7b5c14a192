"""HTTP calls that end in time and know whether they were written.

A message must not be sent twice, so it matters where a call failed: before its first byte left,
nothing was asked (NotReached); after it, nobody knows (NotAnswered). The exceptions of requests do
not tell: a reset during the TLS handshake looks like one after the question. So the connection
itself takes note.
"""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast

from requests import Response, Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

# it writes each URL to the log, and those asked want secrets and telephone numbers in them
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


class NotReached(Exception):
    """Nothing was written."""


class NotAnswered(Exception):
    """Written at least in part, without an answer that was read: what came of it, nobody knows."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that one call may take. Looking up a name adds what the system's resolver takes."""

    connect: float = 2.0
    """To one address."""
    read: float = 5.0
    """Without a byte."""
    total: float = 6.0
    """However steadily bytes may come."""


def said(reply: Response) -> Any:
    """The JSON of an answer. Raises ValueError, also for what is nested too deep to be read."""
    try:
        return reply.json()
    except RecursionError:
        raise ValueError("nested too deep") from None


class Wire(Session):
    """A session whose calls keep these limits, and are asked once.

    Raises NotReached, NotAnswered: what they say names the fault and neither address nor number."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self._limits = limits
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter())

    def request(self, *args: Any, **options: Any) -> Response:
        options["timeout"] = (self._limits.connect, self._limits.read)
        options["allow_redirects"] = False  # whom we trust sends nobody elsewhere
        with _Call(self._limits.total) as call:
            try:
                response = super().request(*args, **options)
            except (OSError, HTTPError) as error:  # not chained: it names the URL
                kind = NotAnswered if call.written else NotReached
                raise kind(type(error).__name__) from None
        if call.over:
            raise NotAnswered("it took too long")  # and was cut where it happened to be
        return response


class _Call:
    """One call: written or not, over or not, whichever comes first."""

    def __init__(self, total_s: float) -> None:
        self.written = False
        self.over = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(total_s, self._end)
        self._timer.daemon = True

    def __enter__(self) -> _Call:
        self._outer = _this_call.set(self)
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        _this_call.reset(self._outer)

    def writes(self, on: socket.socket) -> None:
        """The first byte is about to leave. Raises TimeoutError where it is too late for that."""
        with self._lock:
            if self.over:
                raise TimeoutError
            self.written, self._socket = True, on

    def _end(self) -> None:
        with self._lock:
            self.over = True
            if self._socket is not None:
                with suppress(OSError):  # closed already
                    # past TLS, whose own way out waits for the other side
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


_this_call: ContextVar[_Call] = ContextVar("_this_call")


class _Plain(HTTPConnection):
    def endheaders(self, *args: Any, **options: Any) -> None:
        _note(self)
        super().endheaders(*args, **options)


class _Secure(HTTPSConnection):
    def endheaders(self, *args: Any, **options: Any) -> None:
        _note(self)
        super().endheaders(*args, **options)


def _note(connection: HTTPConnection) -> None:
    if connection.sock is None:
        connection.connect()
    _this_call.get().writes(cast(socket.socket, connection.sock))


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        _watch(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        return _watch(super().proxy_manager_for(*args, **options))


def _watch(manager: Any) -> Any:
    manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
    return manager
