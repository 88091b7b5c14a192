"""The hall changes while people book: its hours, a day that is settled, places given back. Nothing
is sold for what is gone, and nobody waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError

from app.appointments import closing, places, service
from app.appointments.queries import PLACES, SLOTS, slots_on
from app.catalog import calendar
from app.catalog import service as catalog
from app.catalog.models import HallRow
from app.catalog.service import held_plan, plan_of
from app.core import idempotency
from app.core.db import db
from tests.bookings import (
    TUESDAY,
    assert_balanced,
    at_once,
    booking,
    cancelling,
    citizens,
    happened,
    live,
    row_of,
    taken,
    together,
)
from tests.concurrency.test_bookings import MINUTES, TUESDAY_DATE, WAIT_S, at_machine, meeting
from tests.crowd import rows, until_somebody_waits
from tests.house import HALL, House
from tests.stores import each_store_in_time, on_postgresql

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
    answers = at_once(busy_house, [*settles, *cancels], patient=True)
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
