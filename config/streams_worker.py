"""gunicorn's gevent worker, taking event streams over: an open one keeps a socket, no greenlet.

A stream is opened as any request is served. Once its opening is sent, its socket is taken from
gunicorn and told by whoever has something to say; the event loop says when its client is gone or
ready for more.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any

from gevent import get_hub, monkey
from gevent.lock import BoundedSemaphore
from gevent.socket import socket as CooperativeSocket  # noqa: N812 (a class of that name)
from gunicorn.workers.ggevent import GeventWorker

from config.hand_over import HAND_OVER, Carried, HandOver

OPENINGS = 10
"""Streams being opened at a time. Each asks the database; whoever looks there for those that stand
needs the rest of its connections."""
SEND_BUFFER = 64 * 1024
"""Bytes the kernel keeps for a slow client. What does not fit waits as events, and these are
counted."""
READABLE, WRITABLE = 1, 2
SERVED = re.compile(r"/events$|^/(healthz|readyz|metrics)$")
"""All else takes threads that wait for nobody: a long question would hold every stream up."""

plain_socket = monkey.get_original("socket", "socket")


class SocketOutlet:
    """The client of one stream."""

    __slots__ = (
        *("_carried", "_is_chunked", "_outlets"),
        *("_readable", "_socket", "_unsent", "_writable"),
    )

    def __init__(
        self, taken: Any, carried: Carried, outlets: set[SocketOutlet], *, is_chunked: bool
    ) -> None:
        self._socket = taken
        self._carried = carried
        self._outlets = outlets
        self._is_chunked = is_chunked
        self._unsent = b""
        self._writable: Any = None
        self._readable = get_hub().loop.io(taken.fileno(), READABLE)
        self._readable.start(self._on_readable)
        outlets.add(self)

    @property
    def is_free(self) -> bool:
        return not self._unsent

    def send(self, message: bytes) -> None:
        if self._is_chunked:
            message = b"%x\r\n%b\r\n" % (len(message), message)
        if self._unsent:
            self._unsent += message
        elif rest := self._sent(message):
            self._unsent = rest
            self._writable = get_hub().loop.io(self._socket.fileno(), WRITABLE)
            self._writable.start(self._on_writable)

    def close(self) -> None:
        self._outlets.discard(self)
        for watcher in (self._readable, self._writable):
            if watcher is not None:
                watcher.stop()
                watcher.close()
        self._readable = self._writable = None
        self._unsent = b""
        self._socket.close()

    def end(self) -> None:
        """Close it, its client being told that this is all."""
        if self._is_chunked and not self._unsent:
            self._sent(b"0\r\n\r\n")
        self._carried.close()

    def _sent(self, data: bytes) -> bytes:
        """What is left of it."""
        try:
            return data[self._socket.send(data) :]
        except BlockingIOError:
            return data
        except OSError:
            self._carried.close()
            return b""

    def _on_readable(self) -> None:
        with suppress(BlockingIOError):
            try:
                has_gone = not self._socket.recv(1024)  # whatever else it says has no answer
            except ConnectionError:
                has_gone = True
            if has_gone:
                self._carried.close()

    def _on_writable(self) -> None:
        self._unsent = self._sent(self._unsent)
        if not self._unsent and self._writable is not None:
            self._writable.stop()
            self._writable.close()
            self._writable = None
            self._carried.flow()


class StreamsWorker(GeventWorker):  # type: ignore[misc] # gunicorn has no types
    """Opens streams, and keeps them open."""

    kind = "streams"
    """What it is called where processes are told apart."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._outlets: set[SocketOutlet] = set()
        self._openings = BoundedSemaphore(OPENINGS)

    def run(self) -> None:
        """Until told to stop; then clients go on elsewhere, from where they were."""
        app = self.wsgi
        self.wsgi: Any = partial(self._answer, app)
        try:
            super().run()
        finally:
            self.wsgi = app
            for outlet in tuple(self._outlets):
                outlet.end()

    def _answer(
        self, app: Any, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if not SERVED.search(environ["PATH_INFO"]):
            start_response("421 Misdirected Request", [("Content-Length", "0")])
            return []
        client = environ["gunicorn.socket"]
        takes_over = environ["REQUEST_METHOD"] == "GET" and type(client) is CooperativeSocket
        hand_over = HandOver()
        if takes_over:
            environ[HAND_OVER] = hand_over
        with self._openings:
            body: Any = app(environ, start_response)
            if hand_over.stream is None:
                return body  # type: ignore[no-any-return]
            try:
                opening = b"".join(body)
            except BaseException:
                hand_over.stream.close()
                raise
            finally:
                body.close()
        self._take_over(client, start_response.__self__, hand_over.stream, opening)  # type: ignore[attr-defined]
        raise StopIteration  # gunicorn's word for a connection it is done with

    def _take_over(self, client: Any, response: Any, stream: Carried, opening: bytes) -> None:
        try:
            response.write(opening)
            taken = plain_socket(fileno=client.detach())
        except BaseException:
            stream.close()
            raise
        taken.setblocking(False)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        outlet = SocketOutlet(taken, stream, self._outlets, is_chunked=response.chunked)
        stream.flow_into(outlet)
