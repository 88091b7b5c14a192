"""What is given up is held back a while, and then sold again; at every step what was sold is what
is booked."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from app.appointments import service
from app.core.acts import Act, Actor
from app.core.db import db
from tests.appointments.desk import (
    TODAY,
    TOMORROW,
    at,
    left,
    miscounted,
    schedule_round,
    taken,
)
from tests.crowd import rows, until_somebody_waits
from tests.house import HALL, refused

PLACES, SLOTS = db.metadata.tables["places"], db.metadata.tables["slots"]
APPOINTMENTS = db.metadata.tables["appointments"]


def hold(house, minutes):
    house.reload(lambda file: file["hall"]["booking"].update(release_hold_minutes=minutes))


def held(house):
    return [row for row in rows(house, PLACES) if row.held_until is not None]


def test_a_place_given_up_comes_back_with_the_first_round_after_its_time(house):
    hold(house, 5)
    li = house.citizen("li").identify()
    booking = li.book(house.slot("10:00"))
    assert left(house, "10:00") == 5
    li.appointment(booking, "cancel")
    assert (left(house, "10:00"), miscounted(house)) == (5, [])
    house.clock.advance(minutes=5, seconds=-0.001)
    schedule_round(house)
    assert (left(house, "10:00"), len(held(house))) == (5, 1)
    house.clock.advance(seconds=0.001)
    schedule_round(house)
    assert (left(house, "10:00"), held(house), miscounted(house)) == (6, [], [])
    schedule_round(house)
    assert left(house, "10:00") == 6


def test_nobody_can_wait_for_it(house):
    """The last place of a full time, given up: whoever stands ready does not get it."""
    hold(house, "1-10")
    people = [house.citizen(f"c{n}").identify() for n in range(7)]
    slot = house.slot("10:00")
    bookings = [citizen.book(slot) for citizen in people[:6]]
    people[0].appointment(bookings[0], "cancel")
    (place,) = held(house)
    wait = place.held_until - house.clock.now()
    assert timedelta(minutes=1) <= wait <= timedelta(minutes=10)
    for who in (people[6], people[0]):
        answer = who.post("/appointments", {"slot": slot, "item": "id-card"})
        assert answer.json["code"] == "slot_full"
    house.clock.at = place.held_until
    schedule_round(house)
    assert people[6].book(slot)
    assert miscounted(house) == []


def test_a_place_moved_away_from_is_held_too(house):
    hold(house, 5)
    li = house.citizen("li").identify()
    booking = li.book(house.slot("10:00"))
    code = booking["code"]
    moved = li.appointment(booking, "reschedule", {"slot": house.slot("11:00")}).json
    assert (moved["slot"]["starts_at"][11:16], moved["code"]) == ("11:00", code)
    assert (left(house, "10:00"), left(house, "11:00"), miscounted(house)) == (5, 5, [])
    # and back: its own place is held from it as from anybody
    back = li.appointment(booking, "reschedule", {"slot": "t.20261124.A.1560.public"}).json
    assert back["slot"]["starts_at"][11:16] == "10:00"
    assert (left(house, "10:00"), left(house, "11:00"), miscounted(house)) == (4, 5, [])
    house.clock.advance(minutes=5)
    schedule_round(house)
    assert (left(house, "10:00"), left(house, "11:00"), miscounted(house)) == (5, 6, [])


def test_moved_to_another_day(house):
    li = house.citizen("li").identify()
    booking = li.book(house.slot("10:00"))
    other = house.slot("10:00", date="2026-11-25")
    moved = li.appointment(booking, "reschedule", {"slot": other}).json
    assert (moved["date"], moved["slot"]["id"]) == ("2026-11-25", other)
    assert (left(house, "10:00"), miscounted(house)) == (6, [])
    # the day left may be booked again, the day moved to may not
    li.book(house.slot("10:00"))
    again = li.post("/appointments", {"slot": house.slot("11:00", date="2026-11-25"),
                                      "item": "id-card"})  # fmt: skip
    assert again.json["code"] == "second_booking"


def test_moved_to_a_day_on_which_somebody_books_for_the_same_person_just_now(house):
    li = house.citizen("li").identify()
    booking = li.book(house.slot("10:00"))
    other, same_day = (house.slot(clock, date="2026-11-25") for clock in ("10:00", "11:00"))
    person, booked, may_commit = booking["person"]["id"], threading.Event(), threading.Event()

    def books():
        service.book(other, ["id-card"], person, Act(house.clock.now(), Actor("staff", "guide")))
        booked.set()
        may_commit.wait(30)

    with ThreadPoolExecutor(2) as people:
        at_desk = people.submit(house.within, books)
        assert booked.wait(30)
        phone = people.submit(li.appointment, booking, "reschedule", {"slot": same_day})
        until_somebody_waits(house)  # it stands before the day's row
        may_commit.set()
        at_desk.result()
        refused(phone.result(), 409, "second_booking")
    assert (left(house, "10:00"), left(house, "11:00", day="2026-11-25")) == (5, 6)
    assert miscounted(house) == []


LONG = ["id-card", "passport"]
"""Forty minutes: a whole slot and ten minutes of the next."""


def lengthen(house):
    def change(file):
        file["hall"]["booking"].update(walk_in_share="0.25")
        file["items"][1].update(minutes=35)

    house.reload(change)


def test_a_visit_of_two_slots_takes_both_and_gives_both_back(house):
    lengthen(house)
    li = house.citizen("li").identify()
    query = "&".join(f"item={code}" for code in LONG)
    times = house.get(f"/halls/t/slots?{query}&date={TOMORROW}").json
    slot = next(one for one in times if one["starts_at"][11:16] == "10:00")
    assert (slot["ends_at"][11:16], slot["left"]) == ("11:00", 1)
    booking = li.post("/appointments", {"slot": slot["id"], "items": LONG}).json
    assert booking["slot"]["ends_at"][11:16] == "11:00"
    assert sorted(taken(house).values()) == [10, 30]
    assert miscounted(house) == []
    # half an hour on: the slot both have in common gives nothing back, and takes the rest
    later = slot["id"].replace("1560", "1590")
    moved = li.appointment(booking, "reschedule", {"slot": later})
    assert moved.status_code == 200, moved.get_data(as_text=True)
    assert [taken(house)[f"t.20261124.A.{m}.public"] for m in ("1560", "1590", "1620")] == [
        0,
        30,
        10,
    ]
    assert miscounted(house) == []
    li.appointment(booking, "cancel")
    assert set(taken(house).values()) == {0}
    assert (rows(house, PLACES), miscounted(house)) == ([], [])


def test_both_slots_of_a_visit_are_held(house):
    lengthen(house)
    hold(house, 5)
    li = house.citizen("li").identify()
    booking = li.post("/appointments", {"slot": "t.20261124.A.1560.public", "items": LONG}).json
    li.appointment(booking, "reschedule", {"slot": "t.20261124.A.1590.public"})
    # of the slot in common it keeps ten minutes and takes twenty more; thirty are held before it
    assert sorted(row.units for row in held(house)) == [30]
    li.appointment(booking, "cancel")
    assert sorted(row.units for row in held(house)) == [10, 30, 30]
    assert miscounted(house) == []
    house.clock.advance(minutes=5)
    schedule_round(house)
    assert set(taken(house).values()) == {0}


def test_a_place_of_a_day_that_has_passed_is_still_counted(house):
    hold(house, 10)
    li = house.citizen("li").identify()
    booking = li.book(house.slot("09:30", date=TODAY))
    at(house, f"{TODAY}T09:29:59")
    li.appointment(booking, "cancel")
    at(house, f"{TOMORROW}T09:00")
    schedule_round(house)
    assert (set(taken(house).values()), miscounted(house)) == ({0}, [])


# Whoever looks finds what does not fit


TAMPERED = {
    "taken": update(SLOTS).values(taken=SLOTS.c.taken + 1),
    "units": update(PLACES).values(units=PLACES.c.units + 1),
    "places": delete(PLACES),
    "state": update(APPOINTMENTS).values(state="cancelled"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_row_somebody_changed_by_hand_is_found(house, flask, caplog, monkeypatch, what):
    monkeypatch.setattr("app.commands.queue.SETTLED_WITHIN_S", 0)
    li = house.citizen("li").identify()
    booking = li.book(house.slot("10:00"))
    fine = flask("appointments", "check", HALL)
    assert (fine.exit_code, fine.output) == (0, "t：名额与预约一致。\n")
    assert night(house, caplog) == []
    assert flask("queue", "verify").exit_code == 0

    house.within(lambda: db.session.execute(TAMPERED[what]))
    subject = booking["id"] if what == "state" else booking["slot"]["id"]
    told = flask("appointments", "check", HALL)
    assert (told.exit_code, subject in told.output) == (1, True), told.output
    told = flask("queue", "verify")
    assert (told.exit_code, subject in told.output) == (1, True), told.output
    caplog.clear()
    house.clock.advance(days=1, hours=-6)  # the morning's job looks at today and what is to come
    assert any(subject in line for line in night(house, caplog))


def night(house, caplog):
    """The jobs of the night, as the worker runs them; what they say in the log."""
    queue = schedule_round(house)
    with house.app.app_context():
        for job in queue.get_jobs():
            job.func(*job.args)
            job.delete()
    return [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [(("check", "nowhere"), "没有这个大厅"), (("hit", "nowhere"), "没有这个大厅")],
)
def test_a_hall_there_is_not(flask, words, sentence):
    told = flask("appointments", *words)
    assert (told.exit_code, sentence in told.output) == (1, True)
    assert "Traceback" not in told.output


def test_a_hall_that_begins_its_days_later_keeps_what_was_sold(house):
    li = house.citizen("li").identify()
    booked = li.book(house.slot("10:00"))
    house.reload(lambda file: file["hall"].update(day_starts_at="04:00"))
    assert house.slot("10:00") == booked["slot"]["id"]
    assert (left(house, "10:00"), left(house, "11:00"), miscounted(house)) == (5, 6, [])
