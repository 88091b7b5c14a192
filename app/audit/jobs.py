"""The chain verified in the background, run by RQ: a few seconds at a time, so that a worker never
keeps notices waiting for a year of rows."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import timedelta

from redis import RedisError
from rq import Queue
from rq.job import Job

from app.audit.verifying import Found, Place, go_on
from app.core import audit
from app.core.acts import SYSTEM, Act
from app.core.db import transaction
from app.core.parts import parts

log = logging.getLogger(__name__)

VERIFY = "verify-audit"
LASTS = timedelta(seconds=5)


def verify_soon() -> bool:
    """Have the whole chain verified, unless that is under way. False: RQ's Redis is away."""
    try:
        if not Job.exists(VERIFY, parts().rq):
            _put(Place(), job_id=VERIFY)
    except RedisError:
        log.warning("the audit is not verified: RQ's Redis is away")
        return False
    return True


def verify_chain(place: Place) -> None:
    """Go on from there, and note what came of it at the end."""
    clock = parts().clock
    end = clock.now() + LASTS
    found = go_on(clock.now(), place, lambda: clock.now() >= end)
    if isinstance(found, Place):
        _put(found)
        return
    if found.fault is not None:
        log.error("the audit does not stand as it was written: %s %s", found.fault, found.where)
    keep(found, Act(clock.now(), SYSTEM))


def keep(found: Found, act: Act) -> None:
    """Note in the audit itself that it was verified, and what was found."""
    with transaction():
        audit.note(act, "", "audit_verified", found.last.partition(":")[0], **asdict(found))


def _put(place: Place, job_id: str | None = None) -> None:
    queue = Queue("imports", connection=parts().rq)
    queue.enqueue(verify_chain, place, job_id=job_id, result_ttl=0, failure_ttl=60)
