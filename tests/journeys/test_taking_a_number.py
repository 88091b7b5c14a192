"""Taking a number: what it is called, when none is given, who may have two."""

import pytest
from sqlalchemy import inspect, text

from app.core.acts import SYSTEM, Act
from app.core.db import db
from app.staff.service import put_device
from app.tickets.series import raise_series
from tests.house import HALL, KIOSK_TOKEN, id_number, refused


def machine(house, **body):
    return house.post("/kiosk/tickets", KIOSK_TOKEN, body)


def rules(house, **changed):
    house.reload(lambda file: file["hall"]["rules"].update(changed))


def test_each_lane_counts_for_itself(house):
    numbers = [house.take(item)["number"] for item in ("id-card", "pension", "passport", "permit")]
    assert numbers == ["A001", "B001", "A002", "J001"]


def test_numbers_grow_past_999_and_are_never_used_again(house):
    first = house.take()
    today = house.plan.day_of(house.clock.now()).date
    house.within(lambda: raise_series(house.plan, today, 998))
    assert [house.take()["number"] for _ in range(2)] == ["A1000", "A1001"]
    assert house.own(first, "leave").status_code == 200
    assert house.take()["number"] == "A1002"


def test_a_visit_may_have_several_items_of_one_lane(house):
    ticket = machine(house, items=["passport", "id-card"]).json
    assert ticket["item"] == "passport"
    assert ticket["items"] == ["passport", "id-card"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"items": ["id-card", "pension"]}, 422, "items_of_several_lanes"),
        ({"items": ["id-card", "nothing"]}, 404, "unknown_item"),
        ({"items": []}, 422, "invalid"),
        ({"item": "id-card", "items": ["id-card"]}, 422, "invalid"),
        ({}, 422, "invalid"),
    ],
)
def test_items_that_make_no_ticket(house, body, status, code):
    refused(machine(house, **body), status, code)
    assert house.take()["number"] == "A001"


def test_promise_of_a_walk_in_and_people_ahead(house):
    first, other, second = house.take(), house.take("pension"), house.take("passport")
    assert house.minutes_left(first) == 30
    assert [ticket["ahead"] for ticket in (first, other, second)] == [0, 0, 1]


def test_the_quota_of_walk_ins_is_refused_in_words(house):
    house.reload(lambda file: file["lanes"][0].update(walk_in_quota=2))
    first = house.take()
    house.take()
    assert "已取完" in refused(machine(house, item="id-card"), 409, "quota_used_up")["detail"]
    assert house.own(first, "leave").status_code == 200
    refused(machine(house, item="id-card"), 409, "quota_used_up")
    assert house.take("pension")["number"] == "B001"
    house.clock.advance(days=1)
    assert house.take()["number"] == "A001"


def test_no_more_numbers_than_the_hall_can_serve_before_closing(house):
    house.reload(
        lambda file: (
            file["hall"].update(hours={"mon": ["09:00-12:00"]}),
            file["hall"]["rules"].update(last_number=True),
        )
    )
    # only counter 9 has J in its first tier: 6 permits of 30 minutes fill its three hours
    for _ in range(6):
        house.take("permit")
    problem = refused(machine(house, item="permit"), 409, "last_number_given")
    assert "下班前" in problem["detail"]
    assert house.take("id-card")["number"] == "A001"


HOURS = [
    ("2026-11-23T08:59:59+08:00", "hall_closed"),
    ("2026-11-23T09:00:00+08:00", None),
    ("2026-11-23T12:30:00+08:00", None),  # at noon people may take their place
    ("2026-11-23T16:59:59+08:00", None),
    ("2026-11-23T17:00:00+08:00", "hall_closed"),
    ("2026-11-24T10:00:00+08:00", "hall_closed"),
]


def test_numbers_are_given_in_opening_hours_only(house):
    mondays = {"mon": ["09:00-12:00", "13:00-17:00"]}
    house.reload(lambda file: file["hall"].update(hours=mondays))
    for moment, code in HOURS:
        house.clock.at = house.clock.at.fromisoformat(moment)
        answer = machine(house, item="id-card")
        if code is None:
            assert answer.status_code == 201, moment
        else:
            refused(answer, 409, code)


def test_a_lane_whose_counters_have_gone_home_gives_no_numbers(house):
    mornings = {day: ["09:00-12:00"] for day in ("mon", "tue", "wed", "thu", "fri")}

    def only_the_specialist_has_j_and_only_in_the_morning(file):
        for counter in file["counters"][:-1]:
            counter["tiers"] = [["A", "B"]]
        file["counters"][-1]["hours"] = mornings

    house.reload(only_the_specialist_has_j_and_only_in_the_morning)
    assert house.take("permit")["number"] == "J001"
    house.clock.advance(hours=3)
    assert "今天不办理" in refused(machine(house, item="permit"), 409, "lane_closed")["detail"]
    assert house.take("id-card")["number"] == "A001"


# With an identity card


def test_the_machine_reads_age_from_the_card(house):
    just_sixty, almost = id_number("19661123"), id_number("19661124")
    assert house.take(id_number=just_sixty)["why"] == {"code": "priority", "text": "依法优先"}
    assert house.take(id_number=almost)["why"]["code"] == "walk_in"
    assert house.take(id_number=id_number("19900401"), priority="pregnant")["why"]["code"] == (
        "priority"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        id_number()[:-1] + ("0" if id_number()[-1] != "0" else "1"),
        id_number("20261124"),  # born tomorrow
        id_number("19900231"),
        "99" + id_number()[2:],
        "11010519900401",
        "身份证",
    ],
)
def test_a_wrong_identity_number_is_refused_and_not_repeated(house, wrong):
    answer = machine(house, item="id-card", id_number=wrong)
    refused(answer, 422, "id_number_wrong")
    assert wrong not in answer.get_data(as_text=True)
    assert house.waiting() == []


def test_identity_number_and_phone_lie_nowhere_in_clear(house):
    number, phone = id_number(), "13912345678"
    house.take(id_number=number, phone=phone)
    house.clerk("1").next()
    with house.app.app_context():
        tables = inspect(db.engine).get_table_names()
        stored = "".join(
            str(row)
            for table in tables
            for row in db.session.execute(text(f'SELECT t::text FROM "{table}" t'))  # noqa: S608
        )
        redis = house.app.extensions["parts"].redis
        kept = "".join(str(redis.dump(key)) for key in redis.scan_iter())
    for secret in (number, phone):
        for seen in (stored, kept):
            assert secret not in seen
            assert secret.encode().hex() not in seen
    assert "id-card" in stored  # so that an empty look is noticed


TICKETS_HELD = [
    ("off", "id-card", 201),
    ("off", "pension", 201),
    ("per_lane", "passport", 409),
    ("per_lane", "pension", 201),
    ("per_hall", "passport", 409),
    ("per_hall", "pension", 409),
]


@pytest.mark.parametrize(("rule", "second", "status"), TICKETS_HELD)
def test_how_many_live_tickets_a_person_may_hold(house, rule, second, status):
    rules(house, one_live_ticket=rule)
    mine, anothers = id_number(), id_number(series=3)
    first = house.take("id-card", id_number=mine)
    answer = machine(house, item=second, id_number=mine)
    assert answer.status_code == status
    if status == 409:
        assert first["number"] in refused(answer, 409, "live_ticket_held")["detail"]
    assert machine(house, item=second, id_number=anothers).status_code == 201
    assert machine(house, item=second).status_code == 201  # without a card nobody knows


def test_who_has_finished_or_left_may_take_another(house):
    rules(house, one_live_ticket="per_hall")
    mine = id_number()
    first = house.take(id_number=mine)
    assert house.own(first, "leave").status_code == 200
    house.take(id_number=mine)
    clerk = house.clerk()
    called = clerk.next()["ticket"]
    refused(machine(house, item="id-card", id_number=mine), 409, "live_ticket_held")
    assert clerk.handle(called, "finish").status_code == 200
    house.take(id_number=mine)


def test_numbers_and_times_rise_together(house):
    """Two who tap at once read the clock before they stand in line for their numbers."""
    house.clock.advance(milliseconds=20)
    first = house.take()
    house.clock.advance(milliseconds=-5)
    second = house.take()
    assert second["due_at"] == first["due_at"]
    assert house.waiting() == [first["number"], second["number"]]


def test_a_phone_belongs_to_somebody(house):
    answer = house.post("/kiosk/tickets", KIOSK_TOKEN, {"item": "id-card", "phone": "13800000000"})
    assert refused(answer, 422, "invalid")["errors"]["json"]["phone"]


def test_any_machine_of_the_hall_takes_a_passed_number_back(house):
    ticket = house.take()
    clerk = house.clerk()
    clerk.handle(clerk.next()["ticket"], "pass")
    act = Act(house.clock.now(), SYSTEM)
    house.within(lambda: put_device("another machine", "kiosk", HALL, "2 号取号机", act))
    path = f"/kiosk/tickets/{ticket['id']}/rejoin"
    assert house.post(path, "another machine", {}).json["state"] == "waiting"
