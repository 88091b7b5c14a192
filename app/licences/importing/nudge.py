"""Having a worker look for imports now. Only a nudge: the schedule looks every few seconds as well,
so one that is lost costs a moment."""

from __future__ import annotations

import logging
from typing import Any

from redis import RedisError
from rq import Queue

from app.core.parts import parts

log = logging.getLogger(__name__)

NUDGED = "sh:imports:nudged"
STANDS_S = 30
"""How long a nudge stands that nobody follows: there may be no worker, or its Redis was emptied."""
JOB = "app.licences.importing.jobs.work_imports"


def nudge(redis: Any) -> None:
    """Put one job on the queue, unless one lies there already. Raises RedisError."""
    if redis.set(NUDGED, 1, nx=True, ex=STANDS_S):
        Queue("imports", connection=redis).enqueue(JOB, ttl=STANDS_S, result_ttl=0, failure_ttl=60)


def try_nudge() -> None:
    """The same, as far as RQ's Redis can be reached."""
    try:
        nudge(parts().rq)
    except RedisError:
        log.warning("imports wait for the schedule: RQ's Redis is away")


def follow(redis: Any) -> None:
    """The job has begun: what comes from here on needs a new nudge. Raises RedisError."""
    redis.delete(NUDGED)
