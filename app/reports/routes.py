"""A day's report: as JSON, as CSV, as a workbook."""

from __future__ import annotations

from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.core.acts import LEADS
from app.core.auth import access, actor
from app.core.http import FILE, answer, attachment
from app.core.parts import parts
from app.reports.queries import report_of, visits_of
from app.reports.schemas import ReportOut, ReportQuery
from app.reports.sheets import tickets_csv, workbook
from app.reports.view import report_out

bp = APIBlueprint("reports", __name__, url_prefix="/api/v1/staff", tag="日报")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/report")
@access("staff", roles=LEADS, shows=None)
@bp.input(ReportQuery, location="query")
@bp.output(ReportOut)
@bp.doc(summary="一天的情况：到厅、等候、预计、窗口、预约")
def report(query_data: dict[str, Any]) -> Response:
    plan, now = _plan(), parts().clock.now()
    day = _day(plan, query_data)
    return answer(report_out(plan, plan.hall_day(day), report_of(plan, day, now)))


@bp.get("/report.csv")
@access("staff", roles=LEADS, shows=None)
@bp.input(ReportQuery, location="query")
@bp.output(FILE, content_type="text/csv")
@bp.doc(summary="当天号票明细（CSV）")
def as_csv(query_data: dict[str, Any]) -> Response:
    plan, now = _plan(), parts().clock.now()
    day = _day(plan, query_data)
    lines = tickets_csv(plan, plan.hall_day(day), visits_of(plan, day, now))
    return attachment(lines, f"{plan.code}-{day}.csv", "text/csv")


@bp.get("/report.xlsx")
@access("staff", roles=LEADS, shows=None)
@bp.input(ReportQuery, location="query")
@bp.output(FILE, content_type=XLSX)
@bp.doc(summary="一天的情况（Excel）")
def as_workbook(query_data: dict[str, Any]) -> Response:
    plan, now = _plan(), parts().clock.now()
    day = _day(plan, query_data)
    book = workbook(plan, plan.hall_day(day), report_of(plan, day, now), visits_of(plan, day, now))
    return attachment(book, f"{plan.code}-{day}.xlsx", XLSX)


def _plan() -> HallPlan:
    return plan_of(actor().hall or "")


def _day(plan: HallPlan, query: dict[str, Any]) -> date:
    found: date = query.get("date") or plan.day_of(parts().clock.now()).date
    return found
