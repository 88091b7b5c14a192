"""What the sandbox pushes is signed, sealed, and repeated as WeChat does it."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature
from werkzeug import Request, Response
from werkzeug.serving import make_server

from tests.wechat_server import SEND, STABLE_TOKEN, wechat_server
from wechat.sandbox import (
    SANDBOX_APP_ID,
    SANDBOX_PUSH_KEY,
    SANDBOX_PUSH_TOKEN,
    SANDBOX_SECRET,
)
from wechat.sandbox.crypto import sealed, signature
from wechat.sandbox.people import openid_of
from wechat.sandbox.state import App

LI = openid_of("li")
TEMPLATE = "the-id-of-a-template"
PUSH_IN_S = 10


@dataclass
class Callback:
    """An app's callback address: takes what comes, checks it with wechatpy, answers as told."""

    answers: list[Response] = field(default_factory=list)
    pause_s: float = 0
    bodies: list[bytes] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    def __call__(self, environ, start):
        request = Request(environ)
        query = request.args
        check_signature(SANDBOX_PUSH_TOKEN, query["signature"], query["timestamp"], query["nonce"])
        if request.method == "GET":
            return Response(query["echostr"])(environ, start)
        crypto = WeChatCrypto(SANDBOX_PUSH_TOKEN, SANDBOX_PUSH_KEY, SANDBOX_APP_ID)
        body = request.get_data()
        text = crypto.decrypt_message(
            json.loads(body), query["msg_signature"], query["timestamp"], query["nonce"]
        )
        assert query["encrypt_type"] == "aes"
        self.bodies.append(body)
        self.events.append(json.loads(text))
        time.sleep(self.pause_s)
        answer = self.answers.pop(0) if self.answers else Response("success")
        return answer(environ, start)

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        limit = time.monotonic() + PUSH_IN_S
        while len(self.events) < count:
            assert time.monotonic() < limit, self.events
            time.sleep(0.01)
        return self.events


@contextmanager
def listening():
    callback = Callback()
    server = make_server("127.0.0.1", 0, callback, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        callback.url = f"http://127.0.0.1:{server.port}/wechat/callback"
        yield callback
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def callback(wechat):
    with listening() as one:
        wechat.pushes_to(one.url)
        yield one


def test_sealed_and_signed_as_in_wechats_own_example():
    encrypted = sealed(
        "A" * 43, "wxba5fad812f8e6fb9", '{"demo_resp":"good luck"}', b"707722b803182950"
    )
    assert encrypted == (
        "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
    )
    marked = signature("AAAAA", "1713424427", "415670741", encrypted)
    assert marked == "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"
    plain = signature("AAAAA", "1714036504", "1514711492")
    assert plain == "f464b24fc39322e44b38aa78f5edd27bd1441696"


def test_who_accepts_or_refuses_is_told_to_the_app(wechat, callback):
    wechat.grant("li", TEMPLATE)
    [accepted] = callback.wait_for(1)
    assert accepted["Event"] == "subscribe_msg_popup_event"
    assert accepted["FromUserName"] == LI
    assert accepted["List"] == {
        "TemplateId": TEMPLATE,
        "SubscribeStatusString": "accept",
        "PopupScene": "0",
    }
    answers = {"one": "accept", "two": "ban"}
    wechat.control("POST", "/answers", {"openid": LI, "answers": answers})
    both = callback.wait_for(2)[1]["List"]
    assert [one["SubscribeStatusString"] for one in both] == ["accept", "reject"]
    wechat.grant("li", TEMPLATE, times=0)
    refused = callback.wait_for(3)[2]
    assert refused["Event"] == "subscribe_msg_change_event"
    assert refused["List"] == {"TemplateId": TEMPLATE, "SubscribeStatusString": "reject"}


def test_each_time_somebody_accepts_is_an_event_of_its_own(wechat, callback):
    wechat.grant("li", TEMPLATE, times=3)
    assert len({event["CreateTime"] for event in callback.wait_for(3)}) == 3


def test_a_message_that_arrived_is_told(wechat, callback):
    wechat.grant("li", TEMPLATE)
    app = {"appid": SANDBOX_APP_ID, "secret": SANDBOX_SECRET}
    asked = {**app, "grant_type": "client_credential"}
    token = requests.post(wechat.url + STABLE_TOKEN, json=asked, timeout=10).json()
    message = {"touser": LI, "template_id": TEMPLATE, "data": {"thing1": {"value": "身份证"}}}
    address = f"{wechat.url}{SEND}?access_token={token['access_token']}"
    msgid = requests.post(address, json=message, timeout=10).json()["msgid"]
    arrived = [one for one in callback.wait_for(2) if one["Event"] == "subscribe_msg_sent_event"]
    assert arrived[0]["List"] == {
        "TemplateId": TEMPLATE,
        "MsgID": str(msgid),
        "ErrorCode": "0",
        "ErrorStatus": "success",
    }


def test_a_push_is_repeated_up_to_three_times_until_it_is_taken(wechat, callback):
    callback.answers = [Response("error", 500), Response("hello")]
    told = wechat.push(Event="subscribe_msg_popup_event", FromUserName=LI, List={})
    assert told["taken"]
    assert [one["http"] for one in told["attempts"]] == [500, 200, 200]
    assert callback.events[0] == callback.events[1] == callback.events[2]
    assert len(set(callback.bodies)) == 3, "sealed anew each time"
    callback.answers = [Response("error", 500)] * 9
    told = wechat.push(Event="subscribe_msg_popup_event", FromUserName=LI, List={})
    assert (told["taken"], len(told["attempts"])) == (False, 4)
    assert wechat.control("GET", "/pushes")[-1] == told


def test_an_answer_that_comes_too_late_is_none():
    with listening() as callback:
        callback.pause_s = 0.5
        with wechat_server(App(push_url=callback.url, push_patience_s=0.1)) as hasty:
            told = hasty.push(Event="subscribe_msg_popup_event", FromUserName=LI, List={})
    assert [one["http"] for one in told["attempts"]] == [None] * 4


def test_the_address_is_asked_for_its_echo(wechat, callback):
    assert wechat.control("POST", "/verify") == {"verified": True}
    wechat.pushes_to("http://127.0.0.1:1/")
    assert wechat.control("POST", "/verify") == {"verified": False}
