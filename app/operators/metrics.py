"""What the installation looks like in numbers, for Prometheus.

What rows can tell is read from them at each scrape; what no row remembers, every process has
counted (app/core/tallies.py). So all processes tell the same, and one of them is to be scraped.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, time
from itertools import accumulate
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from redis.exceptions import RedisClusterException, RedisError
from rq import Queue
from rq.registry import FailedJobRegistry
from sqlalchemy.exc import SQLAlchemyError

from app.calling.queries import calls_made
from app.catalog.plan import HallPlan
from app.catalog.service import counter_statuses, plans
from app.citizens.rules import BEIJING
from app.core.counted import EVERY_TALLY
from app.core.db import db
from app.core.parts import parts
from app.core.tallies import SUM, Process, Tally
from app.licences.queries import first_watch_day
from app.notices.queries import count_unknown, counts_by_state, oldest_due
from app.operators.stores import FINE, states
from app.printing.queries import counts_by_state as prints_by_state
from app.printing.queries import oldest_due as oldest_print_due
from app.printing.queries import printers
from app.printing.rules import PRINTS
from app.tickets.queries import oldest_wait, waiting_by_lane

log = logging.getLogger(__name__)


class Halls:
    """Every hall, now."""

    def collect(self) -> Iterator[Metric]:
        waiting = GaugeMetricFamily(
            "shunhao_waiting", "Tickets that wait.", labels=["hall", "lane"]
        )
        oldest = GaugeMetricFamily(
            "shunhao_oldest_wait_seconds", "How long the first of them waits.", labels=["hall"]
        )
        counters = GaugeMetricFamily(
            "shunhao_counters", "Counters by what they are doing.", labels=["hall", "status"]
        )
        calls = CounterMetricFamily(
            "shunhao_calls", "Calls made in this hall day.", labels=["hall"]
        )
        for plan in plans():
            self._of(plan, waiting, oldest, counters, calls)
        yield from (waiting, oldest, counters, calls)

    def _of(
        self,
        plan: HallPlan,
        waiting: GaugeMetricFamily,
        oldest: GaugeMetricFamily,
        counters: GaugeMetricFamily,
        calls: CounterMetricFamily,
    ) -> None:
        now = parts().clock.now()
        day = plan.day_of(now).date
        counts = waiting_by_lane(plan.code, day)
        for letters in plan.lanes:
            waiting.add_metric([plan.code, letters], counts.get(letters, 0))
        oldest.add_metric([plan.code], oldest_wait(plan.code, day, now).total_seconds())
        statuses = [status for status, _ in counter_statuses(plan).values()]
        for status in ("open", "paused", "closed"):
            counters.add_metric([plan.code, status], statuses.count(status))
        calls.add_metric([plan.code], calls_made(plan.code, day))


class Outbox:
    """What people are told, and whether it reaches them."""

    def collect(self) -> Iterator[Metric]:
        now = parts().clock.now()
        notices = GaugeMetricFamily(
            "shunhao_notices",
            "Notices of the last day, and all that are pending.",
            labels=["state"],
        )
        for state, count in counts_by_state(now).items():
            notices.add_metric([str(state)], count)
        oldest = GaugeMetricFamily(
            "shunhao_notices_oldest_due_seconds", "How long the first that is due has waited."
        )
        oldest.add_metric([], oldest_due(now).total_seconds())
        unknown = CounterMetricFamily(
            "shunhao_notices_unknown", "Notices of which nobody knows whether they arrived."
        )
        unknown.add_metric([], count_unknown())
        yield from (notices, oldest, unknown)


class Printers:
    """What the machines' printers say, and whether numbers come out on paper."""

    def collect(self) -> Iterator[Metric]:
        now = parts().clock.now()
        ready = GaugeMetricFamily(
            "shunhao_printer_ready",
            "1 where a machine's printer printed or said it would, when asked last; else 0.",
            labels=["hall", "printer", "standing"],
        )
        for known in printers():
            said = str(known.standing) if known.standing else "never_asked"
            ready.add_metric([known.hall, known.name, said], int(known.standing in PRINTS))
        prints = GaugeMetricFamily(
            "shunhao_printer_prints", "Prints of the last day.", labels=["hall", "state"]
        )
        for (hall, state), count in prints_by_state(now).items():
            prints.add_metric([hall, state], count)
        oldest = GaugeMetricFamily(
            "shunhao_printer_oldest_due_seconds", "How long the first print that is due has waited."
        )
        oldest.add_metric([], oldest_print_due(now).total_seconds())
        yield from (ready, prints, oldest)
class Scan:
    """The daily look at licences."""

    def collect(self) -> Iterator[Metric]:
        age = GaugeMetricFamily(
            "shunhao_renewal_scan_age_seconds",
            "How long the first licence has waited whose day to be looked at has come.",
        )
        now = parts().clock.now()
        day = first_watch_day(now.astimezone(BEIJING).date())
        since = datetime.combine(day, BEGINS, BEIJING) if day else now
        age.add_metric([], max(0.0, (now - since).total_seconds()))
        yield age


class Jobs:
    """What waits for a worker, or has failed lately."""

    def collect(self) -> Iterator[Metric]:
        waiting = GaugeMetricFamily(
            "shunhao_jobs_waiting", "Jobs that wait for a worker.", labels=["queue"]
        )
        failed = GaugeMetricFamily(
            "shunhao_jobs_failed", "Jobs that failed in the last minute.", labels=["queue"]
        )
        for queue in Queue.all(connection=parts().rq):
            waiting.add_metric([queue.name], queue.count)
            failed.add_metric([queue.name], FailedJobRegistry(queue=queue).count)
        yield from (waiting, failed)


class Processes:
    """Who is there, by their own word."""

    def collect(self) -> Iterator[Metric]:
        living = parts().tallies.processes()
        kinds = Counter(process.kind for process in living)
        there = GaugeMetricFamily(
            "shunhao_processes", "Processes that live, by what they are.", labels=["kind"]
        )
        for kind in ("web", "streams", "worker", "schedule"):
            there.add_metric([kind], kinds[kind])
        streams = GaugeMetricFamily("shunhao_streams_open", "Open event streams.")
        streams.add_metric([], sum(process.gauges.get("streams", 0) for process in living))
        yield from (there, streams)
        yield from _round([process for process in living if process.kind == "schedule"])


def _round(schedules: list[Process]) -> Iterator[Metric]:
    """When the schedule last went round, and how long that took; nothing while none lives."""
    age = GaugeMetricFamily(
        "shunhao_schedule_age_seconds", "How long ago the schedule ended its last round."
    )
    took = GaugeMetricFamily("shunhao_schedule_round_seconds", "How long that round took.")
    if schedules:
        last = max(schedules, key=lambda process: process.at)
        age.add_metric([], (parts().clock.now() - last.at).total_seconds())
        took.add_metric([], last.gauges.get("round_s", 0))
    yield from (age, took)


class Tallies:
    """What all processes have counted."""

    def collect(self) -> Iterator[Metric]:
        tallies = parts().tallies
        tallies.tell()
        counted: dict[str, dict[tuple[str, ...], dict[str, int]]] = {}
        for (name, part, *labels), number in tallies.all().items():
            counted.setdefault(name, {}).setdefault(tuple(labels), {})[part] = number
        for tally in EVERY_TALLY:
            yield _family(tally, {**_zeros(tally), **counted.get(tally.name, {})})


def _zeros(tally: Tally) -> dict[tuple[str, ...], dict[str, int]]:
    """Where it is known who could be counted: what begins at 0, Prometheus sees rise."""
    if tally.bounds:
        return {}
    match tally.labels:
        case ():
            return {(): {"": 0}}
        case ("hall",):
            try:
                return {(plan.code,): {"": 0} for plan in plans()}
            except SQLAlchemyError:
                db.session.rollback()
    return {}


def _family(tally: Tally, found: Mapping[tuple[str, ...], Mapping[str, int]]) -> Metric:
    if not tally.bounds:
        total = CounterMetricFamily(tally.name, tally.help, labels=tally.labels)
        for labels, parts_ in found.items():
            total.add_metric(labels, parts_[""])
        return total
    times = HistogramMetricFamily(tally.name, tally.help, labels=tally.labels)
    names = [*(str(bound) for bound in tally.bounds), "+Inf"]
    for labels, parts_ in found.items():
        counts = accumulate(parts_.get(str(bucket), 0) for bucket in range(len(names)))
        buckets = list(zip(names, map(float, counts), strict=True))
        times.add_metric(labels, buckets, parts_.get(SUM, 0) / 1_000_000)
    return times


class Parts:
    """Which parts answer."""

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily(
            "shunhao_part_up", "Whether a part of the installation answers.", labels=["part"]
        )
        for part, state in states().items():
            up.add_metric([part], state in FINE)
        yield up


COLLECTORS: tuple[Callable[[], Any], ...] = (
    Parts,
    Processes,
    Tallies,
    Halls,
    Outbox,
    Printers,
    Scan,
    Jobs,
)
BEGINS = time(8, 30)
"""When the day's look at licences begins, in Beijing."""


class Whole:
    """All collectors; one whose store is away is left out, and named."""

    def collect(self) -> Iterator[Metric]:
        missing = GaugeMetricFamily(
            "shunhao_scrape_incomplete",
            "Whether this part of the scrape is left out.",
            labels=["of"],
        )
        for collector in COLLECTORS:
            found, is_missing = _collected(collector)
            yield from found
            missing.add_metric([collector.__name__.lower()], is_missing)
        yield missing


def _collected(collector: Callable[[], Any]) -> tuple[list[Metric], bool]:
    try:
        return list(collector().collect()), False
    except (RedisError, RedisClusterException, SQLAlchemyError) as error:
        log.warning("%s is not told: %s", collector.__name__, type(error).__name__)
        db.session.rollback()
        return [], True


def scrape() -> bytes:
    """Everything, in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Whole())
    return generate_latest(registry)
