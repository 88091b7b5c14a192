"""Office pages: the bookings of a day, booking for people, a day that closes. They work over the
API; whoever is not signed in gets the form for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import Response, render_template, url_for

from app.appointments.states import WORDS
from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.core.acts import AT_COUNTERS, LEADS
from app.core.auth import access, actor, public
from app.core.parts import parts
from app.staff import doors

bp = APIBlueprint("office_pages", __name__, url_prefix="/office", enable_openapi=False)

SIGN_IN = "office/sign_in.html"


@bp.get("/")
@access("public", "staff")
def bookings() -> str:
    """The bookings of a day."""
    return _page("office/bookings.html")


@bp.get("/book")
@access("public", "staff")
def book() -> str:
    """Booking for somebody on the telephone or at the desk."""
    return _page("office/book.html")


@bp.get("/closing")
@access("public", "staff")
def closing() -> str:
    """Who is hit by a day that closes or shrinks, and what becomes of them."""
    return _page("office/closing.html")


@bp.post("/session")
@public
def sign_in() -> Response:
    """Sign in, at no counter: whoever works at one goes on there."""
    return doors.sign_in(SIGN_IN, lambda _: url_for("office_pages.bookings"), seated=False)


@bp.post("/sign-out")
@access("public", "staff")
def sign_out() -> Response:
    """End the session; also for whom another has signed out already."""
    return doors.sign_out(url_for("office_pages.bookings"))


def _page(template: str) -> str:
    who = actor()
    if who.kind != "staff":
        return doors.sign_in_page(SIGN_IN)
    plan = plan_of(who.hall or "")
    return render_template(
        template,
        plan=plan,
        page=_known(plan),
        settles=who.role in LEADS,
        seated=who.counter is not None and who.role in AT_COUNTERS,
    )


def _known(plan: HallPlan) -> dict[str, Any]:
    """What does not change while the page is open."""
    today = plan.day_of(parts().clock.now()).date
    return {
        "hall": plan.code,
        "items": {code: item.name for code, item in (plan.retired_items | plan.items).items()},
        "lanes": {code: lane.name for code, lane in plan.lanes.items()},
        "states": WORDS,
        "today": today.isoformat(),
        "last": (today + timedelta(days=plan.booking.horizon_days)).isoformat(),
    }
