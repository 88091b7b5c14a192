"""Each row of the order table for who booked, at its boundaries, by every way to check in."""

from datetime import datetime, timedelta

import pytest

from tests.appointments.desk import TODAY, TOMORROW, Desk, at
from tests.house import id_number, refused

WAYS = ["code", "id_number", "staff", "phone"]


def plenty(file):
    """Everything is for bookings, so that many can book one time."""
    file["hall"]["booking"].update(walk_in_share="0")


def arrive(house, way, citizen, booking, **more):
    """Somebody who booked checks in this way; the whole response."""
    if way == "code":
        return house.check_in_by(code=booking["code"], **more)
    if way == "id_number":
        return house.check_in_by(id_number=citizen.id_number, **more)
    if way == "phone":
        return citizen.appointment(booking, "check-in", more)
    return Desk(house, house.sign_in("guide")).appointment(booking, "check-in", more)


def clock(told):
    """The hall's clock, to the millisecond."""
    return told[11:23]


# Booked for 11:00 to 11:30
ROWS = [
    ("10:00:00.000", "10:30:00.000", "appointment"),  # never later than a walk-in of now
    ("10:15:00.000", "10:45:00.000", "appointment"),
    ("10:30:00.000", "11:00:00.000", "appointment"),
    ("10:59:59.999", "11:00:00.000", "appointment"),
    ("11:00:00.000", "11:00:00.000", "appointment"),
    ("11:00:00.001", "11:00:00.001", "appointment"),
    ("11:30:00.000", "11:30:00.000", "appointment"),
    ("11:40:00.000", "11:40:00.000", "appointment"),
    ("11:40:00.001", "11:55:00.001", "appointment_late"),
    ("12:30:00.000", "12:45:00.000", "appointment_late"),
    ("12:30:00.001", "13:00:00.001", "appointment_missed"),
    ("20:00:00.000", "20:30:00.000", "appointment_missed"),
]


@pytest.mark.parametrize("way", WAYS)
def test_each_row_at_its_boundaries(house, way):
    house.reload(plenty)
    slot = house.slot("11:00", date=TODAY)
    people = [house.citizen(f"c{n}").identify() for n in range(len(ROWS))]
    bookings = [citizen.book(slot) for citizen in people]
    for citizen, booking, (moment, due, why) in zip(people, bookings, ROWS, strict=True):
        at(house, f"{TODAY}T{moment}")
        answer = arrive(house, way, citizen, booking)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        assert (clock(answer.json["due_at"]), answer.json["why"]["code"]) == (due, why), moment
        own = citizen.get(f"/appointments/{booking['id']}").json
        assert own["ticket"]["number"] == answer.json["number"]


@pytest.mark.parametrize("way", WAYS)
def test_a_moment_too_early(house, way):
    li = house.citizen("li").identify()
    booking = li.book(house.slot("11:00", date=TODAY))
    assert booking["check_in_opens_at"] == f"{TODAY}T10:00:00.000+08:00"
    at(house, f"{TODAY}T09:59:59.999")
    told = refused(arrive(house, way, li, booking), 409, "check_in_too_early")
    assert told["opens_at"] == booking["check_in_opens_at"]
    assert "10:00" in told["detail"]
    # the machine offers a number of today instead; the booking stands
    assert house.take(id_number=li.id_number)["why"]["code"] == "walk_in"
    house.clock.advance(seconds=0.001)
    assert arrive(house, way, li, booking).status_code == 201


PRIORITIES = [
    ("10:00:00", "10:05:00.000", "priority"),
    ("10:54:59", "10:59:59.000", "priority"),
    ("10:55:00", "11:00:00.000", "appointment"),  # no earlier than without
    ("11:00:00", "11:00:00.000", "appointment"),
    ("11:40:00.001", "11:45:00.001", "priority"),
    ("12:30:00.001", "12:35:00.001", "priority"),
]


@pytest.mark.parametrize("way", WAYS)
def test_priority_by_law_is_told_on_arrival(house, way):
    house.reload(plenty)
    slot = house.slot("11:00", date=TODAY)
    people = [house.citizen(f"c{n}").identify() for n in range(len(PRIORITIES))]
    bookings = [citizen.book(slot) for citizen in people]
    for citizen, booking, (moment, due, why) in zip(people, bookings, PRIORITIES, strict=True):
        at(house, f"{TODAY}T{moment}")
        ticket = arrive(house, way, citizen, booking, priority="disabled").json
        assert (clock(ticket["due_at"]), ticket["why"]["code"]) == (due, why), moment
        assert house.row(ticket)["priority"] == "disabled"


@pytest.mark.parametrize(("born", "elderly"), [("19661124", True), ("19661125", False)])
@pytest.mark.parametrize("way", ["code", "staff", "phone"])
def test_who_is_sixty_on_the_day_has_priority_by_the_number_that_booked(house, way, born, elderly):
    li = house.citizen("li").identify()
    mother = li.add("王秀芳", id_number=id_number(born))
    booking = li.book(house.slot("11:00"), person=mother["id"])
    at(house, f"{TOMORROW}T10:00")
    ticket = arrive(house, way, li, booking).json
    assert ticket["why"]["code"] == ("priority" if elderly else "appointment")
    assert clock(ticket["due_at"]) == ("10:05:00.000" if elderly else "10:30:00.000")


def test_the_card_of_somebody_over_sixty(house):
    li = house.citizen("li").identify()
    mother = li.add("王秀芳", id_number=id_number("19500101"))
    li.book(house.slot("11:00", date=TODAY), person=mother["id"])
    at(house, f"{TODAY}T10:00")
    ticket = house.check_in_by(id_number=id_number("19500101")).json
    assert (ticket["why"]["text"], house.minutes_left(ticket)) == ("依法优先", 5)


AFAR = [
    # after taking, from the check-in to its due time, why
    (timedelta(minutes=1), 29, "afar"),
    (timedelta(minutes=30), 0, "afar"),
    (timedelta(minutes=60), 0, "afar"),
    (timedelta(minutes=60, milliseconds=1), 30, "walk_in"),
]


@pytest.mark.parametrize(("after", "due_in", "why"), AFAR)
def test_a_number_from_afar_by_the_card(house, after, due_in, why):
    li = house.citizen("li").identify()
    ticket = li.take_from_afar()
    house.clock.at += after
    entered = house.check_in_by(id_number=li.id_number).json
    assert (entered["id"], entered["why"]["code"]) == (ticket["id"], why)
    assert house.minutes_left(entered) == due_in


@pytest.mark.parametrize("shown", ["card", "ticket"])
def test_a_number_from_afar_of_somebody_over_sixty(house, shown):
    """Priority is read from the number it was taken for."""
    old = house.citizen("old")
    body = {"name": "王秀芳", "id_number": id_number("19500101")}
    assert old.put("/me/identity", body).status_code == 200
    ticket = old.take_from_afar()
    house.clock.advance(minutes=1)
    if shown == "card":
        entered = house.check_in_by(id_number=id_number("19500101")).json
    else:
        entered = house.check_in(ticket).json
    assert (entered["why"]["code"], house.minutes_left(entered)) == ("priority", 5)


def test_the_card_finds_the_booking_before_the_number_from_afar(house):
    li = house.citizen("li").identify()
    li.book(house.slot("09:30", date=TODAY))
    afar = li.take_from_afar("pension")
    assert house.check_in_by(id_number=li.id_number).json["lane"] == "A"
    assert house.check_in_by(id_number=li.id_number).json["id"] == afar["id"]
    refused(house.check_in_by(id_number=li.id_number), 409, "already_checked_in")


def test_the_card_finds_todays_number_from_afar_before_a_booking_of_another_day(house):
    li = house.citizen("li").identify()
    li.book(house.slot("09:30", date=TOMORROW))
    afar = li.take_from_afar()
    assert house.check_in_by(id_number=li.id_number).json["id"] == afar["id"]
    refused(house.check_in_by(id_number=li.id_number), 409, "booking_of_another_day")


# Around midnight, and around three


def book_at(house, moment, day=TODAY):
    """Somebody who booked the time that begins at this moment, and the booking."""
    li = house.citizen("li").identify()
    slot = next(s["id"] for s in house.slots(date=day) if s["starts_at"].startswith(moment))
    return li, li.book(slot)


MIDNIGHT = [
    ("2026-11-23T23:59:59.999", "2026-11-23T23:59:59.999", "appointment"),
    ("2026-11-24T00:00:00.000", "2026-11-24T00:00:00.000", "appointment"),
    ("2026-11-24T00:10:00.000", "2026-11-24T00:10:00.000", "appointment"),
    ("2026-11-24T00:10:00.001", "2026-11-24T00:25:00.001", "appointment_late"),
    ("2026-11-24T02:59:59.999", "2026-11-24T03:29:59.999", "appointment_missed"),
]


@pytest.mark.parametrize(("moment", "due", "why"), MIDNIGHT)
def test_midnight_changes_nothing(house, moment, due, why):
    li, booking = book_at(house, "2026-11-23T23:30")
    at(house, moment)
    ticket = li.appointment(booking, "check-in", {}).json
    assert (ticket["due_at"], ticket["why"]["code"]) == (f"{due}+08:00", why)


@pytest.mark.parametrize("slot", ["2026-11-23T23:30", "2026-11-24T02:30"])
def test_at_three_the_day_is_over(house, slot):
    li, booking = book_at(house, slot)
    assert booking["date"] == TODAY
    at(house, "2026-11-24T03:00:00.000")
    told = refused(li.appointment(booking, "check-in", {}), 409, "check_in_too_late")
    # a time after midnight is told by the date that people know it by
    assert slot[8:10] + " 日" in told["detail"]
    refused(house.check_in_by(code=booking["code"]), 409, "check_in_too_late")


def test_a_time_after_midnight_belongs_to_the_day_before(house):
    li, booking = book_at(house, "2026-11-24T01:00")
    assert (booking["date"], booking["check_in_opens_at"]) == (
        TODAY,
        "2026-11-24T00:00:00.000+08:00",
    )
    at(house, "2026-11-23T23:59:59.999")
    refused(li.appointment(booking, "check-in", {}), 409, "check_in_too_early")
    at(house, "2026-11-24T00:00")
    assert li.appointment(booking, "check-in", {}).json["due_at"].startswith("2026-11-24T00:30")


def test_the_first_time_of_a_day_opens_with_the_day(house):
    """A number given before three would be closed at three."""
    li, booking = book_at(house, "2026-11-24T03:00", TOMORROW)
    assert booking["check_in_opens_at"] == "2026-11-24T03:00:00.000+08:00"
    at(house, "2026-11-24T02:59:59.999")
    for shown in ({"code": booking["code"]}, {"id_number": li.id_number}):
        told = refused(house.check_in_by(**shown), 409, "check_in_too_early")
        assert told["opens_at"] == booking["check_in_opens_at"]
    at(house, "2026-11-24T03:00")
    assert house.check_in_by(code=booking["code"]).json["due_at"].startswith("2026-11-24T03:00")


def test_on_the_day_before_it_is_another_days(house):
    _, booking = book_at(house, "2026-11-24T03:00", TOMORROW)
    at(house, "2026-11-23T23:59:59.999")
    refused(house.check_in_by(code=booking["code"]), 409, "booking_of_another_day")


# Doors


def office_hours(file):
    workday = ["09:00-12:00", "13:30-17:00"]
    file["hall"]["hours"] = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), workday)


DOORS = [
    # the table counts from the time that was booked, not from the doors
    ("09:00", "07:59:59.999", "check_in_too_early"),
    ("09:00", "08:00", None),
    ("09:00", "12:30", None),
    ("16:30", "16:59:59.999", None),
    ("16:30", "17:00:00", "check_in_too_late"),
]


@pytest.mark.parametrize(("slot", "moment", "code"), DOORS)
def test_before_the_doors_open_and_after_they_close(house, slot, moment, code):
    house.reload(office_hours)
    li = house.citizen("li").identify()
    booking = li.book(house.slot(slot))
    at(house, f"{TOMORROW}T{moment}")
    answer = house.check_in_by(code=booking["code"])
    if code:
        refused(answer, 409, code)
    else:
        assert answer.status_code == 201, answer.get_data(as_text=True)


def test_on_a_day_that_was_closed_meanwhile(house):
    house.reload(office_hours)
    li = house.citizen("li").identify()
    booking = li.book(house.slot("10:00"))
    shut = {"date": TOMORROW, "closed": True, "reason": "停电"}
    house.reload(lambda file: file["hall"].update(exceptions=[shut]))
    at(house, f"{TOMORROW}T10:00")
    refused(house.check_in_by(code=booking["code"]), 409, "hall_closed")


# Clocks that change

NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    ("booked", "opens", "moment", "due"),
    [
        # the night of 1 November has one o'clock twice
        ("2026-11-01T01:00:00.000-04:00", "2026-11-01T00:00:00.000-04:00",
         "2026-11-01T00:40:00.000-04:00", "2026-11-01T01:00:00.000-04:00"),
        ("2026-11-01T01:00:00.000-05:00", "2026-11-01T01:00:00.000-04:00",
         "2026-11-01T01:40:00.000-04:00", "2026-11-01T01:00:00.000-05:00"),
        ("2026-11-01T02:00:00.000-05:00", "2026-11-01T01:00:00.000-05:00",
         "2026-11-01T01:00:00.000-05:00", "2026-11-01T01:30:00.000-05:00"),
    ],
)  # fmt: skip
def test_the_night_of_twenty_five_hours(house, booked, opens, moment, due):
    house.clock.at = datetime.fromisoformat("2026-10-31T09:00:00.000-04:00")
    house.reload(lambda file: file["hall"].update(timezone=NEW_YORK))
    li = house.citizen("li").identify()
    times = house.slots(date="2026-10-31")
    slot = next(slot["id"] for slot in times if slot["starts_at"] == booked)
    booking = li.book(slot)
    assert (booking["date"], booking["check_in_opens_at"]) == ("2026-10-31", opens)
    house.clock.at = datetime.fromisoformat(opens) - timedelta(milliseconds=1)
    refused(house.check_in_by(code=booking["code"]), 409, "check_in_too_early")
    house.clock.at = datetime.fromisoformat(moment)
    assert house.check_in_by(code=booking["code"]).json["due_at"] == due


def test_the_night_of_twenty_three_hours(house):
    house.clock.at = datetime.fromisoformat("2027-03-13T09:00:00.000-05:00")
    house.reload(lambda file: file["hall"].update(timezone=NEW_YORK))
    times = [slot["starts_at"] for slot in house.slots(date="2027-03-13")]
    assert times[-1] == "2027-03-14T01:30:00.000-05:00"
    assert house.slots(date="2027-03-14")[0]["starts_at"] == "2027-03-14T03:00:00.000-04:00"
    li = house.citizen("li").identify()
    booking = li.book(house.slot("01:30", date="2027-03-13"))
    house.clock.at = datetime.fromisoformat("2027-03-14T03:00:00.000-04:00")
    refused(house.check_in_by(code=booking["code"]), 409, "check_in_too_late")


# On the phone, inside the hall


WHERE = [
    ({}, "not_in_hall"),
    ({"latitude": 37.0456}, "invalid"),
    ({"latitude": 37.0456, "longitude": 115.6712}, "not_in_hall"),  # some 600 m to the east
    ({"latitude": -37.0456, "longitude": -64.3358}, "not_in_hall"),  # the other side of the earth
    ({"latitude": 37.0456, "longitude": 115.6672}, None),  # some 270 m
    ({"latitude": 91, "longitude": 0}, "invalid"),
]


@pytest.mark.parametrize(("where", "code"), WHERE)
def test_a_phone_checks_in_inside_the_hall_only(house, where, code):
    place = {"latitude": 37.0456, "longitude": 115.6642, "radius_m": 300}
    house.reload(lambda file: file["hall"].update(location=place))
    li = house.citizen("li").identify()
    booking = li.book(house.slot("09:30", date=TODAY))
    answer = li.appointment(booking, "check-in", where)
    if code:
        refused(answer, 422 if code == "invalid" else 409, code)
        assert house.check_in_by(code=booking["code"]).status_code == 201
    else:
        assert answer.status_code == 201


# Promises


def test_a_booking_freezes_no_promise_of_the_day_it_is_for(house):
    """A change holds from the next day on which a number was given; nobody has one tomorrow."""
    li = house.citizen("li").identify()
    booking = li.book(house.slot("11:00"))
    assert booking["check_in_opens_at"] == f"{TOMORROW}T10:00:00.000+08:00"
    promises = {"walk_in_minutes": 45, "check_in_opens_minutes": 90}
    house.reload(lambda file: file["hall"].update(promises=promises))
    shown = li.get(f"/appointments/{booking['id']}").json
    assert shown["check_in_opens_at"] == f"{TOMORROW}T09:30:00.000+08:00"
    at(house, f"{TOMORROW}T09:30")
    assert house.minutes_left(house.take()) == 45
    assert house.check_in_by(code=booking["code"]).json["due_at"].startswith(f"{TOMORROW}T10:15")


def test_a_lanes_own_promise_is_the_most_an_early_arrival_waits(house):
    house.reload(lambda file: file["lanes"][0].update(walk_in_minutes=10))
    booking = house.citizen("li").identify().book(house.slot("11:00", date=TODAY))
    at(house, f"{TODAY}T10:00")
    ticket = house.check_in_by(code=booking["code"]).json
    assert (ticket["why"]["code"], house.minutes_left(ticket)) == ("appointment", 10)


def test_messages_are_told_with_the_time_of_people(house):
    li = house.citizen("li").identify()
    li.book(house.slot("11:00"))
    assert li.get("/me/notices").json[0]["at"].startswith(f"{TODAY}T09:00:00")
