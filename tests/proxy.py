"""A wire between the app and a store, to be cut at a certain word.

proxy.cut_at(b"COMMIT", sent=True)    it arrives, and its answer is lost
proxy.cut_at(b"COMMIT", sent=False)   it never arrives
proxy.cut(); proxy.mend()             no way through meanwhile
proxy.delay_s = 0.02                  a long way, in each direction
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

CHUNK = 65536


@dataclass(frozen=True)
class Cut:
    word: bytes
    sent: bool
    """Whether the word still reaches the server; its answer never comes back."""
    for_good: bool
    """Whether the wire stays cut until it is mended."""


class Proxy:
    """Forwards every connection made to `port` to a server on this machine."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.delay_s = 0.0
        """What each piece of what is said takes on its way."""
        self._cut: Cut | None = None
        self._down = False
        self._wires: list[_Wire] = []
        self.done = threading.Event()
        """The cut that was asked for has happened."""
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_at(self, word: bytes, *, sent: bool, for_good: bool = False) -> None:
        """Cut the next connection that sends this word, there."""
        self.done.clear()
        self._cut = Cut(word, sent, for_good)

    def cut(self) -> None:
        """Break every connection, and let none through."""
        self._down = True
        for wire in self._wires:
            wire.close()
        self._wires.clear()

    def mend(self) -> None:
        """Let connections through again."""
        self._down = False

    def close(self) -> None:
        self._listener.close()
        self.cut()

    def cut_in(self, data: bytes) -> Cut | None:
        """The cut to be made now that this is being sent."""
        cut = self._cut
        if cut is None or cut.word not in data:
            return None
        self._cut = None
        return cut

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self._down:
                    client.close()
                    continue
                server = socket.create_connection(("127.0.0.1", self._server_port))
                self._wires.append(_Wire(self, client, server))


class _Wire:
    """One connection, in both directions."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._server = server
        self._swallowing: Cut | None = None
        for pump in (self._there, self._back):
            threading.Thread(target=pump, daemon=True).start()

    def _there(self) -> None:
        with suppress(OSError):
            while data := self._client.recv(CHUNK):
                cut = self._proxy.cut_in(data)
                if cut and not cut.sent:
                    self._end(cut)
                    return
                self._swallowing = cut
                time.sleep(self._proxy.delay_s)
                self._server.sendall(data)
        self.close()

    def _back(self) -> None:
        with suppress(OSError):
            while data := self._server.recv(CHUNK):
                if self._swallowing:
                    self._end(self._swallowing)
                    return
                time.sleep(self._proxy.delay_s)
                self._client.sendall(data)
        self.close()

    def _end(self, cut: Cut) -> None:
        if cut.for_good:
            self._proxy.cut()
        self.close()
        self._proxy.done.set()

    def close(self) -> None:
        for end in (self._client, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
