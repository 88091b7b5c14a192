"""The outbox: what the hall told people, by which way, and how that went. Only reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from apiflask import APIBlueprint
from flask import request

from app.catalog.plan import HallPlan
from app.citizens.queries import masked_contacts
from app.core.acts import LEADS
from app.core.auth import access
from app.core.parts import parts
from app.notices.overview import Told, counts, last_unknown, told
from app.notices.rules import Kind, State
from app.notices.words import title
from app.office.frame import office_page
from app.office.outbox_words import (
    CHANNEL_WORDS,
    OUTCOME_WORDS,
    STATE_WORDS,
    why,
)
from sms.file import SmsFile

bp = APIBlueprint("outbox_pages", __name__, url_prefix="/office", enable_openapi=False)

A_PAGE = 100
A_DAY = timedelta(days=1)

Choice = TypeVar("Choice", bound=StrEnum)


@bp.get("/outbox")
@access("public", "staff", shows="notices")
def page() -> str:
    """The day asked for, or today."""
    return office_page("office/outbox.html", LEADS, shown=_shown)


def _shown(plan: HallPlan) -> dict[str, Any]:
    today = plan.day_of(parts().clock.now()).date
    day = _day(today)
    kind, state = _chosen(Kind, "kind"), _chosen(State, "state")
    nth = max(1, request.args.get("page", 1, type=int))
    span = plan.hall_day(day).starts_at, plan.hall_day(day + A_DAY).starts_at
    # one more than a page has, to know whether another follows
    found = told(plan.code, *span, kind, state, skip=(nth - 1) * A_PAGE, most=A_PAGE + 1)
    counted = counts(plan.code, *span, kind)
    return {
        "day": day,
        "before": day - A_DAY,
        "after": day + A_DAY,
        "kind": kind,
        "state": state,
        "nth": nth,
        "more": len(found) > A_PAGE,
        "rows": found[:A_PAGE],
        "counts": counted,
        "last_unknown": None if counted[State.UNKNOWN] else _last_unknown(plan, span[0]),
        "people": masked_contacts({each.citizen for each in found if each.citizen}),
        "texts": _texts(found),
        "zone": plan.zone,
        "why": why,
        "kinds": {kind: title(kind) for kind in Kind},
        "states": STATE_WORDS,
        "ways": CHANNEL_WORDS,
        "outcomes": OUTCOME_WORDS,
    }


def _last_unknown(plan: HallPlan, before: datetime) -> date | None:
    """The day before this moment that last had notices of which nobody knows."""
    at = last_unknown(plan.code, before)
    return None if at is None else plan.day_of(at).date


def _day(today: date) -> date:
    """What is no date is today."""
    try:
        asked = date.fromisoformat(request.args.get("date", ""))
    except ValueError:
        return today
    return asked if abs((asked - today).days) < 1000 else today


def _chosen(choices: type[Choice], name: str) -> Choice | None:
    """What is none of them is no choice."""
    asked = request.args.get(name)
    return next((each for each in choices if each == asked), None)


def _texts(shown: Iterable[Told]) -> dict[str, str]:
    """What text messages said, where they went into a file and anybody may read them: id at the
    vendor -> words."""
    sms = parts().sms
    if not isinstance(sms, SmsFile):
        return {}
    open_to_all = [each for each in shown if not each.is_private]
    return sms.words_of({a.reference for each in open_to_all for a in each.attempts if a.reference})
