"""A body too large is read and thrown away up to 8 MB, so that its sender hears the answer. On a
real socket of gunicorn, by a sender who says all before listening."""

import json
import socket
from urllib.parse import urlsplit

import pytest

from tests.house import KIOSK_TOKEN, refused

MB = 1024 * 1024
HEAD = (
    "POST /api/v1/kiosk/tickets HTTP/1.1\r\n"
    "Host: localhost\r\n"
    "Authorization: Bearer " + KIOSK_TOKEN + "\r\n"
    "Idempotency-Key: {key}\r\n"
    "Content-Type: application/json\r\n"
    "Connection: close\r\n"
    "{length}\r\n\r\n"
)


class Heard:
    """An answer as it came through the socket."""

    def __init__(self, raw):
        head, _, body = raw.partition(b"\r\n\r\n")
        lines = head.decode().splitlines()
        self.status_code = int(lines[0].split()[1])
        self.headers = dict(line.split(": ", 1) for line in lines[1:])
        self.mimetype = self.headers["Content-Type"].split(";")[0]
        self.body = body
        assert len(body) == int(self.headers["Content-Length"])

    @property
    def json(self):
        return json.loads(self.body)

    def get_data(self, as_text):
        return self.body.decode()


def say(server, head, *parts):
    """Send everything, then listen."""
    address = urlsplit(server)
    with socket.create_connection((address.hostname, address.port), timeout=20) as talk:
        talk.sendall(head.encode())
        for part in parts:
            talk.sendall(part)
        raw = b"".join(iter(lambda: talk.recv(65536), b""))
    return Heard(raw)


def of_length(server, size, key):
    head = HEAD.format(key=key, length=f"Content-Length: {size}")
    body = b'{"item": "id-card"' + b" " * (size - 19) + b"}"
    return say(server, head, body)


def in_chunks(server, size, key):
    head = HEAD.format(key=key, length="Transfer-Encoding: chunked")
    body = b'{"item": "id-card"' + b" " * (size - 19) + b"}"
    pieces = (body[start : start + 65536] for start in range(0, size, 65536))
    return say(server, head, *(b"%x\r\n%b\r\n" % (len(one), one) for one in pieces), b"0\r\n\r\n")


@pytest.fixture(autouse=True, scope="module")
def _people(shared_house):
    """The hall of the live server."""


@pytest.mark.parametrize("send", [of_length, in_chunks])
def test_up_to_1_mb_is_heard(shared_live_server, send):
    assert send(shared_live_server, MB, f"fits {send}").status_code == 201


@pytest.mark.parametrize("send", [of_length, in_chunks])
@pytest.mark.parametrize("size", [MB + 1, 3 * MB, 8 * MB])
def test_up_to_8_mb_the_answer_arrives(shared_live_server, send, size):
    refused(send(shared_live_server, size, "too large"), 413, "body_too_large")


def test_more_is_not_even_read(shared_live_server):
    head = HEAD.format(key="far too large", length=f"Content-Length: {500 * MB}")
    refused(say(shared_live_server, head, b" " * (8 * MB + 65536)), 413, "body_too_large")
    assert of_length(shared_live_server, 100, "after that").status_code == 201


def test_where_no_body_is_wanted_too(shared_live_server):
    head = HEAD.replace("/kiosk/tickets", "/nothing").format(
        key="nowhere", length=f"Content-Length: {2 * MB}"
    )
    refused(say(shared_live_server, head, b" " * (2 * MB)), 413, "body_too_large")
