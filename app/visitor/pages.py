"""For whoever comes without an account: the start page, the pages of one hall that everybody may
read, and the page of one ticket that the QR code on its paper opens."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from typing import Any

import segno
from apiflask import APIBlueprint
from babel import Locale
from babel.dates import format_date
from flask import Response, render_template, request

from app.calling.queries import calls_of
from app.calling.view import call_out
from app.catalog.plan import HallPlan
from app.catalog.rules import is_open_at, opening
from app.catalog.service import plan_of, plans, promises_of_day
from app.catalog.words import notes_in_words, order_in_words
from app.core.acts import Actor
from app.core.auth import public
from app.core.http import wire_time
from app.core.language import gettext, language, named
from app.core.parts import parts
from app.ratings.rules import GRADE_WORDS
from app.tickets.queries import find, waiting_by_lane
from app.tickets.states import MOVES, STATE_WORDS, Action
from app.tickets.view import ticket_out

bp = APIBlueprint("visitor_pages", __name__, enable_openapi=False)

OWNERS_ACTIONS = (Action.LEAVE, Action.REJOIN)


@bp.get("/")
@public
def start() -> str:
    """Where everything is."""
    halls = sorted((_door(plan) for plan in plans()), key=lambda hall: not hall["open"])
    return render_template("visitor/start.html", halls=halls)


def _door(plan: HallPlan) -> dict[str, Any]:
    now = parts().clock.now()
    day = plan.day_of(now)
    return {
        "plan": plan,
        "open": is_open_at(plan, now),
        "hours": [_hours_words(plan, *span) for span in opening(plan, day)],
        "waiting": sum(waiting_by_lane(plan.code, day.date).values()),
    }


def _hours_words(plan: HallPlan, opens: datetime, closes: datetime) -> str:
    if closes - opens >= timedelta(days=1):
        return gettext("全天")
    return f"{opens.astimezone(plan.zone):%H:%M}–{closes.astimezone(plan.zone):%H:%M}"


@bp.get("/halls/<hall>/rules")
@public
def rules(hall: str) -> str:
    """The order table as it hangs on the hall's wall."""
    plan = plan_of(hall)
    day = plan.day_of(parts().clock.now())
    return render_template(
        "visitor/rules.html",
        plan=plan,
        day=_date_words(day.date),
        order=order_in_words(promises_of_day(plan, day).hall),
        notes=notes_in_words(plan),
    )


@bp.get("/halls/<hall>/calls")
@public
def calls(hall: str) -> str:
    """Every call of a hall day (`?date=`) and its reason, the latest first; of one number
    (`?number=`)."""
    plan = plan_of(hall)
    today = plan.day_of(parts().clock.now()).date
    asked = request.args.get("date", type=date.fromisoformat)
    day = asked or today
    number = request.args.get("number", "").strip().upper()
    made = reversed(calls_of(plan.code, day, number or None))
    return render_template(
        "visitor/calls.html",
        plan=plan,
        date=asked,
        day=_date_words(day),
        is_today=day == today,
        number=number,
        calls=[call_out(call, plan) for call in made],
    )


@bp.get("/t/<token>")
@public
def ticket(token: str) -> str:
    """One ticket, for whoever holds its paper."""
    row = find(None, token=token)
    plan = plan_of(row.hall)
    tomorrow = plan.hall_day(row.day + timedelta(days=1))
    known = {
        "ticket": ticket_out(row, plan, Actor("ticket", row.id, row.hall)),
        "lanes": {code: named(lane) for code, lane in (plan.retired_lanes | plan.lanes).items()},
        "items": {code: named(plan.item_coded(code)) for code in row.items},
        "states": {state: gettext(words) for state, words in STATE_WORDS.items()},
        "grades": {grade: gettext(words) for grade, words in GRADE_WORDS.items()},
        "moves": {move.action: move.sources for move in MOVES if move.action in OWNERS_ACTIONS},
        "day_ends_at": wire_time(tomorrow.starts_at, plan.zone),
    }
    return render_template("visitor/ticket.html", plan=plan, row=row, page=known)


@bp.get("/t/<token>/qr.svg")
@public
def qr(token: str) -> Response:
    """The QR code of a ticket's page, as an image."""
    find(None, token=token)
    image = io.BytesIO()
    address = f"{parts().settings.base_url}/t/{token}"
    segno.make(address, error="m", micro=False).save(image, kind="svg", border=2, scale=8)
    return Response(image.getvalue(), mimetype="image/svg+xml")


def _date_words(day: date) -> str:
    return format_date(day, "full", locale=Locale.parse(language(), sep="-"))
