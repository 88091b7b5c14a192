"""The report of a day, with pictures. Made by the server: nothing in it moves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from apiflask import APIBlueprint
from flask import render_template, request

from app.appointments.states import WORDS as BOOKING_WORDS
from app.catalog.plan import HallDay, HallPlan
from app.core.acts import LEADS
from app.core.auth import access, actor
from app.core.language import gettext as _
from app.core.parts import parts
from app.office.charts import Chart, scatter, stacked, whiskers
from app.office.pages import SIGN_IN, frame
from app.reports.queries import report_of
from app.reports.rules import KINDS, DayReport, Waits
from app.reports.sheets import lane_name
from app.staff import doors

bp = APIBlueprint("office_report", __name__, url_prefix="/office", enable_openapi=False)

MINUTE = 60


@bp.get("/report")
@access("public", "staff")
def page() -> str:
    """The day asked for, or today so far."""
    who = actor()
    if who.kind != "staff":
        return doors.sign_in_page(SIGN_IN)
    plan = plan_of(who.hall or "")
    now = parts().clock.now()
    today = plan.day_of(now).date
    day = plan.hall_day(_asked(today))
    if who.role not in LEADS:
        return render_template("office/report.html", plan=plan, day=day.date, today=today, report=None, **frame(plan, who))
    report = report_of(plan, day.date, now)
    return render_template(
        "office/report.html",
        plan=plan,
        day=day.date,
        today=today,
        before=day.date - timedelta(days=1),
        after=day.date + timedelta(days=1),
        report=report,
        charts=_charts(plan, day, report),
    )
