"""The number machine's page, and the page for numbers that were given on paper. The machine shows
its device token once and keeps it as a cookie; a guide uses the same page signed in."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response, current_app, make_response, redirect, render_template, request, url_for

from app.catalog.rules import opening
from app.catalog.service import plan_of
from app.core.auth import access, actor
from app.core.language import gettext as _
from app.core.language import named
from app.core.limits import PAIRINGS, limited
from app.core.pages import set_cookie
from app.core.parts import parts
from app.kiosk.api import GUIDES, ON_THE_FLOOR
from app.staff.queries import actor_of_token
from app.tickets.rules import PRIORITY_WORDS, number_text

bp = APIBlueprint("kiosk_pages", __name__, url_prefix="/kiosk", enable_openapi=False)


@bp.get("/")
@access("public", "kiosk", "staff", shows=None)
def page() -> str:
    """Taking a number; for a machine nobody knows yet, the field for its token."""
    guides = actor().kind == "staff" and actor().role in GUIDES
    if actor().kind != "kiosk" and not guides:
        return render_template("kiosk/pair.html", asks="kiosk")
    plan = plan_of(actor().hall or "")
    known = {
        "hall": plan.code,
        "guides": guides,
        "printer": actor().printer,
        "lanes": {letters: named(lane) for letters, lane in plan.lanes.items()},
        "priorities": _classes(),
    }
    return render_template("kiosk/machine.html", plan=plan, page=known, guides=guides)


@bp.get("/paper")
@access("public", "staff", shows=None)
def paper() -> str | Response:
    """Entering the numbers that the help desk gave on paper while the machines were away."""
    if actor().kind != "staff" or actor().role not in ON_THE_FLOOR:
        return redirect(url_for("clerk_pages.page"))
    plan = plan_of(actor().hall or "")
    now = parts().clock.now()
    block = plan.rules.paper_numbers
    known = {
        "items": [
            {"code": item.code, "name": named(item), "lane": item.lane}
            for item in plan.items.values()
        ],
        "hall": plan.code,
        "block": block,
    }
    letters = next(iter(plan.lanes))
    opens = [opens.astimezone(plan.zone) for opens, _closes in opening(plan, plan.day_of(now))]
    return render_template(
        "kiosk/paper.html",
        plan=plan,
        page=known,
        numbers=[number_text(letters, each) for each in block or ()],
        priorities=_classes(),
        opens_at=f"{opens[0]:%H:%M}" if opens else None,
        gives_numbers=actor().role in GUIDES,
    )


@bp.post("/session")
@access("public", signs_in=True)
@limited(PAIRINGS)
def pair() -> Response:
    """Make this browser the machine that its token names."""
    current_app.extensions["csrf"].protect()
    token = request.form.get("token", "").strip()
    machine = actor_of_token(token)
    if machine is None or machine.kind != "kiosk":
        fault = _("取号机令牌不正确或已停用，请核对后重新输入。")
        return make_response(render_template("kiosk/pair_token.html", fault=fault), 401)
    page = "desk_pages.page" if "desk" in request.form else "kiosk_pages.page"
    response = make_response(redirect(url_for(page), 303))
    set_cookie(response, "kiosk", token)
    return response


def _classes() -> list[tuple[str, str]]:
    """The classes of priority by law, each by its name in the reader's language."""
    return [(code, _(word)) for code, word in PRIORITY_WORDS.items()]
