"""Bookings when something breaks: the books agree, and the same try again does it once."""

from __future__ import annotations

from typing import Any

import pytest

from app import worker
from app.appointments import arriving, service
from app.appointments.queries import PLACES, SLOTS
from app.core.db import db, read_at_length
from app.core.parts import parts
from tests.bookings import assert_balanced, citizens, happened, live, row_of
from tests.crowd import faults, rows
from tests.faults.test_database_lost import end_connections
from tests.faults.test_killed import BEFORE_COMMIT, BEFORE_ENTER, KEY, kill, send, sweep_now
from tests.faults.test_redis_lost import on_each_redis, wait_until_up
from tests.house import KIOSK_TOKEN, House
from tests.stores import each_store_in_time, on_postgresql, on_sqlite

BEFORE_ANSWER = "before app.core.http:answer"
TODAY = "2026-11-23"


class Deed:
    """One request of somebody who has booked ten o'clock, and what is true once it was done."""

    def __init__(self, house: House, what: str) -> None:
        self.house, self.what = house, what
        (self.li,) = citizens(house, 1)
        ten = house.slot("10:00", date=TODAY)
        self.booked = None if what == "book" else self.li.book(ten)
        eleven = house.slot("11:00", date=TODAY)
        own = f"/appointments/{self.booked and self.booked['id']}"
        self.request: tuple[Any, ...] = {
            "book": ("/appointments", self.li.token, {"slot": ten, "item": "id-card"}),
            "cancel": (f"{own}/cancel", self.li.token, None),
            "reschedule": (f"{own}/reschedule", self.li.token, {"slot": eleven}),
            "check-in": ("/kiosk/check-ins", KIOSK_TOKEN, self.booked and self._shown()),
        }[what]

    def _shown(self) -> dict[str, str]:
        return {"code": self.booked["code"]}

    def again(self) -> Any:
        """The same try, by another process."""
        return self.house.post(*self.request, key=KEY)

    def times_done(self) -> int:
        """How often it happened, by the books, which agree in any case."""
        assert_balanced(self.house)
        kind = {"book": "booked", "reschedule": "moved", "cancel": "cancelled"}
        return happened(self.house, kind.get(self.what, "checked_in")).total()

    def assert_done_once(self) -> None:
        assert self.times_done() == 1
        standing, sold = live(self.house), sum(row.taken for row in rows(self.house, SLOTS))
        assert (len(standing), sold) == ((0, 0) if self.what == "cancel" else (1, 5))
        tickets = rows(self.house)
        assert [row.id for row in tickets] == [r.ticket_id for r in standing if r.ticket_id]
        assert len(tickets) == (self.what == "check-in")
        if self.what == "reschedule":
            assert standing[0].slot_id == self.request[2]["slot"]
        sweep_now(self.house)
        assert faults(self.house) == []


# A process killed


@on_postgresql
@pytest.mark.parametrize(
    ("what", "point", "done"),
    [
        ("book", "before app.appointments.service:put_places", 0),
        ("book", BEFORE_COMMIT, 0),
        ("book", BEFORE_ANSWER, 1),
        ("cancel", "before app.appointments.service:drop_places", 0),
        ("cancel", BEFORE_ANSWER, 1),
        ("reschedule", "before app.appointments.service:drop_places", 0),
        ("check-in", "after app.tickets.service:admit", 0),
        ("check-in", BEFORE_ENTER, 1),
        ("check-in", BEFORE_ANSWER, 1),
    ],
)
def test_killed_on_the_way_it_was_done_wholly_or_not_at_all(hall, what, point, done):
    deed = Deed(hall, what)
    kill(hall, point, send, *deed.request)
    assert deed.times_done() == done
    assert deed.again().status_code in (200, 201)
    deed.assert_done_once()


@on_sqlite
@pytest.mark.parametrize(
    ("what", "point", "done"), [("book", BEFORE_COMMIT, 0), ("cancel", BEFORE_ANSWER, 1)]
)
def test_killed_on_the_way_there_too(hall, what, point, done):
    test_killed_on_the_way_it_was_done_wholly_or_not_at_all(hall, what, point, done)


@each_store_in_time
def test_who_checked_in_at_a_machine_that_died_is_called(hall):
    deed = Deed(hall, "check-in")
    kill(hall, BEFORE_ENTER, send, *deed.request)
    assert hall.sequence.snapshot().entries == ()
    called = hall.clerk("1").next()["ticket"]
    assert called["id"] == row_of(hall, deed.booked).ticket_id
    assert called["why"]["code"] == "appointment"


# The database's connections


@on_postgresql
@pytest.mark.parametrize("committed", [True, False], ids=["committed", "not committed"])
@pytest.mark.parametrize("what", ["book", "cancel", "reschedule", "check-in"])
def test_a_lost_commit_is_asked_for_again(hall, beside, database_wire, what, committed):
    deed = Deed(hall, what)
    proxy, url = database_wire
    through = beside(database_url=url)
    through.get("/halls/t/board")
    proxy.cut_at(b"COMMIT", sent=committed)
    answer = through.post(*deed.request, key=KEY)
    assert proxy.done.wait(30)
    assert (answer.status_code, answer.json["code"]) == (503, "store_busy")
    assert deed.times_done() == committed
    assert through.post(*deed.request, key=KEY).status_code in (200, 201)
    deed.assert_done_once()


@on_postgresql
@pytest.mark.parametrize(
    ("what", "where", "step"),
    [
        ("book", service, "put_places"),
        ("cancel", service, "drop_places"),
        ("reschedule", service, "drop_places"),
        ("check-in", arriving, "record"),
    ],
)
def test_a_connection_that_ends_half_way_leaves_nothing(
    hall, every_database, monkeypatch, what, where, step
):
    deed = Deed(hall, what)
    go_on = getattr(where, step)

    def end_first(*args: Any) -> Any:
        end_connections(every_database)
        return go_on(*args)

    with monkeypatch.context() as patch:
        patch.setattr(where, step, end_first)
        answer = deed.again()
    assert (answer.status_code, answer.json["code"]) == (503, "store_busy")
    assert deed.times_done() == 0
    assert deed.again().status_code in (200, 201)
    deed.assert_done_once()


@on_postgresql
def test_a_slot_that_somebody_holds_too_long_is_not_waited_for(hall, beside):
    """The lock timeout (2 s): whoever sells the place is frozen, and the others hear of it."""
    deed = Deed(hall, "reschedule")
    with hall.app.app_context():
        read_at_length().execute(db.text("SELECT 1 FROM slots FOR UPDATE"))
        answer = beside().post(*deed.request, key=KEY)
        db.session.rollback()
    assert (answer.status_code, answer.json["code"]) == (503, "store_busy")
    assert deed.times_done() == 0
    assert deed.again().status_code == 200
    deed.assert_done_once()


@on_postgresql
def test_freed_places_that_somebody_holds_do_not_keep_the_hall_from_being_swept(hall, beside):
    hall.reload(lambda file: file["hall"]["booking"].update(release_hold_minutes=1))
    (li,) = citizens(hall, 1)
    li.appointment(li.book(hall.slot("10:00")), "cancel")
    kill(hall, BEFORE_ENTER, send, "/kiosk/tickets", KIOSK_TOKEN, {"item": "id-card"})
    hall.clock.advance(minutes=2)
    schedule = beside()
    with hall.app.app_context():
        read_at_length().execute(db.text("SELECT 1 FROM places FOR UPDATE"))
        with schedule.app.app_context():
            worker.one_round(worker.Queue("default", connection=parts().redis))
        db.session.rollback()
    assert len(hall.sequence.snapshot().entries) == 1
    assert len(rows(hall, PLACES)) == 1
    with schedule.app.app_context():
        worker.one_round(worker.Queue("default", connection=parts().redis))
    assert rows(hall, PLACES) == []
    assert_balanced(hall)


# Redis


@on_each_redis
def test_who_checks_in_while_redis_is_away_is_called_by_the_slot(own_hall, own_redis):
    walk_in = own_hall.take("id-card")  # due at half past nine, as the slot
    (li,) = citizens(own_hall, 1)
    booked = li.book(own_hall.slot("09:30", date=TODAY))
    own_hall.clock.advance(minutes=20)
    later = own_hall.take("id-card")
    own_redis.kill()
    ticket = own_hall.check_in_by(code=booked["code"])
    assert ticket.status_code == 201
    assert row_of(own_hall, booked).state == "checked_in"
    own_redis.start()
    wait_until_up(own_redis.url)
    sweep_now(own_hall)
    called = [own_hall.clerk(no).next()["ticket"]["id"] for no in ("1", "2", "3")]
    assert called == [walk_in["id"], ticket.json["id"], later["id"]]
    assert faults(own_hall) == []
    assert_balanced(own_hall)
