"""Pushes that WeChat sends, and those that somebody else does."""

import json

import pytest

from wechat.pushes import PushForged, dedupe_key, opened
from wechat.sandbox.crypto import sealed, signature

TOKEN, KEY, APP_ID = "known", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wx0123"
EVENT = {
    "FromUserName": "oLi",
    "CreateTime": 1764000000,
    "MsgType": "event",
    "Event": "subscribe_msg_popup_event",
    "List": {"TemplateId": "booked", "SubscribeStatusString": "accept"},
}
XML = (
    "<xml><FromUserName>oLi</FromUserName><CreateTime>1764000000</CreateTime>"
    "<MsgType>event</MsgType><Event>subscribe_msg_popup_event</Event></xml>"
)


def pushed(text=None, *, app_id=APP_ID, key=KEY, nonce="1", **changed):
    """Query and body as WeChat sends them; `changed` is what somebody does to the query."""
    encrypted = sealed(key, app_id, text or json.dumps(EVENT), b"0123456789abcdef")
    mark = signature(TOKEN, "1764000000", nonce, encrypted)
    query = {"timestamp": "1764000000", "nonce": nonce, "msg_signature": mark}
    return query | changed, json.dumps({"Encrypt": encrypted}).encode()


def test_a_push_is_opened():
    push = opened(TOKEN, KEY, APP_ID, *pushed())
    assert (push.openid, push.kind, push.event) == ("oLi", "event", EVENT["Event"])
    assert push.created_at == 1764000000
    assert push.content == EVENT


def test_json_and_xml_say_the_same():
    push = opened(TOKEN, KEY, APP_ID, *pushed(XML))
    assert (push.openid, push.event, push.created_at) == ("oLi", EVENT["Event"], 1764000000)


DEEP = "[" * 100_000
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><MsgType>&b;</MsgType></xml>'


@pytest.mark.parametrize(
    "push",
    [
        pushed(msg_signature="0" * 40),
        pushed(msg_signature=""),
        pushed(timestamp="1764000001"),
        pushed(app_id="wx9999"),
        pushed(key="B" * 43),
        ({}, pushed()[1]),
        (pushed()[0], b""),
        (pushed()[0], b"{}"),
        (pushed()[0], b"null"),
        (pushed()[0], b'{"Encrypt": 7}'),
        (pushed()[0], b'{"Encrypt": "not base64"}'),
        (pushed()[0], b"\xff\xfe"),
        (pushed()[0], DEEP.encode()),
        (pushed()[0], b"<xml><Encrypt>"),
        (pushed()[0], BOMB.encode()),
        pushed("no JSON"),
        pushed("[]"),
        pushed("{}"),
        pushed(json.dumps(EVENT | {"CreateTime": "soon"})),
    ],
)
def test_what_is_not_wechat_s_is_not_believed(push):
    with pytest.raises(PushForged):
        opened(TOKEN, KEY, APP_ID, *push)


def test_where_a_key_is_configured_nothing_plain_is_believed():
    signed = {"timestamp": "1", "nonce": "2", "signature": signature(TOKEN, "1", "2")}
    body = json.dumps(EVENT).encode()
    assert opened(TOKEN, "", APP_ID, signed, body).openid == "oLi"
    with pytest.raises(PushForged):
        opened(TOKEN, KEY, APP_ID, signed, body)


def key_of(event, **how):
    return dedupe_key(opened(TOKEN, KEY, APP_ID, *pushed(json.dumps(event), **how)))


def test_a_repetition_is_known_and_another_event_of_the_same_second_is_not():
    again = key_of(dict(reversed(EVENT.items())), nonce="2")
    assert key_of(EVENT) == again
    assert key_of(EVENT | {"CreateTime": 1764000001}) != again
    assert key_of(EVENT | {"FromUserName": "oWang"}) != again
    assert key_of(EVENT | {"List": {"TemplateId": "queue"}}) != again
    assert key_of(EVENT | {"MsgId": 7}) == key_of(EVENT | {"MsgId": 7, "Event": "other"}) != again
