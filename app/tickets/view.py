"""A ticket as the outside sees it: the one object every answer gives."""

from __future__ import annotations

from typing import Any

from app.catalog.plan import HallPlan
from app.core.acts import Actor
from app.core.http import wire_time
from app.core.parts import parts
from app.tickets.outlooks import estimate
from app.tickets.queries import Ticket, ahead, owned_by
from app.tickets.rules import why_of
from app.tickets.states import State


def ticket_out(ticket: Ticket, plan: HallPlan, actor: Actor) -> dict[str, Any]:
    """The ticket object of the HTTP grammar, ready for JSON.

    `token` only for its owner and the machine that gave it."""
    due_at = plan.hall_day(ticket.day).instant(ticket.due_ms)
    told = estimate(ticket, plan, parts().clock.now())
    shows_token = owned_by(ticket, actor) or ticket.given_by == str(actor)
    return {
        "id": ticket.id,
        "token": ticket.token if shows_token else None,
        "number": ticket.number,
        "state": str(ticket.state),
        "lane": ticket.lane,
        "item": ticket.item,
        "items": ticket.items,
        "due_at": wire_time(due_at, plan.zone),
        "ahead": ahead(ticket),
        "estimate": {"p50_s": told and told[0], "p90_s": told and told[1]},
        "counter": None if ticket.state == State.WAITING else ticket.counter,
        "why": why_of(ticket, plan),
    }
