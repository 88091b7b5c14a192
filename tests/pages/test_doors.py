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


@pytest.fixture
def client(house):
    return house.app.test_client()


@pytest.mark.parametrize("path", ["/", "/kiosk/", "/clerk/", "/screen/t", "/docs", "/t/nobody"])
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
    assert "登记这台取号机" in client.get("/kiosk/").text
    wrong = post(client, "/kiosk/", "/kiosk/session", token="nothing")
    assert wrong.status_code == 401
    assert "令牌不正确" in wrong.text
    answer = post(client, "/kiosk/", "/kiosk/session", token=KIOSK_TOKEN)
    assert answer.status_code == 303
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if COOKIES["kiosk"] in c)
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "您要办什么事" in client.get("/kiosk/").text


def test_a_clerk_signs_in_and_out(client):
    wrong = post(client, "/clerk/", "/clerk/session", username="clerk1", password="no")
    assert wrong.status_code == 401
    assert "用户名或密码不正确" in wrong.text
    assert post(client, "/clerk/", "/clerk/session", **CLERK).status_code == 303
    assert "叫下一位" in client.get("/clerk/").text
    assert client.get("/api/v1/counters/1").status_code == 200
    assert post(client, "/clerk/", "/clerk/sign-out").status_code == 303
    assert client.get("/api/v1/counters/1").status_code == 401


def test_without_a_counter_there_is_no_console(client):
    answer = post(client, "/clerk/", "/clerk/session", username="guide", password=PASSWORD)
    assert answer.status_code == 303
    assert "请填写窗口号" in client.get("/clerk/").text


@pytest.mark.parametrize("path", ["/kiosk/session", "/clerk/session", "/clerk/sign-out"])
def test_a_form_from_elsewhere_is_refused(client, path):
    answer = client.post(path, data={"token": KIOSK_TOKEN, **CLERK})
    assert answer.status_code == 403
    assert not any("shunhao_" in cookie for cookie in answer.headers.getlist("Set-Cookie"))


def test_a_cookie_alone_moves_nothing(client):
    post(client, "/clerk/", "/clerk/session", **CLERK)
    answer = client.post("/api/v1/counters/1/open", json={}, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 403
    assert answer.json["code"] == "csrf"
