"""The report as answers give it: moments instead of milliseconds of the day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from app.catalog.plan import HallDay, HallPlan
from app.core.http import wire_time
from app.reports.rules import DayReport


def report_out(plan: HallPlan, day: HallDay, report: DayReport) -> dict[str, Any]:
    """Ready for JSON."""

    def timed(spans: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**span, "at": wire_time(day.instant(span["at"]), plan.zone)} for span in spans]

    out = asdict(report)
    out["date"] = day.date.isoformat()
    out["arrivals"] = timed(out["arrivals"])
    out["waits_by_hour"] = timed(out["waits_by_hour"])
    out["bookings"]["by_time"] = timed(out["bookings"]["by_time"])
    out["bookings"]["missed_share"] = report.bookings.missed_share
    out["ratings"]["praise"] = report.ratings.praise
    for use, counter in zip(out["counters"], report.counters, strict=True):
        use["share"] = counter.share
    return out
