"""What WeChat pushes: only what is genuine and new is believed, and once."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from tests.house import refused
from tests.notices.outbox import (
    BOOKING,
    QUEUE,
    allow,
    attempts,
    grants,
    post_push,
    pushed,
    signed,
    state,
    tell,
    texts,
    work,
)
from wechat.sandbox import SANDBOX_PUSH_TOKEN
from wechat.sandbox.crypto import signature
from wechat.sandbox.people import openid_of

POPUP, CHANGE, SENT = (f"subscribe_msg_{name}_event" for name in ("popup", "change", "sent"))


def accepted(template=QUEUE):
    return {"TemplateId": template, "SubscribeStatusString": "accept", "PopupScene": "0"}


def refusal(template=QUEUE):
    return {"TemplateId": template, "SubscribeStatusString": "reject"}


def reported(code="0"):
    return {"TemplateId": QUEUE, "MsgID": "1700827132819554304", "ErrorCode": code}


@pytest.fixture
def phone(house, li):
    return house.citizen("li")


def test_wechat_tries_the_address(house):
    query = {"timestamp": "1", "nonce": "2", "echostr": "43751209"}
    query["signature"] = signature(SANDBOX_PUSH_TOKEN, "1", "2")
    client = house.app.test_client()
    answer = client.get(f"/wechat/callback?{urlencode(query)}")
    assert (answer.status_code, answer.text) == (200, "43751209")
    query["signature"] = "0" * 40
    refused(client.get(f"/wechat/callback?{urlencode(query)}"), 403, "push_not_genuine")


def test_who_accepts_is_counted_once_however_often_wechat_says_so(house, phone):
    for _ in range(2):
        answer = pushed(house, "li", POPUP, [accepted(), accepted(BOOKING)])
        assert (answer.status_code, answer.text) == (200, "success")
    assert grants(phone) == {"booking": 1, "reminder": 0, "queue": 1}
    assert pushed(house, "li", POPUP, accepted(), nth=1).status_code == 200
    assert grants(phone)["queue"] == 2


def test_a_refusal_when_asked_takes_nothing_back_one_in_the_settings_does(house, phone):
    pushed(house, "li", POPUP, accepted())
    pushed(house, "li", POPUP, refusal(), nth=1)
    assert grants(phone)["queue"] == 1
    pushed(house, "li", CHANGE, refusal(), nth=2)
    assert grants(phone)["queue"] == 0


def test_a_forged_push_changes_nothing(house, phone):
    forged = pushed(house, "li", POPUP, accepted(), token="not the token")
    refused(forged, 403, "push_not_genuine")
    plain = {"FromUserName": openid_of("li"), "MsgType": "event", "Event": POPUP}
    plain |= {"CreateTime": 1, "List": accepted()}
    query = {"timestamp": "1", "nonce": "2", "signature": signature(SANDBOX_PUSH_TOKEN, "1", "2")}
    for body in (json.dumps(plain).encode(), b"", b"{}", b"<xml>", b"[" * 10_000):
        refused(post_push(house, query, body), 403, "push_not_genuine")
    assert grants(phone)["queue"] == 0


def test_a_recorded_push_is_worth_nothing_later(house, phone):
    message = {
        "ToUserName": "gh_1",
        "FromUserName": openid_of("li"),
        "CreateTime": int(house.clock.now().timestamp()),
        "MsgType": "event",
        "Event": POPUP,
        "List": accepted(),
    }
    query, body = signed(message, house.clock.now())
    house.clock.advance(minutes=9)
    assert post_push(house, query, body).status_code == 200
    house.clock.advance(minutes=2)
    refused(post_push(house, query, body), 403, "push_too_old")
    house.clock.advance(days=2)
    refused(post_push(house, query, body), 403, "push_too_old")
    assert grants(phone)["queue"] == 1


def test_what_is_not_for_us_is_taken_without_a_word(house, phone):
    assert pushed(house, "nobody we know", POPUP, accepted()).text == "success"
    assert pushed(house, "li", POPUP, accepted("a template of old")).text == "success"
    assert pushed(house, "li", "some_other_event", []).text == "success"
    assert grants(phone) == {"booking": 0, "reminder": 0, "queue": 0}


def test_a_message_that_did_not_arrive_goes_by_the_next_way(house, wechat, li, phone):
    phone.put("/me/phone", {"code": "phone:13800000002"})
    allow(house, wechat, "li", QUEUE)
    cause = tell(house, li)
    work(house)
    assert state(house, cause) == "sent"
    pushed(house, "li", SENT, reported("1003"))
    work(house)
    assert attempts(house, cause) == [("wechat", "refused", "1003"), ("sms", "sent", None)]
    assert (state(house, cause), len(texts(house))) == ("sent", 1)


def test_what_was_unknown_is_known_once_wechat_says_that_it_arrived(house, wechat, li):
    allow(house, wechat, "li", QUEUE)
    wechat.fail("/cgi-bin/message/subscribe/send", cut="after")
    cause = tell(house, li)
    work(house)
    assert state(house, cause) == "unknown"
    house.clock.advance(seconds=5)
    pushed(house, "li", SENT, reported())
    assert state(house, cause) == "sent"
    house.clock.advance(seconds=5)
    assert pushed(house, "li", SENT, reported("1003")).text == "success", "of another message"
    assert state(house, cause) == "sent"


def test_the_word_of_a_phone_is_noted_and_not_counted_where_wechat_tells(house, wechat, phone):
    answer = phone.put("/me/subscriptions", {"answers": {QUEUE: "accept", "of others": "accept"}})
    assert answer.status_code == 200
    assert {each["grants"] for each in answer.json["templates"]} == {0}
    wechat.control("GET", "/pushes")  # none went out: the test's sandbox has no address to push to


def test_while_the_sandbox_hears_it_no_connection_of_the_database_waits(house, phone, monkeypatch):
    with house.app.app_context():
        pool = house.app.extensions["sqlalchemy"].engine.pool
    heard = []

    def hear(openid, answers):
        heard.append((openid, answers, pool.checkedout()))

    monkeypatch.setattr(house.app.extensions["parts"].wechat, "answered", hear)
    phone.put("/me/subscriptions", {"answers": {QUEUE: "reject", "of others": "accept"}})
    assert heard == [(openid_of("li"), {QUEUE: "reject"}, 0)]


@pytest.mark.parametrize("body", [{}, {"answers": {QUEUE: "perhaps"}}, {"answers": {}}])
def test_an_answer_that_is_none_is_refused(phone, body):
    assert phone.put("/me/subscriptions", body).status_code == 422


def test_messages_are_read_up_to_one(house, li, phone):
    first = tell(house, li)
    house.clock.advance(seconds=timedelta(minutes=1).total_seconds())
    tell(house, li, "passed")
    assert phone.get("/me/notices/unread").json == {"count": 2}
    latest, earlier = phone.get("/me/notices").json
    assert (latest["title"], earlier["title"]) == ("已过号", "请到窗口办理")
    assert earlier["link"] == {"page": "pages/ticket/index", "query": {"id": "t1"}}
    assert phone.put("/me/notices/read", {"until": earlier["at"]}).status_code == 204
    assert [each["read"] for each in phone.get("/me/notices").json] == [False, True]
    assert phone.get("/me/notices/unread").json == {"count": 1}
    other = house.citizen("wang")
    assert other.put("/me/notices/read", {"until": latest["at"]}).status_code == 204
    assert phone.get("/me/notices/unread").json == {"count": 1}
    assert state(house, first) == "pending"
    titles = [each["title"] for each in phone.get("/me/notices?lang=en").json]
    assert titles == ["Missed", "Please come to the counter"]
