"""What runs beside the web: the RQ worker, and the schedule.

The schedule sweeps by itself rather than through RQ: a sweep mends what Redis lost, so it must
not wait for a job that lies in Redis. It also sells freed places again, offers them to who waits,
and forecasts each hall: all too frequent for jobs. Jobs of the day go to RQ; a row says which are
done. Two schedules at once do no harm: a sweep may run twice, a job's row is written once. Without
any, there are no estimates, and places held back are not sold again.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
from flask import Flask, current_app
from redis import Redis, RedisError, ResponseError
from redis.client import Pipeline
from rq import Queue, Worker
from rq.executions import Execution
from rq.job import Job
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.appointments.jobs import CLOSE_BOOKINGS, close_bookings_of
from app.appointments.places import release_held
from app.appointments.waiting.offers import serve_all
from app.audit import blocks
from app.audit.jobs import verify_soon
from app.calling.jobs import CLOSE_NIGHT, close_night_of
from app.calling.reconcile import sweep
from app.catalog.plan import HallPlan
from app.catalog.service import plans
from app.core.acts import SYSTEM, Act
from app.core.counted import JOB
from app.core.db import CommitOutcomeUnknown, db, transaction
from app.core.jobs import has_run
from app.core.parts import parts
from app.core.queues import QUEUES
from app.core.tallies import Tallies
from app.deliveries.jobs import look_after_deliveries
from app.estimates.jobs import LEARN, learn_of
from app.estimates.service import refresh
from app.licences.importing.jobs import look_after_imports
from app.licences.jobs import FORGET_SHOWS, forget_shows_of
from app.notices.jobs import FORGET_NOTICES, forget_notices_of
from app.notices.queries import any_due
from app.notices.service import NUDGE
from app.printing.jobs import look_after_printers
from app.privacy.jobs import FORGET_PERSONAL, forget_personal_of
from app.renewals import sweeping
from app.renewals.sweep_jobs import SWEEP_RENEWALS, sweep_renewals
from app.renewals.watch import watching
from app.renewals.watch.jobs import WATCH_LICENCES, watch_licences
from app.submissions.jobs import FORGET_DRAFTS, forget_drafts_of
from app.tickets.telling import tell_near
from config import logged_about
from config.redis import check_server, connect
from queueing.errors import SequenceAway, SequenceError

log = logging.getLogger(__name__)

AWAY = (
    CommitOutcomeUnknown,
    InterfaceError,
    OperationalError,
    PoolTimeout,
    RedisError,
    SequenceError,
)
"""What a store says, or is said of it, that does not answer."""
IMPORTS_YIELD = 10
"""How much an import leaves the processor to whoever serves people, of 19."""
LOOKS_AGAIN_WITHIN_S = 5.0
"""How long the worker rests at most while its Redis is away; RQ would have it rest a minute."""
LEAVES_WORD_WITHIN_S = 45
"""Of a worker that waits for jobs; by RQ's rule it looks up 15 seconds sooner."""
SWEEP_EVERY_S = 5.0
ESTIMATE_EVERY = timedelta(seconds=15)
RENEWALS_EVERY = timedelta(seconds=30)
EVER = datetime.min.replace(tzinfo=UTC)
NIGHT = (
    (CLOSE_NIGHT, close_night_of),
    (CLOSE_BOOKINGS, close_bookings_of),
    (LEARN, learn_of),
    (FORGET_NOTICES, forget_notices_of),
    (FORGET_DRAFTS, forget_drafts_of),
    (FORGET_SHOWS, forget_shows_of),
    (FORGET_PERSONAL, forget_personal_of),
)
"""What is done once for each hall and day, soon after the day has begun."""


@dataclass(frozen=True, slots=True)
class Share:
    """The halls that one of several schedules looks after: each hall has one, whoever asks."""

    nth: int = 1
    of: int = 1

    def has(self, hall: str) -> bool:
        return zlib.crc32(hall.encode()) % self.of == self.nth - 1


ALL_HALLS = Share()


def run_worker(app: Flask, burst: bool = False, only: Sequence[str] = QUEUES) -> None:
    """Work RQ's queues, or `only` these, until told to stop; the first one first."""
    tallies: Tallies = app.extensions["parts"].tallies

    class HouseWorker(Worker):
        """Runs each job inside the app, with connections of its own after the fork."""

        max_connection_wait_time = LOOKS_AGAIN_WITHIN_S

        def dequeue_job_and_maintain_ttl(
            self, timeout: int | None, max_idle_time: int | None = None
        ) -> tuple[Job, Queue] | None:
            """Where Redis answers but takes no changes, RQ would quit."""
            while True:
                try:
                    return super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)
                except ResponseError as error:
                    log.warning("the worker rests: %s", error)
                    time.sleep(1)

        def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
            """It may be missed; jobs, which their rows owe, are not waited for by anybody."""
            tallies.tell()
            try:
                super().heartbeat(timeout, pipeline)
            except RedisError as error:
                log.warning("the worker's heartbeat is not heard: %s", error)

        def execute_job(self, job: Job, queue: Queue) -> None:
            """What Redis does not note down is put again; what has begun is waited for."""
            try:
                super().execute_job(job, queue)
            except RedisError as error:
                _left_to_next(error, f"{job.func_name} is left to the next round")
                self.wait_for_horse()

        def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
            with app.app_context():
                db.engine.dispose(close=False)
                if queue.name == "imports":
                    os.nice(IMPORTS_YIELD)  # in the process that was forked for this job
                tallies.begin_anew()
                logged_about.begin(job=job.id)
                began, done = time.monotonic(), False
                try:
                    done = super().perform_job(job, queue, execution)
                finally:
                    took_s = time.monotonic() - began
                    tallies.time(JOB, took_s, job.func_name or "", "done" if done else "failed")
                    tallies.tell()
                return done

        def handle_work_horse_killed(self, job: Job, *how: Any) -> None:
            """Its process said nothing any more."""
            tallies.time(JOB, 0.0, job.func_name or "", "killed")
            super().handle_work_horse_killed(job, *how)

        def handle_exception(self, job: Job, *exc_info: Any) -> None:
            """A job that a store was away for is owed by its rows still, and is put again."""
            if isinstance(exc_info[1], AWAY):
                _left_to_next(exc_info[1], f"{job.func_name} is left to the next round")
            else:
                super().handle_exception(job, *exc_info)

    connection = _rq_redis(app)
    queues = [Queue(name, connection=connection) for name in only]
    tallies.be("worker")
    tallies.tell()
    try:
        HouseWorker(queues, connection=connection, worker_ttl=LEAVES_WORD_WITHIN_S).work(
            burst=burst, with_scheduler=False
        )
    finally:
        tallies.leave()


def run_schedule(app: Flask, share: Share = ALL_HALLS) -> None:
    """Every five seconds give freed places back, look after imports, sweep each hall and serve its
    waiting lists, forecast it where that is due (every 15 seconds), and put the jobs of its night
    on their queue when they are owed."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    queue = Queue("default", connection=_rq_redis(app))
    tallies: Tallies = app.extensions["parts"].tallies
    tallies.be("schedule")
    took_s = 0.0
    tallies.gauge("round_s", lambda: took_s)
    try:
        while not stop.is_set():
            began = time.monotonic()
            with app.app_context():
                one_round(queue, share)
            took_s = time.monotonic() - began
            tallies.tell()
            stop.wait(SWEEP_EVERY_S)
    finally:
        tallies.leave()


def _rq_redis(app: Flask) -> Redis:
    """RQ's own Redis. Raises UnfitServer where it would throw jobs away."""
    with app.app_context():
        connection = connect(parts().settings.rq_redis_url)
    check_server(connection)
    return connection


def one_round(queue: Queue, share: Share = ALL_HALLS) -> None:
    """One round of the schedule over these halls; what fails is logged and tried in the next. What
    belongs to no hall each schedule does: twice does no harm, and none of them is missed."""
    now = parts().clock.now()
    try:
        _look_after_audit(now)
        _give_back_freed(now)
        _nudge_outbox(now)
        look_after_imports()
        _watch_when_owed(queue, now)
        look_after_deliveries()
        look_after_printers()
        _sweep_renewals_when_owed(queue, now)
        for plan in plans():
            if share.has(plan.code):
                _one_hall(queue, plan, now)
    except Exception as error:
        _left_to_next(error, "a round of the schedule failed")
    finally:
        db.session.remove()


def _left_to_next(error: Exception, what: str) -> None:
    """Log what the next round tries again: with its traceback, but where a store is away in a
    line, since that comes with every round until the store is back."""
    if isinstance(error, AWAY):
        log.warning("%s: %s", what, str(error).partition("\n")[0])
    else:
        log.exception(what)


def _look_after_audit(now: datetime) -> None:
    """Nothing waits for the audit's chain, whatever is wrong with it."""
    try:
        blocks.seal(now)
        if blocks.look_after(now):
            verify_soon()
    except Exception as error:
        _left_to_next(error, "the audit is sealed in the next round")


def _give_back_freed(now: datetime) -> None:
    """Freed places on which somebody has a hand just now can wait; the sweep cannot."""
    try:
        with transaction():
            release_held(now)
    except Exception as error:
        _left_to_next(error, "freed places are given back in the next round")


def _nudge_outbox(now: datetime) -> None:
    """What nobody nudged, or whose nudge was lost, is looked for here."""
    if any_due(now):
        NUDGE.try_give()


def _sweep_renewals_when_owed(queue: Queue, now: datetime) -> None:
    """What silence grants, which registers are asked again, what was handed over."""
    looked = current_app.extensions.get("renewals_looked", EVER)
    if now - looked < RENEWALS_EVERY:
        return
    current_app.extensions["renewals_looked"] = now
    owed = partial(sweeping.is_owed, Act(now, SYSTEM))
    _put_when_owed(queue, SWEEP_RENEWALS, sweep_renewals, owed)


def _watch_when_owed(queue: Queue, now: datetime) -> None:
    """The watch over licences."""
    _put_when_owed(queue, WATCH_LICENCES, watch_licences, partial(watching.is_owed, now))


def _put_when_owed(
    queue: Queue, name: str, job: Callable[[], object], is_owed: Callable[[], bool]
) -> None:
    """Rows say what such a job owes, and it is put again until that is done."""
    try:
        if is_owed() and not Job.exists(name, queue.connection):
            queue.enqueue(job, job_id=name, result_ttl=0, failure_ttl=60)
    except RedisError:
        log.warning("%s waits: RQ's Redis is away", name)
    except Exception as error:
        _left_to_next(error, f"{name} is looked after in the next round")
        db.session.rollback()


def _one_hall(queue: Queue, plan: HallPlan, now: datetime) -> None:
    """What is wrong with one hall must not keep the others from being swept."""
    logged_about.begin(hall=plan.code)
    try:
        sweep(plan, now)
        serve_all(plan, Act(now, SYSTEM))
        tell_near(plan, now)
        _refresh_when_due(plan, now)
        _put_when_due(queue, plan.code, plan.day_of(now).starts_at)
    except Exception as error:
        _left_to_next(error, f"a round of the schedule failed for {plan.code}")
        db.session.rollback()
    finally:
        logged_about.end()


def _refresh_when_due(plan: HallPlan, now: datetime) -> None:
    """A few times a minute say how long people will wait. Two schedules say it twice."""
    said = current_app.extensions.setdefault("estimates_said", {})
    if now - said.get(plan.code, EVER) < ESTIMATE_EVERY:
        return
    said[plan.code] = now
    try:
        refresh(plan, now, np.random.default_rng())
    except SequenceAway:
        log.warning("no estimates for %s: Redis is away", plan.code)


def _put_when_due(queue: Queue, hall: str, due: datetime) -> None:
    """The jobs of one hall's night: owed since the hall day began, until their rows are there."""
    for name, job in NIGHT:
        if has_run(f"{name}:{hall}", due):
            continue
        job_id = f"{name}-{hall}-{due:%Y%m%d}"
        try:
            if Job.exists(job_id, queue.connection):
                continue
            queue.enqueue(job, hall, due.isoformat(), job_id=job_id, result_ttl=0, failure_ttl=60)
        except RedisError:
            log.warning("%s of %s waits: RQ's Redis is away", name, hall)
