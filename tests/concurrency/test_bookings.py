"""Places are sold once, whoever comes at the same moment: none is oversold, lost or half-done."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError

from app.appointments import arriving, closing, places, service
from app.appointments.errors import SlotFull
from app.appointments.queries import PLACES, SLOTS, TABLE, find, live_of_citizen, slots_on
from app.catalog import calendar
from app.catalog import service as catalog
from app.catalog.models import HallRow
from app.catalog.service import held_plan, plan_of
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
from tests.crowd import faults, rows, until_somebody_waits
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


# The hall changes meanwhile


def hours_on_tuesday(*hours: str) -> Any:
    """Bookings keep these hours on Tuesday."""
    exception = {"date": TUESDAY, "hours": list(hours), "reason": "线路检修"}
    return lambda file: file["hall"]["booking"].update(exceptions=[exception])


SHUT = hours_on_tuesday("14:00-18:00")
OPEN = hours_on_tuesday("09:00-18:00")


def hit_now(house: House) -> set[str]:
    """Ids of the bookings the hall has no room for."""
    plan = house.plan
    with house.app.app_context():
        found = {each.id for each in closing.hit(plan, house.clock.now())}
        db.session.remove()
    return found


def sold_for_gone_hours(house: House) -> set[str]:
    with house.app.app_context():
        there = set(slots_on(house.plan, TUESDAY_DATE))
    on_tuesday = [row for row in live(house) if row.day == TUESDAY_DATE]
    return {row.id for row in on_tuesday if row.slot_id not in there}


@each_store_in_time
def test_nothing_is_sold_by_hours_that_are_gone(busy_house):
    """The hall opens and shuts its morning while a hundred book; in the end it is shut."""
    busy_house.reload(OPEN)
    slots = [slot["id"] for slot in busy_house.slots() if slot["starts_at"][11:] < "14"]
    shut_for: set[str] = set()

    def edit() -> None:
        for change in (SHUT, OPEN, SHUT, OPEN, SHUT):
            busy_house.reload(change)
        shut_for.update(hit_now(busy_house))

    people = citizens(busy_house, 100)
    requests = [booking(citizen, slots[n % len(slots)]) for n, citizen in enumerate(people)]

    def book_until_it_is_shut() -> list[Any]:
        return at_once(busy_house, requests, patient=True)

    _, answers = together([edit, book_until_it_is_shut])
    assert {answer.short for answer in answers} <= {
        (201, ""),
        (409, "slot_full"),
        (404, "slot_not_found"),
    }
    assert sold_for_gone_hours(busy_house) == hit_now(busy_house) == shut_for
    assert_balanced(busy_house)


def book_while_hours_go(
    house: House, monkeypatch: Any, shut: Callable[[], object]
) -> tuple[set[str], set[str]]:
    """Somebody has read the hours and is about to take a place when the hall is `shut`: who is
    hit by that, and who holds a time that is gone."""
    (li,) = citizens(house, 1)
    slot = house.slot("09:00")
    looked, edited = threading.Event(), threading.Event()
    take = service.take

    def take_slowly(*args: Any) -> None:
        looked.set()
        edited.wait(0.3)  # in vain, where the edit waits for this booking
        take(*args)

    def edit() -> set[str]:
        assert looked.wait(WAIT_S)
        shut()
        found = hit_now(house)
        edited.set()
        return found

    monkeypatch.setattr(service, "take", take_slowly)
    answers, shut_for = together([lambda: at_once(house, [booking(li, slot)]), edit])
    assert answers[0].status == 201
    return shut_for, sold_for_gone_hours(house)


@on_postgresql
def test_an_edit_waits_for_who_has_read_the_hours(busy_house, monkeypatch):
    shut_for, gone = book_while_hours_go(busy_house, monkeypatch, lambda: busy_house.reload(SHUT))
    assert shut_for == gone
    assert len(gone) == 1


@on_postgresql
def test_with_hours_that_are_merely_read_one_slips_through(busy_house, monkeypatch):
    monkeypatch.setattr(service, "held_plan", plan_of)
    shut_for, gone = book_while_hours_go(busy_house, monkeypatch, lambda: busy_house.reload(SHUT))
    assert shut_for == set()
    assert len(gone) == 1


@pytest.fixture
def holiday(busy_house, tmp_path) -> Callable[[], object]:
    """Tuesday becomes a public holiday, on which the hall is closed."""
    busy_house.reload(lambda file: file["hall"].update(closed_on_holidays=True))
    notice = tmp_path / "notice.csv"
    notice.write_text(f"date,kind,name\n{TUESDAY},holiday,节日\n", encoding="utf-8")
    return lambda: busy_house.within(lambda: calendar.import_calendar(notice, whole_years=False))


@on_postgresql
def test_the_calendar_waits_for_who_has_read_the_hours(busy_house, monkeypatch, holiday):
    shut_for, gone = book_while_hours_go(busy_house, monkeypatch, holiday)
    assert shut_for == gone
    assert len(gone) == 1


@on_postgresql
def test_a_calendar_that_does_not_wait_misses_one(busy_house, monkeypatch, holiday):
    monkeypatch.setattr(calendar, "hold_every_hall", lambda: None)
    shut_for, gone = book_while_hours_go(busy_house, monkeypatch, holiday)
    assert shut_for == set()
    assert len(gone) == 1


# A day is settled


def leads(house: House) -> list[str]:
    return [house.sign_in("supervisor"), house.sign_in("administrator")]


def settling(token: str, action: str) -> Any:
    return "/staff/appointments/settle", token, {"action": action, "reason": "线路检修"}


def hit_bookings(house: House, count: int) -> list[tuple[Any, dict[str, Any]]]:
    """People booked for a morning that is shut then."""
    slots = [slot["id"] for slot in house.slots() if "09" <= slot["starts_at"][11:] < "14"]
    own = [
        (citizen, citizen.book(slots[n % len(slots)]))
        for n, citizen in enumerate(citizens(house, count))
    ]
    house.reload(SHUT)
    return own


@each_store_in_time
@pytest.mark.parametrize("action", ["move", "cancel"])
def test_a_day_settled_by_two_while_people_cancel_is_settled_once(busy_house, action):
    own = hit_bookings(busy_house, 16)
    cancels = [cancelling(*each) for each in own[::4]]
    settles = [settling(token, action) for token in leads(busy_house)]
    answers = at_once(busy_house, [*settles, *cancels])
    assert {answer.short for answer in answers} <= {(200, ""), (409, "appointment_cancelled")}
    assert {answer.status for answer in answers[:2]} == {200}
    assert hit_now(busy_house) == sold_for_gone_hours(busy_house) == set()
    done = happened(busy_house, "moved" if action == "move" else "cancelled")
    assert set(done.values()) == {1}
    outcomes = [said.body[name] for said in answers[:2] for name in ("moved", "cancelled", "left")]
    settled = [each["id"] for found in outcomes for each in found]
    assert len(settled) == len(set(settled)) >= 12
    own_cancels = {booked["id"] for _, booked in own[::4]}
    assert {booked["id"] for _, booked in own} - own_cancels <= set(settled)
    assert_balanced(busy_house)


def looking_together(monkeypatch: Any) -> None:
    """Two who settle do not keep each other out, and both have looked before either acts."""
    meet, looked = meeting(2), closing.hit

    def look(*args: Any) -> Any:
        found = looked(*args)
        meet.wait()
        return found

    monkeypatch.setattr(closing, "held_plan", lambda hall, alone: held_plan(hall))
    monkeypatch.setattr(closing, "hit", look)


@on_postgresql
def test_when_two_settle_side_by_side_each_is_moved_twice(busy_house, monkeypatch):
    hit_bookings(busy_house, 4)
    looking_together(monkeypatch)
    settles = [settling(token, "move") for token in leads(busy_house)]
    assert {answer.status for answer in at_once(busy_house, settles)} == {200}
    assert set(happened(busy_house, "moved").values()) == {2}


@on_postgresql
@pytest.mark.parametrize("action", ["move", "cancel"])
def test_who_checks_in_while_the_day_is_settled_stays(busy_house, monkeypatch, action):
    """Arriving does not wait for the hall: whoever comes first has the booking."""
    slot = busy_house.slot("09:30", date="2026-11-23")
    own = [(citizen, citizen.book(slot)) for citizen in citizens(busy_house, 3)]
    closed = {"date": "2026-11-23", "hours": ["14:00-18:00"], "reason": "线路检修"}
    busy_house.reload(lambda file: file["hall"]["booking"].update(exceptions=[closed]))
    looked = closing.hit

    def look(*args: Any) -> Any:
        found = looked(*args)
        assert at_once(busy_house, [at_machine(own[1][1])])[0].status == 201
        return found

    monkeypatch.setattr(closing, "hit", look)
    token, _ = leads(busy_house)
    (said,) = at_once(busy_house, [settling(token, action)])
    assert said.short == (200, "")
    done = said.body["moved"] + said.body["cancelled"]
    assert {each["id"] for each in done} == {own[0][1]["id"], own[2][1]["id"]}
    assert row_of(busy_house, own[1][1]).state == "checked_in"
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


# Freed places


@pytest.fixture
def held_back(busy_house):
    """Four places given up and held back, whose time is over now."""
    busy_house.reload(lambda f: f["hall"]["booking"].update(release_hold_minutes=1))
    slots = [busy_house.slot(clock) for clock in ("09:00", "10:00")]
    for n, citizen in enumerate(citizens(busy_house, 4)):
        citizen.appointment(citizen.book(slots[n % 2]), "cancel")
    assert [taken(busy_house, slot) for slot in slots] == [2 * MINUTES] * 2
    busy_house.clock.advance(minutes=1)
    return busy_house


def release_twice(house: House) -> list[int]:
    """Two schedules in the same round; how many places each gave back."""
    now = house.clock.now()
    return together([lambda: house.within(lambda: places.release_held(now))] * 2)


@each_store_in_time
def test_two_schedules_give_freed_places_back_once(busy_settings, held_back):
    assert sorted(release_twice(held_back)) == [0, 4]
    assert {row.taken for row in rows(held_back, SLOTS)} == {0}
    assert rows(held_back, PLACES) == []
    assert_balanced(held_back)


def look_then_release(meet: threading.Barrier) -> Any:
    """`release_held` as a question and two writes."""

    def release(now: datetime) -> int:
        is_over = PLACES.c.held_until <= now
        found = db.session.execute(select(PLACES.c.slot_id, PLACES.c.units).where(is_over)).all()
        meet.wait()
        db.session.execute(delete(PLACES).where(is_over))
        for place in sorted(found):
            places.give_back(place.slot_id, place.units)
        return len(found)

    return release


@on_postgresql
def test_after_a_mere_look_they_are_given_back_twice(held_back, monkeypatch):
    monkeypatch.setattr(places, "release_held", look_then_release(meeting(2)))
    assert release_twice(held_back) == [4, 4]
    assert {row.taken for row in rows(held_back, SLOTS)} == {-2 * MINUTES}


def release_while_settling(house: House, monkeypatch: Any) -> tuple[Any, Any]:
    """Freed places at nine and at ten, given back while two bookings are moved there, first to ten
    and then to nine: the answer to who settles, and how many were given back, or why not."""
    only_public = {"walk_in_share": "0.625", "staff_share": "0"}
    house.reload(lambda file: file["hall"]["booking"].update(only_public))
    *filling, li, wang = citizens(house, 5, "late")
    for citizen in filling:
        citizen.book(house.slot("10:00"))
    wang.book(house.slot("10:30"))
    li.book(house.slot("11:00"))
    house.reload(hours_on_tuesday("09:00-09:30", "10:00-10:30"))
    token, _ = leads(house)
    took_one, take = threading.Event(), service.take

    def take_slowly(*args: Any) -> None:
        take(*args)
        if not took_one.is_set():
            took_one.set()
            until_somebody_waits(house)

    def release() -> Any:
        assert took_one.wait(WAIT_S)
        now = house.clock.now()
        try:
            return house.within(lambda: places.release_held(now))
        except OperationalError as error:
            return str(error.orig).splitlines()[0]

    monkeypatch.setattr(service, "take", take_slowly)
    settle = lambda: at_once(house, [settling(token, "move")])[0]  # noqa: E731
    said, released = together([settle, release])
    return said, released


@on_postgresql
def test_places_are_given_back_while_a_day_is_settled(held_back, monkeypatch):
    said, released = release_while_settling(held_back, monkeypatch)
    assert (said.short, released) == ((200, ""), 4)
    assert len(said.body["moved"]) == 2
    assert_balanced(held_back)


@on_postgresql
def test_without_the_hall_first_they_wait_for_each_other(held_back, monkeypatch):
    monkeypatch.setattr(idempotency, "DEADLOCK", "")
    monkeypatch.setattr(places, "held_plan", plan_of)
    said, released = release_while_settling(held_back, monkeypatch)
    assert released == "deadlock detected" or said.short == (503, "store_busy")


# Who changes the hall has a turn


PASSED_BY = 40


def passed_by(house: House) -> int:
    """Two people hold the hall by turns without a pause, as many do who book; how many times they
    take it once somebody is seen to wait for it alone, before that one has it."""
    turn, held, passed = threading.Condition(), 0, 0
    asks, waits = threading.Event(), threading.Event()
    counted: list[int] = []

    def book_on() -> None:
        while not counted and passed < PASSED_BY:
            house.within(hold_until_the_other_does)

    def hold_until_the_other_does() -> None:
        nonlocal held, passed
        held_plan(HALL)
        with turn:
            held += 1
            mine = held
            passed += waits.is_set()
            turn.notify_all()
        if not asks.is_set():  # the first: lets nobody begin before somebody stands behind it
            asks.set()
            until_somebody_waits(house)
            waits.set()
        with turn:
            turn.wait_for(lambda: held > mine, timeout=0.2)

    def change() -> None:
        assert asks.wait(WAIT_S)
        house.within(lambda: (held_plan(HALL, alone=True), counted.append(passed)))

    together([book_on, book_on, change])
    return counted[0]


@on_postgresql
def test_who_changes_the_hall_waits_for_those_before_only(busy_house):
    assert passed_by(busy_house) <= 2


def hold_the_row(hall: str, *, alone: bool) -> None:
    """The hall's row, which those who share it take from who waits for it alone."""
    query = select(HallRow.id).where(HallRow.code == hall)
    db.session.execute(query.with_for_update(read=not alone))


@on_postgresql
def test_at_the_halls_row_they_would_not_have_their_turn(busy_house, monkeypatch):
    monkeypatch.setattr(catalog, "hold_hall", hold_the_row)
    assert passed_by(busy_house) >= PASSED_BY
