"""Everything asked of WeChat, and every way in which it says no."""

from dataclasses import replace

import pytest

from tests.wechat_server import (
    CHECK_TEXT,
    CODE_IMAGE,
    LOGIN,
    PHONE_NUMBER,
    SEND,
    STABLE_TOKEN,
    TOKEN,
    URL_LINK,
)
from wechat.errors import (
    AnswerUnread,
    BadMessage,
    Blocked,
    GrantSpent,
    LoginCodeWrong,
    Misconfigured,
    PhoneCodeWrong,
    Refused,
    TokenStale,
    WechatAway,
    WechatBusy,
    WechatError,
)
from wechat.gateway import Login, NoGateway, SubscribeMessage
from wechat.live import LiveGateway
from wechat.sandbox.gateway import SandboxGateway
from wechat.sandbox.people import openid_of, unionid_of

LI = openid_of("li")
MESSAGE = SubscribeMessage(
    LI,
    "booked",
    {"thing1": "身份证", "time2": "2026年11月24日 09:30"},
    "pages/appointment/index?id=1",
)

QUESTIONS = {
    LOGIN: lambda gateway: gateway.login("sandbox:li"),
    PHONE_NUMBER: lambda gateway: gateway.phone_number("phone:13812345678"),
    SEND: lambda gateway: gateway.send(MESSAGE),
    URL_LINK: lambda gateway: gateway.url_link("pages/ticket/index", ""),
    CHECK_TEXT: lambda gateway: gateway.check_text(LI, "很好"),
    CODE_IMAGE: lambda gateway: gateway.code_image("h=qinghe", "pages/ticket/index"),
}
WITH_TOKEN = [path for path in QUESTIONS if path != LOGIN]


def test_a_code_stands_for_a_person(gateway):
    assert gateway.login("sandbox:li") == Login(LI, unionid_of("li"))
    assert gateway.login("sandbox:li") == gateway.login("sandbox-once:li")
    assert gateway.login("sandbox:王").openid == openid_of("王")
    with pytest.raises(LoginCodeWrong):
        gateway.login("sandbox-once:li")


WRONG = ["", "sandbox:", "sandbox:a b", "sandbox:a\n", "sandbox:" + "a" * 65, "0a1b2c&secret=x"]


@pytest.mark.parametrize("code", WRONG)
def test_any_other_code_is_wrong(gateway, code):
    with pytest.raises(LoginCodeWrong):
        gateway.login(code)


def test_signing_in_needs_no_token(gateway, wechat):
    gateway.login("sandbox:li")
    (call,) = wechat.calls()
    assert call["path"] == LOGIN
    assert "access_token" not in call["query"]


def test_a_phone_number_is_told_once(gateway):
    assert gateway.phone_number("phone-once:13812345678") == "13812345678"
    for code in ("phone-once:13812345678", "phone-other-app:13812345678", "phone:1", ""):
        with pytest.raises(PhoneCodeWrong):
            gateway.phone_number(code)


def test_a_message_arrives_as_it_was_sent(gateway, wechat):
    wechat.grant("li", "booked", 2)
    gateway.send(MESSAGE)
    gateway.send(replace(MESSAGE, lang="en_US"))
    first, second = wechat.sent("li")
    assert first["data"] == MESSAGE.data
    assert (first["template"], first["page"]) == ("booked", MESSAGE.page)
    assert [first["lang"], second["lang"]] == ["zh_CN", "en_US"]
    assert first["state"] == "trial"
    with pytest.raises(GrantSpent):
        gateway.send(MESSAGE)


def test_the_sandbox_is_told_what_was_tapped_on_a_phone_and_wechat_is_not(gateway, app, redis):
    gateway.answered(LI, {"booked": "accept"})
    with pytest.raises(GrantSpent):
        gateway.send(MESSAGE)
    SandboxGateway(app, redis).answered(LI, {"booked": "accept"})
    gateway.send(MESSAGE)


def test_wechat_names_the_field_it_minds(gateway, wechat):
    wechat.grant("li", "booked")
    with pytest.raises(BadMessage) as raised:
        gateway.send(replace(MESSAGE, data={"thing1": "身" * 21}))
    assert (raised.value.errcode, raised.value.field) == (47003, "thing1")


def test_a_link_lives_for_the_days_asked(gateway, wechat):
    link = gateway.url_link("pages/ticket/index", "id=12", lives_days=2)
    assert link.startswith(f"{wechat.url}/l/")
    (asked,) = wechat.calls(URL_LINK)
    assert asked["body"]["expire_interval"] == 2
    assert asked["body"]["env_version"] == "trial"
    for days, query in ((31, ""), (30, "名=李")):
        with pytest.raises(Refused):
            gateway.url_link("pages/ticket/index", query, days)


def test_a_long_text_is_as_bad_as_its_worst_part(gateway, wechat):
    fine = "好" * 3000
    assert gateway.check_text(LI, "很好") == "pass"
    assert gateway.check_text(LI, fine) == "pass"
    assert gateway.check_text(LI, f"{fine}【疑似】") == "review"
    assert gateway.check_text(LI, f"【违规】{fine}【疑似】") == "risky"
    before = len(wechat.calls())
    assert gateway.check_text(LI, "") == "pass"
    assert len(wechat.calls()) == before


def test_a_code_is_an_image(gateway):
    assert gateway.code_image("h=qinghe", "pages/ticket/index").startswith(b"\x89PNG")


ANYWHERE = [
    (-1, WechatBusy, "retry"),
    (45009, WechatBusy, "retry"),
    (45011, WechatBusy, "retry"),
    (48001, Refused, "give_up"),
]
REFUSALS = [
    *[(path, *one) for path in QUESTIONS for one in ANYWHERE],
    (LOGIN, 40029, LoginCodeWrong, "give_up"),
    (LOGIN, 40163, LoginCodeWrong, "give_up"),
    (LOGIN, 40226, Blocked, "give_up"),
    (LOGIN, 41002, Misconfigured, "retry"),
    (LOGIN, 40001, Misconfigured, "retry"),
    (LOGIN, 40125, Misconfigured, "retry"),
    (STABLE_TOKEN, -1, WechatBusy, "retry"),
    (STABLE_TOKEN, 40001, Misconfigured, "retry"),
    (STABLE_TOKEN, 40013, Misconfigured, "retry"),
    (STABLE_TOKEN, 40125, Misconfigured, "retry"),
    (STABLE_TOKEN, 40164, Misconfigured, "retry"),
    (STABLE_TOKEN, 40243, Misconfigured, "retry"),
    (STABLE_TOKEN, 45009, WechatBusy, "retry"),
    (PHONE_NUMBER, 40029, PhoneCodeWrong, "give_up"),
    (PHONE_NUMBER, 40163, PhoneCodeWrong, "give_up"),
    (SEND, 43101, GrantSpent, "grant_spent"),
    (SEND, 47003, BadMessage, "give_up"),
    (SEND, 45168, BadMessage, "give_up"),
    (SEND, 40003, Refused, "give_up"),
    (SEND, 40037, Refused, "give_up"),
    (SEND, 41030, Refused, "give_up"),
    (SEND, 40249, Refused, "give_up"),
    (SEND, 43104, Refused, "give_up"),
    (SEND, 43107, Refused, "give_up"),
    (SEND, 43108, WechatBusy, "retry"),
    (URL_LINK, 85401, Refused, "give_up"),
    (CHECK_TEXT, 61010, Refused, "give_up"),
    (CHECK_TEXT, 87014, Refused, "give_up"),
    (CODE_IMAGE, 41030, Refused, "give_up"),
]


@pytest.mark.parametrize(("path", "errcode", "kind", "what_next"), REFUSALS)
def test_each_refusal_becomes_one_of_ours(gateway, wechat, path, errcode, kind, what_next):
    wechat.fail(path, errcode=errcode)
    with pytest.raises(WechatError) as raised:
        QUESTIONS.get(path, QUESTIONS[SEND])(gateway)
    error = raised.value
    assert (type(error), error.errcode, error.what_next) == (kind, errcode, what_next)
    assert len(wechat.calls(path)) == 1


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
@pytest.mark.parametrize("path", WITH_TOKEN)
def test_a_refused_token_is_fetched_anew_once(gateway, wechat, path, errcode):
    wechat.grant("li", "booked")
    wechat.fail(path, errcode=errcode)
    QUESTIONS[path](gateway)
    assert [len(wechat.calls(one)) for one in (path, STABLE_TOKEN)] == [2, 2]


def test_however_often_a_token_is_refused_the_calls_are_counted(gateway, wechat):
    wechat.grant("li", "booked")
    wechat.fail(SEND, errcode=40001, times=None)
    for _ in range(3):
        with pytest.raises(TokenStale) as raised:
            gateway.send(MESSAGE)
        assert raised.value.what_next == "retry"
    assert len(wechat.calls(SEND)) == 6
    assert len(wechat.calls(STABLE_TOKEN)) == 4
    assert wechat.sent() == []


def test_a_token_is_kept_until_five_minutes_before_its_end(gateway, wechat, redis):
    for _ in range(3):
        gateway.check_text(LI, "很好")
    (asked,) = wechat.calls(STABLE_TOKEN)
    assert "force_refresh" not in asked["body"]
    assert wechat.calls(TOKEN) == []
    (key,) = redis.keys("*token")
    assert 6880 < redis.ttl(key) <= 6900
    redis.delete(key)
    wechat.advance(6800)
    gateway.check_text(LI, "很好")
    assert 90 < redis.ttl(key) <= 100  # the same one again


def test_a_token_that_ran_out_unnoticed_is_fetched_anew(gateway, wechat):
    wechat.grant("li", "booked", 2)
    gateway.send(MESSAGE)
    wechat.advance(7300)
    gateway.send(MESSAGE)
    assert len(wechat.sent()) == 2


def test_without_redis_each_process_asks_for_itself(app, wechat, redis):
    wechat.grant("li", "booked", 2)
    nowhere = type(redis).from_url("redis://127.0.0.1:1")
    for gateway in (LiveGateway(app, nowhere), LiveGateway(app, nowhere)):
        gateway.send(MESSAGE)
    assert len(wechat.sent()) == 2
    tokens = {call["query"]["access_token"] for call in wechat.calls(SEND)}
    assert len(tokens) == 1


def test_without_an_app_nobody_is_asked():
    for question in QUESTIONS.values():
        with pytest.raises(WechatAway):
            question(NoGateway())


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"http": 500}, AnswerUnread),
        ({"http": 502}, AnswerUnread),
        ({"http": 200}, AnswerUnread),
        ({"http": 429}, WechatBusy),
        ({"http": 404}, Refused),
        ({"cut": "before"}, AnswerUnread),
        ({"cut": "after"}, AnswerUnread),
    ],
)
@pytest.mark.parametrize("path", QUESTIONS)
def test_what_stands_before_wechat_fails(gateway, wechat, path, fault, kind):
    wechat.grant("li", "booked", 2)
    gateway.send(MESSAGE)  # with a token at hand, and a connection that is open
    wechat.fail(path, **fault)
    with pytest.raises(kind):
        QUESTIONS[path](gateway)
    arrived = path == SEND and fault == {"cut": "after"}
    assert len(wechat.sent()) == (2 if arrived else 1)
