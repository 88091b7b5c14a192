"""The sandbox's server answers what WeChat would, call by call."""

from __future__ import annotations

import struct
import subprocess
import sys
import time
from typing import Any

import pytest
import requests

from config.settings import ROOT
from tests.wechat_server import (
    CHECK_TEXT,
    CLEAR_QUOTA,
    CODE_IMAGE,
    LOGIN,
    PHONE_NUMBER,
    SEND,
    STABLE_TOKEN,
    TOKEN,
    URL_LINK,
    Wechat,
    wechat_server,
)
from wechat.sandbox import SANDBOX_APP_ID, SANDBOX_SECRET
from wechat.sandbox.people import openid_of
from wechat.sandbox.state import App, Quotas

APP = {"appid": SANDBOX_APP_ID, "secret": SANDBOX_SECRET}
CREDENTIAL = {**APP, "grant_type": "client_credential"}
TEMPLATE = "the-id-of-a-template"
LI = openid_of("li")
BOOKED = {"thing1": {"value": "身份证"}, "time2": {"value": "2026年11月23日 09:00"}}


def get(wechat: Wechat, path: str, **query: str) -> dict[str, Any]:
    return requests.get(wechat.url + path, params=query, timeout=10).json()


def post(wechat: Wechat, path: str, body: Any, token: str | None = None) -> dict[str, Any]:
    query = {} if token is None else {"access_token": token}
    return requests.post(wechat.url + path, params=query, json=body, timeout=10).json()


def login(wechat: Wechat, code: str, **changed: str) -> dict[str, Any]:
    asked = {**APP, "js_code": code, "grant_type": "authorization_code", **changed}
    return get(wechat, LOGIN, **asked)


@pytest.fixture
def token(wechat: Wechat) -> str:
    return post(wechat, STABLE_TOKEN, CREDENTIAL)["access_token"]


def told(answer: dict[str, Any]) -> int:
    """The number of a refusal; 0 where all is well, also where WeChat then leaves it out."""
    errcode = answer.get("errcode", 0)
    assert not errcode or " rid: " in answer["errmsg"]
    return errcode


# login


def test_a_name_is_always_the_same_person_and_two_are_two(wechat):
    li, again, wang = (login(wechat, f"sandbox:{name}") for name in ("li", "li", "王"))
    assert set(li) == {"openid", "session_key", "unionid"}, "success has no errcode"
    assert li["openid"] == again["openid"] == LI
    assert li["session_key"] != again["session_key"]
    assert wang["openid"] != LI
    assert len(LI) == 28
    assert "li" not in LI


def test_a_code_of_wechats_works_once(wechat):
    assert login(wechat, "sandbox-once:li")["openid"] == LI
    assert told(login(wechat, "sandbox-once:li")) == 40163
    assert told(login(wechat, "sandbox-once:wang")) == 0


@pytest.mark.parametrize(
    ("code", "changed", "errcode"),
    [
        ("0a1b2c3d4e5f", {}, 40029),
        ("sandbox:", {}, 40029),
        ("sandbox:a b", {}, 40029),
        ("sandbox:\u200b", {}, 40029),
        ("sandbox:" + "a" * 65, {}, 40029),
        ("", {}, 41008),
        ("sandbox:li", {"appid": ""}, 41002),
        ("sandbox:li", {"appid": "wx0000000000000000"}, 40013),
        ("sandbox:li", {"secret": ""}, 41004),
        ("sandbox:li", {"secret": "guessed"}, 40125),
        ("sandbox:li", {"grant_type": "password"}, 40002),
    ],
)
def test_any_other_login_is_refused(wechat, code, changed, errcode):
    assert told(login(wechat, code, **changed)) == errcode


# access tokens


def works(wechat: Wechat, token: str) -> int:
    return told(post(wechat, PHONE_NUMBER, {"code": "phone:13812345678"}, token))


def test_the_ordinary_token_replaces_the_one_before_which_works_five_minutes_more(wechat):
    first, second = (get(wechat, TOKEN, **CREDENTIAL) for _ in range(2))
    assert (first["expires_in"], second["expires_in"]) == (7200, 7200)
    assert first["access_token"] != second["access_token"]
    assert works(wechat, first["access_token"]) == 0
    wechat.advance(301)
    assert works(wechat, first["access_token"]) == 40001
    assert works(wechat, second["access_token"]) == 0
    wechat.advance(7200)
    assert works(wechat, second["access_token"]) == 42001


def test_the_stable_token_stays_and_is_renewed_in_its_last_five_minutes(wechat):
    def ask():
        return post(wechat, STABLE_TOKEN, CREDENTIAL)

    first = ask()
    wechat.advance(6000)
    again = ask()
    assert again["access_token"] == first["access_token"]
    assert again["expires_in"] == pytest.approx(1200, abs=3)
    wechat.advance(950)
    renewed = ask()
    assert renewed["access_token"] != first["access_token"]
    assert works(wechat, first["access_token"]) == works(wechat, renewed["access_token"]) == 0
    wechat.advance(300)
    assert works(wechat, first["access_token"]) == 40001


def test_the_two_kinds_know_nothing_of_each_other(wechat, token):
    ordinary = get(wechat, TOKEN, **CREDENTIAL)["access_token"]
    get(wechat, TOKEN, **CREDENTIAL)
    wechat.advance(301)
    assert works(wechat, ordinary) == 40001
    assert works(wechat, token) == 0


def test_force_ends_the_old_token_at_once_but_not_within_30_seconds(wechat, token):
    forced = post(wechat, STABLE_TOKEN, {**CREDENTIAL, "force_refresh": True})["access_token"]
    assert works(wechat, token) == 40001
    too_soon = post(wechat, STABLE_TOKEN, {**CREDENTIAL, "force_refresh": True})
    assert too_soon["access_token"] == forced
    wechat.advance(31)
    later = post(wechat, STABLE_TOKEN, {**CREDENTIAL, "force_refresh": True})
    assert later["access_token"] != forced


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [({"secret": "guessed"}, 40125), ({"appid": ""}, 41002), ({"grant_type": "x"}, 40002)],
)
def test_nobody_else_gets_a_token(wechat, changed, errcode):
    assert told(post(wechat, STABLE_TOKEN, {**CREDENTIAL, **changed})) == errcode
    assert told(get(wechat, TOKEN, **{**CREDENTIAL, **changed})) == errcode


@pytest.mark.parametrize("path", [PHONE_NUMBER, SEND, URL_LINK, CHECK_TEXT, CODE_IMAGE])
def test_every_other_call_needs_a_token(wechat, path):
    assert told(post(wechat, path, {})) == 41001
    assert told(post(wechat, path, {}, "made up")) == 40001


# phone numbers


def test_a_phone_number_bears_the_mark_of_the_app(wechat, token):
    info = post(wechat, PHONE_NUMBER, {"code": "phone-once:13812345678"}, token)["phone_info"]
    assert info["purePhoneNumber"] == info["phoneNumber"] == "13812345678"
    assert info["countryCode"] == "86"
    assert info["watermark"]["appid"] == SANDBOX_APP_ID
    assert told(post(wechat, PHONE_NUMBER, {"code": "phone-once:13812345678"}, token)) == 40163
    other = post(wechat, PHONE_NUMBER, {"code": "phone-other-app:13812345678"}, token)
    assert other["phone_info"]["watermark"]["appid"] != SANDBOX_APP_ID


@pytest.mark.parametrize(
    ("code", "errcode"), [("phone:1381234567", 40029), ("sandbox:li", 40029), ("", 41008)]
)
def test_any_other_phone_code_is_refused(wechat, token, code, errcode):
    assert told(post(wechat, PHONE_NUMBER, {"code": code}, token)) == errcode


# messages


def send(wechat: Wechat, token: str, **changed: Any) -> dict[str, Any]:
    message = {
        "touser": LI,
        "template_id": TEMPLATE,
        "page": "pages/ticket/index?id=1",
        "data": BOOKED,
        "miniprogram_state": "formal",
        "lang": "zh_CN",
        **changed,
    }
    return post(wechat, SEND, message, token)


def test_a_grant_allows_one_message_and_a_long_term_one_any_number(wechat, token):
    assert told(send(wechat, token)) == 43101
    wechat.grant("li", TEMPLATE)
    assert told(send(wechat, token)) == 0
    assert told(send(wechat, token)) == 43101
    wechat.grant("li", TEMPLATE, times=None)
    assert [told(send(wechat, token)) for _ in range(3)] == [0, 0, 0]
    wechat.grant("li", TEMPLATE, times=0)
    assert told(send(wechat, token)) == 43101
    assert len(wechat.sent("li")) == 4
    assert wechat.sent("wang") == []
    assert wechat.sent("li")[0]["data"] == {"thing1": "身份证", "time2": "2026年11月23日 09:00"}


def test_what_is_answered_on_the_phone_is_a_grant(wechat, token):
    template = {"id": "ever", "title": "叫号", "fields": {"thing1": "item"}, "long_term": True}
    wechat.control("PUT", "/templates", [template, {**template, "id": "no", "long_term": False}])
    answers = {"ever": "acceptWithAudio", "no": "reject"}
    wechat.control("POST", "/answers", {"openid": LI, "answers": answers})
    thing = {"thing1": {"value": "身份证"}}
    assert [told(send(wechat, token, template_id="ever", data=thing)) for _ in range(2)] == [0, 0]
    assert told(send(wechat, token, template_id="no", data=thing)) == 43101


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"touser": "li"}, 40003),
        ({"template_id": ""}, 40037),
        ({"page": "/pages/ticket/index"}, 41030),
        ({"miniprogram_state": "released"}, 47003),
        ({"data": '{"thing1": {"value": "身份证"}}'}, 47003),
        ({"data": {"thing1": "身份证"}}, 47003),
        ({"data": {"thing1": {"value": ""}}}, 47003),
        ({"data": {"thing1": {"value": "身" * 21}}}, 47003),
        ({"touser": 7}, 47001),
    ],
)
def test_a_message_that_is_not_right_is_refused_and_uses_no_grant(wechat, token, changed, errcode):
    wechat.grant("li", TEMPLATE)
    assert told(send(wechat, token, **changed)) == errcode
    assert wechat.sent() == []
    assert told(send(wechat, token)) == 0


def test_a_refused_field_is_named(wechat, token):
    too_long = {"thing1": {"value": "身份证"}, "phrase2": {"value": "已经预约成功"}}
    assert "data.phrase2.value invalid" in send(wechat, token, data=too_long)["errmsg"]


def test_what_the_console_knows_is_asked_for(wechat, token):
    told_fields = {"thing1": "item", "time2": "when"}
    known = {"id": TEMPLATE, "title": "预约成功", "fields": told_fields}
    wechat.control("PUT", "/templates", [known])
    wechat.control("PUT", "/pages", ["pages/me/index"])
    wechat.grant("li", TEMPLATE)
    assert told(send(wechat, token)) == 41030
    assert told(send(wechat, token, page="pages/me/index", template_id="another")) == 40037
    lacking = send(wechat, token, page="pages/me/index", data={"thing1": {"value": "身份证"}})
    assert "data.time2.value is empty" in lacking["errmsg"]
    assert told(send(wechat, token, page="pages/me/index?tab=1")) == 0
    assert wechat.sent()[0]["title"] == "预约成功"


# links, texts, images


def test_a_url_link_leads_to_the_page_until_it_ends(wechat, token):
    made = post(
        wechat,
        URL_LINK,
        {
            "path": "pages/appointment/index",
            "query": "id=7",
            "expire_type": 1,
            "expire_interval": 2,
        },
        token,
    )
    opened = requests.get(made["url_link"], allow_redirects=False, timeout=10)
    assert opened.status_code == 302
    assert opened.headers["Location"] == "http://127.0.0.1:8000/m/#/pages/appointment/index?id=7"
    wechat.advance(2 * 24 * 3600)
    assert requests.get(made["url_link"], allow_redirects=False, timeout=10).status_code == 404


@pytest.mark.parametrize(
    ("asked", "errcode"),
    [
        ({"path": "/pages/me/index"}, 40165),
        ({"path": "pages/me/index?a=1"}, 40165),
        ({"query": "name=李"}, 40212),
        ({"query": "a" * 1025}, 40212),
        ({"expire_type": 1, "expire_interval": 31}, 85401),
        ({"expire_type": 0, "expire_time": 1}, 85401),
        ({"env_version": "formal"}, 40097),
    ],
)
def test_links_that_wechat_does_not_make(wechat, token, asked, errcode):
    assert told(post(wechat, URL_LINK, asked, token)) == errcode


@pytest.mark.parametrize(
    ("text", "suggest"),
    [("窗口很耐心", "pass"), ("【疑似】广告", "review"), ("【违规】内容", "risky")],
)
def test_a_text_says_itself_how_it_is_found(wechat, token, text, suggest):
    asked = {"version": 2, "openid": LI, "scene": 2, "content": text}
    answer = post(wechat, CHECK_TEXT, asked, token)
    assert answer["result"]["suggest"] == answer["detail"][0]["suggest"] == suggest


def test_only_who_was_here_within_two_hours_has_texts_checked(wechat, token):
    asked = {"version": 2, "openid": LI, "scene": 2, "content": "好"}
    login(wechat, "sandbox:li")
    wechat.advance(7100)
    token = post(wechat, STABLE_TOKEN, CREDENTIAL)["access_token"]
    assert told(post(wechat, CHECK_TEXT, asked, token)) == 0
    wechat.advance(101)
    assert told(post(wechat, CHECK_TEXT, asked, token)) == 61010


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"openid": "li"}, 40003),
        ({"scene": 5}, 40129),
        ({"version": 1}, 47001),
        ({"content": ""}, 47001),
        ({"content": "好" * 2501}, 47001),
    ],
)
def test_texts_that_wechat_does_not_check(wechat, token, changed, errcode):
    asked = {"version": 2, "openid": LI, "scene": 2, "content": "好", **changed}
    assert told(post(wechat, CHECK_TEXT, asked, token)) == errcode


def test_a_code_image_is_a_png_of_about_the_width(wechat, token):
    answer = requests.post(
        wechat.url + CODE_IMAGE,
        params={"access_token": token},
        json={"scene": "h=yun", "page": "pages/item/index", "width": 600},
        timeout=10,
    )
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", answer.content[16:24])
    assert 500 < width == height <= 600


@pytest.mark.parametrize(
    ("asked", "errcode"),
    [
        ({}, 40169),
        ({"scene": "a" * 33}, 40169),
        ({"scene": "李"}, 40129),
        ({"scene": "a", "page": "pages/me/index?a=1"}, 41030),
        ({"scene": "a", "width": 100}, 40097),
    ],
)
def test_images_that_wechat_does_not_draw(wechat, token, asked, errcode):
    assert told(post(wechat, CODE_IMAGE, asked, token)) == errcode


# bodies, methods, quotas, faults


def test_bodies_need_no_content_type_but_must_be_json_objects(wechat, token):
    def sent(body: str) -> int:
        url = f"{wechat.url}{PHONE_NUMBER}?access_token={token}"
        return told(requests.post(url, data=body.encode(), timeout=10).json())

    assert sent('{"code": "phone:13812345678"}') == 0
    assert [sent(""), sent("code=1"), sent("[]")] == [44002, 47001, 47001]


def test_methods_and_paths_are_wechats(wechat, token):
    assert told(get(wechat, SEND, access_token=token)) == 43002
    assert told(post(wechat, LOGIN, {})) == 43001
    assert told(get(wechat, "/cgi-bin/nothing")) == 40066


def test_quotas_are_kept_by_minute_and_day(wechat, token):
    quotas = {"login_a_minute": 2, "token_a_day": 1, "forced_token_a_day": 1}
    wechat.control("PUT", "/quotas", quotas)
    assert [told(login(wechat, "sandbox:li")) for _ in range(3)] == [0, 0, 45011]
    assert told(login(wechat, "sandbox:wang")) == 0, "by person"
    assert [told(get(wechat, TOKEN, **CREDENTIAL)) for _ in range(2)] == [0, 45009]
    assert told(post(wechat, CLEAR_QUOTA, {"appid": SANDBOX_APP_ID}, token)) == 0
    assert told(login(wechat, "sandbox:li")) == 0
    assert [told(get(wechat, TOKEN, **CREDENTIAL)) for _ in range(2)] == [0, 45009]
    forced = {**CREDENTIAL, "force_refresh": True}
    assert told(post(wechat, STABLE_TOKEN, forced)) == 0
    wechat.advance(31)
    assert told(post(wechat, STABLE_TOKEN, forced)) == 45009
    wechat.advance(24 * 3600)
    assert told(get(wechat, TOKEN, **CREDENTIAL)) == 0


def test_its_own_quotas_are_wechats():
    with wechat_server(App(quotas=Quotas())) as strict:
        assert [told(login(strict, "sandbox:li")) for _ in range(101)][-2:] == [0, 45011]


def test_faults_meet_the_calls_they_are_for(wechat, token):
    wechat.grant("li", TEMPLATE, times=None)
    wechat.fail(SEND, errcode=45009, times=2)
    assert [told(send(wechat, token)) for _ in range(3)] == [45009, 45009, 0]
    wechat.fail(SEND, http=502)
    url = f"{wechat.url}{SEND}?access_token={token}"
    answer = requests.post(url, json={}, timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (502, "text/html")
    wechat.fail(SEND, delay_s=0.3)
    with pytest.raises(requests.ReadTimeout):
        requests.post(url, json={}, timeout=0.1)
    assert told(login(wechat, "sandbox:li")) == 0, "other calls are spared"


def test_what_was_under_way_at_a_reset_leaves_nothing_behind_it(wechat):
    wechat.fail(LOGIN, delay_s=0.3)
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{wechat.url}{LOGIN}", timeout=0.1)
    wechat.reset()
    time.sleep(0.5)
    assert wechat.calls() == []


@pytest.mark.parametrize(("cut", "taken"), [("before", 0), ("after", 1)])
def test_a_connection_is_cut_before_or_after_the_message_is_taken(wechat, token, cut, taken):
    wechat.grant("li", TEMPLATE)
    wechat.fail(SEND, cut=cut)
    with pytest.raises(requests.ConnectionError):
        send(wechat, token)
    assert len(wechat.sent()) == taken
    assert wechat.calls(SEND)[-1]["http"] is None


def test_a_fault_without_an_end_stays_until_it_is_taken_back(wechat):
    wechat.fail(LOGIN, errcode=-1, times=None)
    assert [told(login(wechat, "sandbox:li")) for _ in range(3)] == [-1, -1, -1]
    wechat.control("DELETE", "/faults")
    assert told(login(wechat, "sandbox:li")) == 0


def test_what_it_cannot_do_is_said(wechat):
    answer = requests.post(f"{wechat.url}/_sandbox/faults", json={"path": SEND}, timeout=10)
    assert (answer.status_code, "errcode" in answer.text) == (422, True)
    assert requests.post(f"{wechat.url}/_sandbox/nothing", timeout=10).status_code == 404


def test_its_page_shows_what_the_phone_shows_and_runs_nothing(wechat, token):
    login(wechat, "sandbox:li")
    wechat.grant("li", TEMPLATE)
    send(wechat, token, data={"thing1": {"value": "<script>1</script>"}})
    wechat.fail(LOGIN, errcode=-1, times=None)
    shown = requests.get(wechat.url, timeout=10).text
    assert "&lt;script&gt;1&lt;/script&gt;" in shown
    assert "<script" not in shown
    assert "发给 li" in shown
    assert "http://127.0.0.1:8000/m/#/pages/ticket/index?id=1" in shown
    assert "答 errcode -1，直到取消" in shown


@pytest.mark.parametrize("environ", [{"WECHAT_APP_ID": "wx1"}, {"SHUNHAO_MODE": "production"}])
def test_it_does_not_run_beside_a_real_app(environ):
    command = [sys.executable, "-m", "wechat.sandbox", "--port", "0"]
    ended = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, timeout=30)
    assert ended.returncode == 1
    assert b"never runs beside a real app" in ended.stderr
