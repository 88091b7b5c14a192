"""Two watches at the same moment, and one that dies over it: each step is said once.

Two things keep it so, and each alone would: a licence is in one watch's hands while its row is
locked, and of two reminders of one step the table takes the first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Select, event, select, text

from app.core.db import db
from app.notices.queries import TABLE as NOTICES
from app.renewals import loading
from app.renewals.records import EVENTS
from app.renewals.records import TABLE as RENEWALS
from app.renewals.watch import reaching, reminding, stopping, watching
from app.renewals.watch.reminding import REMINDERS
from app.renewals.watch.stopping import ALL, set_reminders
from app.renewals.watch.watching import watch
from tests.house import id_number, open_house
from tests.licences.conftest import sure
from tests.renewals.watched import PLANS, Watched, stocked_and_watched
from tests.stores import each_store_once, on_postgresql, until_the_dead_are_forgotten

LICENCES = 8
MEETING_S = 60
"""How long one who has looked waits for the other to have looked as well."""
KEPT_OUT_S = 0.5
"""The same where the other is kept out."""


@pytest.fixture
def watched(every_settings):
    house = open_house(every_settings)
    watched = stocked_and_watched(house)
    yield watched
    with house.app.app_context():
        house.app.extensions["sqlalchemy"].engine.dispose()


def permits(watched: Watched, number: int = LICENCES) -> list[str]:
    """Of each a reminder is due, by telephone or to nobody."""
    numbers = [id_number(series=n + 1) for n in range(number)]
    return [watched.permit(one, "2026-12-20", data={}) for one in numbers]


def by_phone(watched: Watched, series: int) -> str:
    """A firm's licence of which a reminder is due, by telephone."""
    code = watched.firm(id_number(series=series))
    return watched.put("food-licence", code, "2026-12-20", data={"contact_phone": "13800138000"})


def both_look(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, meeting_s: float = KEPT_OUT_S
) -> list[int]:
    """Two look at once, and go on when both have looked, if they can; at how many each."""
    with watched.house.app.app_context():
        watching._spread(watched.act)
    real, meeting = watching._look_at, threading.Barrier(2)

    def met(*seen: Any) -> Any:
        with suppress(threading.BrokenBarrierError):  # the other is kept out
            meeting.wait(meeting_s)
        return real(*seen)

    monkeypatch.setattr(watching, "_look_at", met)

    def look(_: int) -> int:
        with watched.house.app.app_context():
            return watch(watched.act)

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(look, range(2)))


def said(watched: Watched, licences: list[str]) -> list[int]:
    """How often somebody was to be told of each."""
    return [len(watched.told(licence)) for licence in licences]


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Select, "with_for_update", lambda self, **_: self)


def without_uniqueness(watched: Watched) -> None:
    name = "uq_reminders_licence_id_event_last_day_step_holder_id"
    drop = text(f"ALTER TABLE reminders DROP CONSTRAINT {name}")
    watched.house.within(lambda: db.session.execute(drop))


@each_store_once
def test_what_two_look_at_is_said_once(watched, monkeypatch):
    licences = permits(watched)
    both_look(watched, monkeypatch)
    assert said(watched, licences) == [1] * LICENCES
    assert [len(watched.renewals(licence)) for licence in licences] == [1] * LICENCES


@on_postgresql
def test_the_lock_alone_keeps_it_so(watched, monkeypatch):
    licences = permits(watched)
    without_uniqueness(watched)
    assert both_look(watched, monkeypatch) == [0, LICENCES]
    assert said(watched, licences) == [1] * LICENCES


@on_postgresql
def test_the_table_alone_keeps_it_so(watched, monkeypatch):
    licences = permits(watched)
    without_locks(monkeypatch)
    assert both_look(watched, monkeypatch, MEETING_S) == [LICENCES] * 2
    assert said(watched, licences) == [1] * LICENCES


@on_postgresql
def test_without_both_it_is_said_twice(watched, monkeypatch):
    """The control: the tests above can fail."""
    licences = permits(watched)
    without_uniqueness(watched)
    without_locks(monkeypatch)
    both_look(watched, monkeypatch, MEETING_S)
    assert said(watched, licences) == [2] * LICENCES


def stops_meanwhile(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, meeting_s: float
) -> list[tuple[str, ...]]:
    """Somebody wants no reminders any more just when the watch has seen that they want them; what
    became of the reminder."""
    li = sure(watched.house, "li")
    permit = watched.permit(li.id_number, "2026-12-20")
    account = li.get("/me").json["id"]
    with watched.house.app.app_context():
        watching._spread(watched.act)
    real, seen, stopped = reaching.stopped_of, threading.Event(), threading.Event()

    def looked(holders: Any) -> Any:
        wants_none = real(holders)
        seen.set()
        stopped.wait(meeting_s)
        return wants_none

    monkeypatch.setattr(reaching, "stopped_of", looked)

    def stop() -> None:
        seen.wait()
        watched.house.within(lambda: set_reminders(account, None, ALL, False, watched.act))
        stopped.set()

    with ThreadPoolExecutor(1) as pool:
        stops = pool.submit(stop)
        watched.look()
        stops.result()
    return watched.told(permit)


@on_postgresql
def test_who_stops_them_meanwhile_gets_none(watched, monkeypatch):
    assert stops_meanwhile(watched, monkeypatch, KEPT_OUT_S) == [
        ("renewal", "1-months", "withdrawn", "account")
    ]


@on_postgresql
def test_unless_nothing_is_held(watched, monkeypatch):
    """The control: the test above can fail."""
    monkeypatch.setattr(reaching, "hold_each", lambda *_, **__: None)
    monkeypatch.setattr(stopping, "hold", lambda *_, **__: None)
    told = stops_meanwhile(watched, monkeypatch, MEETING_S)
    assert told == [("renewal", "1-months", "pending", "account")]


class Dies(BaseException):
    """What kills a process; nothing catches it."""


def everything(watched: Watched) -> list[int]:
    with watched.house.app.app_context():
        tables = (REMINDERS, NOTICES, RENEWALS, EVENTS)
        return [len(db.session.execute(select(table.c.id)).all()) for table in tables]


@contextmanager
def dying_after(statements: int) -> Iterator[None]:
    """Whoever works on the database dies over the statement after so many."""
    left = iter(range(statements))

    def die(*_: Any) -> None:
        if next(left, None) is None:
            raise Dies

    event.listen(db.engine, "before_cursor_execute", die)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", die)


@each_store_once
def test_who_dies_at_any_statement_has_done_nothing(watched, every_database):
    """And whoever comes next does all of it, once."""
    licence = by_phone(watched, 9)
    permit = permits(watched, 1)[0]
    nothing = everything(watched)
    for survives in count():
        with suppress(Dies), watched.house.app.app_context(), dying_after(survives):
            watch(watched.act)
            break
        until_the_dead_are_forgotten(every_database)
        assert everything(watched) == nothing
    assert survives > 15
    assert watched.told(licence) == [("renewal", "1-months", "pending", "phone")]
    assert len(watched.told(permit)) == len(watched.renewals(permit)) == 1
    assert len(watched.notices(licence)) == 1
    assert watched.look() == 0


@contextmanager
def counted() -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@on_postgresql
def test_one_more_licence_asks_the_database_nothing_more(watched):
    """Renewals, reminders and notices of all are written together."""
    costs = []
    for number in (1, 2, 12):
        permits(watched, number)
        for one in range(number):
            by_phone(watched, number + one)
        with watched.house.app.app_context():
            while watching._spread(watched.act):
                pass
            with counted() as asked:
                watch(watched.act)
        costs.append(len(asked))
    assert costs[1] == costs[2], "the first reads what is kept then: kinds and plans"


def failing_in_the_middle(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> list[tuple[int, int]]:
    """Of some licences one can never be told, which shows when all the reminders are written;
    reminders and notices of each, the one's last."""
    *others, one = [by_phone(watched, series) for series in range(1, 6)]
    real = reminding.notify_each

    def told(messages: Any, act: Any) -> Any:
        if any(message.link.query == {"id": one} for message in messages):
            raise ValueError("nobody can be told this")
        return real(messages, act)

    monkeypatch.setattr(reminding, "notify_each", told)
    watched.look()
    return [(len(watched.told(each)), len(watched.notices(each))) for each in (*others, one)]


@each_store_once
def test_what_fails_in_the_middle_is_done_for_all_others_once(watched, monkeypatch):
    assert failing_in_the_middle(watched, monkeypatch) == [(1, 1)] * 4 + [(0, 0)]


@each_store_once
def test_unless_what_was_begun_stays(watched, monkeypatch):
    """The control: written as told, and nobody is."""
    monkeypatch.setattr(watching.db.session, "begin_nested", nullcontext)
    assert failing_in_the_middle(watched, monkeypatch) == [(1, 0)] * 5


@each_store_once
def test_a_changed_plan_keeps_no_look_waiting(watched, monkeypatch):
    """The licences of a new plan are not all gone through before the first of them is looked at."""
    permits(watched)
    watched.look()
    watched.plans(PLANS.replace("2026-01-01", "2026-01-02"))
    monkeypatch.setattr(loading, "SPREAD_AT_ONCE", 2)
    with watched.house.app.app_context():
        assert watch(watched.act) == 2
    assert watched.look() == LICENCES - 2
