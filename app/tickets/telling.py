"""What phones are told of a ticket: its turn is near, it is called, it was passed over.

Told are the account it was taken by and whoever follows it; a ticket on paper alone tells nobody
and costs nothing here. What is unsent when the ticket goes on is withdrawn, so that nobody is sent
to a counter that has passed them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, update

from app.catalog.plan import HallPlan
from app.core.acts import SYSTEM, Act
from app.core.db import db, transaction
from app.notices.rules import time_field
from app.notices.service import Link, notify, withdraw
from app.tickets.queries import TABLE, Ticket, ahead, coming_near, followers_of
from app.tickets.rules import Told, told_called, told_near, told_passed
from app.tickets.states import State

NEAR_HOLDS = timedelta(minutes=10)
CALL_HOLDS = timedelta(minutes=3)
PASS_HOLDS = timedelta(minutes=30)
UNDO_AT_MOST = timedelta(minutes=1)
"""So long at most a pass that may be taken back is kept quiet."""
NO_COUNTER_YET = "待叫号"

MARK_NEAR = (
    update(TABLE)
    .where(
        TABLE.c.id == bindparam("ticket"),
        TABLE.c.state == State.WAITING,
        TABLE.c.near_at.is_(None),
    )
    .returning(*TABLE.c)
)


def tell_called(ticket: Ticket, plan: HallPlan, act: Act) -> None:
    """It is called to its counter. Told once a call: a recall is for who is in the hall."""
    if ticket.near_at is not None:
        take_back(ticket, act)  # that its turn is near is no news any more
    _tell(ticket, "called", told_called(ticket), plan, act, not_after=act.now + CALL_HOLDS)


def tell_passed(ticket: Ticket, plan: HallPlan, act: Act) -> None:
    """Nobody came. Told once the clerk can hardly take it back any more."""
    undo = min(timedelta(milliseconds=plan.rules.undo_within), UNDO_AT_MOST)
    validity = {"not_before": act.now + undo, "not_after": act.now + PASS_HOLDS}
    _tell(ticket, "passed", told_passed(ticket), plan, act, **validity)


def tell_near(plan: HallPlan, now: datetime) -> int:
    """Tell once a ticket that few of its lane are still before it; how many tickets that were.

    Every few seconds, each in a transaction of its own: no call waits for it longer than for one
    ticket, and whoever is called meanwhile needs no such word."""
    if plan.rules.near_ahead == 0:
        return 0
    told = 0
    act = Act(now, SYSTEM)
    for ticket, before in coming_near(plan.code, plan.day_of(now).date, plan.rules.near_ahead):
        with transaction():
            told += _tell_if_waiting(ticket, before, plan, act)
    return told


def mark_if_near(ticket: Ticket, plan: HallPlan, act: Act) -> None:
    """Who comes into so short a line reads it in the answer, and is not told again."""
    if not _is_told(ticket) or ticket.state != State.WAITING:
        return
    if (ahead(ticket) or 0) <= plan.rules.near_ahead:
        db.session.execute(MARK_NEAR, {"ticket": ticket.id, "near_at": act.now})


def take_back(ticket: Ticket, act: Act, citizen: str | None = None) -> None:
    """Withdraw what was not sent yet of this ticket, to everybody or to one account."""
    if _is_told(ticket):
        withdraw(_cause(ticket, citizen) if citizen else f"ticket:{ticket.id}:", act)


def _tell_if_waiting(ticket_id: str, before: int, plan: HallPlan, act: Act) -> bool:
    marked = {"ticket": ticket_id, "near_at": act.now}
    ticket = db.session.execute(MARK_NEAR, marked).one_or_none()
    if ticket is None:
        return False
    told = told_near(ticket, before)
    _tell(ticket, "near", told, plan, act, before, not_after=act.now + NEAR_HOLDS)
    return True


def _tell(
    ticket: Ticket,
    kind: str,
    told: Told,
    plan: HallPlan,
    act: Act,
    before: int = 0,
    **validity: Any,
) -> None:
    if not _is_told(ticket):
        return
    facts = {
        "number": ticket.number,
        "item": plan.item_coded(ticket.item).name,
        "hall": plan.name,
        "when": time_field(act.now, plan.zone),
        "ahead": str(before),
        "counter": ticket.counter or NO_COUNTER_YET,
        "note": told.note,
    }
    own = Link("pages/ticket/index", {"id": ticket.id})
    others = Link("pages/follow/index", {"token": ticket.follow_token})
    readers = [(ticket.citizen_id, told.own, own)] if ticket.citizen_id else []
    readers += [(citizen, told.followed, others) for citizen in followers_of(ticket)]
    for citizen, words, link in readers:
        # the version rises with whatever happens to a ticket, so each is told each thing once
        cause = f"{_cause(ticket, citizen)}{ticket.seq_version}"
        notify(citizen, kind, words, cause, act, facts=facts, link=link, hall=plan.code, **validity)


def _cause(ticket: Ticket, citizen: str) -> str:
    return f"ticket:{ticket.id}:{citizen}:"


def _is_told(ticket: Ticket) -> bool:
    """Whether anybody is told anything of it."""
    return ticket.citizen_id is not None or ticket.follow_token is not None
