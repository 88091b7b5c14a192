"""The service for event streams, as an operator starts it, and a bare client of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.settings import ROOT
from tests.servers import own_port

COMMAND = [sys.executable, "-m", "gunicorn", "--config", "config/streams.py", "wsgi:app"]
UP_WITHIN_S = 180
SAID_WITHIN_S = 60


@contextmanager
def streams_service(environ: dict[str, str], folder: Path) -> Iterator[StreamsService]:
    with own_port() as port, (folder / "streams.log").open("ab") as log:
        program = subprocess.Popen(
            COMMAND,
            cwd=ROOT,
            env={**os.environ, **environ, "PORT": str(port)},
            stdout=log,
            stderr=log,
            process_group=0,
        )
        service = StreamsService(program, port)
        try:
            service.await_up()
            yield service
        finally:
            service.stop()


class StreamsService:
    def __init__(self, program: subprocess.Popen[bytes], port: int) -> None:
        self.program = program
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def await_up(self) -> None:
        until = time.monotonic() + UP_WITHIN_S
        while Client(self, "/healthz").status() != 200:
            assert self.program.poll() is None
            assert time.monotonic() < until
            time.sleep(0.1)

    def stop(self) -> None:
        self.program.terminate()
        try:
            self.program.wait(30)
        finally:
            if self.program.poll() is None:
                os.killpg(self.program.pid, signal.SIGKILL)
                self.program.wait(10)


class Client:
    """Asks for one path and reads as much as it is told to, no more."""

    def __init__(
        self, service: StreamsService, path: str, *head: str, method: str = "GET", buffer: int = 0
    ) -> None:
        self.said = b""
        self._socket = socket.socket()
        self._socket.settimeout(SAID_WITHIN_S)
        if buffer:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        asked = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *head, "Connection: close", "", ""]
        try:
            self._socket.connect(("127.0.0.1", service.port))
            self._socket.sendall("\r\n".join(asked).encode())
        except ConnectionError:
            self._socket.close()

    def status(self) -> int:
        """0 where nobody answers."""
        try:
            return int(self.until(b"\r\n").split()[1])
        except OSError:
            return 0

    def until(self, words: bytes) -> bytes:
        """All that was said, once these words are in it."""
        while words not in self.said:
            more = self._socket.recv(65536)
            assert more, f"it ended: {self.said[-2000:]!r}"
            self.said += more
        return self.said

    def to_the_end(self) -> bytes:
        while more := self._socket.recv(65536):
            self.said += more
        return self.said

    def close(self) -> None:
        self._socket.close()
