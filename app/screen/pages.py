"""What hangs in the hall: the board, and the small screen above a counter. Numbers, never names."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import render_template, request

from app.catalog.rules import zone_of
from app.catalog.service import counter_of, plan_of
from app.core.auth import public

bp = APIBlueprint("screen_pages", __name__, url_prefix="/screen", enable_openapi=False)


@bp.get("/<hall>")
@public
def board(hall: str) -> str:
    """Who is called, who is next and why, how many wait. `?lanes=A,B` and `?counters=1-5` show one
    zone of the hall, `?speak=0` leaves speaking to the screen beside it."""
    plan = plan_of(hall)
    zone = {name: request.args[name] for name in ("lanes", "counters") if name in request.args}
    zone_of(plan, zone.get("lanes", ""), zone.get("counters", ""))  # refused now, not on the wall
    known = {"hall": plan.code, "zone": zone, "speaks": request.args.get("speak") != "0"}
    return render_template("screen/board.html", plan=plan, page=known)


@bp.get("/<hall>/counter/<no>")
@public
def counter(hall: str, no: str) -> str:
    """The number that is at this counter, or how the counter stands."""
    plan = plan_of(hall)
    return render_template(
        "screen/counter.html",
        plan=plan,
        counter=counter_of(plan, no),
        page={"hall": plan.code, "no": no},
    )
