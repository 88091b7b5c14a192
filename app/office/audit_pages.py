"""The office page of the audit log, for the auditor alone: it reads, and changes nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import Response, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as Redirection

from app.audit.jobs import verify_soon
from app.audit.queries import RESULTS, Asked, deeds, kinds, last_verified
from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.core import csv_files
from app.core.acts import AUDITOR
from app.core.auth import access, actor
from app.core.errors import Unavailable
from app.core.language import gettext as _
from app.core.parts import parts
from app.office.audit_log import lines, rows_out
from app.office.audit_words import FAULT_WORDS, RESULT_WORDS, deed_words
from app.office.frame import office_page
from app.staff.queries import all_devices, all_staff

bp = APIBlueprint("audit_pages", __name__, url_prefix="/office", enable_openapi=False)

A_PAGE = 100
A_DAY = timedelta(days=1)
LONGEST = timedelta(days=366)
FILTERS = ("who", "deed", "result", "subject")


class NotVerifiedNow(Unavailable):
    code = "not_verified_now"
    detail = "后台任务现在不能运行，请稍后再校验。"


@bp.get("/audit")
@access("public", "staff", shows="audit")
def page() -> str:
    """The days asked for, or today."""
    return office_page("office/audit.html", AUDITOR, shown=_shown)


@bp.get("/audit.csv")
@access("staff", roles=AUDITOR, shows="audit")
def file() -> Response:
    """The same as a file."""
    plan = plan_of(actor().hall or "")
    first, last = _days(plan)
    told = (csv_files.lines(some) for some in lines(_asked(plan), plan.zone))
    content = csv_files.BOM + "".join(told)
    name = f'attachment; filename="audit-{first}-{last}.csv"'
    return Response(content, mimetype="text/csv", headers={"Content-Disposition": name})


@bp.post("/audit/check")
@access("staff", roles=AUDITOR)
def check() -> Redirection:
    """Have the chain verified, in the background."""
    current_app.extensions["csrf"].protect()
    if not verify_soon():
        raise NotVerifiedNow
    return redirect(url_for("audit_pages.page", checking=1), 303)


def _shown(plan: HallPlan) -> dict[str, Any]:
    asked, (first, last) = _asked(plan), _days(plan)
    nth = max(1, request.args.get("page", 1, type=int))
    # one more than a page has, to know whether another follows
    found = deeds(asked, (nth - 1) * A_PAGE, A_PAGE + 1)
    given = {name: request.args.get(name, "") for name in FILTERS}
    return {
        "first": first,
        "last": last,
        "given": given,
        "query": {**given, "from": first, "to": last},
        "nth": nth,
        "more": len(found) > A_PAGE,
        "rows": rows_out(found[:A_PAGE]),
        "people": _people(plan),
        "deeds": sorted((deed_words(deed), deed) for deed in kinds(asked)),
        "results": {name: _(words) for name, words in RESULT_WORDS.items()},
        "verified": last_verified(),
        "faults": {fault: _(words) for fault, words in FAULT_WORDS.items()},
        "checking": "checking" in request.args,
        "zone": plan.zone,
    }


def _people(plan: HallPlan) -> list[tuple[str, str]]:
    """Whom one may ask for: people first, then machines."""
    people = [(f"staff:{each.id}", each.username) for each in all_staff(plan.code)]
    return people + [(f"{each.kind}:{each.id}", each.name) for each in all_devices(plan.code)]


def _asked(plan: HallPlan) -> Asked:
    first, last = _days(plan)
    args = request.args
    result = args.get("result", "")
    return Asked(
        hall=plan.code,
        start=plan.hall_day(first).starts_at,
        end=plan.hall_day(last + A_DAY).starts_at,
        actor=args.get("who", ""),
        deed=args.get("deed", ""),
        result=result if result in RESULTS else "",
        subject=args.get("subject", "").strip(),
    )


def _days(plan: HallPlan) -> tuple[date, date]:
    """From and to; what is no date, or too much at once, is today."""
    today = plan.day_of(parts().clock.now()).date
    first, last = _date("from", today), _date("to", today)
    fits = timedelta() <= last - first <= LONGEST and abs(today - first) < 10 * LONGEST
    return (first, last) if fits else (today, today)


def _date(name: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return otherwise
