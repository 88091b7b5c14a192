"""A fault of Redis from its beginning to the books."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from rq import Queue

from app.notices.service import NUDGE
from config.redis import connect
from tests.faults.running.books import balance
from tests.faults.running.installation import Installation
from tests.faults.running.load import Load
from tests.faults.running.table import add

CALM_S = 5
WORKS_WITHIN_S = 15
"""How soon the worker does what is put on its queue, once its Redis is back."""

Fault = Callable[[Installation, Load], object]


def endured(
    request: pytest.FixtureRequest,
    hall: Installation,
    name: str,
    fault: Fault,
    load: Load | None = None,
) -> None:
    """The hall goes through this fault, and its books balance. It ends when `fault` does, unless
    that says `load.mended()` itself."""
    with load or Load(hall) as load:
        load.run(CALM_S)
        load.broken()
        fault(hall, load)
        if load.mended_at == load.broken_at:
            load.mended()
        load.until_back()
        assert_jobs_are_done(hall)
        load.run(CALM_S)
    differences = balance(hall, load)
    add(request, load, name, differences)
    assert not differences, "\n".join(differences)
    assert not hall.tracebacks(), hall.tracebacks()


def assert_jobs_are_done(hall: Installation) -> None:
    environ = hall.variables(direct=True)
    redis = connect(environ.get("RQ_REDIS_URL", environ["REDIS_URL"]))
    job = Queue("notices", connection=redis).enqueue(NUDGE.job, result_ttl=60)
    limit = time.monotonic() + WORKS_WITHIN_S
    while not job.is_finished:
        assert time.monotonic() < limit, f"the worker does not go on: {job.get_status()}"
        time.sleep(0.1)
