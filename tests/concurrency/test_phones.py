"""Two phones, or two taps on one, at the same moment: one account, one identity, one row each."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import select

from app.citizens import service as citizens
from app.citizens.queries import ACTS_FOR, CITIZENS, PEOPLE, SESSIONS
from app.citizens.wrong_names import AT_MOST
from app.core.db import db
from tests.bookings import together as at_once
from tests.crowd import rows
from tests.house import House, id_number
from tests.processes import together
from tests.stores import each_store_in_time, on_postgresql

PHONES = 4
TIMES = 5
PAUSE_S = 0.3


def sign_in(house: House, go: Any, kind: str) -> list[int]:
    """So many codes, each used by every phone at about the same moment."""
    house.get("/halls/t/board")
    go()
    codes = [f"{kind}:li{time_}" for time_ in range(TIMES)]
    return [int(house.post("/session", None, {"code": code}).status_code) for code in codes]


@each_store_in_time
def test_a_code_of_wechats_signs_one_in(busy_settings, busy_house):
    answers = together(busy_settings, *[(sign_in, "sandbox-once")] * PHONES)
    assert [sorted(each) for each in zip(*answers, strict=True)] == [
        [201] + [401] * (PHONES - 1)
    ] * TIMES
    assert len(rows(busy_house, SESSIONS)) == TIMES


@each_store_in_time
def test_somebody_new_gets_one_account(busy_settings, busy_house):
    answers = together(busy_settings, *[(sign_in, "sandbox")] * PHONES)
    assert answers == [[201] * TIMES] * PHONES
    assert len(rows(busy_house, CITIZENS)) == TIMES
    assert len(rows(busy_house, SESSIONS)) == TIMES * PHONES


def send(house: House, go: Any, method: str, path: str, token: str, body: Any) -> tuple[int, str]:
    house.get("/halls/t/board")
    go()
    answer = house.request(method, path, token, body)
    return answer.status_code, answer.json.get("code", "")


def numbers() -> list[str]:
    return [id_number(series=series) for series in range(1, PHONES + 1)]


def saying(token: str, number: str) -> tuple[Any, ...]:
    return "PUT", "/me/identity", token, {"name": "李小明", "id_number": number}


@each_store_in_time
def test_an_account_is_one_person_however_fast_it_says_several(busy_settings, busy_house):
    li = busy_house.citizen("li")
    answers = together(busy_settings, *[(send, *saying(li.token, one)) for one in numbers()])
    assert sorted(answers) == [(200, "")] + [(409, "identity_set")] * (PHONES - 1)
    assert len(rows(busy_house, PEOPLE)) == len(li.people()) == 1


def not_locked(citizen: str) -> Any:
    """`citizens._locked` without its lock."""
    found = db.session.execute(select(*CITIZENS.c).where(CITIZENS.c.id == citizen)).one()
    time.sleep(PAUSE_S)
    return found


def send_unlocked(house: House, go: Any, *request: Any) -> tuple[int, str]:
    citizens._locked = not_locked
    return send(house, go, *request)


@on_postgresql
def test_without_the_lock_it_is_several(busy_settings, busy_house):
    li = busy_house.citizen("li")
    said = [(send_unlocked, *saying(li.token, one)) for one in numbers()]
    answers = together(busy_settings, *said)
    assert answers.count((200, "")) > 1
    assert len(li.people()) > 1


@each_store_in_time
def test_somebody_of_the_family_is_added_once(busy_settings, busy_house):
    li = busy_house.citizen("li").identify()
    body = {"name": "王芳", "id_number": id_number("19580308")}
    adding = (send, "POST", "/me/people", li.token, body)
    answers = together(busy_settings, *[adding] * PHONES)
    assert sorted(answers) == [(201, "")] + [(409, "person_known")] * (PHONES - 1)
    assert len(rows(busy_house, ACTS_FOR)) == 2


@on_postgresql
def test_two_accounts_that_name_somebody_new_at_once_mean_one_person(busy_settings, busy_house):
    body = {"name": "王芳", "id_number": id_number("19580308")}
    accounts = [busy_house.citizen(f"li{one}").identify() for one in range(PHONES)]
    adding = [(send, "POST", "/me/people", account.token, body) for account in accounts]
    assert together(busy_settings, *adding) == [(201, "")] * PHONES
    assert len({account.people()[1]["id"] for account in accounts}) == 1
    assert len(rows(busy_house, PEOPLE)) == PHONES + 1


@each_store_in_time
def test_names_tried_at_once_are_no_more_than_names_tried_in_turn(busy_house):
    wanted, thief = busy_house.citizen("li").id_number, busy_house.citizen("thief")
    busy_house.register[wanted] = "李小明"
    body = {"name": "李大明", "id_number": wanted}
    allowed = AT_MOST["citizen"]
    tries = [lambda: thief.put("/me/identity", body).status_code] * (allowed + PHONES)
    assert sorted(at_once(tries)) == [422] * allowed + [429] * PHONES
