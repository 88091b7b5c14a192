"""The counter console's pages: signing in, and the console itself, which works over the API."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response, current_app, make_response, redirect, render_template, request, url_for

from app.catalog.errors import UnknownCounter
from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.core.auth import access, act, actor, public
from app.core.db import transaction
from app.core.pages import clear_cookie, set_cookie
from app.staff import service
from app.staff.errors import WrongPassword
from app.tickets.rules import PRIORITY_WORDS
from app.tickets.states import MOVES, STATE_WORDS

bp = APIBlueprint("clerk_pages", __name__, url_prefix="/clerk", enable_openapi=False)

NO_COUNTER = "这个账号没有固定窗口，请填写窗口号后登录。"


@bp.get("/")
@access("public", "staff")
def page() -> str:
    """The console of the counter one sits at; else the sign-in."""
    if actor().kind != "staff":
        return _sign_in_page()
    if actor().counter is None:
        return _sign_in_page(NO_COUNTER)
    plan = plan_of(actor().hall or "")
    counter = plan.counters[actor().counter or ""]
    return render_template(
        "clerk/console.html", plan=plan, counter=counter, page=_known(plan, counter.no)
    )


@bp.post("/session")
@public
def sign_in() -> Response:
    """Sign in at a counter."""
    current_app.extensions["csrf"].protect()
    given = {name: request.form.get(name, "").strip() for name in ("username", "counter")}
    try:
        who = service.check_password(given["username"], request.form.get("password", ""))
        with transaction():
            signed_in = service.sign_in(who, given["counter"] or None, act())
    except (WrongPassword, UnknownCounter) as refused:
        return make_response(_sign_in_page(refused.detail, **given), refused.status)
    response = make_response(redirect(url_for("clerk_pages.page"), 303))
    set_cookie(response, "staff", signed_in.token, signed_in.expires_at)
    return response


@bp.post("/sign-out")
@access("public", "staff")
def sign_out() -> Response:
    """Leave the counter; also for whom another has signed out already."""
    current_app.extensions["csrf"].protect()
    if actor().kind == "staff":
        with transaction():
            service.sign_out(actor().session, act())
    response = make_response(redirect(url_for("clerk_pages.page"), 303))
    clear_cookie(response, "staff")
    return response


def _sign_in_page(fault: str = "", **given: str) -> str:
    return render_template("clerk/sign_in.html", fault=fault, given=given)


def _known(plan: HallPlan, no: str) -> dict[str, Any]:
    """What does not change while the console is open."""
    return {
        "hall": plan.code,
        "counter": no,
        "items": {code: item.name for code, item in (plan.retired_items | plan.items).items()},
        "lanes": {code: lane.name for code, lane in (plan.retired_lanes | plan.lanes).items()},
        "states": STATE_WORDS,
        "moves": {move.action: move.sources for move in MOVES},
        "priorities": PRIORITY_WORDS,
        "undo_s": plan.rules.undo_within // 1000,
    }
