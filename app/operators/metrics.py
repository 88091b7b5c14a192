"""What the hall looks like in numbers, read from the rows at each scrape (Prometheus).

Read, not counted: several processes answer, and all of them would tell the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from app.calling.queries import calls_made
from app.catalog.plan import HallPlan
from app.catalog.service import counter_statuses, plans
from app.core.parts import parts
from app.notices.queries import count_unknown, counts_by_state, oldest_due
from app.printing.queries import counts_by_state as prints_by_state
from app.printing.queries import oldest_due as oldest_print_due
from app.printing.queries import printers
from app.printing.rules import PRINTS
from app.tickets.queries import oldest_wait, waiting_by_lane


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


def scrape() -> bytes:
    """Everything, in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(Halls())
    registry.register(Outbox())
    registry.register(Printers())
    return generate_latest(registry)
