"""Who may come in by the phone's door, and for how long."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.citizens.queries import CITIZENS, SESSIONS
from app.factory import create_app
from config.settings import WechatApp
from tests.crowd import rows
from tests.house import KIOSK_TOKEN, House, refused

OF_CITIZENS = [
    ("GET", "/me", None),
    ("PUT", "/me/identity", {"name": "李小明", "id_number": "x"}),
    ("PUT", "/me/phone", {"code": "x"}),
    ("PUT", "/me/language", {"language": "en"}),
    ("GET", "/me/people", None),
    ("POST", "/me/people", {"name": "李小明", "id_number": "x"}),
    ("DELETE", "/me/people/x", None),
    ("GET", "/me/tickets", None),
    ("POST", "/halls/t/tickets", {"item": "id-card"}),
    ("DELETE", "/session", None),
]
WHO_MAY_NOT = [
    ("nobody", 401, "unauthenticated"),
    ("nonsense", 401, "unauthenticated"),
    ("kiosk", 403, "forbidden"),
    ("clerk1", 403, "forbidden"),
    ("ticket", 403, "forbidden"),
]


@pytest.fixture(scope="module")
def tokens(shared_house):
    return {
        "nobody": None,
        "nonsense": "nonsense",
        "kiosk": KIOSK_TOKEN,
        "clerk1": shared_house.sign_in("clerk1"),
        "ticket": shared_house.take()["token"],
    }


@pytest.mark.parametrize(("who", "status", "code"), WHO_MAY_NOT)
@pytest.mark.parametrize(("method", "path", "body"), OF_CITIZENS)
def test_the_phone_s_routes_are_for_phones(
    shared_house, tokens, who, status, code, method, path, body
):
    refused(shared_house.request(method, path, tokens[who], body), status, code)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/kiosk/tickets", {"item": "id-card"}),
        ("POST", "/kiosk/check-ins", {"code": "x"}),
        ("POST", "/counters/1/call-next", None),
        ("GET", "/counters/1", None),
        ("POST", "/tickets/x/recall", None),
        ("DELETE", "/staff/session", None),
    ],
)
def test_a_phone_is_no_machine_and_no_clerk(shared_house, method, path, body):
    li = shared_house.citizen("li")
    refused(shared_house.request(method, path, li.token, body), 403, "forbidden")


def sign_in(house, body):
    return house.request("POST", "/session", body=body, key=None)


def test_signing_in_needs_no_key_and_a_code_of_wechats_works_once(house):
    assert sign_in(house, {"code": "sandbox-once:li"}).status_code == 201
    refused(sign_in(house, {"code": "sandbox-once:li"}), 401, "login_code_wrong")


@pytest.mark.parametrize("code", ["", "0a1b2c", "sandbox:", "sandbox:a b", "sandbox:" + "a" * 65])
def test_a_code_that_is_none(shared_house, code):
    refused(sign_in(shared_house, {"code": code}), 401, "login_code_wrong")


@pytest.mark.parametrize("body", [{}, {"code": 1}, {"code": None}, {"code": "x", "name": "y"}])
def test_what_is_no_sign_in(shared_house, body):
    refused(sign_in(shared_house, body), 422, "invalid")


def test_a_token_holds_thirty_days(house):
    li = house.citizen("li")
    house.clock.advance(days=29, hours=23, minutes=59)
    assert li.get("/me").status_code == 200
    house.clock.advance(minutes=1)
    refused(li.get("/me"), 401, "unauthenticated")


def test_nobody_comes_of_a_code_that_is_used_or_wrong(house):
    assert sign_in(house, {"code": "sandbox-once:li"}).status_code == 201
    before = rows(house, CITIZENS), rows(house, SESSIONS)
    for code in ("sandbox-once:li", "0a1b2c"):
        refused(sign_in(house, {"code": code}), 401, "login_code_wrong")
    assert (rows(house, CITIZENS), rows(house, SESSIONS)) == before


def test_a_token_that_expired_does_nothing_and_the_same_deed_goes_on_under_a_new_one(house):
    li = house.citizen("li").identify()
    house.clock.advance(days=30)
    tomorrow = house.clock.now().date() + timedelta(days=1)
    slot = house.slot("09:30", date=f"{tomorrow}")
    wanted = {"slot": slot, "item": "id-card"}
    refused(li.post("/appointments", wanted, "k"), 401, "unauthenticated")
    refused(li.put("/me/phone", {"code": "phone-once:13812341234"}), 401, "unauthenticated")
    again = house.citizen("li")
    assert again.get("/appointments").json == []
    assert again.get("/me").json["phone"] is None
    assert again.post("/appointments", wanted, "k").status_code == 201
    assert again.put("/me/phone", {"code": "phone-once:13812341234"}).status_code == 200


def test_signing_out_ends_this_phone_only(house):
    phone, other = house.citizen("li"), house.citizen("li")
    phone.delete("/session")
    refused(phone.get("/me"), 401, "unauthenticated")
    refused(phone.delete("/session"), 401, "unauthenticated")
    assert other.get("/me").status_code == 200
    assert phone.token not in str(rows(house, SESSIONS))


NOBODY_LISTENS = "http://127.0.0.1:9"


@pytest.mark.parametrize("app", [WechatApp("wx0123", "hidden", NOBODY_LISTENS), None])
def test_where_people_are_served_the_sandbox_opens_nothing(settings, app):
    real = replace(settings, mode="production", wechat=app)
    house = House(create_app(real))
    for code in ("sandbox:li", "sandbox-once:li", "0a1b2c"):
        answer = sign_in(house, {"code": code})
        refused(answer, 503, "wechat_unavailable")
        assert int(answer.headers["Retry-After"]) > 0


def test_another_app_than_wechat_s_signs_nobody_in(settings, wechat):
    other = replace(settings, wechat=WechatApp("wx0123", "hidden", wechat.url))
    answer = sign_in(House(create_app(other)), {"code": "sandbox:li"})
    refused(answer, 503, "wechat_unavailable")
