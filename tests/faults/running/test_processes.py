"""Processes killed while the hall is open: nobody notices but who was just being answered."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from tests.faults.running.books import balance
from tests.faults.running.load import Load
from tests.faults.running.table import add
from tests.wechat_server import SEND

pytestmark = pytest.mark.faults

BEFORE_S = 5
AFTER_S = 8


def test_a_web_worker_is_killed(installed, request):
    """Gunicorn starts another; the other one goes on."""
    hall = installed()
    with Load(hall) as load:
        load.run(BEFORE_S)
        load.broken()
        os.kill(hall.pids("web")[1], signal.SIGKILL)
        load.until_back()
        load.run(AFTER_S)
    check(request, hall, load, "a web worker killed")


def test_all_of_the_web_is_killed(installed, request):
    """Gunicorn's master, and its workers with it; whatever looks after it starts it anew."""
    hall = installed()
    with Load(hall) as load:
        load.run(BEFORE_S)
        load.broken()
        hall.kill("web")
        load.run(2)
        hall.start("web")
        load.mended()
        load.until_back()
        load.run(AFTER_S)
    check(request, hall, load, "the web killed, and started again")


def test_the_worker_is_killed_with_notices_due(installed, request):
    """Each message goes out once or, where the worker died over it, perhaps."""
    hall = installed()
    hall.wechat.fail(SEND, times=None, delay_s=0.5)
    with Load(hall, bookings_per_s=6, citizens=200) as load:
        load.run(BEFORE_S)
        load.broken()
        for _ in range(3):
            hall.kill("worker")
            load.run(1)
            hall.start("worker")
            load.run(2)
        load.mended()
        load.until_back()
        load.run(AFTER_S)
    sent = hall.wechat.sent()
    check(request, hall, load, "the RQ worker killed three times, notices due")
    assert sent, "nothing was due"


def test_the_schedule_is_killed(installed, request):
    """Sweeps, estimates and freed places wait for the next one; numbers and calls do not."""
    hall = installed()
    with Load(hall) as load:
        load.run(BEFORE_S)
        load.broken()
        hall.kill("schedule")
        load.run(10)
        hall.start("schedule")
        load.mended()
        load.until_back()
        load.run(AFTER_S)
    check(request, hall, load, "the schedule killed, and started after 10 s")


def test_two_schedules_run_at_once(installed, request):
    """And one of them is killed."""
    hall = installed(schedules=2)
    with Load(hall) as load:
        load.run(2 * BEFORE_S)
        load.broken()
        hall.kill("schedule")
        load.until_back()
        load.run(AFTER_S)
    check(request, hall, load, "two schedules at once, one of them killed")


def check(request: pytest.FixtureRequest, hall: Any, load: Load, fault: str) -> None:
    """The books balance, and no program was surprised."""
    differences = balance(hall, load)
    add(request, load, fault, differences)
    surprises = hall.tracebacks()
    for each in surprises:
        request.node.add_report_section("call", "log", each)
    assert differences == []
    assert [each.splitlines()[-1] for each in surprises] == []
