"""The number machine's page. The machine shows its device token once and keeps it as a cookie;
a guide uses the same page signed in."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response, current_app, make_response, redirect, render_template, request, url_for

from app.catalog.service import plan_of
from app.core.auth import access, actor, public
from app.core.pages import set_cookie
from app.kiosk.api import GUIDES
from app.staff.queries import actor_of_token
from app.tickets.rules import PRIORITY_WORDS

bp = APIBlueprint("kiosk_pages", __name__, url_prefix="/kiosk", enable_openapi=False)


@bp.get("/")
@access("public", "kiosk", "staff")
def page() -> str:
    """Taking a number; for a machine nobody knows yet, the field for its token."""
    guides = actor().kind == "staff" and actor().role in GUIDES
    if actor().kind != "kiosk" and not guides:
        return render_template("kiosk/pair.html")
    plan = plan_of(actor().hall or "")
    known = {
        "hall": plan.code,
        "lanes": {letters: lane.name for letters, lane in plan.lanes.items()},
        "priorities": list(PRIORITY_WORDS.items()),
    }
    return render_template("kiosk/machine.html", plan=plan, page=known, guides=guides)


@bp.post("/session")
@public
def pair() -> Response:
    """Make this browser the machine that its token names."""
    current_app.extensions["csrf"].protect()
    token = request.form.get("token", "").strip()
    machine = actor_of_token(token)
    if machine is None or machine.kind != "kiosk":
        fault = "取号机令牌不正确或已停用，请核对后重新输入。"
        return make_response(render_template("kiosk/pair_token.html", fault=fault), 401)
    response = make_response(redirect(url_for("kiosk_pages.page"), 303))
    set_cookie(response, "kiosk", token)
    return response
