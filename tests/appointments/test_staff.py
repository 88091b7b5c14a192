"""Staff book for people on the telephone and at the desk, and do for them what a phone does."""

from dataclasses import replace

import pytest
from sqlalchemy import event

from app.appointments.queries import OVER_AT_MOST
from app.core.db import db
from tests.appointments.desk import (
    TODAY,
    TOMORROW,
    Desk,
    at,
    everything,
    left,
    load_binhe,
    miscounted,
)
from tests.citizens.test_nothing_in_the_clear import told
from tests.crowd import rows
from tests.house import credit_code, id_number, open_house, refused

PHONE = "0311-8877665"


def test_booked_on_the_telephone_checked_in_at_the_machine(house, desk):
    slot = desk.slot("09:30", "staff")
    answer = desk.book(slot, id_number=id_number(), phone=PHONE)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    booking = answer.json
    assert (booking["state"], booking["slot"]["id"]) == ("booked", slot)
    assert booking["person"]["name"] == "王*芳"
    shown = desk.get("appointments?date=2026-11-24").json
    assert shown == [booking | {"hit": None, "reached_by": "phone", "phone": PHONE}]
    assert desk.get("appointments").json == shown
    assert miscounted(house) == []

    at(house, "2026-11-24T09:00")
    ticket = house.check_in_by(id_number=id_number()).json
    assert (ticket["why"]["code"], ticket["due_at"][11:16]) == ("appointment", "09:30")
    desk = Desk(house, house.sign_in("supervisor"))
    assert desk.get("appointments?date=2026-11-24").json[0]["ticket"]["number"] == "A001"


def test_who_is_verified_has_the_bookings_made_for_them(house, desk):
    li = house.citizen("li").verify()
    booked = desk.book(desk.slot("09:30", "staff"), name="李小明", id_number=li.id_number).json
    assert [one["id"] for one in li.get("/appointments").json] == [booked["id"]]
    assert li.get(f"/appointments/{booked['id']}").json["code"] == booked["code"]
    moved = li.appointment(booked, "reschedule", {"slot": house.slot("10:00")})
    assert moved.json["slot"]["starts_at"][11:16] == "10:00"
    at(house, "2026-11-24T10:00")
    ticket = li.appointment(booked, "check-in").json
    assert ticket["number"] == "A001"
    assert li.get(f"/tickets/{ticket['id']}").status_code == 200
    desk = Desk(house, house.sign_in("supervisor"))
    stranger = desk.book(desk.slot("10:30", "staff"), id_number=id_number()).json
    refused(li.get(f"/appointments/{stranger['id']}"), 404, "appointment_not_found")


def test_who_merely_declares_a_number_has_none_of_its_bookings(house, desk):
    li = house.citizen("li").identify()
    booked = desk.book(desk.slot("09:30", "staff"), name="李小明", id_number=li.id_number).json
    assert li.get("/appointments").json == []
    refused(li.get(f"/appointments/{booked['id']}"), 404, "appointment_not_found")
    refused(li.appointment(booked, "cancel"), 404, "appointment_not_found")


def test_a_booking_is_of_the_account_that_made_it_until_its_number_is_verified(house):
    """A daughter books for her father: she sees it through, and so does he, once it is sure who he
    is. Before, whoever declares his number could be anybody."""
    daughter, father = house.citizen("daughter").identify(), house.citizen("father").identify()
    his = daughter.add("李建国", id_number=father.id_number)
    booked = daughter.book(house.slot("09:30"), person=his["id"])
    refused(father.get(f"/appointments/{booked['id']}"), 404, "appointment_not_found")
    at(house, "2026-11-24T09:30")
    ticket = house.check_in_by(id_number=father.id_number).json
    assert [one["id"] for one in daughter.get("/me/tickets").json] == [ticket["id"]]
    assert father.get("/me/tickets").json == []
    father.verify()
    assert [one["id"] for one in father.get("/appointments").json] == [booked["id"]]
    assert [one["id"] for one in father.get("/me/tickets").json] == [ticket["id"]]


def test_a_firm_books_by_its_credit_code(desk):
    booked = desk.book(
        desk.slot("10:00", "public"), name="清河豆腐店", credit_code=credit_code(), phone=PHONE
    )
    assert booked.json["person"]["name"] == "清***店"
    again = desk.book(desk.slot("11:00", "public"), name="清河豆腐店", credit_code=credit_code())
    refused(again, 409, "second_booking")


def test_staff_sell_both_pools_and_each_by_itself(house, desk):
    places = {slot["pool"]: slot["left"] for slot in desk.slots()[:2]}
    assert places == {"public": 6, "staff": 2}
    for series in (1, 2):
        body = {"id_number": id_number(series=series)}
        assert desk.book(desk.slot("09:30", "staff"), **body).status_code == 201
    assert [s["pool"] for s in desk.slots() if s["starts_at"][11:16] == "09:30"] == ["public"]
    assert left(house, "09:30") == 6
    assert desk.book(desk.slot("09:30", "public"), id_number=id_number(series=3)).status_code == 201
    assert left(house, "09:30") == 5
    full = "t.20261124.A.1530.staff"
    refused(desk.book(full, id_number=id_number(series=4)), 409, "slot_full")
    assert miscounted(house) == []


def test_the_public_neither_sees_nor_books_what_is_staffs(house, desk):
    staffs = desk.slot("09:30", "staff")
    assert staffs not in [slot["id"] for slot in house.slots()]
    assert all("pool" not in slot for slot in house.slots())
    li = house.citizen("li").identify()
    refused(li.post("/appointments", {"slot": staffs, "item": "id-card"}), 404, "slot_not_found")
    booking = li.book(house.slot("10:00"))
    refused(li.appointment(booking, "reschedule", {"slot": staffs}), 404, "slot_not_found")


def test_one_a_day_whoever_booked_it(house, desk):
    li = house.citizen("li").identify()
    li.book(house.slot("10:00"))
    refused(desk.book(desk.slot("11:00", "staff"), id_number=li.id_number), 409, "second_booking")


@pytest.mark.parametrize("role", ["clerk1", "guide", "supervisor", "administrator"])
def test_everybody_of_the_staff_may_book(house, role):
    desk = Desk(house, house.sign_in(role))
    booking = desk.book(desk.slot("09:30", "staff"), id_number=id_number()).json
    moved = desk.appointment(booking, "reschedule", {"slot": desk.slot("10:00", "public")})
    assert moved.json["slot"]["starts_at"][11:16] == "10:00"
    assert desk.appointment(booking, "cancel").json["state"] == "cancelled"
    assert desk.get("appointments?date=2026-11-24").json[0]["state"] == "cancelled"
    assert desk.get("appointments/hit").json == []


@pytest.mark.parametrize("role", ["clerk1", "guide"])
def test_only_who_leads_settles_a_day_that_closes(house, role):
    desk = Desk(house, house.sign_in(role))
    refused(
        desk.post("appointments/settle", {"action": "cancel", "reason": "试"}), 403, "forbidden"
    )


def test_no_citizen_comes_to_the_desk(house):
    li = house.citizen("li").identify()
    booking = li.book(house.slot("10:00"))
    refused(li.get("/staff/appointments"), 403, "forbidden")
    refused(li.get("/staff/slots?item=id-card&date=2026-11-24"), 403, "forbidden")
    for action in ("cancel", "reschedule", "check-in"):
        refused(li.post(f"/staff/appointments/{booking['id']}/{action}", {}), 403, "forbidden")


def test_staff_act_in_their_own_hall(house):
    load_binhe(house)
    at(house, "2026-11-24T10:00")
    desk = Desk(house, house.sign_in("supervisor"))
    li = house.citizen("li").identify()
    times = house.get("/halls/binhe/slots?item=sb-01&date=2026-11-25").json
    elsewhere = li.book(times[0]["id"], "sb-01")
    for action, body in (("cancel", {}), ("reschedule", {"slot": "x"}), ("check-in", {})):
        refused(desk.appointment(elsewhere, action, body), 404, "appointment_not_found")
    before = everything(house)
    there = desk.book(times[0]["id"], "sb-01", id_number=id_number())
    refused(there, 409, "slot_of_another_hall")
    assert everything(house) == before
    assert desk.get("appointments").json == []


BAD = [
    ({"id_number": id_number()[:-1] + "?"}, 422, "id_number_wrong"),
    ({"credit_code": "91110105MA00000000"}, 422, "credit_code_wrong"),
    ({"id_number": id_number(), "credit_code": credit_code()}, 422, "invalid"),
    ({}, 422, "invalid"),
    ({"id_number": id_number(), "name": "  "}, 422, "name_wrong"),
    ({"id_number": id_number(), "slot": "nonsense"}, 404, "slot_not_found"),
    ({"id_number": id_number(), "phone": "1" * 21}, 422, "invalid"),
]


@pytest.mark.parametrize(("body", "status", "code"), BAD)
def test_what_staff_cannot_book(house, desk, body, status, code):
    before = everything(house)
    given = {"slot": desk.slot("10:00", "staff"), "item": "id-card", "name": "王秀芳", **body}
    refused(desk.post("appointments", given), status, code)
    assert everything(house) == before


def test_staff_cancel_and_move_where_the_phone_is_too_late(house, desk):
    house.reload(lambda file: file["hall"]["booking"].update(cancel_until_minutes=120))
    li = house.citizen("li").identify()
    booking = li.book(house.slot("10:00", date="2026-11-23"))
    refused(li.appointment(booking, "cancel"), 409, "cancel_too_late")
    later = house.slot("11:00", date="2026-11-23")
    refused(li.appointment(booking, "reschedule", {"slot": later}), 409, "cancel_too_late")
    deeds = (("reschedule", {"slot": later}, "changed"), ("cancel", {}, "cancelled"))
    for action, body, kind in deeds:
        house.clock.advance(seconds=1)
        assert desk.appointment(booking, action, body).status_code == 200
        assert li.get("/me/notices").json[0]["kind"] == kind
    assert miscounted(house) == []


def test_staff_check_people_in(house, desk):
    booking = desk.book(
        desk.slot("09:30", "staff", day="2026-11-23"), id_number=id_number("19500101")
    ).json
    ticket = desk.appointment(booking, "check-in", {}).json
    assert ticket["number"] == "A001"
    # over 60 by the number staff booked with
    assert (ticket["why"]["code"], house.minutes_left(ticket)) == ("priority", 5)
    told = refused(desk.appointment(booking, "check-in", {}), 409, "already_checked_in")
    assert told["number"] == "A001"
    refused(desk.appointment(booking, "cancel"), 409, "already_checked_in")


def test_the_same_key_books_once(house, desk):
    slot = desk.slot("09:30", "staff")
    body = {"slot": slot, "item": "id-card", "name": "王秀芳", "id_number": id_number()}
    first, again = (desk.post("appointments", body, key="once") for _ in range(2))
    assert (first.status_code, again.json) == (201, first.json)
    assert [s["left"] for s in desk.slots() if s["id"] == slot] == [1]


def test_nothing_personal_lies_in_the_clear(house, desk, caplog):
    caplog.set_level("DEBUG")
    booking = desk.book(desk.slot("09:30", "staff"), id_number=id_number(), phone=PHONE).json
    desk.appointment(booking, "reschedule", {"slot": desk.slot("10:00", "staff")})
    at(house, "2026-11-24T10:00")
    house.check_in_by(code=booking["code"])
    values = [
        told(value)
        for table in db.metadata.tables.values()
        for row in rows(house, table)
        for value in row
    ]
    values.append(caplog.text.encode())
    for secret in ("王秀芳", id_number(), PHONE):
        assert not any(secret.encode() in value for value in values), secret
    assert any(booking["code"].encode() in value for value in values)


def statements(house, ask):
    """How many statements a request sends."""
    sent = []
    with house.app.app_context():
        engine = db.engine
    note = lambda *args: sent.append(args[2])  # noqa: E731 (removed by identity)
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert ask().status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(sent)


def test_a_long_list_asks_no_more_than_a_short_one(house, desk):
    li = house.citizen("li").identify()
    arrive = lambda booking: house.check_in_by(code=booking["code"])  # noqa: E731
    arrive(li.book(house.slot("09:30", date=TODAY)))
    office = lambda: desk.get(f"appointments?date={TODAY}")  # noqa: E731
    office()  # the first look in a while is noted
    one = statements(house, office), statements(house, lambda: li.get("/appointments"))
    for n in range(4):
        booking = desk.book(desk.slot("09:30", "public", day=TODAY), id_number=id_number(series=n))
        arrive(booking.json)
    for clock in ("10:00", "10:30", "11:00"):
        li.appointment(li.book(house.slot(clock)), "cancel")
    assert len(office().json) == 5
    more = statements(house, office), statements(house, lambda: li.get("/appointments"))
    assert (more[0], more[1]) == (one[0], one[1] + 1)  # one more day, its promises


def test_an_account_sees_all_to_come_and_the_latest_of_what_is_over(settings):
    house = open_house(replace(settings, device_limit=10_000))  # none books so often in a minute
    house.reload(lambda file: file["hall"]["booking"].update(bans=[]))
    li = house.citizen("li").identify()
    for _ in range(OVER_AT_MOST + 1):
        li.appointment(li.book(house.slot("10:00")), "cancel")
    li.book(house.slot("10:00"))
    states = [one["state"] for one in li.get("/appointments").json]
    assert states == ["booked"] + ["cancelled"] * OVER_AT_MOST


def test_the_telephone_number_of_who_has_an_account_is_shown_too(house, desk):
    li = house.citizen("li").identify()
    desk.book(desk.slot("11:00", "staff", day=TODAY), id_number=li.id_number, phone=PHONE)
    li.book(house.slot("10:00"))
    (shown,) = desk.get(f"appointments?date={TOMORROW}").json
    assert (shown["reached_by"], shown["phone"]) == ("message", PHONE)
