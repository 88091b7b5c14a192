"""Whether name, number and phone are one person's: whom the hall asks, what it makes of it."""

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
from app.citizens.wrong_names import AT_MOST, TRIES, WITHIN
from app.core.identity import Level
from config.relays import DEMO_REGISTER
from tests.crowd import rows
from tests.house import KIOSK_TOKEN, id_number, refused
from tests.raw_server import Raw, drip
from wire import Limits

HASTY = Limits(connect=0.5, read=0.3, total=0.6)
PHONE = "13812341234"
LI = ("李小明", id_number("19900401"), PHONE)
AGREED = b'{"match": true}'
VERIFIED = b'{"match": true, "phone_match": true}'


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


@pytest.mark.parametrize(
    ("service", "phone", "level"),
    [
        ((200, VERIFIED), PHONE, Level.VERIFIED),
        ((200, VERIFIED), None, Level.AGREED),  # nobody asked it of a phone
        ((200, AGREED), PHONE, Level.AGREED),
        ((200, b'{"match": true, "phone_match": false}'), PHONE, Level.AGREED),
        ((200, b'{"match": true, "phone_match": null}'), PHONE, Level.AGREED),
    ],
    indirect=["service"],
)
def test_how_sure_the_service_makes_it(service, phone, level):
    assert HttpRegister(service.url, "a key").check(*LI[:2], phone) is level
    asked = {"name": LI[0], "id_number": LI[1]} | ({"phone": phone} if phone else {})
    assert service.asked == [("Bearer a key", asked)]


@pytest.mark.parametrize(
    "service",
    [(200, b'{"match": false}'), (200, b'{"match": false, "phone_match": true}')],
    indirect=True,
)
def test_another_s_number_is_refused(service):
    with pytest.raises(IdentityMismatch):
        HttpRegister(service.url, "a key").check(*LI)


@pytest.mark.parametrize(
    "service",
    [
        (200, b'{"match": null}'),
        (200, b'{"match": null, "phone_match": true}'),
        (200, b'{"match": true, "phone_match": "true"}'),
        (200, b'{"match": true, "phone_match": 1}'),
        (200, b'{"phone_match": true}'),
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


@pytest.mark.parametrize("manner", [drip, lambda wire: time.sleep(20), lambda wire: wire.close()])
def test_a_service_that_is_slow_or_hangs_up_is_left_in_time(manner):
    server = Raw(manner)
    hasty = HttpRegister(f"http://127.0.0.1:{server.port}/", "a key", HASTY)
    began = time.monotonic()
    try:
        assert hasty.check(*LI) is Level.DECLARED
    finally:
        server.close()
    assert time.monotonic() - began < 4  # dripping takes 5 s


def test_while_many_wait_for_it_others_do_not(monkeypatch):
    monkeypatch.setattr(identity, "ASKING_AT_MOST", 0)
    register = HttpRegister("http://127.0.0.1:1/", "a key")
    monkeypatch.setattr(identity, "Wire", None)  # whoever asked now would fail
    assert register.check(*LI) is Level.DECLARED


def levels(house) -> list[str | None]:
    return sorted((row.identity_level for row in rows(house, CITIZENS)), key=str)


def test_the_demo_s_people_are_verified_by_their_phones_and_strangers_declared(house):
    known, phones = registered(DEMO_REGISTER)
    assert known.keys() == phones.keys()
    assert len(known) >= 12
    number, name = next(iter(known.items()))
    lin = house.citizen("lin")
    wrong = lin.put("/me/identity", {"name": "林小怡", "id_number": number})
    refused(wrong, 422, "identity_mismatch")
    assert lin.put("/me/identity", {"name": name, "id_number": number}).status_code == 200
    assert levels(house) == ["agreed"]
    assert lin.put("/me/phone", {"code": f"phone:{phones[number]}"}).status_code == 200
    house.citizen("li").identify()
    house.citizen("wang").verify("王大力")
    assert levels(house) == ["declared", "verified", "verified"]


def test_who_knows_name_and_number_alone_opens_nothing(house):
    """Whoever has seen a card knows both, and has a phone of their own."""
    house.citizen("li").verify()
    number = house.citizen("li").id_number
    thief = house.citizen("thief").show_phone()
    told = thief.put("/me/identity", {"name": "李小明", "id_number": number})
    assert told.json["identity_level"] == "agreed"
    refused(thief.get("/me/licences"), 409, "identity_unverified")
    thief.put("/me/phone", {"code": "phone:13900001111"})  # another that is not Li's
    assert levels(house) == ["agreed", "verified"]


def test_the_phone_may_come_before_or_after_the_name(house):
    after = house.citizen("after")
    house.register[after.id_number] = "李小明"
    house.phones[after.id_number] = after.phone
    assert after.identify().get("/me").json["identity_level"] == "agreed"
    assert after.show_phone().get("/me").json["identity_level"] == "verified"
    assert after.get("/me/licences").status_code == 200
    # who changes the number afterwards is still who they were
    told = after.put("/me/phone", {"code": "phone:13900001111"}).json
    assert told["identity_level"] == "verified"
    assert house.citizen("before").verify().get("/me").json["identity_level"] == "verified"
    new = house.citizen("new").show_phone().get("/me").json
    assert (new["has_identity"], new["identity_level"]) == (False, None)


def test_a_name_that_turns_out_wrong_gains_nothing_by_a_phone(house):
    li = house.citizen("li").identify("李晓明")  # the service was away, or did not know them
    house.register[li.id_number] = "李小明"
    house.phones[li.id_number] = li.phone
    assert li.show_phone().get("/me").json["identity_level"] == "declared"


def test_nobody_finds_out_whose_a_number_is_by_trying_names(house):
    wanted, thief = house.citizen("li"), house.citizen("thief")
    house.register[wanted.id_number] = "李小明"
    paths = ("/me/identity", "/me/authorisations")

    def guess(name: str, path: str = paths[0]):
        body = {"name": name, "id_number": wanted.id_number}
        if path == paths[0]:
            return thief.put(path, body)
        return thief.post(path, {**body, "until": "2026-12-01"})

    for nth in range(AT_MOST["citizen"]):  # by one way or the other
        refused(guess("李大明", paths[nth % 2]), 422, "identity_mismatch")
    for path in paths:
        refused(guess("李小明", path), 429, "too_many_wrong_names")
    house.citizen("another").identify()
    house.clock.advance(seconds=WITHIN.total_seconds())
    assert guess("李小明").status_code == 200
    assert guess("李小明").status_code == 200  # what is right does not count
    assert rows(house, TRIES) == []


def test_a_desk_serves_many_and_is_no_place_to_guess_either(house):
    wanted = house.citizen("li").id_number
    house.register[wanted] = "李小明"

    def typed(name: str):
        body = {"id_number": wanted, "name": name, "read": False}
        return house.post("/kiosk/holders", KIOSK_TOKEN, body)

    for _ in range(AT_MOST["kiosk"]):
        refused(typed("李大明"), 422, "identity_mismatch")
    refused(typed("李小明"), 429, "too_many_wrong_names")
    body = {"id_number": wanted, "name": "李小明", "read": True}
    assert house.post("/kiosk/holders", KIOSK_TOKEN, body).status_code == 200


def test_a_service_that_is_away_takes_nothing_back(house):
    li = house.citizen("li").verify()
    del house.register[li.id_number]
    li.identify()
    assert levels(house) == ["verified"]
    li.identify("李晓明")  # which nobody has confirmed
    assert levels(house) == ["declared"]
