"""Having a worker print now. Only a nudge: the schedule looks every few seconds as well."""

from __future__ import annotations

import logging
from typing import Any

from redis import RedisError
from rq import Queue

from app.core.parts import parts

log = logging.getLogger(__name__)

NUDGED = "sh:prints:nudged"
STANDS_S = 30
"""How long a nudge stands that nobody follows: there may be no worker, or its Redis was emptied."""
JOB = "app.printing.jobs.print_due"


def try_nudge() -> None:
    """Put one job on the queue, unless one lies there already, as far as RQ's Redis is there."""
    redis: Any = parts().rq
    try:
        if redis.set(NUDGED, 1, nx=True, ex=STANDS_S):
            queue = Queue("prints", connection=redis)
            queue.enqueue(JOB, ttl=STANDS_S, result_ttl=0, failure_ttl=60)
    except RedisError:
        log.warning("prints wait for the schedule: RQ's Redis is away")


def follow(redis: Any) -> None:
    """The job has begun: what is written from here on needs a new nudge. Raises RedisError."""
    redis.delete(NUDGED)
