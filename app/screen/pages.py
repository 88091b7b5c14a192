"""The board that hangs in the hall. Numbers and counters, never names."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import render_template

from app.catalog.service import plan_of
from app.core.auth import public

bp = APIBlueprint("screen_pages", __name__, url_prefix="/screen", enable_openapi=False)


@bp.get("/<hall>")
@public
def board(hall: str) -> str:
    """Last calls, who is next and why, how many wait."""
    plan = plan_of(hall)
    return render_template("screen/board.html", plan=plan, page={"hall": plan.code})
