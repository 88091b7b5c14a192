"""Two processes need WeChat's token at the same moment: one fetches it for all."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from tests.house import House
from tests.processes import together
from tests.stores import on_postgresql
from tests.wechat_server import CHECK_TEXT, STABLE_TOKEN
from wechat.sandbox.people import openid_of
from wechat.tokens import Tokens

PROCESSES = 2
FETCHED_IN_S = 0.5


def ask(house: House, go: Any) -> str:
    wechat = house.app.extensions["parts"].wechat
    go()
    return str(wechat.check_text(openid_of("li"), "很好"))


def ask_unlocked(house: House, go: Any) -> str:
    Tokens._alone = lambda self: nullcontext()  # type: ignore[method-assign,assignment,return-value]
    return ask(house, go)


@on_postgresql
def test_one_fetches_for_all(busy_settings, wechat):
    wechat.fail(STABLE_TOKEN, delay_s=FETCHED_IN_S, times=None)
    assert together(busy_settings, *[(ask,)] * PROCESSES) == ["pass"] * PROCESSES
    assert len(wechat.calls(STABLE_TOKEN)) == 1
    assert len(wechat.calls(CHECK_TEXT)) == PROCESSES


@on_postgresql
def test_without_the_lock_each_fetches(busy_settings, wechat):
    wechat.fail(STABLE_TOKEN, delay_s=FETCHED_IN_S, times=None)
    assert together(busy_settings, *[(ask_unlocked,)] * PROCESSES) == ["pass"] * PROCESSES
    assert len(wechat.calls(STABLE_TOKEN)) > 1
