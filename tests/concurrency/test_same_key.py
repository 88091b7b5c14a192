"""One Idempotency-Key: pressed twice at once, again after the answer was lost, for another body."""

from __future__ import annotations

import time
from typing import Any

from app.core import idempotency
from tests.crowd import calls, faults, rows
from tests.house import KIOSK_TOKEN, House
from tests.processes import together
from tests.stores import each_store_in_time, on_postgresql

KEY = "the thumb trembled"


def take_slowly(house: House, go: Any, key: str) -> tuple[int, str]:
    """A number; the transaction stays open long enough for the other try to come."""
    keep = idempotency._keep

    def keep_slowly(*args: Any) -> None:
        time.sleep(0.3)
        keep(*args)

    idempotency._keep = keep_slowly
    go()
    answer = house.post("/kiosk/tickets", KIOSK_TOKEN, {"item": "id-card"}, key)
    return answer.status_code, answer.get_data(as_text=True)


@each_store_in_time
def test_a_double_tap_gives_one_ticket_and_one_answer(busy_settings, busy_house):
    first, second = together(busy_settings, (take_slowly, KEY), (take_slowly, KEY))
    assert first == second
    assert first[0] == 201
    assert len(rows(busy_house)) == 1


def take_without_key(house: House, go: Any, key: str) -> Any:
    idempotency._stored = lambda once, now: None
    return take_slowly(house, go, key)


@on_postgresql
def test_without_the_key_a_double_tap_gives_two(busy_settings, busy_house):
    together(busy_settings, (take_without_key, KEY), (take_without_key, KEY))
    assert len(rows(busy_house)) == 2


def press_next(house: House, go: Any, token: str, key: str) -> tuple[int, str]:
    go()
    answer = house.post("/counters/1/call-next", token, None, key)
    return answer.status_code, answer.get_data(as_text=True)


@each_store_in_time
def test_next_pressed_twice_with_one_key_calls_one(busy_settings, busy_house):
    waiting = [busy_house.take("id-card") for _ in range(3)]
    token = busy_house.clerk("1").token
    answers = together(busy_settings, *[(press_next, token, KEY)] * 4)
    assert len(set(answers)) == 1
    assert answers[0][0] == 200
    assert [call.number for call in calls(busy_house)] == [waiting[0]["number"]]
    assert faults(busy_house) == []


@each_store_in_time
def test_after_a_lost_answer_the_same_key_gives_it_again(busy_house):
    answers = [
        busy_house.post("/kiosk/tickets", KIOSK_TOKEN, {"item": "id-card"}, KEY) for _ in range(3)
    ]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_data() for answer in answers}) == 1
    assert len(rows(busy_house)) == 1


@each_store_in_time
def test_the_same_key_for_another_body_is_refused(busy_house):
    busy_house.post("/kiosk/tickets", KIOSK_TOKEN, {"item": "id-card"}, KEY)
    answer = busy_house.post("/kiosk/tickets", KIOSK_TOKEN, {"item": "pension"}, KEY)
    assert answer.status_code == 422
    assert answer.json["code"] == "idempotency_key_reused"
    assert len(rows(busy_house)) == 1


@each_store_in_time
def test_a_refusal_is_not_kept_so_the_key_may_be_tried_again(busy_house):
    token = busy_house.clerk("1").token
    ticket = busy_house.take("id-card")
    path = f"/tickets/{ticket['id']}/start"
    assert busy_house.post(path, token, None, KEY).status_code == 409
    busy_house.clerk("1").next()
    assert busy_house.post(path, token, None, KEY).status_code == 200


@each_store_in_time
def test_one_key_means_something_else_for_somebody_else(busy_house):
    for _ in range(2):
        busy_house.take("id-card")
    for no in ("1", "2"):
        assert busy_house.clerk(no).next(KEY) is not None
    assert len(calls(busy_house)) == 2
