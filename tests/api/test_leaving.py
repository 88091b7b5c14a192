"""What a use case only leaves behind: written as it ends, in its order, however much it is."""

from __future__ import annotations

import pytest

from app.core import events
from app.core.acts import SYSTEM, Act
from app.core.db import db, transaction
from tests.house import HALL, open_house

MANY = 2_000
"""A night closes as many tickets, with an event for each."""


@pytest.fixture
def house(every_settings):
    house = open_house(every_settings)
    yield house
    with house.app.app_context():
        db.engine.dispose()


def leave(house, count):
    act = Act(house.clock.now(), SYSTEM)
    day = house.plan.day_of(act.now).date
    for n in range(count):
        events.record(act, HALL, day, "closed", number=f"A{n:04d}")


def written():
    query = db.select(events.TABLE.c.number).order_by(events.TABLE.c.id)
    return list(db.session.scalars(query.where(events.TABLE.c.kind == "closed")))


def test_a_whole_nights_events_are_written_in_their_order(house):
    with house.app.app_context():
        with transaction():
            leave(house, MANY)
        assert written() == [f"A{n:04d}" for n in range(MANY)]


def test_who_reads_in_the_same_use_case_finds_what_was_left(house):
    with house.app.app_context(), transaction():
        leave(house, 3)
        assert written() == ["A0000", "A0001", "A0002"]


def fail(house):
    with transaction():
        leave(house, 3)
        raise ZeroDivisionError


def test_what_failed_leaves_nothing(house):
    with house.app.app_context():
        with pytest.raises(ZeroDivisionError):
            fail(house)
        assert written() == []
