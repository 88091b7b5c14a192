"""One ticket, for its owner; a number from afar, for whoever signed in."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.catalog.service import plan_for, plan_of
from app.citizens.queries import is_signed_in, own_person
from app.core.acts import OF_THE_HALL, Role
from app.core.auth import access, act, actor
from app.core.http import answer, event_stream, later, perform_here
from app.core.parts import parts
from app.tickets import service
from app.tickets.errors import TicketNotFound
from app.tickets.queries import Ticket, borne, find, live_of, owned_by
from app.tickets.schemas import ItemsIn, NothingIn, RejoinOut, TicketOut
from app.tickets.view import live_out, rejoin_out, ticket_out

bp = APIBlueprint("tickets", __name__, url_prefix="/api/v1", tag="号票")


@bp.get("/tickets/<ticket_id>")
@access("ticket", "citizen", "staff", "kiosk", roles=OF_THE_HALL, shows=None)
@bp.output(TicketOut)
@bp.doc(summary="一张号票：状态、次序、前面人数", responses={404: "没有这张号票"})
def one_ticket(ticket_id: str) -> Response:
    asker = actor()
    read = borne(ticket_id, asker)
    ticket = read or mine(ticket_id)
    before = read.before if read else None
    return answer(ticket_out(ticket, plan_for(asker, ticket.hall), asker, before=before))


@bp.post("/tickets/<ticket_id>/leave")
@access("ticket", "citizen")
@bp.input(NothingIn)
@bp.output(TicketOut)
@bp.doc(summary="放弃排队", responses={404: "没有这张号票", 409: "当前状态不能放弃"})
def leave(ticket_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    plan = plan_of(mine(ticket_id).hall)
    return perform_here(
        lambda: service.leave(mine(ticket_id), doing), lambda t: ticket_out(t, plan, doing.actor)
    )


@bp.get("/tickets/<ticket_id>/rejoin")
@access("ticket", "citizen")
@bp.output(RejoinOut)
@bp.doc(summary="过号后能否重新排队、到什么时候", responses={404: "没有这张号票"})
def may_rejoin(ticket_id: str) -> Response:
    ticket = mine(ticket_id)
    return answer(rejoin_out(ticket, plan_of(ticket.hall)))


@bp.post("/tickets/<ticket_id>/rejoin")
@access("ticket", "citizen", "staff", roles=(Role.CLERK, Role.GUIDE, Role.SUPERVISOR))
@bp.input(NothingIn)
@bp.output(TicketOut)
@bp.doc(summary="过号后重新排队", responses={404: "没有这张号票", 409: "当前状态不能重排"})
def rejoin(ticket_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    plan = plan_of(mine(ticket_id).hall)
    return perform_here(
        lambda: service.rejoin(mine(ticket_id), doing, plan),
        lambda t: ticket_out(t, plan, doing.actor),
    )


@bp.post("/tickets/<ticket_id>/reprint")
@access("ticket", "citizen")
@bp.input(NothingIn)
@bp.output(TicketOut)
@bp.doc(
    summary="记下号票又打印了一次（号码不变）",
    responses={404: "没有这张号票", 409: "当前状态不能补打"},
)
def reprint(ticket_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    plan = plan_of(mine(ticket_id).hall)
    return perform_here(
        lambda: service.reprint(mine(ticket_id), doing), lambda t: ticket_out(t, plan, doing.actor)
    )


@bp.get("/tickets/<ticket_id>/events")
@access("ticket", "citizen")
@bp.doc(summary="号票的实时变化 (SSE)", responses={404: "没有这张号票"})
def ticket_events(ticket_id: str) -> Response:
    asker = actor()
    watched = mine(ticket_id)
    plan = plan_of(watched.hall)

    def present() -> dict[str, Any] | None:
        if asker.kind == "citizen" and not is_signed_in(asker.session, parts().clock.now()):
            return None
        ticket = find(None, id=ticket_id)
        return ticket_out(ticket, plan, asker) | live_out(ticket, plan)

    return event_stream(parts().streams.of_ticket(plan.code, watched.number, later(present)))


@bp.post("/halls/<hall>/tickets")
@access("citizen")
@bp.input(ItemsIn)
@bp.output(TicketOut, status_code=201)
@bp.doc(
    summary="远程取号",
    responses={404: "没有这个大厅或事项", 409: "未登记本人、大厅不提供、号已取完或已有号"},
)
def take_from_afar(hall: str, json_data: dict[str, Any]) -> Response:
    doing, plan = act(), plan_of(hall)
    codes = json_data.get("items") or [json_data["item"]]
    citizen = doing.actor.id
    return perform_here(
        lambda: service.take_from_afar(plan, codes, doing, own_person(citizen), citizen),
        lambda ticket: ticket_out(ticket, plan, doing.actor),
        status=201,
    )


@bp.get("/me/tickets")
@access("citizen")
@bp.output(TicketOut(many=True))
@bp.doc(summary="我今天的号票")
def my_tickets() -> Response:
    asker, now = actor(), parts().clock.now()
    held = [(ticket, plan_of(ticket.hall)) for ticket in live_of(asker)]
    today = [(ticket, plan) for ticket, plan in held if ticket.day == plan.day_of(now).date]
    return answer([ticket_out(ticket, plan, asker) for ticket, plan in today])


def mine(ticket_id: str) -> Ticket:
    """The ticket, for those who may see it. Another's is not found: ids tell nothing."""
    asker = actor()
    ticket = find(asker.hall, id=ticket_id)
    may_see: dict[str, Any] = {
        "staff": True,
        "ticket": owned_by(ticket, asker),
        "citizen": owned_by(ticket, asker),
        "kiosk": ticket.given_by == str(asker),
    }
    if not may_see.get(asker.kind):
        raise TicketNotFound
    return ticket
