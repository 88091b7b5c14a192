"""Limits on recalls and undo, and the words for why a ticket was next. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.calling.errors import RecallsUsedUp, RecallTooSoon, UndoTooLate
from app.catalog.plan import Counter, HallDay, HallPlan, Rules
from app.core.said import Said
from app.tickets.rules import place_of
from queueing.sequence import Claim

SERVED = ("finished", "by_next", "transferred")
"""How a call ends whose person was there to the end."""


def check_recall(nth: int, last_at: datetime, now: datetime, rules: Rules) -> None:
    """Raises RecallsUsedUp and RecallTooSoon. `nth` counts the first call, too."""
    if nth > rules.recall_at_most:
        raise RecallsUsedUp(f"该号已重呼 {rules.recall_at_most} 次，请作过号处理。")
    ready_at = recall_ready_at(last_at, rules)
    if now < ready_at:
        seconds = -(-(ready_at - now) // timedelta(seconds=1))
        raise RecallTooSoon(f"刚刚呼叫过，请过 {seconds} 秒再重呼。", retry_after=seconds)


def recall_ready_at(last_at: datetime, rules: Rules) -> datetime:
    """From when a number last called at that time may be called again."""
    return last_at + timedelta(milliseconds=rules.recall_every)


def check_undo(stopped_at: datetime, now: datetime, rules: Rules) -> None:
    """Raises UndoTooLate."""
    if now > stopped_at + timedelta(milliseconds=rules.undo_within):
        raise UndoTooLate(f"已超过 {rules.undo_within // 1000} 秒，不能撤销。")


def tier_for(counter: Counter, ticket: Any, now_ms: int, rules: Rules) -> int | None:
    """The tier (1-based) from which this counter would call a waiting ticket, as the sequence
    counts it; None: it would not. `now_ms` is of the hall day."""
    if ticket.bound_to is not None:
        return 1 if ticket.bound_to == counter.no else None
    tiers = (n for n, lanes in enumerate(counter.tiers, start=1) if ticket.lane in lanes)
    tier = next(tiers, None)
    return 1 if tier is not None and is_overdue(ticket, now_ms, rules) else tier


def is_overdue(ticket: Any, now_ms: int, rules: Rules) -> bool:
    """Whether a waiting ticket's due time has passed so long ago that every counter of its lane
    calls it from its first tier."""
    overdue: bool = ticket.due_ms <= now_ms - rules.overdue_after
    return overdue


def why_next(
    ticket: Any, claim: Claim, reason: str | None, day: HallDay, plan: HallPlan
) -> dict[str, Any]:
    """Why this ticket, and no other, was called, as it is kept: public, so it names nobody.

    `code` and `text` are those of its place in the order (`by_hand` for a chosen number);
    `tier`, `overdue`, `bound` and `others` are what the counter had to choose from; `said` is what
    `why_told` makes the sentences of for readers of another language."""
    place = place_of(ticket, plan)
    due_at = day.instant(claim.entry.due).astimezone(plan.zone)
    if reason is not None:
        code, clauses = "by_hand", [Said("叫指定号：%(reason)s", {"reason": reason})]
    else:
        code, clauses = ticket.due_why, [place, *_choice(claim, f"{due_at:%H:%M:%S}")]
    return {
        "code": code,
        "text": "；".join(map(str, clauses)),
        "place": str(place),
        "due_at": due_at.isoformat(),
        "tier": claim.tier,
        "overdue": claim.overdue,
        "bound": claim.entry.counter is not None,
        "others": claim.others,
        "said": {"place": _kept(place), "text": [_kept(clause) for clause in clauses]},
    }


def _choice(claim: Claim, due: str) -> list[Said]:
    if claim.entry.counter is not None:
        return [Said("指定由本窗口接续，应叫时间 %(due)s", {"due": due})]
    if claim.others == 0:
        return [Said("应叫时间 %(due)s，本窗口当前仅此一人等候", {"due": due})]
    if claim.overdue:
        chosen = "应叫时间 %(due)s 已超时，与首选队列一并叫号，在其中最早"
    elif claim.tier > 1:
        chosen = "首选队列无人等候，由协助队列叫号，应叫时间 %(due)s 在其中最早"
    else:
        chosen = "应叫时间 %(due)s 在首选队列中最早"
    return [
        Said(chosen, {"due": due}),
        Said("本窗口另有 %(others)s 人可叫", {"others": claim.others}),
    ]


def _kept(said: Said) -> list[Any]:
    return [said.words, dict(said.values)]
