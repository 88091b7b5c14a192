"""Office pages: the hall now, the bookings of a day, booking for people, a day that closes. They
work over the API; whoever is not signed in gets the form for it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import redirect, request, url_for
from werkzeug import Response

from app.appointments.states import WORDS
from app.catalog.plan import HallPlan
from app.core.acts import LEADS, OF_THE_HALL, Role
from app.core.auth import access, actor
from app.core.language import named
from app.core.limits import SIGN_INS, limited
from app.core.parts import parts
from app.office.frame import IN_THE_HALL, SIGN_IN, office_page
from app.staff import doors
from app.staff.service import SignedIn

STARTS: dict[Role | None, str] = {
    Role.SECURITY: "admin_pages.people",
    Role.AUDITOR: "audit_pages.page",
}
"""Where those begin who have no part in the hall's day."""

bp = APIBlueprint("office_pages", __name__, url_prefix="/office", enable_openapi=False)


@bp.get("/")
@access("public", "staff", shows=None)
def now() -> str | Response:
    """Who waits, who sits where, what needs a hand; for who leads the hall, changing it. Who works
    nothing of the hall begins elsewhere."""
    start = STARTS.get(actor().role)
    if start is not None:
        return redirect(url_for(start), 303)
    return office_page("office/now.html", OF_THE_HALL, page=_known_of_hall)


@bp.get("/bookings")
@access("public", "staff", shows=None)
def bookings() -> str:
    """The bookings of a day."""
    return office_page("office/bookings.html", IN_THE_HALL, page=_known)


@bp.get("/book")
@access("public", "staff", shows=None)
def book() -> str:
    """Booking for somebody on the telephone or at the desk."""
    return office_page("office/book.html", IN_THE_HALL, page=_known)


@bp.get("/closing")
@access("public", "staff", shows=None)
def closing() -> str:
    """Who is hit by a day that closes or shrinks, and what becomes of them."""
    return office_page("office/closing.html", IN_THE_HALL, page=_known)


@bp.post("/session")
@access("public", signs_in=True)
@limited(SIGN_INS)
def sign_in() -> Response:
    """Sign in, at no counter: whoever works at one goes on there."""
    return doors.sign_in(SIGN_IN, _goes_to, seated=False)


@bp.post("/sign-out")
@access("public", "staff", owing=True)
def sign_out() -> Response:
    """End the session; also for whom another has signed out already."""
    return doors.sign_out(url_for("office_pages.now"))


def _goes_to(signed_in: SignedIn) -> str:
    """The page that the form stood in place of; who decides goes to their desk."""
    asked = _asked_for()
    is_start = asked == url_for("office_pages.now")
    return url_for("renewals_pages.desk") if is_start and signed_in.role == Role.APPROVER else asked


def _asked_for() -> str:
    """The page that the form stood in place of; never one that is not of the office, nor what no
    address has in it."""
    here, then = url_for("office_pages.now"), request.form.get("then", "")
    is_page = re.fullmatch(rf"{here}[!-\[\]-~]*", then) and then != url_for("office_pages.sign_in")
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
