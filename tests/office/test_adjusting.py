"""What is changed on the spot: for the day, everywhere at once, and taken back as easily."""

from __future__ import annotations

import pytest

from app.catalog.service import plan_of
from app.core.db import db
from app.core.events import TABLE as EVENTS
from app.factory import create_app
from tests.house import HALL, KIOSK_TOKEN, House, refused
from tests.office.test_now import counter, now


@pytest.fixture
def lead(house: House) -> str:
    return house.sign_in("supervisor")


def serve(house: House, token: str, no: str, *tiers: list[str], reason: str = "") -> object:
    body = {"tiers": list(tiers), "reason": reason}
    return house.post(f"/staff/counters/{no}/tiers", token, body)


def restore(house: House, token: str, no: str) -> object:
    return house.post(f"/staff/counters/{no}/tiers/restore", token)


# Which lanes a counter serves


def test_a_counter_serves_other_lanes_and_then_its_own_again(house, lead):
    first, permit, second = house.take("id-card"), house.take("permit"), house.take("id-card")
    nine, one = house.clerk("9"), house.clerk("1")
    answer = serve(house, lead, "1", ["J"], ["A"], reason="工程建设人多")
    assert answer.json == {"no": "1", "tiers": [["J"], ["A"]], "unworked": ["B"]}
    assert one.see()["tiers"] == [["J"], ["A"]]
    assert one.next()["ticket"]["id"] == permit["id"]
    assert one.next()["ticket"]["id"] == first["id"]
    changed = counter(now(house, lead), "1")
    assert (changed["tiers"], changed["tiers_in_file"]) == ([["J"], ["A"]], [["A", "B"], ["J"]])
    assert restore(house, lead, "1").json["tiers"] == [["A", "B"], ["J"]]
    assert counter(now(house, lead), "1")["tiers_in_file"] is None
    assert nine.next()["ticket"]["id"] == second["id"]


def test_waiting_people_keep_their_order(house, lead):
    tickets = []
    for item in ("id-card", "pension", "permit", "id-card", "pension", "permit"):
        tickets.append(house.take(item))
        house.clock.advance(seconds=1)
    before = [house.row(ticket) for ticket in tickets]
    serve(house, lead, "1", ["J", "B", "A"])
    assert [house.row(ticket) for ticket in tickets] == before
    clerk = house.clerk("1")
    called = [clerk.next()["ticket"]["number"] for _ in tickets]
    assert called == [ticket["number"] for ticket in tickets]


def test_a_change_ends_with_the_hall_day(house, lead):
    serve(house, lead, "9", ["A", "J"])
    house.post("/staff/hall/message", lead, {"message": "今天人多"})
    house.post("/staff/hall/stop-numbers", lead, {"lane": "B", "reason": "系统故障"})
    house.clock.advance(hours=17, minutes=59)
    assert house.plan.counters["9"].tiers == (("A", "J"),)
    house.clock.advance(minutes=1)  # three in the morning
    plan = house.plan
    assert plan.counters["9"].tiers == (("J",), ("A",))
    assert (plan.message, plan.stops, plan.adjusted_until) == ("", {}, None)


LEFT_OUT = [(["A"], "409 lane_without_counter"), (["A", "Q"], "404 unknown_lane")]


@pytest.mark.parametrize(("tier", "fault"), LEFT_OUT)
def test_what_no_hall_file_may_say_is_refused(house, lead, tier, fault):
    status, code = fault.split()
    problem = refused(serve(house, lead, "9", tier), int(status), code)
    if code == "lane_without_counter":
        assert "J 工程建设" in problem["detail"]
    assert house.plan.counters["9"].tiers == (("J",), ("A",))


@pytest.mark.parametrize("tiers", [[["A", "A"]], [["A"], ["A"]]])
def test_a_lane_stands_once_in_a_counters_tiers(house, lead, tiers):
    refused(serve(house, lead, "1", *tiers), 422, "tiers_unfit")


@pytest.mark.parametrize("tiers", [[], [[]], [["A"], []]])
def test_a_tier_is_not_empty(house, lead, tiers):
    refused(serve(house, lead, "1", *tiers), 422, "invalid")


def test_taking_back_may_leave_nobody_uncalled_either(house, lead):
    assert serve(house, lead, "1", ["J", "A"]).status_code == 200
    assert serve(house, lead, "9", ["A"]).status_code == 200
    refused(restore(house, lead, "1"), 409, "lane_without_counter")
    assert restore(house, lead, "9").status_code == 200
    assert restore(house, lead, "1").status_code == 200


def test_a_file_loaded_meanwhile_is_adjusted_as_before_while_that_fits(house, lead):
    serve(house, lead, "1", ["J"], ["A"])
    house.reload(lambda file: file["hall"].update(phone="12345"))
    assert house.plan.counters["1"].tiers == (("J",), ("A",))
    # in the new file nobody but counter 1 serves B first
    others = {"tiers": [["A"], ["B", "J"]]}
    house.reload(lambda file: [counter.update(others) for counter in file["counters"][1:8]])
    assert house.plan.counters["1"].tiers == (("A", "B"), ("J",))


# Numbers


def take(house: House, item: str) -> object:
    return house.post("/kiosk/tickets", KIOSK_TOKEN, {"item": item})


def test_a_stopped_lane_refuses_the_next_tap_and_says_why(house, lead):
    li = house.citizen("li").identify()
    li.book(house.slot("10:00", "pension", "2026-11-23"), "pension")
    afar = house.take_from_afar("pension")
    body = {"lane": "B", "reason": "社保系统故障，正在抢修。"}
    assert house.post("/staff/hall/stop-numbers", lead, body).status_code == 200
    problem = refused(take(house, "pension"), 409, "numbers_stopped")
    assert problem["detail"] == "“社保”现在停止取号：社保系统故障，正在抢修。"
    path = f"/halls/{HALL}/tickets"
    refused(li.post(path, {"item": "pension"}), 409, "numbers_stopped")
    assert take(house, "id-card").status_code == 201
    lanes = {each["letters"]: each["stopped"] for each in house.get(f"/halls/{HALL}").json["lanes"]}
    assert lanes == {"A": None, "B": "社保系统故障，正在抢修。", "J": None}
    # who has a number or a booking still comes in
    assert house.check_in(afar).status_code == 201
    assert house.check_in_by(id_number=li.id_number).status_code == 201
    assert house.post("/staff/hall/give-numbers", lead, {"lane": "B"}).status_code == 200
    assert take(house, "pension").status_code == 201


def test_the_whole_hall_stops(house, lead):
    house.post("/staff/hall/stop-numbers", lead, {"reason": "停电"})
    for item in ("id-card", "permit"):
        problem = refused(take(house, item), 409, "numbers_stopped")
        assert problem["detail"] == "大厅现在停止取号：停电。"
    assert house.get(f"/halls/{HALL}").json["gives_numbers"] is False
    assert now(house, lead)["stopped"] == "停电"
    house.post("/staff/hall/give-numbers", lead, {})
    assert take(house, "id-card").status_code == 201


def test_a_stop_needs_a_reason_and_a_lane_that_is_there(house, lead):
    refused(house.post("/staff/hall/stop-numbers", lead, {"reason": " "}), 422, "invalid")
    body = {"lane": "Q", "reason": "停电"}
    refused(house.post("/staff/hall/stop-numbers", lead, body), 404, "unknown_lane")


# The line on the screens


def test_the_line_on_the_screens(house, lead):
    house.reload(lambda file: file["hall"].update(message="欢迎光临"))

    def shown() -> str:
        return house.get(f"/halls/{HALL}/board").json["message"]

    for message, expected in (("今天人多", "今天人多"), ("", ""), (None, "欢迎光临")):
        assert house.post("/staff/hall/message", lead, {"message": message}).status_code == 200
        assert shown() == expected
    refused(house.post("/staff/hall/message", lead, {"message": "长" * 61}), 422, "invalid")


# Who, when, why


def test_what_was_changed_is_told_with_who_and_why(house, lead):
    serve(house, lead, "1", ["J"], ["A", "B"], reason="工程建设人多")
    house.clock.advance(minutes=5)
    restore(house, house.sign_in("administrator"), "1")
    restore(house, lead, "1")  # nothing is left to take back
    [change] = now(house, lead)["changes"]
    assert (change["text"], change["reason"]) == ("1 号窗口改办：首选 J，协助 A B", "工程建设人多")
    assert (change["by"], change["at"][11:16]) == ("supervisor", "09:00")
    assert (change["ended_by"], change["ended_at"][11:16]) == ("administrator", "09:05")
    with house.app.app_context():
        query = EVENTS.select().where(EVENTS.c.kind == "adjusted").order_by(EVENTS.c.id)
        rows = db.session.execute(query).all()
    assert [(row.counter, row.data["before"], row.data["after"]) for row in rows] == [
        ("1", [["A", "B"], ["J"]], [["J"], ["A", "B"]]),
        ("1", [["J"], ["A", "B"]], [["A", "B"], ["J"]]),
    ]
    assert all(row.actor.startswith("staff:") for row in rows)


def test_the_same_key_changes_it_once(house, lead):
    body = {"message": "今天人多"}
    for _ in range(2):
        assert house.post("/staff/hall/message", lead, body, key="k").status_code == 200
    assert len(now(house, lead)["changes"]) == 1


def test_another_process_sees_it_with_its_next_request(house, settings, lead):
    other = House(create_app(settings, house.clock))
    assert other.plan.message == ""  # it has read the hall, and keeps it
    serve(house, lead, "1", ["J"], ["A", "B"])
    house.post("/staff/hall/message", lead, {"message": "今天人多"})
    house.post("/staff/hall/stop-numbers", lead, {"lane": "A", "reason": "停电"})
    refused(take(other, "id-card"), 409, "numbers_stopped")
    assert other.get(f"/halls/{HALL}/board").json["message"] == "今天人多"
    take(other, "permit")
    clerk = other.clerk("1")
    assert clerk.see()["tiers"] == [["J"], ["A", "B"]]
    assert clerk.next()["ticket"]["number"] == "J001"


def test_a_change_that_was_rolled_back_is_never_seen(house, lead):
    refused(serve(house, lead, "9", ["A"]), 409, "lane_without_counter")
    serve(house, lead, "2", ["B", "A"])
    with house.app.app_context():
        assert plan_of(HALL).counters["9"].tiers == (("J",), ("A",))
        db.session.remove()


# Bookings, found on whatever day


def test_a_booking_is_found_by_its_code_or_its_persons_number(house, lead):
    li = house.citizen("li").identify()
    booked = [li.book(house.slot("10:00", date=f"2026-11-{day}")) for day in (24, 25)]
    house.citizen("wang").identify("王小二").book(house.slot("10:00", date="2026-11-24"))

    def found(**named: str) -> list[str]:
        answer = house.post("/staff/appointments/find", lead, named)
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json]

    assert found(code=booked[0]["code"]) == [booked[0]["id"]]
    assert found(id_number=li.id_number) == [booked[1]["id"], booked[0]["id"]]
    assert found(code="0000000000") == []
    assert found(id_number=house.citizen("nobody").id_number) == []
    refused(house.post("/staff/appointments/find", lead, {}), 422, "invalid")
    wrong = li.id_number[:-1] + ("1" if li.id_number[-1] != "1" else "2")
    answer = house.post("/staff/appointments/find", lead, {"id_number": wrong})
    refused(answer, 422, "id_number_wrong")
