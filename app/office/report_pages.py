"""The report of a day, with pictures. Made by the server: nothing in it moves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import request

from app.appointments.states import WORDS as BOOKING_WORDS
from app.catalog.plan import HallDay, HallPlan
from app.core.acts import LEADS
from app.core.auth import access
from app.core.language import gettext as _
from app.core.parts import parts
from app.office.charts import Chart, scatter, stacked, whiskers
from app.office.frame import office_page
from app.ratings.rules import GRADE_WORDS
from app.reports.queries import report_of
from app.reports.rules import KINDS, DayReport, Waits
from app.reports.schemas import FIRST
from app.reports.sheets import lane_name

bp = APIBlueprint("office_report", __name__, url_prefix="/office", enable_openapi=False)

MINUTE_S = 60


@bp.get("/report")
@access("public", "staff", shows=None)
def page() -> str:
    """The day asked for, or today so far."""
    return office_page("office/report.html", LEADS, shown=_shown)


def _shown(plan: HallPlan) -> dict[str, Any]:
    now = parts().clock.now()
    today = plan.day_of(now).date
    day = plan.hall_day(_asked_for(today))
    report = report_of(plan, day.date, now)
    return {
        "day": day.date,
        "today": today,
        "before": day.date - timedelta(days=1),
        "after": day.date + timedelta(days=1),
        "report": report,
        "kinds": KINDS,
        "booking_words": BOOKING_WORDS,
        "grade_words": GRADE_WORDS,
        "lanes": {lane: lane_name(plan, lane) for lane in report.waits_by_lane},
        **_charts(plan, day, report),
    }


def _asked_for(today: date) -> date:
    """What is no date, not yet, or before there were halls, is today."""
    try:
        asked = date.fromisoformat(request.args.get("date", ""))
    except ValueError:
        return today
    return asked if FIRST <= asked <= today else today


def _charts(plan: HallPlan, day: HallDay, report: DayReport) -> dict[str, Chart]:
    def clock(at: int) -> str:
        return f"{day.instant(at).astimezone(plan.zone):%H:%M}"

    kinds = {kind: _(words) for kind, words in KINDS.items()}
    ends = {str(state): _(words) for state, words in BOOKING_WORDS.items()}
    return {
        "arrivals": stacked([(clock(span.at), span.counts) for span in report.arrivals], kinds),
        "waits": whiskers(
            [(clock(hour.at), _minutes(hour.waits)) for hour in report.waits_by_hour], kinds
        ),
        "truth": scatter((told / MINUTE_S, true / MINUTE_S) for told, true in report.truth.pairs),
        "bookings": stacked(
            [(clock(span.at), span.counts) for span in report.bookings.by_time], ends
        ),
    }


def _minutes(waits: Mapping[str, Waits]) -> dict[str, tuple[float, float]]:
    return {
        kind: (found.median_s / MINUTE_S, found.p90_s / MINUTE_S)
        for kind, found in waits.items()
        if found.median_s is not None and found.p90_s is not None
    }
