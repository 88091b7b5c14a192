"""The machine's own side of pairing: the page that shows its code, and what it then is."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response, current_app, redirect, render_template, request
from werkzeug.wrappers import Response as Redirection

from app.core.auth import COOKIES, access, act, actor, public
from app.core.db import transaction
from app.core.http import answer
from app.core.limits import PAIRINGS, address, limited
from app.core.pages import set_cookie
from app.staff.devices import begin_pairing, page_of
from app.staff.queries import actor_of_token, device
from app.staff.schemas import WhoAmIOut

bp = APIBlueprint("pairing", __name__, tag="本机")


@bp.get("/screen/pair")
@access("public", "kiosk", "screen", shows=None)
@bp.doc(hide=True)
def page() -> str | Redirection:
    """Where a screen is opened for good: its own page, or a code to pair it by."""
    own = _known(actor().id)
    return redirect(own["page"]) if own else render_template("kiosk/pair.html", asks="screen")


@bp.get("/kiosk/token")
@public
@bp.doc(hide=True)
def token_page() -> str:
    """The field for a token, where somebody brings one."""
    return render_template("kiosk/pair_token.html")


@bp.post("/screen/pairing")
@public
@limited(PAIRINGS)
@bp.doc(hide=True)
def begin() -> Response:
    """A code for this machine to show, and the cookie by which it is known once that is typed in.
    A machine that is paired already is told so by an empty answer."""
    current_app.extensions["csrf"].protect()
    secret = request.cookies.get(COOKIES["screen"], "")
    if secret and actor_of_token(secret) is not None:
        return answer(None, 204)
    doing = act()
    kind = "kiosk" if request.form.get("asks") == "kiosk" else "screen"
    with transaction():
        begun = begin_pairing(secret, address(), doing, kind=kind)
    seconds = int((begun.expires_at - doing.now).total_seconds())
    response = answer({"code": begun.code, "seconds": seconds}, 201)
    set_cookie(response, "screen", begun.secret)
    return response


@bp.get("/api/v1/device")
@access("public", "kiosk", "screen", shows=None)
@bp.output(WhoAmIOut)
@bp.doc(summary="这台设备是谁；未登记或已停用时 device 为空")
def who_am_i() -> Response:
    return answer({"device": _known(actor().id)})


def _known(device_id: str) -> dict[str, Any] | None:
    """The device that asks, with the page on which it works."""
    if actor().kind not in ("kiosk", "screen"):
        return None
    found = device(device_id)
    if found is None:
        return None
    return {
        "id": found.id,
        "kind": found.kind,
        "name": found.name,
        "hall": found.hall,
        "counter": found.counter,
        "page": page_of(found.kind, found.hall, found.counter),
    }
