"""What comes free on a full day goes to the line, once, whoever presses at the same moment."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import update

from app.appointments import service as bookings
from app.appointments.queries import PLACES
from app.appointments.waiting import offers, service
from app.appointments.waiting.queries import TABLE as LINE
from app.appointments.waiting.queries import find
from app.core.acts import SYSTEM, Act
from app.core.db import db
from tests.bookings import (
    TUESDAY,
    assert_balanced,
    at_once,
    booking,
    cancelling,
    citizens,
    live,
    send,
    together,
)
from tests.concurrency.test_bookings import WAIT_S, meeting
from tests.crowd import rows
from tests.house import HALL, House
from tests.stores import each_store_in_time, on_postgresql

DAY = date.fromisoformat(TUESDAY)
SLOTS = tuple(f"t.20261124.A.{minute}.public" for minute in (1500, 1530))


def full(house: House, *, hours: str = "09:00-10:00") -> list[tuple[Any, dict[str, Any]]]:
    """Tuesday has an hour with six places in each half, all booked; by whom."""

    def an_hour(file: dict[str, Any]) -> None:
        short = {"date": TUESDAY, "hours": [hours], "reason": "培训"}
        night = {"date": "2026-11-25", "hours": ["12:00-13:00"], "reason": "培训"}
        file["hall"]["booking"].update(exceptions=[short, night])

    house.reload(an_hour)
    slots = [slot["id"] for slot in house.slots()]
    people = citizens(house, 6 * len(slots), "first")
    held = [(citizen, citizen.book(slots[n // 6])) for n, citizen in enumerate(people)]
    assert house.slots() == []
    return held


def join(house: House, count: int) -> list[tuple[Any, dict[str, Any]]]:
    """So many people in line, one after the other."""
    joined = []
    for citizen in citizens(house, count, "line"):
        said = send(house, *joining(citizen))
        assert said.status == 201, said
        joined.append((citizen, said.body))
        house.clock.advance(seconds=1)
    return joined


def joining(citizen: Any) -> Any:
    return f"/halls/{HALL}/waiting-list", citizen.token, {"item": "id-card", "date": TUESDAY}


def asking(own: tuple[Any, dict[str, Any]], action: str) -> Any:
    citizen, joined = own
    return f"/waiting-list/{joined['id']}/{action}", citizen.token, None


def round_at(house: House, now: datetime) -> None:
    """A round of a schedule."""
    with house.app.app_context():
        offers.serve(HALL, DAY, Act(now, SYSTEM))
        db.session.remove()


def states(house: House) -> list[str]:
    """Of everybody in line, first come first."""
    return [row.state for row in sorted(rows(house, LINE), key=lambda row: row.joined_at)]


@each_store_in_time
def test_six_places_given_up_go_to_the_first_six_whoever_wants_them(busy_house):
    held = full(busy_house)
    join(busy_house, 9)
    strangers = citizens(busy_house, 16, "stranger")
    now = busy_house.clock.now()
    requests = [
        *(cancelling(*own) for own in held[3:9]),
        *(booking(citizen, SLOTS[n % 2]) for n, citizen in enumerate(strangers)),
    ]
    answers, *_ = together(
        [
            lambda: at_once(busy_house, requests, patient=True),
            *([lambda: round_at(busy_house, now)] * 2),
        ]
    )
    assert Counter(a.short for a in answers) == {(200, ""): 6, (409, "slot_full"): 16}
    round_at(busy_house, now)
    assert states(busy_house) == ["offered"] * 6 + ["waiting"] * 3
    assert_balanced(busy_house)


@each_store_in_time
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_happens_at_once_nobody_is_passed_over(busy_house, seed):
    """Cancels, bookings, offers, accepts, refusals and lapses, all mixed; then the books agree, and
    as long as anybody waits only the line has booked."""
    chance = Random(seed)  # noqa: S311
    held, joined = full(busy_house), join(busy_house, 10)
    started = busy_house.clock.now()
    for own in held[:3]:
        send(busy_house, *cancelling(*own))
    strangers = citizens(busy_house, 12, "stranger")
    requests = [
        *(cancelling(*own) for own in held[3:9]),
        *(booking(citizen, SLOTS[n % 2]) for n, citizen in enumerate(strangers)),
        *(asking(own, chance.choice(("accept", "leave"))) for own in joined[:5]),
    ]
    deeds: list[Callable[[], Any]] = [
        *(lambda one=one: send(busy_house, *one, patient=True) for one in requests),
        *(
            lambda now=now: round_at(busy_house, now)
            for now in (started, started, started + timedelta(minutes=30))
        ),
    ]
    chance.shuffle(deeds)
    together(deeds)
    round_at(busy_house, started)
    in_line = states(busy_house)
    if "waiting" in in_line:
        own = {row.id for row in live(busy_house)} - {booked["id"] for _, booked in held}
        assert own == {row.appointment_id for row in rows(busy_house, LINE) if row.appointment_id}
        assert set(in_line[in_line.index("waiting") :]) <= {"waiting", "left"}
        assert busy_house.slots() == []
    assert_balanced(busy_house)


# One who looked before anybody waited


def book_after_a_look(house: House, monkeypatch: Any) -> Any:
    """A stranger finds a place and nobody in line; before they take it, it is sold, somebody stands
    in line, and it is given up again: what the stranger hears, and what is in line."""
    *_, last = full(house)
    send(house, *cancelling(*last))
    stranger, quicker, waiter = citizens(house, 3, "three")
    looked, may_take = threading.Event(), threading.Event()
    take = bookings.take

    def take_slowly(*args: Any) -> None:
        if not looked.is_set():
            looked.set()
            assert may_take.wait(WAIT_S)
        take(*args)

    monkeypatch.setattr(bookings, "take", take_slowly)

    def meanwhile() -> None:
        assert looked.wait(WAIT_S)
        booked = send(house, *booking(quicker, SLOTS[1])).body
        assert send(house, *joining(waiter)).status == 201
        with monkeypatch.context() as patch:  # offered by the next round only
            patch.setattr(bookings, "serve_soon", lambda *_: None)
            assert send(house, *cancelling(quicker, booked)).status == 200
        may_take.set()

    said, _ = together([lambda: send(house, *booking(stranger, SLOTS[1])), meanwhile])
    round_at(house, house.clock.now())
    return said.short, states(house)


@on_postgresql
def test_who_looked_before_anybody_waited_takes_nothing_from_the_line(busy_house, monkeypatch):
    assert book_after_a_look(busy_house, monkeypatch) == ((409, "slot_full"), ["offered"])
    assert_balanced(busy_house)


@on_postgresql
def test_by_the_look_alone_they_would(busy_house, monkeypatch):
    monkeypatch.setattr(bookings, "yield_to_waiting", lambda *_: None)
    assert book_after_a_look(busy_house, monkeypatch) == ((201, ""), ["waiting"])


# Two who offer


def offer_twice(house: House, monkeypatch: Any) -> None:
    """Two places are free and two people wait; two schedules have both looked before either
    offers."""
    held = full(house)
    join(house, 2)
    monkeypatch.setattr(bookings, "serve_soon", lambda *_: None)
    for own in held[:2]:
        send(house, *cancelling(*own))
    meet, looked = meeting(2), offers.first_come

    def look(*args: Any) -> Any:
        found = looked(*args)
        with suppress(threading.BrokenBarrierError):
            meet.wait()
        meet.abort()
        return found

    monkeypatch.setattr(offers, "first_come", look)
    now = house.clock.now()
    together([lambda: round_at(house, now)] * 2)


def units_offered(house: House) -> list[int]:
    """Of each offer."""
    held = Counter[str]()
    for place in rows(house, PLACES):
        held[place.waiting_id] += place.units if place.waiting_id else 0
    return sorted(units for who, units in held.items() if who)


@on_postgresql
def test_two_schedules_offer_each_a_place(busy_house, monkeypatch):
    offer_twice(busy_house, monkeypatch)
    assert (states(busy_house), units_offered(busy_house)) == (["offered"] * 2, [5, 5])
    assert_balanced(busy_house)


@on_postgresql
def test_without_a_look_at_the_state_one_has_both(busy_house, monkeypatch):
    def change(waiting: Any, state: Any, **values: Any) -> Any:
        own = update(LINE).where(LINE.c.id == waiting.id).values(state=state, **values)
        return db.session.execute(own.returning(*LINE.c)).one()

    monkeypatch.setattr(offers, "change", change)
    offer_twice(busy_house, monkeypatch)
    assert 10 in units_offered(busy_house)


# The last moment


def accept_at_the_end(house: House, monkeypatch: Any) -> list[str]:
    """Somebody accepts in the last moment, and a round ends the offer meanwhile; what is in
    line."""
    *_, last = full(house)
    first, _ = join(house, 2)
    send(house, *cancelling(*last))
    (until,) = {row.offer_until for row in rows(house, LINE) if row.offer_until}
    accepting, ended, keep = threading.Event(), threading.Event(), service.keep_offer

    def keep_slowly(*args: Any) -> None:
        accepting.set()
        ended.wait(1)  # in vain, where the round waits for who accepts
        keep(*args)

    monkeypatch.setattr(service, "keep_offer", keep_slowly)

    def accept() -> None:
        act = Act(until - timedelta(milliseconds=1), SYSTEM)
        house.within(lambda: service.accept(first[1]["id"], act))

    def lapse() -> None:
        assert accepting.wait(WAIT_S)
        round_at(house, until)
        ended.set()

    together([accept, lapse])
    return states(house)


@on_postgresql
def test_who_accepts_in_the_last_moment_has_it(busy_house, monkeypatch):
    assert accept_at_the_end(busy_house, monkeypatch) == ["accepted", "waiting"]
    assert_balanced(busy_house)


@on_postgresql
def test_without_the_lock_the_next_has_their_place(busy_house, monkeypatch):
    monkeypatch.setattr(service.queries, "find", lambda waiting_id, lock=False: find(waiting_id))
    assert accept_at_the_end(busy_house, monkeypatch) == ["lapsed", "offered"]
    assert len(live(busy_house)) == 12  # and eleven others: a booking without a place
    with pytest.raises(AssertionError):
        assert_balanced(busy_house)
