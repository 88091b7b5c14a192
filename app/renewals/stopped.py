"""What came in the way of a renewal: how that is said wherever somebody meets it, and where they go
on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

from app.core.said import Said
from app.licences.queries import licence
from app.renewals.errors import RenewalOver
from app.renewals.finding import Overtaken
from app.renewals.ordinary import Way, hall_said, ordinary_way
from app.renewals.queries import events_of, plan_for
from app.renewals.rules import day_of
from app.renewals.states import State

ENDED = "这本证照现在是“%(state)s”，这项延续已经停止。请到%(hall)s咨询。"
MOVED = "这本证照的持证人已变更，这项延续已经停止。需要延续的，由新的持证人办理。"
RENEWED = (
    "这本证照已换发新证，或有效期已变更，这项延续已经停止。请在“我的证照”里查看证照现在的状态。"
)
EXPIRED = "这本证照已经到期，到期前没有申请延续。%(way)s"
GRANTED = "延续已经准予、新证已经生效，不能撤回。"
REFUSED = "这项延续已经决定，不能撤回。"

WAYS = {
    Overtaken.ENDED: "请到%(hall)s咨询。",
    Overtaken.MOVED: "需要延续的，由新的持证人办理。",
    Overtaken.RENEWED: "请在“我的证照”里查看证照现在的状态。",
}
"""Where one goes on: its renewal leads nowhere."""


def overtaken_by(events: Iterable[Any]) -> Overtaken | None:
    """By what a renewal was overtaken last, of what happened to it."""
    said = [event.note["why"] for event in events if event.what == State.OVERTAKEN]
    return Overtaken(said[-1]) if said else None


def way_on(row: Row[Any], events: Iterable[Any]) -> Way | None:
    """Where its holder goes on with a renewal that stopped; None where nobody knows."""
    if row.state == State.OVERTAKEN and (why := overtaken_by(events)):
        return Way(Said(WAYS[why], hall_said(row.hall)))
    plan = plan_for(row.kind)
    return None if plan is None else ordinary_way(plan, is_late=True)


def over(row: Row[Any]) -> RenewalOver:
    """The refusal of what cannot be gone on with, which says why."""
    return RenewalOver(_words(row), state=row.state)


def _words(row: Row[Any]) -> Said | None:
    if row.state == State.EXPIRED:
        way = way_on(row, ())
        return None if way is None else Said(EXPIRED, {"way": way.text})
    if row.state != State.OVERTAKEN:
        return Said(GRANTED if row.granted else REFUSED)
    match overtaken_by(events_of(row.id)):
        case Overtaken.ENDED:
            now = licence(row.licence_id).state_words(day_of(row.closed_at))
            return Said(ENDED, {"state": Said(now), **hall_said(row.hall)})
        case Overtaken.MOVED:
            return Said(MOVED)
        case Overtaken.RENEWED:
            return Said(RENEWED)
    return None
