"""What bookings and check-ins refuse: each with its own code and sentence, nothing half-done."""

from contextlib import contextmanager

import pytest

from tests.appointments.desk import (
    TODAY,
    TOMORROW,
    Desk,
    at,
    everything,
    load_binhe,
    miscounted,
    schedule_round,
)
from tests.house import HALL, id_number, refused

FIRST = f"{HALL}.20261124.A.1530.public"
"""Tomorrow at half past nine."""


@contextmanager
def nothing_done(house):
    before = everything(house)
    yield
    assert everything(house) == before


def book(citizen, slot, item="id-card", **more):
    return citizen.post("/appointments", {"slot": slot, "item": item, **more})


SLOTS = [
    # slot, items, status, code
    ("t.20261123.A.1470.public", ["id-card"], 409, "slot_past"),  # half past eight, now is nine
    ("t.20261123.A.1500.public", ["id-card"], 409, "slot_past"),  # it begins this moment
    ("t.20261122.A.1530.public", ["id-card"], 409, "slot_past"),
    ("t.20261201.A.1530.public", ["id-card"], 409, "slot_not_released"),
    (FIRST, ["pension"], 409, "slot_of_another_item"),
    (FIRST, ["nothing"], 404, "unknown_item"),
    (FIRST, ["id-card", "nothing"], 404, "unknown_item"),
    (FIRST, ["id-card", "pension"], 422, "items_of_several_lanes"),
    (
        "t.20261124.J.1530.public",
        ["permit"],
        409,
        "slot_of_another_item",
    ),  # never room for half an hour
    ("t.20261124.A.1530.staff", ["id-card"], 404, "slot_not_found"),
    ("t.20261124.A.1531.public", ["id-card"], 404, "slot_not_found"),
    ("t.20261124.A.1530.public.event", ["id-card"], 404, "slot_not_found"),
    ("t.20261124.Z.1530.public", ["id-card"], 404, "slot_not_found"),
    ("nowhere.20261124.A.1530.public", ["id-card"], 404, "slot_not_found"),
    ("t.20261324.A.1530.public", ["id-card"], 404, "slot_not_found"),
    ("t.2026112.A.1530.public", ["id-card"], 404, "slot_not_found"),
    ("t.00010101.A.1530.public", ["id-card"], 409, "slot_past"),
    ("t.99991231.A.1530.public", ["id-card"], 409, "slot_not_released"),
    ("t", ["id-card"], 404, "slot_not_found"),
    (".....", ["id-card"], 404, "slot_not_found"),
    ("预约", ["id-card"], 404, "slot_not_found"),
    ("x" * 80, ["id-card"], 404, "slot_not_found"),
    ("x" * 81, ["id-card"], 422, "invalid"),
    ("", ["id-card"], 422, "invalid"),
    ("a\u0000b", ["id-card"], 422, "unfit_text"),
    (FIRST, [], 422, "invalid"),
    (FIRST, ["id-card"] * 11, 422, "invalid"),
]


@pytest.mark.parametrize(("slot", "items", "status", "code"), SLOTS)
def test_a_time_that_cannot_be_booked(shared_house, slot, items, status, code):
    li = shared_house.citizen("li").identify()
    with nothing_done(shared_house):
        refused(li.post("/appointments", {"slot": slot, "items": items}), status, code)
        refused(li.post("/appointments", {"slot": slot, "items": items}), status, code)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"item": "id-card", "items": ["id-card"]},
        {"items": ["id-card", "id-card"]},
        {"x": 1},
    ],
)
def test_a_request_that_does_not_say_what_it_wants(shared_house, more):
    li = shared_house.citizen("li").identify()
    refused(li.post("/appointments", {"slot": FIRST, **more}), 422, "invalid")


def test_the_same_item_twice_has_no_times(shared_house):
    path = f"/halls/{HALL}/slots?item=id-card&item=id-card&date={TOMORROW}"
    refused(shared_house.get(path), 422, "invalid")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-11-22", "2026-12-01"])
def test_a_day_on_which_nothing_can_be_booked(shared_house, day):
    assert shared_house.slots(date=day) == []
    desk = Desk(shared_house, shared_house.sign_in("supervisor"))
    assert desk.slots(day=day) == []
    assert desk.get(f"appointments?date={day}").json == []
    assert desk.get(f"appointments/hit?date={day}").json == []
    settled = desk.post(
        "appointments/settle", {"action": "move", "reason": "试", "date": TOMORROW, "to": day}
    )
    assert settled.json == {"moved": [], "cancelled": [], "left": [], "remaining": 0}


QUERIES = [
    ("item=id-card", 422, "invalid"),
    ("date=2026-11-24", 422, "invalid"),
    ("item=id-card&date=24.11.2026", 422, "invalid"),
    ("item=nothing&date=2026-11-24", 404, "unknown_item"),
    ("item=id-card&item=pension&date=2026-11-24", 422, "items_of_several_lanes"),
]


@pytest.mark.parametrize(("query", "status", "code"), QUERIES)
def test_times_nobody_can_ask_for(shared_house, query, status, code):
    refused(shared_house.get(f"/halls/t/slots?{query}"), status, code)
    refused(shared_house.get("/halls/nowhere/slots?item=x&date=2026-11-24"), 404, "unknown_hall")


def test_a_full_time(house):
    for n in range(6):
        house.citizen(f"c{n}").identify().book(FIRST)
    li = house.citizen("li").identify()
    with nothing_done(house):
        refused(book(li, FIRST), 409, "slot_full")
    assert FIRST not in [slot["id"] for slot in house.slots()]


def test_another_halls(house):
    load_binhe(house)
    at(house, "2026-11-24T10:00")
    li = house.citizen("li").identify()
    with nothing_done(house):
        # an item of the other hall in a slot of this one, and the other way round
        refused(book(li, "t.20261125.A.1530.public", "sb-01"), 409, "slot_of_another_hall")
        refused(book(li, "binhe.20261125.A.1530.public"), 409, "slot_of_another_hall")
    mine = li.book(house.slot("10:00", date="2026-11-25"))
    there = house.get("/halls/binhe/slots?item=sb-01&date=2026-11-25").json[0]["id"]
    with nothing_done(house):
        answer = li.appointment(mine, "reschedule", {"slot": there})
        refused(answer, 409, "slot_of_another_hall")
    # one a day in each hall
    assert book(li, there, "sb-01").status_code == 201


def test_an_item_that_is_never_booked(house):
    house.reload(lambda file: file["items"][0].update(bookable=False))
    assert house.slots() == []
    li = house.citizen("li").identify()
    with nothing_done(house):
        refused(book(li, FIRST), 409, "slot_of_another_item")
        refused(li.post("/appointments", {"slot": FIRST, "items": ["passport", "id-card"]}),
                409, "slot_of_another_item")  # fmt: skip
    assert book(li, FIRST, "passport").status_code == 201


def test_a_second_booking_of_the_day(house):
    li, wang = house.citizen("li").identify(), house.citizen("wang").identify()
    mother = li.add("王秀芳", id_number=id_number())
    first = li.book(FIRST)
    li.book(FIRST, person=mother["id"])
    hers = wang.add("王秀芳", id_number=id_number())
    with nothing_done(house):
        refused(book(li, house.slot("11:00")), 409, "second_booking")
        refused(book(li, FIRST), 409, "second_booking")
        refused(book(wang, house.slot("11:00"), person=hers["id"]), 409, "second_booking")
    assert book(li, house.slot("09:30", date=TODAY)).status_code == 201
    other_day = li.get("/appointments").json[0]
    with nothing_done(house):
        answer = li.appointment(other_day, "reschedule", {"slot": house.slot("11:00")})
        refused(answer, 409, "second_booking")
    li.appointment(first, "cancel")
    assert book(li, house.slot("11:00")).status_code == 201
    assert miscounted(house) == []


def test_the_sixth_live_booking_of_an_account(house):
    li = house.citizen("li").identify()
    booked = [li.book(house.slot("10:00", date=f"2026-11-{day}")) for day in range(24, 29)]
    sixth = house.slot("10:00", date="2026-11-29")
    with nothing_done(house):
        refused(book(li, sixth), 409, "too_many_bookings")
    li.appointment(booked[0], "cancel")
    assert book(li, sixth).status_code == 201
    with nothing_done(house):
        refused(book(li, house.slot("10:00", date="2026-11-30")), 409, "too_many_bookings")
    # who has come does not count any more
    at(house, "2026-11-25T09:30")
    assert house.check_in_by(code=booked[1]["code"]).status_code == 201
    assert book(li, house.slot("10:00", date="2026-11-30")).status_code == 201


def test_what_was_just_cancelled_counts_until_its_place_is_free_again(house):
    """Else an account that books and cancels in turn empties the hall."""
    house.reload(lambda file: file["hall"]["booking"].update(release_hold_minutes=5, bans=[]))
    li = house.citizen("li").identify()
    for _ in range(5):
        li.appointment(li.book(house.slot("10:00")), "cancel")
    with nothing_done(house):
        refused(book(li, house.slot("10:00")), 409, "too_many_bookings")
    house.clock.advance(minutes=5)
    schedule_round(house)
    assert book(li, house.slot("10:00")).status_code == 201
    assert miscounted(house) == []


def test_who_may_book_for_whom(house):
    li, nobody = house.citizen("li").identify(), house.citizen("nobody")
    wang = house.citizen("wang").identify()
    theirs = wang.people()[0]["id"]
    with nothing_done(house):
        refused(book(nobody, FIRST), 409, "identity_needed")
        refused(book(li, FIRST, person=theirs), 404, "person_not_found")
        refused(book(li, FIRST, person="x"), 404, "person_not_found")
        refused(house.post("/appointments", None, {"slot": FIRST, "item": "id-card"}), 401,
                "unauthenticated")  # fmt: skip


def test_anothers_booking_is_not_found(house):
    li, wang = house.citizen("li").identify(), house.citizen("wang").identify()
    booking = li.book(FIRST)
    with nothing_done(house):
        for missing in (booking, {"id": "x"}, {"id": "0" * 32}):
            refused(wang.get(f"/appointments/{missing['id']}"), 404, "appointment_not_found")
            for action, body in (("cancel", {}), ("reschedule", {"slot": FIRST}), ("check-in", {})):
                refused(wang.appointment(missing, action, body), 404, "appointment_not_found")
    assert wang.get("/appointments").json == []


def test_moved_to_the_time_it_has(house):
    li = house.citizen("li").identify()
    booking = li.book(FIRST)
    with nothing_done(house):
        refused(li.appointment(booking, "reschedule", {"slot": FIRST}), 409, "slot_unchanged")
        for slot, status, code in (
            ("t.20261123.A.1470.public", 409, "slot_past"),
            ("t.20261201.A.1530.public", 409, "slot_not_released"),
            ("t.20261124.B.1530.public", 409, "slot_of_another_item"),
            ("nonsense", 404, "slot_not_found"),
            ("nowhere.20261124.A.1530.public", 404, "slot_not_found"),
        ):
            refused(li.appointment(booking, "reschedule", {"slot": slot}), status, code)


def test_moved_to_a_full_time(house):
    for n in range(6):
        house.citizen(f"c{n}").identify().book(FIRST)
    li = house.citizen("li").identify()
    booking = li.book(house.slot("10:00"))
    with nothing_done(house):
        refused(li.appointment(booking, "reschedule", {"slot": FIRST}), 409, "slot_full")


CUT_OFFS = [("07:29:59.999", True), ("07:30:00", True), ("07:30:00.001", False), ("09:29", False)]


@pytest.mark.parametrize(("clock", "in_time"), CUT_OFFS)
@pytest.mark.parametrize("action", ["cancel", "reschedule"])
def test_given_up_or_moved_too_late(house, clock, in_time, action):
    house.reload(lambda file: file["hall"]["booking"].update(cancel_until_minutes=120))
    li = house.citizen("li").identify()
    booking = li.book(FIRST)
    other = house.slot("11:00")
    at(house, f"2026-11-24T{clock}")
    body = {"slot": other} if action == "reschedule" else {}
    if in_time:
        assert li.appointment(booking, action, body).status_code == 200
    else:
        with nothing_done(house):
            refused(li.appointment(booking, action, body), 409, "cancel_too_late")


STATES = {
    "checked_in": "already_checked_in",
    "cancelled": "appointment_cancelled",
    "missed": "appointment_missed",
}


@pytest.mark.parametrize(("state", "code"), STATES.items())
def test_what_is_no_longer_booked(house, state, code):
    li = house.citizen("li").identify()
    booking = li.book(house.slot("09:30", date=TODAY))
    if state == "checked_in":
        li.appointment(booking, "check-in", {})
    elif state == "cancelled":
        li.appointment(booking, "cancel")
    else:
        at(house, "2026-11-24T03:00:05")
        run_night(house)
    assert li.get(f"/appointments/{booking['id']}").json["state"] == state
    slot = house.slot("11:00")
    desk = Desk(house, house.sign_in("supervisor"))
    with nothing_done(house):
        for actions in (li, desk):
            for action, body in (("cancel", {}), ("reschedule", {"slot": slot}), ("check-in", {})):
                told = refused(actions.appointment(booking, action, body), 409, code)
                assert told.get("number") == ("A001" if state == "checked_in" else None)
        refused(house.check_in_by(code=booking["code"]), 409, code)
    if state != "missed":
        with nothing_done(house):
            refused(house.check_in_by(id_number=li.id_number), 409, code)


def run_night(house):
    """The jobs of the night, as the worker runs them."""
    queue = schedule_round(house)
    with house.app.app_context():
        for job in queue.get_jobs():
            job.func(*job.args)
            job.delete()


CODES = [
    ({"code": "0000000000"}, 404, "booking_not_found"),
    ({"code": "nonsense"}, 404, "booking_not_found"),
    ({"code": " "}, 404, "booking_not_found"),
    ({"code": ""}, 422, "invalid"),
    ({"code": "x" * 65}, 422, "invalid"),
    ({"code": "1", "id_number": id_number()}, 422, "invalid"),
    ({}, 422, "invalid"),
    ({"id_number": id_number()}, 404, "booking_not_found"),
    ({"id_number": "110105"}, 422, "id_number_wrong"),
    ({"ticket": "0" * 32}, 404, "ticket_not_found"),
    ({"code": "0000000000", "priority": "vip"}, 422, "invalid"),
]


@pytest.mark.parametrize(("shown", "status", "code"), CODES)
def test_a_code_nobody_has(shared_house, shown, status, code):
    with nothing_done(shared_house):
        refused(shared_house.check_in_by(**shown), status, code)


def test_a_code_with_spaces_as_people_type_it(house):
    booking = house.citizen("li").identify().book(house.slot("09:30", date=TODAY))
    assert house.check_in_by(code=f" {booking['code']} ").status_code == 201


def test_a_code_of_another_day_or_hall(house):
    li, wang = house.citizen("li").identify(), house.citizen("wang").identify()
    booking = li.book(FIRST)
    load_binhe(house)
    at(house, "2026-11-23T10:00")
    there = house.get("/halls/binhe/slots?item=sb-01&date=2026-11-24").json[0]["id"]
    elsewhere = wang.book(there, "sb-01")
    with nothing_done(house):
        told = refused(house.check_in_by(code=booking["code"]), 409, "booking_of_another_day")
        assert (told["date"], "11 月 24 日" in told["detail"]) == (TOMORROW, True)
        refused(house.check_in_by(id_number=li.id_number), 409, "booking_of_another_day")
        refused(li.appointment(booking, "check-in", {}), 409, "booking_of_another_day")
        told = refused(house.check_in_by(code=elsewhere["code"]), 409, "booking_of_another_hall")
        assert "滨河街道便民服务中心" in told["detail"]
        refused(house.check_in_by(id_number=wang.id_number), 404, "booking_not_found")


def test_the_number_given_in_another_hall_is_not_told(house):
    load_binhe(house)
    at(house, "2026-11-23T10:00")
    li = house.citizen("li").identify()
    times = house.get("/halls/binhe/slots?item=sb-01&date=2026-11-23").json
    booking = li.book(times[0]["id"], "sb-01")
    house.reload(lambda file: None)
    body = {"latitude": 37.0456, "longitude": 115.6642}
    assert li.appointment(booking, "check-in", body).status_code == 201
    told = refused(house.check_in_by(code=booking["code"]), 409, "booking_of_another_hall")
    assert "number" not in told


@pytest.mark.parametrize("first", ["code", "id_number", "phone", "staff"])
def test_checked_in_twice(house, first):
    li = house.citizen("li").identify()
    booking = li.book(house.slot("09:30", date=TODAY))
    desk = Desk(house, house.sign_in("guide"))
    ways = {
        "code": lambda: house.check_in_by(code=booking["code"]),
        "id_number": lambda: house.check_in_by(id_number=li.id_number),
        "phone": lambda: li.appointment(booking, "check-in", {}),
        "staff": lambda: desk.appointment(booking, "check-in", {}),
    }
    assert ways[first]().status_code == 201
    with nothing_done(house):
        for way in ways.values():
            told = refused(way(), 409, "already_checked_in")
            assert (told["number"], "A001" in told["detail"]) == ("A001", True)
    assert house.waiting() == ["A001"]


def test_one_live_number_a_person(house):
    house.reload(lambda file: file["hall"]["rules"].update(one_live_ticket="per_hall"))
    li = house.citizen("li").identify()
    booking = li.book(house.slot("09:30", date=TODAY))
    ticket = house.take(id_number=li.id_number)
    with nothing_done(house):
        told = refused(house.check_in_by(code=booking["code"]), 409, "live_ticket_held")
        assert told["number"] == ticket["number"]
    house.own(ticket, "leave")
    assert house.check_in_by(code=booking["code"]).status_code == 201


def test_an_item_that_left_the_hall_with_its_lane(house):
    """Whoever booked it is told so at the machine."""
    li = house.citizen("li").identify()
    booking = li.book(house.slot("09:30", "pension", date=TODAY), "pension")

    def close_lane(file):
        file["lanes"].pop(1)
        file["items"].pop(2)
        for counter in file["counters"][:8]:
            counter.update(tiers=[["A"], ["J"]], shares={"A": "0.35"})

    house.reload(close_lane)
    with nothing_done(house):
        refused(house.check_in_by(code=booking["code"]), 404, "unknown_item")
        refused(li.appointment(booking, "reschedule", {"slot": house.slot("11:00")}), 404,
                "unknown_item")  # fmt: skip
    assert li.get("/appointments").json[0]["state"] == "booked"
    assert li.appointment(booking, "cancel").status_code == 200


# The same request again


@pytest.mark.parametrize("action", ["book", "cancel", "reschedule", "check-in"])
def test_the_same_key_does_it_once(house, action):
    li = house.citizen("li").identify()
    slot, other = house.slot("09:30", date=TODAY), house.slot("10:30", date=TODAY)
    path, body = "/appointments", {"slot": slot, "item": "id-card"}
    if action != "book":
        booking = li.book(slot)
        path = f"/appointments/{booking['id']}/{action}"
        body = {"slot": other} if action == "reschedule" else {}
    first = li.post(path, body, key="once")
    assert first.status_code in (200, 201)
    with nothing_done(house):
        again = li.post(path, body, key="once")
        assert (again.status_code, again.json) == (first.status_code, first.json)
    refused(house.request("POST", path, li.token, body, key=None), 400, "idempotency_key_missing")
    assert miscounted(house) == []


def test_a_refusal_may_be_tried_again_under_the_same_key(house):
    house.reload(lambda file: file["hall"]["booking"].update(release_at="10:00"))
    li = house.citizen("li").identify()
    body = {"slot": "t.20261130.A.1530.public", "item": "id-card"}
    refused(li.post("/appointments", body, key="k"), 409, "slot_not_released")
    at(house, "2026-11-23T10:00")
    assert li.post("/appointments", body, key="k").status_code == 201
    refused(li.post("/appointments", body | {"item": "passport"}, key="k"), 422,
            "idempotency_key_reused")  # fmt: skip
