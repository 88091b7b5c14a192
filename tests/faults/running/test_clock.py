"""One process' clock jumps by an hour while the hall is open: the house goes by the database's."""

from __future__ import annotations

import pytest

from tests.faults.running.jumping import JumpingClock
from tests.faults.running.load import Load
from tests.faults.running.test_processes import AFTER_S, BEFORE_S, check

pytestmark = pytest.mark.faults

HOUR_S = 3600


@pytest.mark.parametrize("seconds", [HOUR_S, -HOUR_S], ids=["ahead", "back"])
@pytest.mark.parametrize("name", ["web", "worker", "schedule"])
def test_it_jumps(installed, request, tmp_path, name, seconds):
    clock = JumpingClock(tmp_path / "clock")
    hall = installed(prefixes={name: clock.command})
    with Load(hall) as load:
        load.run(BEFORE_S)
        load.broken()
        clock.jump(seconds)
        load.until_back()
        load.run(AFTER_S)
    assert clock.was_read()
    check(request, hall, load, f"the clock of the {name} jumps by {seconds // HOUR_S:+d} h")
