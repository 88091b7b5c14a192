"""Who gets into a page, and what a page may do."""

from __future__ import annotations

import re

import pytest

from app.core.auth import COOKIES
from tests.house import KIOSK_TOKEN, PASSWORD

CLERK = {"username": "clerk1", "password": PASSWORD}


def post(client, page: str, path: str, **fields: str):
    """Send a form of a page as a browser does."""
    token = re.search('name="csrf_token" value="([^"]+)"', client.get(page).text)[1]
    return client.post(path, data={"csrf_token": token, **fields})


def sign_in(client, username: str, **more: str):
    form = {"username": username, "password": PASSWORD, **more}
    answer = post(client, "/clerk/", "/clerk/session", **form)
    assert answer.status_code == 303
    return answer


@pytest.fixture
def client(house):
    return house.app.test_client()


@pytest.mark.parametrize(
    "path", ["/", "/kiosk/", "/clerk/", "/office/", "/screen/t", "/docs", "/t/nobody"]
)
def test_a_page_runs_nothing_inline_and_nothing_from_outside(client, path):
    answer = client.get(path)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert answer.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script(?![^>]* src=)| style=| on\w+=|https?://", answer.text)


def test_an_unknown_ticket_or_hall_has_a_page_that_says_so(client):
    for path, words in (
        ("/t/nobody", "没有找到这张号票"),
        ("/screen/x", "没有这个大厅"),
        ("/nowhere", "没有找到所请求的内容"),
    ):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.mimetype == "text/html"
        assert words in answer.text


def test_a_machine_is_known_by_its_token_and_keeps_it_in_a_strict_cookie(client):
    assert "登记这台设备" in client.get("/kiosk/").text
    wrong = post(client, "/kiosk/", "/kiosk/session", token="nothing")
    assert wrong.status_code == 401
    assert "令牌不正确" in wrong.text
    answer = post(client, "/kiosk/", "/kiosk/session", token=KIOSK_TOKEN)
    assert answer.status_code == 303
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if COOKIES["kiosk"] in c)
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "您要办什么事" in client.get("/kiosk/").text


def test_a_refused_sign_in_is_told_in_the_readers_language(client):
    client.get("/office/?lang=en")
    wrong = post(client, "/office/", "/office/session", username="clerk1", password="no")
    assert "User name or password is wrong." in wrong.text


def test_a_page_of_others_says_whose_it_is(client):
    form = {"username": "supervisor", "password": PASSWORD}
    post(client, "/office/", "/office/session", **form)
    assert "这一页由安全管理员使用" in client.get("/office/people").text
    assert "used by: Security administrator." in client.get("/office/people?lang=en").text


def test_a_clerk_signs_in_and_out(client):
    wrong = post(client, "/clerk/", "/clerk/session", username="clerk1", password="no")
    assert wrong.status_code == 401
    assert "用户名或密码不正确" in wrong.text
    assert post(client, "/clerk/", "/clerk/session", **CLERK).status_code == 303
    assert "叫下一位" in client.get("/clerk/").text
    assert client.get("/api/v1/counters/1").status_code == 200
    assert post(client, "/clerk/", "/clerk/sign-out").status_code == 303
    assert client.get("/api/v1/counters/1").status_code == 401


@pytest.mark.parametrize(
    ("role", "words", "gives_numbers"),
    [
        ("guide", "请到取号页面为办事人取号", True),
        ("supervisor", "请退出后填写窗口号登录", True),
        ("administrator", "管理员不登录窗口，请到办公页面", False),
    ],
)
def test_without_a_counter_there_is_a_way_on_and_a_way_out(client, role, words, gives_numbers):
    sign_in(client, role)
    told = client.get("/clerk/").text
    assert words in told
    assert 'href="/office/"' in told
    assert ('href="/kiosk/"' in told) == gives_numbers
    assert ("您要办什么事" in client.get("/kiosk/").text) == gives_numbers
    assert post(client, "/clerk/", "/clerk/sign-out").status_code == 303
    assert "密码" in client.get("/clerk/").text


def test_a_guide_gives_numbers_at_the_machines_page(client):
    assert sign_in(client, "guide").location == "/kiosk/"
    page = client.get("/kiosk/").text
    token = re.search('name="csrf-token" content="([^"]+)"', page)[1]
    headers = {"X-CSRFToken": token, "Idempotency-Key": "k"}
    answer = client.post("/api/v1/kiosk/tickets", json={"item": "id-card"}, headers=headers)
    assert (answer.status_code, answer.json["number"]) == (201, "A001")
    assert answer.json["token"]  # for the code on the ticket
    assert post(client, "/kiosk/", "/clerk/sign-out").status_code == 303
    assert "导办员用自己的账号" in client.get("/kiosk/").text


def test_a_supervisor_sits_at_the_counter_named(client):
    sign_in(client, "supervisor", counter="3")
    assert "叫下一位" in client.get("/clerk/").text


@pytest.mark.parametrize("role", ["guide", "administrator"])
def test_who_may_not_sit_at_a_counter_is_told_so_at_the_form(client, role):
    form = {"username": role, "password": PASSWORD, "counter": "3"}
    answer = post(client, "/clerk/", "/clerk/session", **form)
    assert answer.status_code == 403
    assert "您的岗位不能登录窗口，请不要填写窗口号。" in answer.text
    assert f'value="{role}"' in answer.text


def test_a_clerk_gives_no_numbers(client):
    sign_in(client, "clerk1")
    assert "登记这台设备" in client.get("/kiosk/").text


def test_whose_counter_has_left_the_hall_can_sign_out(client, house):
    sign_in(client, "clerk1")
    house.reload(lambda file: file["counters"].pop(0))
    answer = client.get("/clerk/")
    assert answer.status_code == 200
    assert "大厅已经没有 1 号窗口" in answer.text
    assert post(client, "/clerk/", "/clerk/sign-out").status_code == 303


@pytest.mark.parametrize("then", ["", "/clerk/", "//evil.example/office/", "/office/session"])
def test_signing_in_leads_nowhere_else(client, then):
    assert post(client, "/office/", "/office/session", **CLERK, then=then).location == "/office/"


@pytest.mark.parametrize("path", ["/office/", "/office/book", "/office/closing"])
def test_office_pages_are_for_whoever_is_signed_in(client, path):
    assert "办公页面登录" in client.get(path).text
    wrong = post(client, path, "/office/session", username="clerk1", password="no", then=path)
    assert wrong.status_code == 401
    assert "用户名或密码不正确" in wrong.text
    assert f'name="then" value="{path}"' in wrong.text
    assert post(client, path, "/office/session", **CLERK, then=path).location == path
    assert 'aria-current="page"' in client.get(path).text
    assert post(client, path, "/office/sign-out").status_code == 303
    assert "办公页面登录" in client.get(path).text


def test_who_signs_in_at_the_office_takes_nobodys_counter(client, house):
    at_the_counter = house.clerk("1")
    post(client, "/office/", "/office/session", **CLERK)
    assert at_the_counter.see()["clerk"] == "clerk1"
    assert "您没有登录窗口" in client.get("/clerk/").text


@pytest.mark.parametrize(
    ("role", "settles"),
    [("clerk1", False), ("guide", False), ("supervisor", True), ("administrator", True)],
)
def test_a_closing_day_is_settled_by_those_who_lead(client, role, settles):
    sign_in(client, role)
    assert ("怎样办理" in client.get("/office/closing").text) == settles


@pytest.mark.parametrize(
    "path",
    ["/kiosk/session", "/clerk/session", "/clerk/sign-out", "/office/session", "/office/sign-out"],
)
def test_a_form_from_elsewhere_is_refused(client, path):
    answer = client.post(path, data={"token": KIOSK_TOKEN, **CLERK})
    assert answer.status_code == 403
    assert not any("shunhao_" in cookie for cookie in answer.headers.getlist("Set-Cookie"))


def test_a_cookie_alone_moves_nothing(client):
    post(client, "/clerk/", "/clerk/session", **CLERK)
    answer = client.post("/api/v1/counters/1/open", json={}, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 403
    assert answer.json["code"] == "csrf"
