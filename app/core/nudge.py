"""Having a worker do a job now that the schedule would find within seconds anyway: a nudge that is
lost costs a moment, never what waits.

NUDGE = Nudge("notices", "app.notices.jobs.send_due")     of a feature, beside its job
after_all(NUDGE.try_give)                                 something waits: once its row is safe
NUDGE.follow()                                            the job's first line
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from redis import RedisError
from rq import Queue

from app.core.parts import parts

log = logging.getLogger(__name__)

STANDS_S = 30
"""How long a nudge stands that nobody follows: there may be no worker, or its Redis was emptied."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """A job that lies on its queue at most once until a worker begins it."""

    waiting: str
    """What waits for the job."""
    job: str
    queue: str = ""
    """Where it is not one of its own, named after what waits."""

    @property
    def flag(self) -> str:
        """The key that stands as long as the job lies there."""
        return f"sh:{self.waiting}:nudged"

    def give(self) -> None:
        """Put the job on its queue, unless it lies there already. Raises RedisError."""
        redis = parts().rq
        if redis.set(self.flag, 1, nx=True, ex=STANDS_S):
            queue = Queue(self.queue or self.waiting, connection=redis)
            queue.enqueue(self.job, ttl=STANDS_S, result_ttl=0, failure_ttl=60)

    def try_give(self) -> None:
        """The same, as far as RQ's Redis can be reached."""
        try:
            self.give()
        except RedisError:
            log.warning("%s wait for the schedule: RQ's Redis is away", self.waiting)

    def follow(self) -> None:
        """The job has begun: what comes from here on needs a new nudge. Raises RedisError."""
        parts().rq.delete(self.flag)
