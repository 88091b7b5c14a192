"""The counter console's pages: signing in, and the console itself, which works over the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apiflask import APIBlueprint
from flask import Response, render_template, url_for

from app.catalog.errors import UnknownCounter
from app.catalog.plan import HallPlan
from app.catalog.service import counter_of, plan_of
from app.core.acts import Role
from app.core.auth import access, actor
from app.core.language import either, named
from app.core.language import gettext as _
from app.core.limits import SIGN_INS, limited
from app.staff import doors
from app.staff.service import SignedIn
from app.tickets.rules import PRIORITY_WORDS
from app.tickets.states import MOVES, STATE_WORDS
from queueing.order import Why

TAGS = {
    Why.WALK_IN: "现场",
    Why.APPOINTMENT: "预约",
    Why.APPOINTMENT_LATE: "迟到",
    Why.APPOINTMENT_MISSED: "误时",
    Why.AFAR: "远程",
    Why.PRIORITY: "优先",
    Why.REJOIN: "过号",
    Why.REJOIN_LATE: "过号",
    Why.TRANSFER_NOW: "转来",
}
"""Why somebody stands where they stand, at a glance: the row of the order table."""
GOES_ON = "继续办理下一事项"
"""The public reason of a call by which a clerk goes on with the same person: kept with the call, so
in the language of the hall."""
MINUTE_MS = 60_000

bp = APIBlueprint("clerk_pages", __name__, url_prefix="/clerk", enable_openapi=False)

SIGN_IN = "clerk/sign_in.html"
NO_SEAT = {
    Role.CLERK: "您没有登录窗口。要叫号，请退出后重新登录；没有固定窗口的，请填写窗口号。",
    Role.GUIDE: "导办员不登录窗口，请到取号页面为办事人取号。",
    Role.APPROVER: "审批人员不登录窗口，请到办公页面。",
    Role.SUPERVISOR: "您没有登录窗口。要叫号，请退出后填写窗口号登录；也可以为办事人取号。",
    Role.ADMINISTRATOR: "管理员不登录窗口，请到办公页面。",
    Role.SECURITY: "安全管理员不登录窗口，请到办公页面。",
    Role.AUDITOR: "审计管理员不登录窗口，请到办公页面。",
}


@bp.get("/")
@access("public", "staff", shows=None)
def page() -> str:
    """The console of the counter one sits at; where to go without one; else the sign-in."""
    who = actor()
    if who.kind != "staff":
        return doors.sign_in_page(SIGN_IN)
    if who.counter is None:
        return _no_seat_page(_(NO_SEAT[who.role or Role.CLERK]))
    plan = plan_of(who.hall or "")
    try:
        counter = counter_of(plan, who.counter)
    except UnknownCounter:
        words = _("大厅已经没有 %(no)s 号窗口，请退出后登录其他窗口。")
        return _no_seat_page(words % {"no": who.counter})
    return render_template(
        "clerk/console.html", plan=plan, counter=counter, page=_known(plan, counter.no)
    )


@bp.post("/session")
@access("public", signs_in=True)
@limited(SIGN_INS)
def sign_in() -> Response:
    """Sign in: to the counter, or for a guide to giving numbers."""
    return doors.sign_in(SIGN_IN, _goes_to, seated=True)


@bp.post("/sign-out")
@access("public", "staff", owing=True)
def sign_out() -> Response:
    """Leave the counter; also for whom another has signed out already."""
    return doors.sign_out(url_for("clerk_pages.page"))


def _goes_to(signed_in: SignedIn) -> str:
    return url_for("kiosk_pages.page" if signed_in.role == Role.GUIDE else "clerk_pages.page")


def _no_seat_page(words: str) -> str:
    gives_numbers = actor().role in (Role.GUIDE, Role.SUPERVISOR)
    return render_template("clerk/no_seat.html", words=words, gives_numbers=gives_numbers)


def _known(plan: HallPlan, no: str) -> dict[str, Any]:
    """What does not change while the console is open."""
    return {
        "hall": plan.code,
        "counter": no,
        "items": {code: named(item) for code, item in (plan.retired_items | plan.items).items()},
        "papers": {code: either(item.papers, item.papers_en) for code, item in plan.items.items()},
        "lanes": {code: named(lane) for code, lane in (plan.retired_lanes | plan.lanes).items()},
        "states": _said(STATE_WORDS),
        "moves": {move.action: move.sources for move in MOVES},
        "priorities": _said(PRIORITY_WORDS),
        "tags": _said(TAGS),
        "undo_s": plan.rules.undo_within // 1000,
        "pause_keeps_bound_min": plan.rules.pause_keeps_bound // MINUTE_MS,
        "goes_on": GOES_ON,
    }


def _said(words: Mapping[Any, str]) -> dict[str, str]:
    return {str(code): _(word) for code, word in words.items()}
