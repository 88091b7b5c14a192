"""Office pages of renewals: what came of them, the desk of who decides, what is to be handed over,
and the plans by which licences are watched."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from apiflask import APIBlueprint
from flask import request

from app.catalog.plan import HallPlan
from app.core.acts import DECIDERS
from app.core.auth import access, act
from app.core.language import gettext as _
from app.core.language import named
from app.core.parts import parts
from app.deliveries.service import WAY_WORDS
from app.licences.queries import kinds
from app.office.frame import office_page
from app.office.outbox_words import CHANNEL_WORDS
from app.office.renewals_reminders import reminders_out
from app.office.renewals_words import (
    BY_WORDS,
    DECIDER_WORDS,
    EVENT_WORDS,
    READERS,
    REMINDER_WORDS,
    SITE_CHECK_WORDS,
    STAGE_WORDS,
    STATE_WORDS,
    TERM_WORDS,
    example,
    hours_in_words,
    length_in_words,
    months_in_words,
    span_in_words,
    step_in_words,
)
from app.renewals import figures
from app.renewals.checks import CHECKS
from app.renewals.figures import Span, Summary, Told, summary
from app.renewals.plans import Event
from app.renewals.queries import plans
from app.renewals.rules import day_of
from app.renewals.states import State
from app.renewals.watch.reminded import Asked
from app.renewals.watch.reminding import State as ReminderState
from app.renewals.words import REFUSED

bp = APIBlueprint("renewals_pages", __name__, url_prefix="/office/renewals", enable_openapi=False)

LONGEST = timedelta(days=3660)


@bp.get("")
@access("public", "staff", shows=None)
def overview() -> str:
    """How far renewals got, by kind; and whether nobody had to do anything for them."""
    return office_page("office/renewals.html", READERS, shown=_overview)


@bp.get("/desk")
@access("public", "staff", shows=None)
def desk() -> str:
    """What waits for a person, and everything needed to decide it."""
    return office_page("office/renewals_desk.html", DECIDERS, page=_of_desk)


@bp.get("/deliveries")
@access("public", "staff", shows=None)
def deliveries() -> str:
    """New licences to be printed, packed and given away."""
    return office_page("office/renewals_deliveries.html", DECIDERS, page=_of_hall)


@bp.get("/plans")
@access("public", "staff", shows=None)
def watched() -> str:
    """Which kinds of licence are watched for what, and what is said when."""
    return office_page("office/renewals_plans.html", READERS, shown=_plans)


@bp.get("/reminders")
@access("public", "staff", shows="renewals")
def reminders() -> str:
    """Whom reminders did not reach, and how to tell them."""
    return office_page("office/renewals_reminders.html", DECIDERS, shown=_reminders)


@bp.get("/<renewal_id>")
@access("public", "staff", shows=None)
def one(renewal_id: str) -> str:
    """One renewal, whatever became of it."""

    def of_one(plan: HallPlan) -> dict[str, Any]:
        return {**_of_desk(plan), "only": renewal_id}

    return office_page("office/renewals_desk.html", DECIDERS, page=of_one)


def _overview(plan: HallPlan) -> dict[str, Any]:
    span, kind = asked_for()
    found = summary(plan.code, span, kind)
    return {
        "span": span,
        "kind": kind,
        "kinds": _kinds_of(plan),
        "found": found,
        "whole": found.whole,
        "stages": {stage: _(words) for stage, words in STAGE_WORDS.items()},
        "counts": _counts(found),
        "by": {by: _(words) for by, words in BY_WORDS.items()},
        "told": _told(found.told, span),
        "told_states": {state: _(words) for state, words in REMINDER_WORDS.items()},
        "query": {"from": span.first, "to": span.last, "kind": kind or ""},
    }


def _reminders(plan: HallPlan) -> dict[str, Any]:
    (span, kind), args = asked_for(), request.args
    state = args.get("state")
    known = ReminderState(state) if state in set(ReminderState) else ReminderState.UNREACHABLE
    asked = Asked(span, known, kind or "", args.get("event", ""), args.get("step", ""))
    page = max(1, args.get("page", 1, int))
    return {
        **reminders_out(plan, asked, page, act()),
        "span": span,
        "state": _(REMINDER_WORDS[known]),
        "next": {**args, "page": page + 1},
    }


def asked_for() -> tuple[Span, str | None]:
    """The days and the kind that the address asks for; what is neither is what is usual."""
    today = day_of(parts().clock.now())
    first, last = _date("from", today - figures.USUALLY), _date("to", today)
    span = (
        Span(first, last)
        if timedelta() <= last - first <= LONGEST
        else Span(today - figures.USUALLY, today)
    )
    kind = request.args.get("kind")
    return span, kind if kind in kinds() else None


def _date(name: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return otherwise


def _kinds_of(plan: HallPlan) -> dict[str, str]:
    """The kinds of licence whose renewals this hall decides."""
    known = kinds()
    ours = [each.kind for each in plans().values() if each.hall == plan.code]
    return {code: named(known[code]) for code in dict.fromkeys(ours) if code in known}


def _told(told: Iterable[Told], span: Span) -> list[dict[str, Any]]:
    """Kind, event and step, in words and as an address names them; how many stand in which
    state."""
    found: dict[tuple[str, Event, str], Counter[ReminderState]] = defaultdict(Counter)
    for each in told:
        found[each.kind, each.event, each.step][each.state] += each.count
    days = {"from": span.first, "to": span.last}
    return [
        {
            "kind": named(kinds()[kind]),
            "event": _(EVENT_WORDS[event]),
            "step": step_in_words(plans()[kind, event], step),
            "asked": {**days, "kind": kind, "event": event.value, "step": step},
            "counts": counts,
        }
        for (kind, event, step), counts in found.items()
    ]


def _counts(found: Summary) -> dict[str, int]:
    """State in words -> how many: what was refused is closed at once, and not counted as done."""
    refused = sum(n for (_by, granted), n in found.decisions.items() if not granted)
    counts = {_(words): found.states[state] for state, words in STATE_WORDS.items()}
    counts[_(STATE_WORDS[State.CLOSED])] -= refused
    return {**counts, _(REFUSED): refused}


def _of_hall(plan: HallPlan) -> dict[str, Any]:
    return {"hall": plan.code}


def _of_desk(plan: HallPlan) -> dict[str, Any]:
    return {
        "hall": plan.code,
        "kinds": _kinds_of(plan),
        "states": {state: _(words) for state, words in STATE_WORDS.items()},
        "only": None,
    }


def _plans(plan: HallPlan) -> dict[str, Any]:
    return {
        "plans": [each for each in plans().values() if each.hall == plan.code],
        "kinds": kinds(),
        "events": EVENT_WORDS,
        "checks": CHECKS,
        "deciders": DECIDER_WORDS,
        "site_checks": SITE_CHECK_WORDS,
        "terms": TERM_WORDS,
        "ways": WAY_WORDS,
        "channels": CHANNEL_WORDS,
        "span": span_in_words,
        "length": length_in_words,
        "hours": hours_in_words,
        "months": months_in_words,
        "example": lambda text, each, before: example(
            text, named(kinds()[each.kind]), named(plan), before
        ),
        "item": lambda code: named(plan.items[code]) if code in plan.items else code,
    }
