"""A smart cabinet's front: its doors on both sides, its screen between them. Where the cabinet has
doors of its own, they open as they are drawn; else the drawing plays them."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response, current_app, make_response, redirect, render_template, request, url_for

from app.catalog.service import plan_of
from app.core.auth import access, actor
from app.core.language import either, named
from app.core.language import gettext as _
from app.core.limits import PAIRINGS, limited
from app.core.pages import set_cookie
from app.core.parts import parts
from app.deliveries.errors import UnknownCabinet
from app.deliveries.queries import cabinet_of_device
from app.staff.queries import actor_of_token

bp = APIBlueprint("cabinet_pages", __name__, url_prefix="/kiosk/cabinet", enable_openapi=False)


@bp.get("/")
@access("public", "cabinet", shows=None)
def page() -> str:
    """The cabinet; for a machine nobody knows yet, the field for its token."""
    if actor().kind != "cabinet":
        return render_template("kiosk/cabinet_pair.html")
    try:
        cabinet = cabinet_of_device(actor().id)
    except UnknownCabinet as error:
        return render_template("kiosk/cabinet_pair.html", fault=_(error.detail))
    known = {"demo": parts().settings.mode == "demo", "cabinet": cabinet.code}
    return render_template(
        "kiosk/cabinet.html",
        plan=plan_of(cabinet.hall),
        name=named(cabinet),
        place=either(cabinet.place, cabinet.place_en),
        page=known,
    )


@bp.post("/session")
@access("public", signs_in=True)
@limited(PAIRINGS)
def pair() -> Response:
    """Make this browser the screen of the cabinet whose token it is given."""
    current_app.extensions["csrf"].protect()
    token = request.form.get("token", "").strip()
    machine = actor_of_token(token)
    if machine is None or machine.kind != "cabinet":
        fault = _("文件柜令牌不正确或已停用，请核对后重新输入。")
        return make_response(render_template("kiosk/cabinet_pair.html", fault=fault), 401)
    response = make_response(redirect(url_for("cabinet_pages.page"), 303))
    set_cookie(response, "cabinet", token)
    return response
