"""Places are sold once, whoever comes at the same moment: none is oversold, lost or half-done."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from app.appointments import arriving, places, service
from app.appointments.errors import SlotFull
from app.appointments.queries import SLOTS, TABLE, find, live_of_citizen, slots_on
from app.core import idempotency
from app.core.db import db, insert_once
from app.core.idempotency import Answer, perform
from tests.bookings import (
    TUESDAY,
    assert_balanced,
    at_once,
    booking,
    cancelling,
    citizens,
    happened,
    live,
    moving,
    row_of,
    taken,
    together,
)
from tests.crowd import faults, rows
from tests.house import HALL, KIOSK_TOKEN, House, id_number, refused
from tests.stores import each_store_in_time, on_postgresql

PLACES_OF_A_SLOT = 6
MINUTES = 5
"""Of an identity card."""
TUESDAY_DATE = date.fromisoformat(TUESDAY)
WAIT_S = 30
A_FEW = 4


def meeting(count: int) -> threading.Barrier:
    """Where so many wait until all of them have looked, before any of them writes."""
    return threading.Barrier(count, timeout=WAIT_S)


# The last places


@each_store_in_time
def test_fifty_people_for_the_last_three_places(busy_house):
    slot = busy_house.slot("09:00")
    first, newcomers, movers = (citizens(busy_house, n, f"g{n}") for n in (3, 25, 24))
    for citizen in first:
        citizen.book(slot)
    clocks = ("10:00", "10:30", "11:00", "11:30")
    others = [busy_house.slot(clock) for clock in clocks]
    held = [citizen.book(others[n % 4]) for n, citizen in enumerate(movers)]
    before = [row_of(busy_house, booked) for booked in held]

    answers = at_once(
        busy_house,
        [
            *(moving(citizen, booked, slot) for citizen, booked in zip(movers, held, strict=True)),
            *(booking(citizen, slot) for citizen in newcomers),
        ],
    )
    won = [answer for answer in answers if answer.status < 300]
    assert len(won) == 3
    assert Counter(a.short for a in answers if a.status >= 300) == {(409, "slot_full"): 46}
    assert taken(busy_house, slot) == PLACES_OF_A_SLOT * MINUTES
    for answer, booked, was in zip(answers, held, before, strict=False):
        assert answer.status == 200 or row_of(busy_house, booked) == was, "lost what they had"
    assert len(live(busy_house)) == 3 + 24 + sum(answer.status == 201 for answer in answers)
    assert_balanced(busy_house)


def take_after_a_look(meet: threading.Barrier) -> Any:
    """`take` as a question and a write."""

    def take(plan: Any, slot: Any, units: int) -> None:
        insert_once(SLOTS, id=slot.id, hall=plan.code, day=TUESDAY_DATE, taken=0)
        this = SLOTS.c.id == slot.id
        sold = db.session.scalar(select(SLOTS.c.taken).where(this))
        if sold + units > slot.capacity:
            raise SlotFull
        meet.wait()
        db.session.execute(update(SLOTS).where(this).values(taken=SLOTS.c.taken + units))

    return take


@on_postgresql
def test_after_a_mere_look_they_are_oversold(busy_house, monkeypatch):
    slot = busy_house.slot("09:00")
    people = citizens(busy_house, 3 + A_FEW)
    for citizen in people[:3]:
        citizen.book(slot)
    monkeypatch.setattr(service, "take", take_after_a_look(meeting(A_FEW)))
    answers = at_once(busy_house, [booking(citizen, slot) for citizen in people[3:]])
    assert [answer.status for answer in answers] == [201] * A_FEW
    assert taken(busy_house, slot) == 7 * MINUTES > PLACES_OF_A_SLOT * MINUTES


# One booking a person and day


def of_one_person(house: House, accounts: int) -> list[Any]:
    """Requests of several accounts, each for the same grandmother and another time of the day."""
    grandmother = id_number("19580308")
    return [
        booking(citizen, slot["id"], person=citizen.add("王芳", id_number=grandmother)["id"])
        for citizen, slot in zip(citizens(house, accounts), house.slots(), strict=False)
    ]


@each_store_in_time
def test_a_person_booked_by_several_accounts_is_booked_once(busy_house):
    answers = at_once(busy_house, of_one_person(busy_house, 8))
    assert Counter(a.short for a in answers) == {(201, ""): 1, (409, "second_booking"): 7}
    assert len(live(busy_house)) == 1
    assert sum(row.taken for row in rows(busy_house, SLOTS)) == MINUTES
    assert_balanced(busy_house)


@on_postgresql
def test_without_the_index_two_stand(busy_house):
    busy_house.within(lambda: db.session.execute(db.text("DROP INDEX uq_appointments_one_a_day")))
    answers = at_once(busy_house, of_one_person(busy_house, 2))
    assert [answer.status for answer in answers] == [201, 201]
    assert len(live(busy_house)) == 2


@on_postgresql
def test_a_booking_made_while_another_is_moved_to_that_day(busy_house, monkeypatch):
    """Who moves a booking to a day and who books that day meet at the same index."""
    (li,) = citizens(busy_house, 1)
    booked = li.book(busy_house.slot("09:00", date="2026-11-25"))
    there, slot = busy_house.slot("09:00"), busy_house.slot("10:00")
    drop = service.drop_places

    def drop_after_somebody_booked(appointment: str) -> None:
        assert at_once(busy_house, [booking(li, slot)])[0].status == 201
        drop(appointment)

    monkeypatch.setattr(service, "drop_places", drop_after_somebody_booked)
    refused(li.appointment(booked, "reschedule", {"slot": there}), 409, "second_booking")
    assert {row.slot_id for row in live(busy_house)} == {slot, booked["slot"]["id"]}
    assert_balanced(busy_house)


# Five bookings an account


def of_one_account(house: House) -> list[Any]:
    """Requests of an account with three bookings for five more, each for somebody else."""
    (li,) = citizens(house, 1)
    family = [li.add("王芳", id_number=id_number("19580308", n))["id"] for n in range(1, 9)]
    slots = [slot["id"] for slot in house.slots()]
    for person in family[:3]:
        li.book(slots[0], person=person)
    return [
        booking(li, slot, person=person)
        for person, slot in zip(family[3:], slots[1:], strict=False)
    ]


@each_store_in_time
def test_an_account_that_books_its_fourth_to_eighth_at_once_has_five(busy_house):
    answers = at_once(busy_house, of_one_account(busy_house))
    assert Counter(a.short for a in answers) == {(201, ""): 2, (409, "too_many_bookings"): 3}
    assert len(live(busy_house)) == service.LIVE_AT_MOST
    assert_balanced(busy_house)


@on_postgresql
def test_without_the_lock_it_has_eight(busy_house, monkeypatch):
    requests = of_one_account(busy_house)
    meet = meeting(len(requests))

    def counted_together(citizen: str) -> int:
        live_now = live_of_citizen(citizen)
        meet.wait()
        return live_now

    monkeypatch.setattr(service, "lock_citizen", lambda citizen: None)
    monkeypatch.setattr(service, "live_of_citizen", counted_together)
    answers = at_once(busy_house, requests)
    assert [answer.status for answer in answers] == [201] * 5
    assert len(live(busy_house)) == 8


# One thing done to a booking


def booked_today(house: House, count: int) -> list[tuple[Any, dict[str, Any]]]:
    """People with a booking for half past nine, who may check in now; and their bookings."""
    slot = house.slot("09:30", date="2026-11-23")
    return [(citizen, citizen.book(slot)) for citizen in citizens(house, count)]


def at_machine(booked: dict[str, Any]) -> Any:
    return "/kiosk/check-ins", KIOSK_TOKEN, {"code": booked["code"]}


def on_phone(citizen: Any, booked: dict[str, Any]) -> Any:
    return f"/appointments/{booked['id']}/check-in", citizen.token, {}


def pairs(house: House, rounds: list[tuple[Any, Any]]) -> list[set[tuple[int, str]]]:
    """Both requests of every round, all at once; what the two of each round were answered."""
    answers = [said.short for said in at_once(house, [one for both in rounds for one in both])]
    return [{*answers[n : n + 2]} for n in range(0, len(answers), 2)]


CANCELLED = {(200, ""), (409, "appointment_cancelled")}
ARRIVED = {(201, ""), (409, "already_checked_in")}


@each_store_in_time
def test_a_booking_is_cancelled_once(busy_house):
    own = booked_today(busy_house, 5)
    rounds = [(cancelling(*each), cancelling(*each)) for each in own]
    assert pairs(busy_house, rounds) == [CANCELLED] * 5
    assert set(happened(busy_house, "cancelled").values()) == {1}
    assert [row.taken for row in rows(busy_house, SLOTS)] == [0]
    assert_balanced(busy_house)


@each_store_in_time
def test_a_booking_is_checked_in_once_by_machine_or_phone(busy_house):
    own = booked_today(busy_house, 5)
    rounds = [(at_machine(booked), on_phone(citizen, booked)) for citizen, booked in own]
    assert pairs(busy_house, rounds) == [ARRIVED] * 5
    assert set(happened(busy_house, "checked_in").values()) == {1}
    assert {row.id for row in rows(busy_house)} == {row.ticket_id for row in live(busy_house)}
    assert len(rows(busy_house)) == len(busy_house.waiting()) == 5
    assert_balanced(busy_house)
    busy_house.sweep()
    assert faults(busy_house) == []


@each_store_in_time
def test_a_booking_is_cancelled_or_checked_in_and_never_both(busy_house):
    own = booked_today(busy_house, 6)
    rounds = [(cancelling(*each), at_machine(each[1])) for each in own]
    for answers in pairs(busy_house, rounds):
        assert answers in (
            {(200, ""), (409, "appointment_cancelled")},
            {(409, "already_checked_in"), (201, "")},
        )
    came = [row for row in rows(busy_house, TABLE) if row.state == "checked_in"]
    assert {row.id for row in rows(busy_house)} == {row.ticket_id for row in came}
    assert [row.taken for row in rows(busy_house, SLOTS)] == [len(came) * MINUTES]
    assert_balanced(busy_house)


def both_found_it_booked(monkeypatch: Any) -> None:
    """The booking as it is, not locked; two look before either acts."""
    meet = meeting(2)

    def look(appointment_id: str) -> Any:
        found = find(id=appointment_id)
        meet.wait()
        return found

    for module in (service, arriving):
        monkeypatch.setattr(module, "still_booked", look)


@on_postgresql
def test_without_the_lock_it_is_cancelled_twice(busy_house, monkeypatch):
    (own,) = booked_today(busy_house, 1)
    both_found_it_booked(monkeypatch)
    assert pairs(busy_house, [(cancelling(*own), cancelling(*own))]) == [{(200, "")}]
    assert set(happened(busy_house, "cancelled").values()) == {2}


@on_postgresql
def test_without_the_lock_one_booking_gets_two_numbers(busy_house, monkeypatch):
    ((citizen, booked),) = booked_today(busy_house, 1)
    both_found_it_booked(monkeypatch)
    assert pairs(busy_house, [(at_machine(booked), on_phone(citizen, booked))]) == [{(201, "")}]
    assert len(rows(busy_house)) == 2


@on_postgresql
def test_without_the_lock_a_cancelled_booking_is_called(busy_house, monkeypatch):
    (own,) = booked_today(busy_house, 1)
    both_found_it_booked(monkeypatch)
    rounds = [(cancelling(*own), at_machine(own[1]))]
    assert pairs(busy_house, rounds) == [{(200, ""), (201, "")}]
    assert happened(busy_house, "cancelled") == happened(busy_house, "checked_in")


# Moving among full and long visits


def one_place_each(house: House) -> list[str]:
    """Slots of a mass event with a single place each."""
    event = {
        "code": "fair",
        "name": "集中办证",
        "item": "id-card",
        "dates": [TUESDAY],
        "hours": ["09:00-13:00"],
        "slot_minutes": 30,
        "places": 1,
    }
    house.reload(lambda file: file["hall"]["booking"].update(events=[event]))
    return [slot["id"] for slot in house.slots() if slot["id"].endswith(".fair")]


@each_store_in_time
def test_two_who_swap_their_full_slots_keep_what_they_have(busy_house):
    slots = one_place_each(busy_house)
    people = citizens(busy_house, len(slots))
    held = [citizen.book(slot) for citizen, slot in zip(people, slots, strict=True)]
    wanted = [slots[n ^ 1] for n in range(len(slots))]
    swaps = [moving(*each) for each in zip(people, held, wanted, strict=True)]
    assert {a.short for a in at_once(busy_house, swaps)} == {(409, "slot_full")}
    assert [row_of(busy_house, booked).slot_id for booked in held] == slots
    assert happened(busy_house, "moved") == Counter()
    assert_balanced(busy_house)


def long_visits(house: House) -> list[Any]:
    """People booked for a matter of 70 minutes, three slots, of which each has room for one; and
    their requests to move a little, into each other's way."""
    matter = {
        "code": "transfer",
        "name": "户口迁移",
        "department": "ga",
        "lane": "A",
        "minutes": 70,
    }
    house.reload(lambda file: file["items"].append(matter))
    slots = [slot["id"] for slot in house.slots("transfer")]
    people = dict(zip(range(0, 24, 4), citizens(house, 6), strict=True))
    held = {at: citizen.book(slots[at], "transfer") for at, citizen in people.items()}
    return [
        moving(citizen, held[at], slots[at + step])
        for step in (1, 2, 5, 3)
        for at, citizen in people.items()
    ]


@each_store_in_time
def test_many_move_among_visits_of_several_slots(busy_house):
    answers = at_once(busy_house, long_visits(busy_house))
    assert {a.short for a in answers} <= {(200, ""), (409, "slot_full"), (409, "slot_unchanged")}
    assert happened(busy_house, "moved").total() == sum(a.status == 200 for a in answers) > 0
    assert len(live(busy_house)) == 6
    assert_balanced(busy_house)


@on_postgresql
def test_in_no_order_of_slots_they_wait_for_each_other(busy_house, monkeypatch):
    """Two who take the same two slots from both ends; perform is not asked to try again."""
    monkeypatch.setattr(idempotency, "DEADLOCK", "")
    assert set(both_ends(busy_house)) == {200, "deadlock detected"}


@on_postgresql
def test_who_loses_a_deadlock_is_run_once_more(busy_house):
    assert both_ends(busy_house) == [200, 200]
    assert [row.taken for row in rows(busy_house, SLOTS)] == [2 * MINUTES] * 2


def both_ends(house: House) -> list[Any]:
    """Two transactions that sell the same two slots, each the other's second first."""
    meet = meeting(2)
    plan, now = house.plan, house.clock.now()
    with house.app.app_context():
        slots = [slots_on(plan, TUESDAY_DATE)[house.slot(at)] for at in ("09:00", "10:00")]

    def sell(first: Any, second: Any) -> Any:
        tries = 0

        def use_case() -> None:
            nonlocal tries
            tries += 1
            places.take(plan, first, MINUTES)
            if tries == 1:
                meet.wait()
            places.take(plan, second, MINUTES)

        with house.app.app_context():
            try:
                return perform(use_case, lambda _: Answer(None), None, now).status
            except OperationalError as error:
                return str(error.orig).splitlines()[0]

    # both rows are there: a row that is just being inserted would be waited for without its lock
    house.within(lambda: [insert_once(SLOTS, **_unsold(slot)) for slot in slots])
    return together([lambda: sell(*slots), lambda: sell(*reversed(slots))])


def _unsold(slot: Any) -> dict[str, Any]:
    return {"id": slot.id, "hall": HALL, "day": TUESDAY_DATE, "taken": 0}


# A day is released


PEOPLE = 500
RELEASED = "2026-11-30"
EIGHT = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)


def released_at_eight(file: dict[str, Any]) -> None:
    hours = {"date": RELEASED, "hours": ["09:00-12:00"], "reason": "培训"}
    file["hall"]["booking"].update(release_at="08:00", exceptions=[hours])


@pytest.mark.timeout(120)
@on_postgresql
def test_five_hundred_at_eight_in_the_morning(busy_house):
    """Everybody presses at once, a tenth of them twice for two times; who hears that the hall is
    busy presses again."""
    busy_house.reload(released_at_eight)
    busy_house.clock.at = EIGHT - timedelta(seconds=1)
    assert busy_house.slots(date=RELEASED) == []
    people = citizens(busy_house, PEOPLE)
    busy_house.clock.at = EIGHT
    slots = [slot["id"] for slot in busy_house.slots(date=RELEASED)]
    requests = [
        booking(citizen, slots[(n + again) % len(slots)])
        for n, citizen in enumerate(people)
        for again in range(2 if n % 10 == 0 else 1)
    ]
    answers = at_once(busy_house, requests, patient=True)
    assert {answer.short for answer in answers} <= {
        (201, ""),
        (409, "slot_full"),
        (409, "second_booking"),
    }
    sold = sum(answer.status == 201 for answer in answers)
    assert sold == len(live(busy_house)) == len(slots) * PLACES_OF_A_SLOT
    assert len({row.person_id for row in live(busy_house)}) == sold
    assert busy_house.slots(date=RELEASED) == []
    assert_balanced(busy_house)


# Bans


@each_store_in_time
def test_two_cancelled_at_once_both_count(busy_house):
    """A ban follows from what happened: there is no count to be read, raised and lost."""
    (li,) = citizens(busy_house, 1)
    clocks = "09:00", "09:30", "10:00"
    for clock in clocks:
        li.appointment(li.book(busy_house.slot(clock)), "cancel")
    days = TUESDAY, "2026-11-25"
    held = [li.book(busy_house.slot("11:00", date=day)) for day in days]
    slot = busy_house.slot("12:00", date="2026-11-26")
    said = at_once(busy_house, [cancelling(li, booked) for booked in held])
    assert [each.status for each in said] == [200, 200]
    refused(li.post(*booking(li, slot)[::2]), 409, "booking_banned")
    assert [each["count"] for each in li.get("/me/standing").json["counts"]] == [0, 5]
