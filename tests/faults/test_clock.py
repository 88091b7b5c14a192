"""The house's clock follows the database's time, and no jump of this machine's clock (rule 12)."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.core import clock as clock_module
from app.core.clock import HouseClock
from app.core.db import db, server_time
from tests.stores import on_postgresql

DATABASE_TIME = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
CLOSE = timedelta(seconds=2)


def test_the_database_s_time_is_the_house_s_time():
    clock = HouseClock(lambda: DATABASE_TIME)
    assert DATABASE_TIME <= clock.now() <= DATABASE_TIME + CLOSE


@on_postgresql
def test_postgresql_tells_it(hall):
    with hall.app.app_context():
        told = server_time(db.engine)
        assert told is not None
        assert abs(HouseClock(lambda: server_time(db.engine)).now() - told) < CLOSE


def test_between_two_questions_it_goes_on_by_the_stopwatch():
    asked = []
    clock = HouseClock(lambda: asked.append(1) or DATABASE_TIME)
    times = []
    for _ in range(50):
        times.append(clock.now())
        time.sleep(0.001)
    assert times == sorted(times)
    assert times[-1] > times[0]
    assert len(asked) == 1


def test_a_jump_of_this_machine_s_clock_is_not_felt(monkeypatch):
    clock = HouseClock(lambda: DATABASE_TIME, every_s=0)

    class Jumped(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + timedelta(days=400)

    monkeypatch.setattr(clock_module, "datetime", Jumped)
    assert DATABASE_TIME <= clock.now() <= DATABASE_TIME + CLOSE


def test_while_the_database_is_away_it_goes_on():
    answers: list[Any] = [DATABASE_TIME]

    def ask() -> datetime:
        if not answers:
            raise ConnectionError("away")
        return answers.pop()

    clock = HouseClock(ask, every_s=0)
    first, second = clock.now(), clock.now()
    assert first <= second <= DATABASE_TIME + CLOSE


def test_a_correction_is_seen_whole_or_not_at_all():
    """Whoever looks in the middle of a correction sees the time before it or after it."""

    class Watched(HouseClock):
        def __setattr__(self, name: str, value: Any) -> None:
            super().__setattr__(name, value)
            if seen is not None:
                seen.append(self.now())

    seen: list[datetime] | None = None
    clock = Watched(lambda: DATABASE_TIME + timedelta(minutes=10), every_s=0)
    clock.now()
    time.sleep(0.05)
    # a stopwatch that has run for long: half of a correction would be far off
    monotonic = time.monotonic
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock_module.time, "monotonic", lambda: monotonic() + 3600)
        seen = []
        clock.now()
    seen, told = None, seen
    assert told
    before = DATABASE_TIME + timedelta(minutes=10, hours=1)
    after = DATABASE_TIME + timedelta(minutes=10)
    assert all(min(abs(at - before), abs(at - after)) < CLOSE for at in told)
