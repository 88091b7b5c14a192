"""Office pages: the hall now, the bookings of a day, booking for people, a day that closes. They
work over the API; whoever is not signed in gets the form for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import Response, request, url_for

from app.appointments.states import WORDS
from app.catalog.plan import HallPlan
from app.core.acts import LEADS
from app.core.auth import access, actor, public
from app.core.language import named
from app.core.parts import parts
from app.office.frame import SIGN_IN, office_page
from app.staff import doors

bp = APIBlueprint("office_pages", __name__, url_prefix="/office", enable_openapi=False)


@bp.get("/")
@access("public", "staff")
def now() -> str:
    """Who waits, who sits where, what needs a hand; for who leads the hall, changing it."""
    return office_page("office/now.html", page=_known_of_hall)


@bp.get("/bookings")
@access("public", "staff")
def bookings() -> str:
    """The bookings of a day."""
    return office_page("office/bookings.html", page=_known)


@bp.get("/book")
@access("public", "staff")
def book() -> str:
    """Booking for somebody on the telephone or at the desk."""
    return office_page("office/book.html", page=_known)


@bp.get("/closing")
@access("public", "staff")
def closing() -> str:
    """Who is hit by a day that closes or shrinks, and what becomes of them."""
    return office_page("office/closing.html", page=_known)


@bp.post("/session")
@public
def sign_in() -> Response:
    """Sign in, at no counter: whoever works at one goes on there."""
    return doors.sign_in(SIGN_IN, lambda _: _asked_for(), seated=False)


@bp.post("/sign-out")
@access("public", "staff")
def sign_out() -> Response:
    """End the session; also for whom another has signed out already."""
    return doors.sign_out(url_for("office_pages.now"))


def _asked_for() -> str:
    """The page that the form stood in place of; never one that is not of the office."""
    here, then = url_for("office_pages.now"), request.form.get("then", "")
    is_page = then.startswith(here) and then != url_for("office_pages.sign_in")
    return then if is_page else here


def _known_of_hall(plan: HallPlan) -> dict[str, Any]:
    """What the page of the hall now needs besides what it reads."""
    return {
        "hall": plan.code,
        "lanes": {code: named(lane) for code, lane in plan.lanes.items()},
        "leads": actor().role in LEADS,
    }


def _known(plan: HallPlan) -> dict[str, Any]:
    """What does not change while the page is open."""
    today = plan.day_of(parts().clock.now()).date
    return {
        "hall": plan.code,
        "items": {code: named(item) for code, item in (plan.retired_items | plan.items).items()},
        "lanes": {code: named(lane) for code, lane in plan.lanes.items()},
        "states": WORDS,
        "today": today.isoformat(),
        "last": (today + timedelta(days=plan.booking.horizon_days)).isoformat(),
    }
