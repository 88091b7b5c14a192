"""What a browser could be talked into: other pages' requests, other names, other ways to go on."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

import pytest

from app.core.acts import SYSTEM, Act
from app.core.auth import COOKIES, access_of
from app.core.db import transaction
from app.staff.service import put_device
from tests.house import HALL, KIOSK_TOKEN, PASSWORD, open_house, refused

SAFE = {"GET", "HEAD", "OPTIONS"}
SIGNED = "wechat_callback.take"
"""WeChat's own, believed by its signature."""
ELSEWHERE = (
    "https://elsewhere.example/",
    "//elsewhere.example/",
    "/\\elsewhere.example/",
    "\\\\elsewhere.example",
    "/office/../..//elsewhere.example",
    "/office//elsewhere.example",
    "/%09/elsewhere.example",
    "/\t/elsewhere.example",
    "javascript:alert(1)",
    "/office/\r\nLocation: https://elsewhere.example/",
    "@elsewhere.example",
)
CLIENT = ("phone_pages.page", "phone_pages.file")
NAMES = ("next", "then", "url", "return", "redirect", "code", "to")


def routes(app):
    """(rule, address with something in each place, access) of all but files."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            yield rule, filled(rule.rule), access_of(app.view_functions[rule.endpoint])


def filled(path):
    return re.sub(r"<any\((\w+).*?>", r"\1", re.sub(r"<(?!any)[^>]*>", "x", path))


@pytest.fixture(scope="module")
def cookies(shared_house):
    """Kind of actor -> the value of its cookie."""
    house = shared_house
    with house.app.app_context(), transaction():
        act = Act(house.clock.now(), SYSTEM)
        for kind in ("screen", "cabinet"):
            put_device(f"the {kind} of tests", kind, HALL, kind, act)
    return {
        "staff": house.sign_in("administrator"),
        "kiosk": KIOSK_TOKEN,
        "screen": "the screen of tests",
        "cabinet": "the cabinet of tests",
    }


# Requests of other pages


def test_what_a_cookie_may_change_needs_the_pages_own_token(shared_house, cookies):
    tried, accepted = 0, []
    for rule, path, access in routes(shared_house.app):
        for method in rule.methods - SAFE:
            for kind in access.kinds & COOKIES.keys():
                browser = shared_house.app.test_client()
                browser.set_cookie(COOKIES[kind], cookies[kind])
                answer = browser.open(
                    path, method=method, json={}, headers={"Idempotency-Key": "k"}
                )
                tried += 1
                if answer.status_code != 403 or not is_csrf(answer):
                    accepted.append((method, rule.rule, kind, answer.status_code))
    assert accepted == []
    assert tried > 90


def is_csrf(answer):
    if answer.mimetype == "text/html":
        return "页面已过期" in answer.get_data(as_text=True)
    return answer.json["code"] == "csrf"


def test_forms_for_anybody_need_it_too(shared_house):
    browser = shared_house.app.test_client()
    forms = [
        path
        for rule, path, access in routes(shared_house.app)
        if rule.methods - SAFE
        and "public" in access.kinds
        and not path.startswith("/api/")
        and rule.endpoint != SIGNED
    ]
    assert len(forms) >= 6
    assert {path: browser.post(path).status_code for path in forms} == dict.fromkeys(forms, 403)


def test_the_pages_own_token_is_of_this_browser_alone(shared_house, cookies):
    one, other = (shared_house.app.test_client() for _ in range(2))
    for browser in (one, other):
        browser.set_cookie(COOKIES["staff"], cookies["staff"])
    page = one.get("/office/").get_data(as_text=True)
    token = re.search(r'name="csrf-token" content="([^"]+)"', page)[1]
    headers = {"X-CSRFToken": token, "Idempotency-Key": "k"}
    path = "/api/v1/staff/devices/x/disable"
    refused(one.post(path, json={}, headers=headers), 404, "unknown_device")
    refused(other.post(path, json={}, headers=headers), 403, "csrf")


@pytest.mark.security
def test_every_cookie_is_http_only_strict_and_over_https_secure(settings):
    house = open_house(replace(settings, base_url="https://localhost"))
    browser = house.app.test_client()
    set_by = [browser.get("/office/?lang=en"), browser.get("/kiosk/")]
    token = re.search(r'name="csrf_token" value="([^"]+)"', set_by[0].get_data(as_text=True))[1]
    form = {"username": "administrator", "password": PASSWORD, "csrf_token": token}
    kwargs = {"base_url": "https://localhost", "headers": {"Referer": "https://localhost/office/"}}
    page = browser.get("/office/", **kwargs)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.get_data(as_text=True))[1]
    set_by.append(browser.post("/office/session", data=form | {"csrf_token": token}, **kwargs))
    set_by.append(page)
    made = [one for answer in set_by for one in answer.headers.getlist("Set-Cookie")]
    assert {one.partition("=")[0] for one in made} >= {"session", COOKIES["staff"]}
    assert len(made) >= 3
    for one in made:
        assert {"Secure", "HttpOnly", "SameSite=Strict"} <= set(one.split("; ")), one
    with house.app.app_context():
        house.app.extensions["sqlalchemy"].engine.dispose()


# Other names


@pytest.fixture
def production(settings):
    house = open_house(replace(settings, mode="production", hosts=("hall.example",)))
    yield house
    with house.app.app_context():
        house.app.extensions["sqlalchemy"].engine.dispose()


def asked_as(house, host, path="/api/v1/halls", **more):
    return house.app.test_client().get(path, headers={"Host": host}, **more)


def test_only_the_halls_own_names_are_answered(production):
    for host in ("hall.example", "HALL.example:443"):
        assert asked_as(production, host).status_code == 200
    for host in ("evil.example", "hall.example.evil.example", "127.0.0.1", "[::1]:80", "localhost"):
        refused(asked_as(production, host), 400, "unknown_host")
    assert asked_as(production, "evil.example", "/office/").status_code == 400
    for path in ("/healthz", "/readyz"):
        assert asked_as(production, "10.0.0.7:8000", path).status_code == 200


@pytest.mark.parametrize("host", ["", "a b", 'x"y', "x/../y", "hall.example@evil.example", "é" * 9])
def test_a_host_that_is_none_is_refused_and_not_a_fault(production, host):
    answer = asked_as(production, host.encode().decode("latin-1"))
    assert answer.status_code == 400


def test_outside_production_this_machine_has_any_address(shared_house):
    for host in ("localhost:8000", "127.0.0.1", "192.0.2.1:8000", "[::1]:8000"):
        assert asked_as(shared_house, host).status_code == 200
    refused(asked_as(shared_house, "rebound.example"), 400, "unknown_host")


# Other ways to go on


@pytest.mark.security
def test_nobody_is_sent_elsewhere(shared_house, cookies):
    """Every address, with each name under which one might be told where to go on."""
    app, sent = shared_house.app, []
    for rule, path, access in routes(app):
        if "events" in path or "GET" not in rule.methods:
            continue
        browser = app.test_client()
        for kind in access.kinds & COOKIES.keys():
            browser.set_cookie(COOKIES[kind], cookies[kind])
        for there in (ELSEWHERE[0], ELSEWHERE[1]):
            asked = dict.fromkeys(
                ("next", "then", "url", "return", "redirect", "code", "to"), there
            )
            answer = browser.get(path, query_string=asked)
            if answer.status_code // 100 == 3:
                sent.append((path, answer.headers["Location"]))
    assert sent, "some addresses do send somewhere"
    assert [(path, to) for path, to in sent if not stays(path, to)] == []


@pytest.mark.parametrize("there", ELSEWHERE)
def test_who_signs_in_stays_here(shared_house, there):
    browser = shared_house.app.test_client()
    page = browser.get("/office/").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    form = {"username": "supervisor", "password": PASSWORD, "then": there, "csrf_token": token}
    answer = browser.post("/office/session", data=form)
    assert answer.status_code == 303
    assert stays("/office/session", answer.headers["Location"])


@pytest.mark.parametrize("there", ELSEWHERE)
def test_a_code_that_is_an_address_stays_here(shared_house, there):
    answer = shared_house.app.test_client().get("/verify", query_string={"code": there})
    if answer.status_code // 100 == 3:
        assert stays("/verify", answer.headers["Location"])


def stays(path, to):
    """As a browser reads it, which takes a backslash for a slash and leaves out tabs."""
    read = re.sub("[\t\r\n]", "", to).replace("\\", "/")
    return urlsplit(urljoin(f"http://localhost{path}", read)).netloc == "localhost"


# Headers


@pytest.mark.security
def test_every_page_comes_with_its_headers(shared_house, cookies):
    for rule, path, access in routes(shared_house.app):
        if "GET" not in rule.methods or "events" in path:
            continue
        browser = shared_house.app.test_client()
        for kind in access.kinds & COOKIES.keys():
            browser.set_cookie(COOKIES[kind], cookies[kind])
        headers = browser.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "no-referrer", path
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
        assert "camera=()" in headers["Permissions-Policy"], path
        if headers["Content-Type"].startswith("text/html"):
            policy = headers["Content-Security-Policy"]
            assert "unsafe" not in policy, path
            assert "default-src 'self'" in policy, path
            assert "frame-ancestors 'none'" in policy, path
            # the client, once it is built, is the same for everybody
            kept = {"no-store", "no-cache"} if rule.endpoint in CLIENT else {"no-store"}
            assert headers["Cache-Control"] in kept, path


@pytest.mark.security
def test_over_https_it_stays_https(settings):
    for base_url, said in (("https://localhost", "max-age=31536000"), ("http://localhost", None)):
        house = open_house(replace(settings, base_url=base_url))
        answer = house.get("/halls")
        assert answer.headers.get("Strict-Transport-Security") == said
        with house.app.app_context():
            house.app.extensions["sqlalchemy"].engine.dispose()
