"""PostgreSQL restarted, its connections cut, its processes frozen, while the hall is open."""

from __future__ import annotations

import signal

import pytest

from tests.faults.running.load import Load
from tests.faults.running.test_processes import AFTER_S, BEFORE_S, check
from tests.faults.test_database_lost import end_connections
from tests.wechat_server import SEND

pytestmark = pytest.mark.faults

FROZEN_S = 20
ANSWERED_WITHIN_S = 5


@pytest.mark.parametrize("by", [signal.SIGQUIT, signal.SIGKILL], ids=["at once", "killed"])
def test_it_is_restarted(installed, request, by):
    """Without a word to its clients: it recovers from its log."""
    hall = installed()
    with Load(hall) as load:
        load.run(BEFORE_S)
        load.broken()
        hall.kill("postgres", by)
        load.run(2)
        hall.start("postgres")
        load.mended()
        load.until_back()
        load.run(AFTER_S)
    check(request, hall, load, f"PostgreSQL ended by {by.name}, and started again")


def test_its_connections_are_cut(installed, request):
    """All of them, again and again, also under a worker that is sending."""
    hall = installed()
    hall.wechat.fail(SEND, times=None, delay_s=0.3)
    with Load(hall, bookings_per_s=4, citizens=150) as load:
        load.run(BEFORE_S)
        load.broken()
        for _ in range(5):
            end_connections(hall.parts["postgres"].url)
            load.run(0.7)
        load.mended()
        load.until_back()
        load.run(AFTER_S)
    check(request, hall, load, "PostgreSQL's connections cut five times")


def test_it_is_frozen(installed, request):
    """Every process of it stands still; the kernel still takes what is sent to it. Nobody is kept
    waiting for it."""
    hall = installed()
    with Load(hall) as load:
        load.run(BEFORE_S)
        load.broken()
        hall.freeze("postgres")
        load.run(FROZEN_S)
        hall.thaw("postgres")
        load.mended()
        load.until_back()
        load.run(AFTER_S)
    check(request, hall, load, f"PostgreSQL frozen for {FROZEN_S} s")
    waits = [each.took for asked in load.requests for each in asked.tries]
    assert max(waits) < ANSWERED_WITHIN_S
