"""Whether a name and a number are one person's: whom the hall asks, and what it makes of it."""

import json
import logging
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.citizens import identity
from app.citizens.errors import IdentityMismatch
from app.citizens.identity import HttpRegister, registered
from app.citizens.queries import CITIZENS
from app.core.identity import Level
from config.real_name import DEMO_REGISTER
from tests.crowd import rows
from tests.house import id_number, refused
from tests.raw_server import Raw, drip
from wire import Limits

HASTY = Limits(connect=0.5, read=0.3, total=0.6)
LI = ("李小明", id_number("19900401"))


class Service:
    """A real-name service that answers every question with this."""

    def __init__(self, status: int, answer: bytes) -> None:
        self.asked: list[tuple[str | None, dict[str, str]]] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                asked.append((self.headers["Authorization"], json.loads(body)))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/check"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def service(request):
    made = Service(*request.param)
    yield made
    made.close()


@pytest.mark.parametrize("service", [(200, b'{"match": true}')], indirect=True)
def test_who_the_service_knows_is_verified(service):
    assert HttpRegister(service.url, "a key").check(*LI) is Level.VERIFIED
    assert service.asked == [("Bearer a key", {"name": LI[0], "id_number": LI[1]})]


@pytest.mark.parametrize("service", [(200, b'{"match": false}')], indirect=True)
def test_another_s_number_is_refused(service):
    with pytest.raises(IdentityMismatch):
        HttpRegister(service.url, "a key").check(*LI)


@pytest.mark.parametrize(
    "service",
    [
        (200, b'{"match": null}'),
        (200, b'{"match": "true"}'),
        (200, b'{"match": 1}'),
        (200, b"{}"),
        (200, b"[true]"),
        (200, b"<html>"),
        (200, b"\xff"),
        (500, b'{"match": true}'),
        (302, b'{"match": false}'),
    ],
    indirect=True,
)
def test_whatever_else_it_says_leaves_somebody_declared(service, caplog):
    caplog.set_level(logging.DEBUG)
    assert HttpRegister(service.url, "a key").check(*LI) is Level.DECLARED
    assert not [secret for secret in (*LI, "a key") if secret in caplog.text]


def test_a_service_that_is_away_is_no_answer(caplog):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert HttpRegister(f"http://127.0.0.1:{port}/check", "a key").check(*LI) is Level.DECLARED
    assert "real-name service" in caplog.text
    assert not [secret for secret in (*LI, "a key") if secret in caplog.text]


@pytest.mark.parametrize("manner", [drip, lambda wire: time.sleep(1), lambda wire: wire.close()])
def test_a_service_that_is_slow_or_hangs_up_is_left_in_time(manner):
    server = Raw(manner)
    hasty = HttpRegister(f"http://127.0.0.1:{server.port}/", "a key", HASTY)
    began = time.monotonic()
    try:
        assert hasty.check(*LI) is Level.DECLARED
    finally:
        server.close()
    assert time.monotonic() - began < 1


def test_while_many_wait_for_it_others_do_not(monkeypatch):
    monkeypatch.setattr(identity, "ASKING_AT_MOST", 0)
    register = HttpRegister("http://127.0.0.1:1/", "a key")
    monkeypatch.setattr(identity, "Wire", None)  # whoever asked now would fail
    assert register.check(*LI) is Level.DECLARED


def test_the_demo_s_people_are_verified_and_strangers_declared(house):
    known = registered(DEMO_REGISTER)
    assert len(known) >= 12
    number, name = next(iter(known.items()))
    lin = house.citizen("lin")
    wrong = lin.put("/me/identity", {"name": "林小怡", "id_number": number})
    refused(wrong, 422, "identity_mismatch")
    assert lin.put("/me/identity", {"name": name, "id_number": number}).status_code == 200
    house.citizen("li").identify()
    house.citizen("wang").verify("王大力")
    levels = [row.identity_level for row in rows(house, CITIZENS)]
    assert sorted(levels) == ["declared", "verified", "verified"]


def test_a_service_that_is_away_takes_nothing_back(house):
    li = house.citizen("li").verify()
    del house.register[li.id_number]
    li.identify()
    assert [row.identity_level for row in rows(house, CITIZENS)] == ["verified"]
    li.identify("李晓明")  # which nobody has confirmed
    assert [row.identity_level for row in rows(house, CITIZENS)] == ["declared"]
