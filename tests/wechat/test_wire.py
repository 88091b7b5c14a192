"""Connections that die, drip, or never answer: was the question written, or not?"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from redis import Redis

from tests.raw_server import Manner, damage, drip
from tests.wechat.test_gateway import MESSAGE
from tests.wechat_server import LOGIN, PHONE_NUMBER, SEND, STABLE_TOKEN
from wechat.errors import AnswerUnread, PhoneCodeWrong, WechatAway
from wechat.live import LiveGateway
from wire import Limits

HASTY = Limits(connect=0.5, read=0.4, total=0.8)


def answer(body: str, kind: str = "application/json") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n"
    return f"{head}Content-Length: {len(body.encode())}\r\n\r\n{body}".encode()


def telling(*bodies: str) -> Manner:
    """Answers one connection after the other with these; with the last from then on."""
    left = list(bodies)
    return lambda client: client.sendall(answer(left.pop(0) if len(left) > 1 else left[0]))


TOKEN = '{"access_token": "t", "expires_in": 7200}'


@pytest.fixture
def hasty(app, redis):
    """A gateway that waits for nothing long; by default for the sandbox."""

    def made(url: str = app.api_url) -> LiveGateway:
        return LiveGateway(replace(app, api_url=url), redis, HASTY)

    return made


def took(question: Callable[[], object], kind: type[Exception]) -> float:
    """Seconds until it raised this."""
    began = time.monotonic()
    with pytest.raises(kind):
        question()
    return time.monotonic() - began


@pytest.mark.parametrize(
    "manner", [drip, damage, lambda wire: time.sleep(2), lambda wire: wire.close()]
)
def test_behind_tls_it_is_the_same(hasty, raw, tls, manner):
    well = raw(telling('{"openid": "oLi"}'), tls)
    assert hasty(f"https://localhost:{well.port}").login("x").openid == "oLi"
    badly = raw(manner, tls)
    assert took(lambda: hasty(f"https://localhost:{badly.port}").login("x"), AnswerUnread) < 2
    assert b"jscode2session" in badly.told


def test_whom_nobody_vouches_for_is_told_nothing(hasty, raw, tls, monkeypatch):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    server = raw(telling('{"openid": "oLi"}'), tls)
    took(lambda: hasty(f"https://localhost:{server.port}").login("x"), WechatAway)
    assert server.told == b""


def test_who_answers_too_late_may_have_done_it(hasty, wechat):
    wechat.grant("li", "booked")
    gateway = hasty()
    gateway.check_text(MESSAGE.openid, "很好")  # the token is there
    wechat.fail(SEND, delay_s=0.7)
    assert took(lambda: gateway.send(MESSAGE), AnswerUnread) < 2
    for _ in range(100):
        if wechat.sent():
            break
        time.sleep(0.02)
    assert len(wechat.sent()) == 1


def test_while_no_token_comes_nothing_is_sent(hasty, wechat):
    wechat.grant("li", "booked")
    wechat.fail(STABLE_TOKEN, delay_s=0.7)
    assert took(lambda: hasty().send(MESSAGE), WechatAway) < 2
    wechat.fail(STABLE_TOKEN, http=502)
    took(lambda: hasty().send(MESSAGE), WechatAway)
    assert wechat.calls(SEND) == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "https://127.0.0.1:1", "http://a.invalid"])
def test_where_nobody_listens_nothing_is_sent(hasty, url):
    assert took(lambda: hasty(url).login("sandbox:li"), WechatAway) < 8


@pytest.mark.parametrize("manner", [lambda client: client.close(), lambda client: time.sleep(2)])
def test_a_handshake_that_fails_sends_nothing(hasty, raw, manner):
    server = raw(manner)
    assert took(lambda: hasty(f"https://127.0.0.1:{server.port}").login("x"), WechatAway) < 2
    assert b"secret" not in server.told


def test_who_reads_and_never_answers_may_have_done_it(hasty, raw):
    server = raw(lambda client: time.sleep(2))
    assert took(lambda: hasty(f"http://127.0.0.1:{server.port}").login("x"), AnswerUnread) < 2
    assert b"jscode2session" in server.told


def test_a_steady_drip_ends_in_time(hasty, raw):
    server = raw(drip)
    assert took(lambda: hasty(f"http://127.0.0.1:{server.port}").login("x"), AnswerUnread) < 2


@pytest.mark.parametrize("body", ["", "[]", "3", '{"errcode": "?"}', '{"openid": 3}', "{}"])
def test_what_is_no_answer(hasty, raw, body):
    gateway = hasty(f"http://127.0.0.1:{raw(telling(body)).port}")
    took(lambda: gateway.login("x"), AnswerUnread)
    took(lambda: gateway.phone_number("x"), WechatAway)  # it is no token either


@pytest.mark.parametrize(
    ("info", "number"),
    [
        ('"countryCode": 86, "purePhoneNumber": "13812345678"', "13812345678"),
        ('"countryCode": "86", "purePhoneNumber": "13812345678"', "13812345678"),
        ('"countryCode": "852", "purePhoneNumber": "61234567"', "+85261234567"),
        ('"countryCode": 86, "purePhoneNumber": "02012345678"', "+8602012345678"),
    ],
)
def test_phone_numbers_of_every_country(hasty, raw, app, info, number):
    told = f'{{"phone_info": {{{info}, "watermark": {{"appid": "{app.id}"}}}}}}'
    gateway = hasty(f"http://127.0.0.1:{raw(telling(TOKEN, told)).port}")
    assert gateway.phone_number("x") == number


def test_a_number_given_to_another_app_is_not_taken(hasty, raw):
    info = '"countryCode": 86, "purePhoneNumber": "13812345678", "watermark": {"appid": "wx"}'
    told = f'{{"errcode": 0, "phone_info": {{{info}}}}}'
    gateway = hasty(f"http://127.0.0.1:{raw(telling(TOKEN, told)).port}")
    took(lambda: gateway.phone_number("x"), PhoneCodeWrong)


def test_no_error_and_no_log_tells_a_secret(hasty, wechat, app, caplog):
    caplog.set_level("DEBUG")
    wechat.fail(LOGIN, cut="before")
    wechat.fail(PHONE_NUMBER, http=500)
    said = []
    for gateway in (hasty(), hasty("http://127.0.0.1:1")):
        for question in (gateway.login, gateway.phone_number):
            with pytest.raises((AnswerUnread, WechatAway)) as raised:
                question("x")
            assert raised.value.__suppress_context__
            said.append(str(raised.value))
    assert app.secret not in caplog.text + "".join(said)
    assert "access_token=" not in caplog.text


def test_a_lock_left_by_a_dead_process_ends(hasty, wechat, redis: Redis, app):
    redis.set(f"sh:wechat:{app.id}:token:lock", "somebody", px=300)
    assert hasty().check_text(MESSAGE.openid, "很好") == "pass"
    assert len(wechat.calls(STABLE_TOKEN)) == 1
