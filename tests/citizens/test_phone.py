"""The phone number that WeChat knows, and the language somebody is told things in."""

import threading
import time

import pytest

from app.citizens import service
from app.citizens.queries import Contact, contact_of
from tests.house import House, refused
from tests.stores import each_store_once
from tests.wechat_server import LOGIN, PHONE_NUMBER
from wechat.sandbox.people import openid_of


def contact(house: House, citizen) -> Contact:
    return house.within(lambda: contact_of(citizen.get("/me").json["id"]))


@each_store_once
def test_a_number_is_kept_and_shown_in_part(every_settings):
    from tests.house import open_house

    house = open_house(every_settings)
    li = house.citizen("li")
    before = li.get("/me").json
    assert (before["phone"], before["language"]) == (None, "zh-CN")
    answer = li.put("/me/phone", {"code": "phone-once:13812341234"})
    assert answer.json == before | {"phone": "138****1234"}
    assert li.get("/me").json == answer.json
    assert contact(house, li) == Contact(openid_of("li"), "13812341234", "zh-CN")
    li.put("/me/phone", {"code": "phone:13900001111"})
    assert li.put("/me/language", {"language": "en"}).json["language"] == "en"
    assert contact(house, li) == Contact(openid_of("li"), "13900001111", "en")
    assert house.citizen("wang").get("/me").json["phone"] is None


@pytest.mark.parametrize("code", ["phone-other-app:13812341234", "sandbox:li", "", "x"])
def test_a_code_that_tells_no_number(shared_house, code):
    li = shared_house.citizen("li")
    refused(li.put("/me/phone", {"code": code}), 422, "phone_code_wrong")
    assert li.get("/me").json["phone"] is None


def test_a_used_code_changes_nothing(house):
    house.citizen("wang").put("/me/phone", {"code": "phone-once:13812341234"})
    li = house.citizen("li")
    refused(li.put("/me/phone", {"code": "phone-once:13812341234"}), 422, "phone_code_wrong")
    assert li.get("/me").json["phone"] is None


@pytest.mark.parametrize("body", [{}, {"code": 1}, {"code": "x", "phone": "13812341234"}])
def test_what_is_no_phone(shared_house, body):
    refused(shared_house.citizen("li").put("/me/phone", body), 422, "invalid")


@pytest.mark.parametrize("language", ["", "fr", None, "EN"])
def test_what_is_no_language(shared_house, language):
    li = shared_house.citizen("li")
    refused(li.put("/me/language", {"language": language}), 422, "invalid")


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ({"errcode": -1}, 503, "wechat_unavailable"),
        ({"errcode": 45011}, 503, "wechat_unavailable"),
        ({"errcode": 40013}, 503, "wechat_unavailable"),
        ({"http": 502}, 503, "wechat_unavailable"),
        ({"cut": "after"}, 503, "wechat_unavailable"),
        ({"errcode": 40226}, 403, "wechat_blocked"),
    ],
)
def test_when_wechat_is_not_itself_nobody_is_signed_in(house, wechat, fault, status, code):
    wechat.fail(LOGIN, **fault)
    answer = house.request("POST", "/session", body={"code": "sandbox:li"}, key=None)
    refused(answer, status, code)


def test_an_answer_that_is_lost_leaves_nothing_half_done(house, wechat):
    li = house.citizen("li")
    wechat.fail(PHONE_NUMBER, cut="after")
    refused(li.put("/me/phone", {"code": "phone:13812341234"}), 503, "wechat_unavailable")
    assert li.get("/me").json["phone"] is None


def test_while_wechat_is_slow_no_connection_of_the_database_waits_with_it(house, wechat):
    li = house.citizen("li")
    wechat.fail(PHONE_NUMBER, delay_s=1)
    with house.app.app_context():
        pool = house.app.extensions["sqlalchemy"].engine.pool
    asking = threading.Thread(target=li.put, args=("/me/phone", {"code": "phone:13812341234"}))
    asking.start()
    held = []
    while asking.is_alive():
        held.append(pool.checkedout())
        time.sleep(0.01)
    assert held.count(0) > len(held) / 2
    assert li.get("/me").json["phone"] == "138****1234"


@pytest.mark.parametrize(("at_once", "is_refused"), [(2, True), (4, False)])
def test_while_wechat_is_slow_only_so_many_wait_for_it(
    house, wechat, monkeypatch, at_once, is_refused
):
    li = house.citizen("li")
    asking = threading.BoundedSemaphore(at_once)
    monkeypatch.setattr(service, "asking", asking)
    wechat.fail(LOGIN, times=2, delay_s=2)
    answers = []

    def sign_in(name):
        return house.request("POST", "/session", body={"code": f"sandbox:{name}"}, key=None)

    slow = [
        threading.Thread(target=lambda name=name: answers.append(sign_in(name)))
        for name in ("wang", "zhao")
    ]
    for each in slow:
        each.start()
    until = time.monotonic() + 5
    while asking._value > at_once - 2 and time.monotonic() < until:
        time.sleep(0.01)
    third, phone = sign_in("qian"), li.put("/me/phone", {"code": "phone:13812341234"})
    assert house.get("/halls/t/board").status_code == 200
    if is_refused:
        assert all(each.is_alive() for each in slow)
        assert int(third.headers["Retry-After"]) > 0
        refused(third, 503, "wechat_unavailable")
        refused(phone, 503, "wechat_unavailable")
    else:
        assert (third.status_code, phone.status_code) == (201, 200)
    for each in slow:
        each.join()
    assert [answer.status_code for answer in answers] == [201, 201]
    assert asking._value == at_once


def test_who_was_refused_by_wechat_waits_no_longer(house, wechat, monkeypatch):
    monkeypatch.setattr(service, "asking", threading.BoundedSemaphore(1))
    for fault in ({"errcode": 40226}, {"errcode": -1}, {"http": 502}):
        wechat.fail(LOGIN, **fault)
        house.request("POST", "/session", body={"code": "sandbox:li"}, key=None)
    assert house.citizen("li").get("/me").status_code == 200
