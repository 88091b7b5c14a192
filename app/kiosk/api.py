"""What a number machine may do; a guide with a tablet does the same for people without a phone."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.catalog.service import plan_of
from app.core.acts import Role
from app.core.auth import access, act, actor
from app.core.http import perform_here
from app.tickets import service
from app.tickets.errors import BookingNotFound
from app.tickets.queries import Ticket, find
from app.tickets.schemas import CheckInIn, NothingIn, TakeIn, TicketOut
from app.tickets.view import ticket_out

bp = APIBlueprint("kiosk_api", __name__, url_prefix="/api/v1/kiosk", tag="取号机")

GUIDES = (Role.GUIDE, Role.SUPERVISOR)


@bp.post("/tickets")
@access("kiosk", "staff", roles=GUIDES)
@bp.input(TakeIn)
@bp.output(TicketOut, status_code=201)
@bp.doc(summary="现场取号", responses={409: "不在取号时间、号已取完或已有号"})
def take_number(json_data: dict[str, Any]) -> Response:
    doing, plan = act(), plan_of(actor().hall or "")
    codes = json_data.get("items") or [json_data["item"]]
    return perform_here(
        lambda: service.take_number(
            plan,
            codes,
            doing,
            priority=json_data.get("priority"),
            id_number=json_data.get("id_number"),
            phone=json_data.get("phone"),
        ),
        lambda ticket: ticket_out(ticket, plan, doing.actor),
        status=201,
    )


@bp.post("/check-ins")
@access("kiosk", "staff", roles=GUIDES)
@bp.input(CheckInIn)
@bp.output(TicketOut, status_code=201)
@bp.doc(summary="签到", responses={404: "没有对应的预约或号票", 409: "当前状态不能签到"})
def check_in(json_data: dict[str, Any]) -> Response:
    doing, plan = act(), plan_of(actor().hall or "")
    return perform_here(
        lambda: service.check_in(
            _expected(plan.code, json_data), json_data.get("priority"), doing, plan
        ),
        lambda ticket: ticket_out(ticket, plan, doing.actor),
        status=201,
    )


@bp.post("/tickets/<ticket_id>/rejoin")
@access("kiosk", "staff", roles=GUIDES)
@bp.input(NothingIn)
@bp.output(TicketOut)
@bp.doc(
    summary="过号后在取号机上重新排队", responses={404: "没有这张号票", 409: "当前状态不能重排"}
)
def rejoin(ticket_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    plan = plan_of(actor().hall or "")
    return perform_here(
        lambda: service.rejoin(find(plan.code, id=ticket_id), doing, plan),
        lambda ticket: ticket_out(ticket, plan, doing.actor),
    )


def _expected(hall: str, given: dict[str, Any]) -> Ticket:
    """The ticket somebody checks in: by the code on it. Bookings are not taken yet."""
    if "ticket" not in given:
        raise BookingNotFound
    return find(hall, token=given["ticket"])
