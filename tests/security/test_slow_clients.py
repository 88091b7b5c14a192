"""Clients that are slow on purpose, on real sockets of gunicorn, while the hall goes on.

Each manner has its control: gunicorn's own threads, which such clients hold for themselves.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection

import pytest

from app.core.db import IDLE_TIMEOUT_MS
from config.settings import ROOT
from config.web_worker import AWAITED_BYTES, REQUEST_WITHIN_S, SLOWEST, bytes_wanted
from tests.house import KIOSK_TOKEN
from tests.servers import own_port

THREADS = 6
SLOW_ONES = 40
ANSWERED_WITHIN_S = 2.0
ELSEWHERE = "127.0.0.2"
"""Where the slow ones come from; this machine has every address of 127/8."""
GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
POST = (
    "POST /api/v1/kiosk/tickets HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: slow\r\n"
    "Content-Type: application/json\r\nAuthorization: Bearer " + KIOSK_TOKEN + "\r\n"
    "Content-Length: {length}\r\n\r\n"
)


@dataclass(frozen=True)
class Manner:
    """What a slow client says at once, and what it goes on saying, a byte a second."""

    first: bytes
    then: bytes = b""
    buffer: int = 0
    """Bytes of an answer that its side takes; it reads none of them."""
    holds_plain_threads: bool = True


MANNERS = {
    "says nothing": Manner(b"", holds_plain_threads=False),  # they are let go after five seconds
    "head": Manner(b"G", GET * 100),
    "short body": Manner(POST.format(length=1000).encode(), b" " * 1000),
    "long body": Manner(POST.format(length=AWAITED_BYTES * 4).encode(), b" " * 1000),
    "reads nothing": Manner(b"GET /fonts/cjk.otf HTTP/1.1\r\nHost: localhost\r\n\r\n", buffer=4096),
    "never goes": Manner(GET + b"Connection: close\r\n\r\n", holds_plain_threads=False),
}


SHUT_OUT = ("says nothing", "head", "short body")
"""Those that no thread waits for; of the others one address has some threads, one after another."""


@contextmanager
def served(environ, tmp_path, *more):
    """gunicorn with few threads in one process; its port."""
    with own_port() as port, (tmp_path / "web.log").open("wb") as log:
        given = {"PORT": str(port), "WEB_THREADS": str(THREADS), "WEB_CONCURRENCY": "1"}
        command = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", *more]
        web = subprocess.Popen(
            [*command, "wsgi:app"],
            env={**os.environ, **environ, **given},
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            limit = time.monotonic() + 60
            while not answered(port):
                assert web.poll() is None, (tmp_path / "web.log").read_text()
                assert time.monotonic() < limit
                time.sleep(0.1)
            yield port
        finally:
            os.killpg(web.pid, signal.SIGKILL)
            web.wait()


def answered(port, within_s=ANSWERED_WITHIN_S):
    """Whether somebody who is not slow is answered in time."""
    try:
        talk = HTTPConnection("127.0.0.1", port, timeout=within_s)
        talk.request("GET", "/api/v1/halls")
        return talk.getresponse().status == 200
    except OSError:
        return False


@contextmanager
def slow_ones(port, manner):
    """So many clients of this manner; how many of them are still there."""
    over, clients = threading.Event(), []

    def drip():
        for at in range(len(manner.then)):
            if over.wait(1):
                return
            for one in clients:
                with suppress(OSError):
                    one.send(manner.then[at : at + 1])

    try:
        for _ in range(SLOW_ONES):
            one = socket.socket()
            if manner.buffer:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, manner.buffer)
            one.bind((ELSEWHERE, 0))
            one.connect(("127.0.0.1", port))
            one.sendall(manner.first)
            clients.append(one)
        talking = threading.Thread(target=drip, daemon=True)
        talking.start()
        yield lambda: sum(map(is_open, clients))
    finally:
        over.set()
        for one in clients:
            one.close()
        talking.join()


def is_open(client):
    try:
        client.setblocking(False)
        return client.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


@pytest.fixture(scope="module")
def hall(shared_house, shared_environ, tmp_path_factory):
    """Its port, and what it logged."""
    directory = tmp_path_factory.mktemp("slow")
    with served(shared_environ, directory) as port:
        yield port, directory / "web.log"


@pytest.mark.security
@pytest.mark.parametrize("manner", MANNERS)
def test_the_hall_goes_on(hall, manner):
    port, log = hall
    with slow_ones(port, MANNERS[manner]) as still_there:
        began = time.monotonic()
        while time.monotonic() - began < 4:
            assert answered(port)
            time.sleep(0.2)
        while manner in SHUT_OUT and still_there():
            assert time.monotonic() - began < REQUEST_WITHIN_S + 5
            assert answered(port)
            time.sleep(0.5)
    assert "Traceback" not in log.read_text()


@pytest.mark.security
@pytest.mark.parametrize(
    "manner", [name for name, manner in MANNERS.items() if manner.holds_plain_threads]
)
def test_plain_threads_do_not(shared_house, shared_environ, tmp_path, manner):
    with (
        served(shared_environ, tmp_path, "--worker-class", "gthread") as port,
        slow_ones(port, MANNERS[manner]),
    ):
        time.sleep(1)
        assert not answered(port)


@pytest.mark.security
def test_a_long_body_over_a_slow_line_is_heard(hall):
    """For longer than the database waits for an idle transaction."""
    port, _ = hall
    body = b'{"item": "id-card"' + b" " * (5 * SLOWEST) + b"}"
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(POST.format(length=len(body)).replace("slow", "a slow line").encode())
        for at in range(0, len(body), SLOWEST // 4):
            line.sendall(body[at : at + SLOWEST // 4])
            time.sleep(IDLE_TIMEOUT_MS / 1000 / 16)
        assert line.recv(12) == b"HTTP/1.1 201"


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [
        (b"", 1),
        (b"GET / HTTP/1.1\r\n", 17),
        (b"GET / HTTP/1.1\r\n\r\n", 18),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n", 43),
        (b"POST / HTTP/1.1\r\ncontent-length:5\r\n\r\nhello", 42),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999\r\n\r\n", 42),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n", 60),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 47),
        (b"x" * AWAITED_BYTES, AWAITED_BYTES),
    ],
)
def test_when_a_thread_looks_at_a_request(seen, wanted):
    assert bytes_wanted(seen) == wanted
