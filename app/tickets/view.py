"""A ticket as the outside sees it: the one object every answer gives."""

from __future__ import annotations

from typing import Any

from app.catalog.plan import HallPlan
from app.catalog.service import promises_of_day
from app.citizens.errors import PersonNotFound
from app.citizens.queries import name_served
from app.citizens.rules import masked_name
from app.core.acts import Actor, Role
from app.core.http import wire_time
from app.core.language import named, tell
from app.core.parts import parts
from app.tickets.outlooks import estimate
from app.tickets.queries import Ticket, ahead, announced, owned_by
from app.tickets.rules import place_of
from app.tickets.states import State
from queueing.order import afar_until, rejoin_until


def ticket_out(
    ticket: Ticket,
    plan: HallPlan,
    actor: Actor,
    nth: int | None = None,
    before: int | None = None,
) -> dict[str, Any]:
    """The ticket object of the HTTP grammar, ready for JSON. `nth`: how often its call has been
    announced, `before`: how many stand before it, both from who knows without looking.

    `token` only for its owner and for who gave it to print it: a machine, a guide. A clerk lets
    people in as well, and with it could rate in their name."""
    due_at = plan.hall_day(ticket.day).instant(ticket.due_ms)
    prints_it = ticket.given_by == str(actor) and actor.role != Role.CLERK
    shows_token = owned_by(ticket, actor) or prints_it
    return {
        "id": ticket.id,
        "token": ticket.token if shows_token else None,
        "hall": ticket.hall,
        "number": ticket.number,
        "state": str(ticket.state),
        "lane": ticket.lane,
        "item": ticket.item,
        "items": ticket.items,
        "due_at": wire_time(due_at, plan.zone),
        "check_in_until": _check_in_until(ticket, plan),
        "ahead": ahead(ticket) if before is None else before,
        "estimate": _estimate(ticket, plan),
        "counter": _counter(ticket),
        "nth": nth or announced(ticket).nth,
        "why": why_of(ticket, plan),
    }


def followed_out(ticket: Ticket, plan: HallPlan) -> dict[str, Any]:
    """The ticket for who follows it: what there is to watch, nothing to act with."""
    return {
        "number": ticket.number,
        "state": str(ticket.state),
        "lane": ticket.lane,
        "item": ticket.item,
        "item_name": named(plan.item_coded(ticket.item)),
        "ahead": ahead(ticket),
        "estimate": _estimate(ticket, plan),
        "counter": _counter(ticket),
        "nth": announced(ticket).nth,
        "hall": plan.code,
        "hall_name": named(plan),
        "name": _masked_name(ticket),
    }


def live_out(ticket: Ticket, plan: HallPlan) -> dict[str, Any]:
    """What a stream tells of a ticket besides: which call it is, and since when it is announced."""
    at = announced(ticket).at
    return {
        "call_id": ticket.call_id if at else None,
        "called_at": wire_time(at, plan.zone) if at else None,
    }


def rejoin_out(ticket: Ticket, plan: HallPlan) -> dict[str, Any]:
    """Whether a passed ticket may rejoin now, and until when that is better than a walk-in."""
    day = plan.hall_day(ticket.day)
    is_open = ticket.state == State.PASSED and ticket.day == plan.day_of(parts().clock.now()).date
    until = None
    if is_open:
        promises = promises_of_day(plan, day).for_lane(ticket.lane)
        until = rejoin_until(day.ms(ticket.stopped_at), ticket.passes, promises)
    return {
        "open": is_open,
        "until": None if until is None else wire_time(day.instant(until), plan.zone),
    }


def _check_in_until(ticket: Ticket, plan: HallPlan) -> str | None:
    """Of a number from afar: a later check-in stands in line as a walk-in of that moment."""
    if ticket.state != State.EXPECTED:
        return None
    day = plan.hall_day(ticket.day)
    promises = promises_of_day(plan, day).for_lane(ticket.lane)
    return wire_time(day.instant(afar_until(ticket.due_ms, promises)), plan.zone)


def _estimate(ticket: Ticket, plan: HallPlan) -> dict[str, int | None]:
    told = estimate(ticket, plan, parts().clock.now())
    return {"p50_s": told and told[0], "p90_s": told and told[1]}


def _counter(ticket: Ticket) -> str | None:
    return None if ticket.state == State.WAITING else ticket.counter


def _masked_name(ticket: Ticket) -> str | None:
    """Of whom the ticket is, as the account that took it knows them; None where it knows nobody."""
    if ticket.citizen_id is None or ticket.person_id is None:
        return None
    try:
        return masked_name(name_served(ticket.citizen_id, ticket.person_id))
    except PersonNotFound:
        return None


def why_of(ticket: Ticket, plan: HallPlan) -> dict[str, str]:
    """Why a ticket stands where it stands: `code` for programs, `text` for its reader."""
    return {"code": ticket.due_why, "text": tell(place_of(ticket, plan))}
