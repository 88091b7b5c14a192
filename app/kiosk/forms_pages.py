"""The sample-form desk: the client's page `desk`, opened by a machine of the hall with a big touch
screen. It asks the API by the machine's cookie; a guide uses the same page signed in."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response, make_response, render_template

from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.core.auth import access, actor
from app.core.language import gettext as _
from app.core.language import named
from app.core.parts import parts
from app.kiosk.api import GUIDES
from app.tickets.rules import PRIORITY_FROM_AGE, PRIORITY_WORDS

bp = APIBlueprint("desk_pages", __name__, url_prefix="/kiosk/forms", enable_openapi=False)


@bp.get("/")
@access("public", "kiosk", "staff", shows=None)
def page() -> str | Response:
    """Filling a form; for a machine nobody knows yet, the code it is paired by; in words, where the
    client's build is missing."""
    guides = actor().kind == "staff" and actor().role in GUIDES
    if actor().kind != "kiosk" and not guides:
        return render_template("kiosk/pair.html", asks="kiosk", desk=True)
    index = parts().settings.client_path / "index.html"
    if not index.is_file():
        return make_response(render_template("kiosk/forms_missing.html"), 503)
    return _as_desk(index.read_text(encoding="utf-8"), plan_of(actor().hall or ""))


def _as_desk(index: str, plan: HallPlan) -> str:
    """The client's first page, told what it is here. The files it loads are the phones'."""
    known = {
        "hall": plan.code,
        "name": named(plan),
        "demo": parts().settings.mode == "demo",
        "lanes": {letters: named(lane) for letters, lane in plan.lanes.items()},
        "priorities": [
            (code, _(word), PRIORITY_FROM_AGE.get(code, 0)) for code, word in PRIORITY_WORDS.items()
        ],
    }
    head = render_template("kiosk/forms_head.html", known=known)
    own = index.replace('"./', '"/m/').replace('"static/', '"/m/static/')
    return own.replace("</head>", f"{head}</head>", 1)
