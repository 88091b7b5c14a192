"""The night closes what the day left: once, by whoever comes first, and wholly."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from rq import Queue

from app.calling.jobs import CLOSE_NIGHT
from app.calling.reconcile import close_night
from app.core.clock import HouseClock, SetClock
from app.core.db import transaction
from app.core.events import TABLE as EVENTS
from app.core.jobs import TABLE as JOB_RUNS
from app.factory import create_app
from app.worker import one_round
from config.settings import ROOT
from tests.crowd import faults, rows
from tests.faults.conftest import leave
from tests.house import HALL, House, open_house
from tests.processes import killed, together
from tests.stores import each_store_in_time

LEFT_OVER = 12


def close(house: House, go: Any) -> int:
    plan = house.plan
    go()
    with house.app.app_context(), transaction():
        return close_night(plan, house.clock.now())


def keys_of(house: House, day: str) -> list[bytes]:
    return list(house.app.extensions["parts"].redis.scan_iter(f"sh:{{{HALL}}}:{day}:*"))


@pytest.fixture
def day_after(hall):
    """One was called, some wait, and it is the next morning; the sequence of the day before."""
    for _ in range(LEFT_OVER):
        hall.take("id-card")
    assert hall.clerk("1").next() is not None
    yesterday = hall.day
    assert keys_of(hall, yesterday)
    hall.clock.advance(hours=24)
    return hall, yesterday


def check_closed(house: House, yesterday: str) -> None:
    assert {row.state for row in rows(house)} == {"closed"}
    closings = [event.ticket_id for event in rows(house, EVENTS, kind="closed")]
    assert len(closings) == len(set(closings)) == LEFT_OVER
    assert keys_of(house, yesterday) == []


@each_store_in_time
def test_two_nights_at_once_close_each_ticket_once(day_after):
    house, yesterday = day_after
    settings, now = house.app.extensions["parts"].settings, house.clock.now()
    closed = together(settings, (close,), (close,), (close,), at=now)
    assert sum(closed) == LEFT_OVER
    check_closed(house, yesterday)
    assert house.clerk("2").next() is None, "nobody of yesterday is called"
    assert [fault for fault in faults(house) if fault.what != "event"] == []


@each_store_in_time
@pytest.mark.parametrize(
    "point",
    [
        "before app.core.db:_commit",
        "after app.core.db:_commit",
        "before queueing.redis_sequence:RedisSequence.remove",
        "before queueing.redis_sequence:RedisSequence.drop",
    ],
)
def test_killed_half_way_it_is_done_the_next_time(day_after, point):
    house, yesterday = day_after
    killed(house.app.extensions["parts"].settings, point, close, at=house.clock.now())
    close(house, lambda: None)
    check_closed(house, yesterday)


@each_store_in_time
def test_a_day_on_which_nobody_was_left_is_forgotten_too(hall):
    ticket = hall.take("id-card")
    hall.clerk("1").next()
    hall.clerk("1").handle(ticket, "finish")
    yesterday = hall.day
    assert keys_of(hall, yesterday)
    hall.clock.advance(hours=24)
    assert close(hall, lambda: None) == 0
    assert keys_of(hall, yesterday) == []


@pytest.fixture
def this_morning(every_settings):
    """A hall with people of yesterday, by the real clock: the worker has no other."""
    yesterday = open_house(every_settings, clock_of_yesterday())
    yesterday.stand_at_noon()
    for _ in range(LEFT_OVER):
        yesterday.take("id-card")
    leave(yesterday)
    house = House(create_app(every_settings, HouseClock(lambda: None)))
    yield house
    leave(house)


def clock_of_yesterday() -> Any:
    return SetClock(datetime.now(UTC) - timedelta(days=1))


@each_store_in_time
def test_two_schedules_and_an_emptied_redis_close_the_night_once(this_morning, tmp_path):
    settings = this_morning.app.extensions["parts"].settings
    with Redis.from_url(settings.rq_redis_url) as redis:
        queue = Queue("default", connection=redis)
        for _ in range(2):
            schedule_round(this_morning, queue)
        assert len(closings(queue)) == 1
        redis.flushall()
        for _ in range(2):
            schedule_round(this_morning, queue)
        assert len(closings(queue)) == 1
        work(settings)
        assert {row.state for row in rows(this_morning)} == {"closed"}
        assert len(rows(this_morning, JOB_RUNS, name=f"{CLOSE_NIGHT}:{HALL}")) == 1
        redis.flushall()
        schedule_round(this_morning, queue)
        assert closings(queue) == [], "the row says that it is done"
    assert len(rows(this_morning, EVENTS, kind="closed")) == LEFT_OVER


def closings(queue: Queue) -> list[str]:
    return [job for job in queue.job_ids if job.startswith(f"{CLOSE_NIGHT}-")]


def schedule_round(house: House, queue: Queue) -> None:
    with house.app.app_context():
        one_round(queue)


def work(settings: Any) -> None:
    """`flask worker --burst`, in a process of its own."""
    environ = {
        "PATH": "/usr/bin:/bin",
        "SHUNHAO_MODE": "test",
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "WECHAT_API_URL": settings.wechat.api_url,
        "INSTANCE_PATH": str(settings.instance_path),
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--burst"]
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
