"""The hall now, as who leads it sees it, and what it is warned of."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import event

from app.core.acts import Role
from app.core.db import db
from tests.house import KIOSK_TOKEN, House, refused

STATEMENTS_AT_MOST = 14


@pytest.fixture
def lead(house: House) -> str:
    return house.sign_in("supervisor")


def now(house: House, token: str) -> dict:
    answer = house.get("/staff/hall", token)
    assert answer.status_code == 200, answer.text
    return answer.json


def counter(hall: dict, no: str) -> dict:
    return next(each for each in hall["counters"] if each["no"] == no)


def lane(hall: dict, letters: str) -> dict:
    return next(each for each in hall["lanes"] if each["lane"] == letters)


def test_who_waits_and_who_sits_where(house, lead):
    first, _ = house.take("id-card"), house.take("pension")
    house.clock.advance(minutes=4)
    house.take("id-card")
    house.clerk("1").next()
    house.clock.advance(minutes=11)
    hall = now(house, lead)
    assert (hall["waiting"], hall["in_hand"], hall["counters_working"]) == (2, 1, 1)
    assert (lane(hall, "A")["waiting"], lane(hall, "B")["waiting"]) == (1, 1)
    assert hall["oldest_since"] == lane(hall, "B")["oldest_since"]
    assert lane(hall, "B")["counters_working"] == 1
    one = counter(hall, "1")
    assert (one["status"], one["clerk"]) == ("open", "clerk1")
    assert one["ticket"]["number"] == first["number"]
    assert one["ticket"]["long"]  # an ID card takes five minutes
    assert counter(hall, "2") == {
        "no": "2",
        "name": "综合窗口",
        "status": "closed",
        "since": None,
        "clerk": None,
        "ticket": None,
        "tiers": [["A", "B"], ["J"]],
        "tiers_in_file": None,
    }


def test_a_handful_of_statements_however_many_counters(house, lead):
    for no in house.plan.counters:
        house.take("id-card")
        house.clerk(no).next()
    for _ in range(5):
        house.take("pension")
    statements = []
    with house.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    now(house, lead)
    assert 0 < len(statements) <= STATEMENTS_AT_MOST, "\n".join(statements)


@pytest.mark.parametrize("who", ["clerk1", "guide", "supervisor", "administrator"])
def test_all_staff_read_it_and_who_leads_changes_it(house, who):
    token = house.sign_in(who)
    now(house, token)
    answer = house.post("/staff/hall/message", token, {"message": "今天人多"})
    if who in (Role.SUPERVISOR, Role.ADMINISTRATOR):
        assert answer.status_code == 200
    else:
        refused(answer, 403, "forbidden")


def test_a_machine_does_not_read_it(house):
    refused(house.get("/staff/hall", KIOSK_TOKEN), 403, "forbidden")


def warned(house: House, token: str) -> list[tuple[str, str, str]]:
    return [
        (each["kind"], each["lane"], each["since"][11:16]) for each in now(house, token)["warnings"]
    ]


def set_thresholds(house: House, token: str, **changed: object) -> None:
    body = {"oldest_wait_minutes": 30, "waiting": 30, "unserved_lane": True, "bad_rating": True}
    assert house.post("/staff/hall/thresholds", token, body | changed).status_code == 200


def test_a_lane_nobody_serves_is_warned_of_until_somebody_does(house, lead):
    assert warned(house, lead) == []
    house.take("id-card")
    assert warned(house, lead) == [("unserved_lane", "A", "09:00")]
    clerk = house.clerk("1")
    assert warned(house, lead) == []
    house.clock.advance(minutes=3)
    clerk.do("pause")
    assert warned(house, lead) == [("unserved_lane", "A", "09:03")]
    clerk.do("open")
    house.request("DELETE", "/staff/session", clerk.token)
    assert [kind for kind, *_ in warned(house, lead)] == ["unserved_lane"], "open, nobody there"
    set_thresholds(house, lead, unserved_lane=False)
    assert warned(house, lead) == []


def test_a_long_wait_and_many_people_are_warned_of_since_when_they_were(house, lead):
    house.clerk("1")
    set_thresholds(house, lead, oldest_wait_minutes=10, waiting=3)
    for _ in range(4):
        house.take("id-card")
        house.clock.advance(minutes=2)
    assert warned(house, lead) == [("waiting", "A", "09:04")]
    house.clock.advance(minutes=4)
    assert warned(house, lead) == [("waiting", "A", "09:04"), ("oldest_wait", "A", "09:10")]
    texts = [each["text"] for each in now(house, lead)["warnings"]]
    assert texts == ["A 户籍 有 4 人在等候", "A 户籍 有人已等 12 分钟"]
    assert lane(now(house, lead), "A")["hot"]
    assert not lane(now(house, lead), "B")["hot"]


def test_who_came_early_for_a_booking_has_not_waited_yet(house, lead):
    house.clerk("1")
    set_thresholds(house, lead, oldest_wait_minutes=10, waiting=1)
    li = house.citizen("li").identify()
    li.book(house.slot("10:00", date="2026-11-23"))
    house.clock.at = datetime.fromisoformat("2026-11-23T09:10+08:00")
    assert house.check_in_by(id_number=li.id_number).status_code == 201
    house.clock.advance(minutes=40)
    assert warned(house, lead) == []
    house.clock.advance(minutes=20)
    assert warned(house, lead) == [("waiting", "A", "10:00"), ("oldest_wait", "A", "10:10")]


def test_thresholds_stand_until_they_are_the_files_again(house, lead):
    house.reload(lambda file: file["hall"].update(thresholds={"oldest_wait_minutes": 20}))
    assert now(house, lead)["thresholds"]["oldest_wait_minutes"] == 20
    set_thresholds(house, lead, oldest_wait_minutes=45)
    house.clock.advance(hours=30)
    lead = house.sign_in("supervisor")
    assert now(house, lead)["thresholds"]["oldest_wait_minutes"] == 45
    set_thresholds(house, lead, oldest_wait_minutes=20)
    house.reload(lambda file: file["hall"].update(thresholds={"oldest_wait_minutes": 25}))
    assert now(house, lead)["thresholds"]["oldest_wait_minutes"] == 25
    set_thresholds(house, lead, oldest_wait_minutes=45)
    answer = house.post("/staff/hall/thresholds/restore", lead)
    assert (answer.status_code, answer.json["oldest_wait_minutes"]) == (200, 25)
    assert now(house, lead)["thresholds"] == answer.json
    house.reload(lambda file: file["hall"].update(thresholds={"oldest_wait_minutes": 30}))
    assert now(house, lead)["thresholds"]["oldest_wait_minutes"] == 30


def test_who_was_not_content_is_warned_of_for_an_hour(house, lead):
    ticket, clerk = house.take("id-card"), house.clerk("4")
    called = clerk.next()["ticket"]
    for deed in ("start", "finish"):
        assert clerk.handle(called, deed).status_code == 200
    house.clock.advance(minutes=1)
    path = f"/tickets/{ticket['id']}/rating"
    rated = house.post(path, ticket["token"], {"grade": "dissatisfied"})
    assert rated.status_code == 201, rated.text
    assert warned(house, lead) == [("bad_rating", None, "09:01")]
    assert now(house, lead)["warnings"][0]["text"] == "4 号窗口收到不满意的评价"
    assert warned(house, house.sign_in("administrator")) != []
    for who in (clerk.token, house.sign_in("guide")):  # the moment tells a clerk who it was
        assert warned(house, who) == []
    set_thresholds(house, lead, bad_rating=False)
    assert warned(house, lead) == []
    set_thresholds(house, lead)
    house.clock.advance(minutes=61)
    assert warned(house, lead) == []


# Counters, turned from the office


def test_a_counter_is_turned_from_the_office_and_its_console_sees_it(house, lead):
    clerk = house.clerk("3")
    for how, status in (("pause", "paused"), ("close", "closed"), ("open", "open")):
        answer = house.post(f"/staff/counters/3/{how}", lead)
        assert answer.json == {"no": "3", "status": status}
        assert clerk.see()["status"] == status
    refused(house.post("/staff/counters/99/open", lead), 404, "unknown_counter")


def test_closing_gives_back_who_waits_for_that_counter_alone(house, lead):
    ticket = house.take("id-card")
    clerk = house.clerk("1")
    house.clerk("2")
    called = clerk.next()["ticket"]
    assert clerk.handle(called, "transfer", {"counter": "2", "reason": "专窗"}).status_code == 200
    assert house.row(ticket)["bound_to"] == "2"
    assert house.post("/staff/counters/2/close", lead).status_code == 200
    assert house.row(ticket)["bound_to"] is None
    assert clerk.next()["ticket"]["id"] == ticket["id"]
    refused(house.post("/staff/counters/1/close", lead), 409, "counter_holds_ticket")
