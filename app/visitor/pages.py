"""The start page, and the page of one ticket that the QR code on its paper opens."""

from __future__ import annotations

import io

import segno
from apiflask import APIBlueprint
from flask import Response, render_template

from app.catalog.service import plan_of, plans
from app.core.acts import Actor
from app.core.auth import public
from app.core.parts import parts
from app.tickets.queries import find
from app.tickets.states import MOVES, STATE_WORDS, Action
from app.tickets.view import ticket_out

bp = APIBlueprint("visitor_pages", __name__, enable_openapi=False)

OWNERS_ACTIONS = (Action.LEAVE, Action.REJOIN)


@bp.get("/")
@public
def start() -> str:
    """Where everything is."""
    return render_template("visitor/start.html", halls=plans())


@bp.get("/t/<token>")
@public
def ticket(token: str) -> str:
    """One ticket, for whoever holds its paper."""
    row = find(None, token=token)
    plan = plan_of(row.hall)
    known = {
        "ticket": ticket_out(row, plan, Actor("ticket", row.id, row.hall)),
        "lanes": {code: lane.name for code, lane in (plan.retired_lanes | plan.lanes).items()},
        "states": STATE_WORDS,
        "moves": {move.action: move.sources for move in MOVES if move.action in OWNERS_ACTIONS},
    }
    items = [plan.item_coded(code) for code in row.items]
    return render_template("visitor/ticket.html", plan=plan, items=items, row=row, page=known)


@bp.get("/t/<token>/qr.svg")
@public
def qr(token: str) -> Response:
    """The QR code of a ticket's page, as an image."""
    find(None, token=token)
    image = io.BytesIO()
    address = f"{parts().settings.base_url}/t/{token}"
    segno.make(address, error="m", micro=False).save(image, kind="svg", border=2, scale=8)
    return Response(image.getvalue(), mimetype="image/svg+xml")
