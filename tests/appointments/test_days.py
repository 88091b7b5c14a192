"""The calendar of a booking, the times of one of its days, and what a booking says of its times."""

from __future__ import annotations

from sqlalchemy import event

from app.core.db import db
from tests.appointments.desk import TODAY, TOMORROW, at
from tests.house import HALL, refused

HOURS, MORNINGS = ["09:00-11:00"], ["09:00-12:00"]


def days(house, item="id-card"):
    answer = house.get(f"/halls/{HALL}/days?item={item}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return {day["date"]: day for day in answer.json}


def office_hours(file):
    """Two hours on working days, and one week ahead from eight in the morning."""
    file["hall"]["hours"] |= {"sat": [], "sun": []}
    file["hall"]["hours"] |= dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), HOURS)
    file["hall"]["booking"] |= {"release_at": "08:00", "book_until_minutes": 60}
    holiday = {"date": "2026-11-25", "closed": True, "reason": "消防检修"}
    file["hall"]["exceptions"] = [holiday]
    file["items"][1]["bookable"] = [{"days": ["thu"]}]


def test_the_calendar_asks_no_more_of_a_longer_horizon(house):
    sent = []
    with house.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *args: sent.append(args[2]))

    def asked(horizon):
        house.reload(lambda file: file["hall"]["booking"].update(horizon_days=horizon))
        days(house)
        sent.clear()
        assert len(days(house)) > horizon
        return len(sent)

    assert asked(3) == asked(12)


def test_every_day_says_whether_it_can_be_booked(house):
    house.reload(office_hours)
    at(house, "2026-11-23T07:59")
    told = days(house)
    assert [day["state"] for day in told.values()] == [
        *("open", "open", "closed", "open", "open", "closed", "closed", "not_released"),
    ]
    assert [day["weekday"] for day in told.values()] == [1, 2, 3, 4, 5, 6, 7, 1]
    assert told["2026-11-25"]["reason"] == "消防检修"
    assert told["2026-11-28"]["reason"] == "大厅这天不开放。"
    assert told["2026-11-30"]["releases_at"] == "2026-11-23T08:00:00.000+08:00"
    assert told[TOMORROW]["left"] == sum(slot["left"] for slot in house.slots()) == 24
    only_thursday = days(house, "passport")
    assert [day for day, told in only_thursday.items() if told["state"] == "open"] == ["2026-11-26"]
    assert only_thursday[TOMORROW]["reason"] == "这项业务这天不办理预约。"
    at(house, "2026-11-23T09:30")
    told = days(house)
    assert (told[TODAY]["state"], told["2026-11-30"]["state"]) == ("past", "open")
    english = house.get(f"/halls/{HALL}/days?item=id-card&lang=en").json
    assert english[5]["reason"] == "The centre is closed that day."
    refused(house.get(f"/halls/{HALL}/days?item=nothing"), 404, "unknown_item")
    refused(house.get(f"/halls/{HALL}/days"), 422, "invalid")


def test_a_long_visit_is_counted_once_in_the_slots_it_shares(house):
    """Seventy minutes are three slots, two hours have room for one such visit after another."""

    def long(file):
        file["hall"]["hours"] |= {"tue": HOURS, "wed": HOURS}
        file["items"][0]["minutes"] = 70

    house.reload(long)
    starts = [slot["starts_at"][11:16] for slot in house.slots()]
    assert starts == ["09:00", "09:30"]
    assert days(house)[TOMORROW]["left"] == 1
    house.citizen("li").identify().book(house.slot("09:30"))
    assert (days(house)[TOMORROW]["state"], days(house)[TOMORROW]["left"]) == ("full", 0)
    assert house.slots() == []
    every = house.get(f"/halls/{HALL}/slots?item=id-card&date={TOMORROW}&all=1").json
    assert [(slot["starts_at"][11:16], slot["left"]) for slot in every] == [
        ("09:00", 0),
        ("09:30", 0),
    ]


def test_a_day_on_which_no_visit_ever_fits_is_closed_and_not_full(house):
    """On Tuesdays half of the counters leave a slot fewer minutes than the item takes of it."""

    def short(file):
        file["hall"]["hours"] |= {"tue": HOURS, "wed": HOURS}
        file["items"][0]["minutes"] = 35
        for counter in file["counters"][:4]:
            counter["hours"] = file["hall"]["hours"] | {"tue": []}

    house.reload(short)
    told = days(house)
    assert (told[TOMORROW]["state"], told["2026-11-25"]["state"]) == ("closed", "open")
    assert told[TOMORROW]["reason"] == "这项业务这天不办理预约。"
    english = house.get(f"/halls/{HALL}/days?item=id-card&lang=en").json
    assert english[1]["reason"] == "This service cannot be booked that day."
    assert days(house, "passport")[TOMORROW]["state"] == "open"
    assert house.get(f"/halls/{HALL}/slots?item=id-card&date={TOMORROW}&all=1").json == []
    wish = {"item": "id-card", "date": TOMORROW}
    waits = house.citizen("li").identify().post(f"/halls/{HALL}/waiting-list", wish)
    refused(waits, 409, "nothing_to_wait_for")


def test_a_booking_says_until_when_what_can_be_done(house):
    def hours(file):
        file["hall"]["hours"] = dict.fromkeys(file["hall"]["hours"], MORNINGS)
        file["hall"]["booking"]["cancel_until_minutes"] = 120

    house.reload(hours)
    li = house.citizen("li").identify()
    early = li.book(house.slot("09:00"))
    times = ("cancel_until", "check_in_opens_at", "on_time_until", "check_in_closes_at")
    assert [early[time][11:16] for time in times] == ["07:00", "08:00", "09:40", "10:30"]
    last = li.book(house.slot("11:30", date="2026-11-25"))
    assert [last[time][11:16] for time in times] == ["09:30", "10:30", "12:00", "12:00"]
    assert li.get(f"/appointments/{last['id']}").json == last
