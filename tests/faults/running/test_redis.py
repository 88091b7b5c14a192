"""One Redis server killed, emptied, frozen and full while the hall is open."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from redis import Redis

from tests.faults.running.enduring import Fault, endured
from tests.faults.running.installation import Installation
from tests.faults.running.load import Load
from tests.wechat_server import SEND

pytestmark = pytest.mark.faults

AWAY_S = 3
FROZEN_S = 20
FULL_S = 10


def test_redis_is_killed_and_has_its_file(installed, request):
    endured(request, installed(), "Redis killed, back with its file", killed())


def test_redis_is_killed_and_has_nothing(installed, request):
    endured(request, installed(), "Redis killed, back with nothing", killed(emptied))


def test_redis_is_frozen(installed, request):
    def fault(hall: Installation, load: Load) -> None:
        hall.freeze("redis")
        load.run(FROZEN_S)
        hall.thaw("redis")

    endured(request, installed(), f"Redis frozen for {FROZEN_S} s", fault)


def test_redis_is_full(installed, request):
    """Whatever would need more memory is refused; reading, and ending a claim, are not."""

    def fault(hall: Installation, load: Load) -> None:
        with Redis.from_url(hall.redis.url) as redis:
            redis.config_set("maxmemory", 1)
            load.run(FULL_S)
            redis.config_set("maxmemory", 0)

    endured(request, installed(), f"Redis full for {FULL_S} s", fault)


def test_redis_takes_no_changes(installed, request):
    """As with a full disk, or without the replicas it is told to have. The worker is sending."""

    def fault(hall: Installation, load: Load) -> None:
        with Redis.from_url(hall.redis.url) as redis:
            redis.config_set("min-replicas-to-write", 1)
            load.run(FULL_S)
            redis.config_set("min-replicas-to-write", 0)

    hall = installed()
    hall.wechat.fail(SEND, times=None, delay_s=0.15)
    load = Load(hall, bookings_per_s=3, citizens=60)
    endured(request, hall, f"Redis takes no changes for {FULL_S} s", fault, load)


def killed(meanwhile: Callable[[Installation], object] = bool) -> Fault:
    def fault(hall: Installation, load: Load) -> None:
        hall.kill("redis")
        meanwhile(hall)
        load.run(AWAY_S)
        hall.start("redis")

    return fault


def emptied(hall: Installation) -> None:
    data = hall.directory / "redis" / "data"
    assert any(data.iterdir())
    shutil.rmtree(data)
    data.mkdir()
