"""Another system that answers with 100,000 brackets has told nothing: no worker breaks on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from app.citizens.identity import HttpRegister
from app.core.handover import CabinetUnread, CourierUnread
from app.core.identity import Level
from app.core.public_records import Silence
from app.deliveries.courier import HttpCourier
from app.deliveries.doors import HttpCabinet
from app.renewals.public_records import HttpPublicRecords
from sms.errors import SmsUnread
from sms.gateway import SmsText
from sms.tencent import Tencent
from tests.house import id_number
from wechat.app import WechatApp
from wechat.client import Client
from wechat.errors import AnswerUnread
from wire import Limits

DEEP = b"[" * 100_000
LIMITS = Limits(connect=2, read=5, total=5)


@pytest.fixture
def url(raw: Any) -> str:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    server = raw(lambda wire: wire.sendall(head % len(DEEP) + DEEP))
    return f"http://127.0.0.1:{server.port}"


def test_the_register(url: str) -> None:
    register = HttpRegister(url, "a key", LIMITS)
    assert register.check("李小明", id_number(), None) == Level.DECLARED


def test_public_records(url: str) -> None:
    answer = HttpPublicRecords(url, "a key", LIMITS).ask("penalty", "person", id_number())  # type: ignore[arg-type]
    assert answer.silence == Silence.NOT_UNDERSTOOD


def unheard(*_: object) -> None:
    """Nobody counts."""


def wechat(url: str) -> WechatApp:
    return WechatApp(id="wx1", secret="s", api_url=url)


ASKED: list[tuple[Callable[[str], object], type[Exception]]] = [
    (lambda url: HttpCourier(url, "a key", "邮政", LIMITS).track("W1"), CourierUnread),
    (lambda url: HttpCabinet(url, "a key", LIMITS).open("c1", "01"), CabinetUnread),
    (
        lambda url: Tencent(
            key_id="k", key="k", app="1", sign="s", now=lambda: datetime.now(UTC), url=url
        ).send("13800001234", SmsText("1", (), "您的号已到")),
        SmsUnread,
    ),
    (lambda url: Client(wechat(url), LIMITS, unheard).ask("GET", "x"), AnswerUnread),
]


@pytest.mark.parametrize(("ask", "told"), ASKED, ids=["courier", "cabinet", "SMS", "WeChat"])
def test_whoever_is_asked(url: str, ask: Callable[[str], object], told: type[Exception]) -> None:
    with pytest.raises(told):
        ask(url)
