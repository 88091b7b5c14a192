"""A master and its replica, watched by three sentinels: the master dies, or sleeps and wakes up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, TimeoutError
from redis.retry import Retry

from config.redis import connect
from tests.faults.running.enduring import endured
from tests.faults.running.installation import Installation
from tests.faults.running.load import Load
from tests.faults.running.redis_servers import Watched, until, watched

pytestmark = pytest.mark.faults

ASLEEP_S = 20
JUST_ANSWERED_S = 0.2
"""Answers that were on their way when it died are none of its successor's."""


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Watched]:
    with watched(tmp_path / "redis") as servers:
        yield servers


def test_the_master_dies(servers, installed, request):
    """RQ's jobs lie on the same servers. The old master comes back as a replica."""

    def fault(hall: Installation, load: Load) -> None:
        old = servers.master()
        old.kill()
        load.run(JUST_ANSWERED_S)
        load.mended()
        until(lambda: servers.master() is not old, "no other became the master")
        load.run(2)
        old.start()
        until(lambda: old.client.role()[0] == b"slave", "the old master stays one")

    endured(request, installed(redis=servers.part()), "Sentinel: the master killed", fault)


def test_the_master_sleeps_and_wakes_up_as_one(servers, installed, request):
    """For some seconds there are two, until the sentinels tell the old one who is the master."""

    def fault(hall: Installation, load: Load) -> None:
        old = servers.master()
        old.freeze()
        load.run(ASLEEP_S)
        assert servers.master() is not old
        old.thaw()
        until(lambda: old.client.role()[0] == b"slave", "the old master stays one")

    name = f"Sentinel: the master frozen for {ASLEEP_S} s, then two of them"
    endured(request, installed(redis=servers.part()), name, fault)


def test_an_answer_that_came_late_is_no_answer_to_the_next_question(servers):
    """As the hall asks, which does not repeat what a server was too slow to answer."""
    once = Retry(NoBackoff(), 1, supported_errors=(ConnectionError,))
    with connect(servers.url, socket_timeout=0.2, retry=once) as redis:
        redis.mset({"first": 1, "second": 2})
        servers.master().freeze()
        with pytest.raises(TimeoutError):
            redis.get("first")
        servers.master().thaw()
        assert redis.get("second") == b"2"
