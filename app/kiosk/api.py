"""What a number machine may do; a guide with a tablet does the same for people without a phone."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.appointments import queries as bookings
from app.appointments import service as appointments
from app.appointments.errors import AppointmentNotFound
from app.appointments.states import State as BookingState
from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.citizens.queries import person_numbered
from app.citizens.rules import id_number
from app.core.acts import Act, Role
from app.core.auth import access, act, actor
from app.core.http import perform_here
from app.tickets import service
from app.tickets.errors import BookingNotFound
from app.tickets.queries import Ticket, expected_of, find
from app.tickets.schemas import CheckInIn, NothingIn, TakeIn, TicketOut
from app.tickets.view import ticket_out

bp = APIBlueprint("kiosk_api", __name__, url_prefix="/api/v1/kiosk", tag="取号机")

GUIDES = (Role.GUIDE, Role.SUPERVISOR)
ON_THE_FLOOR = (Role.CLERK, *GUIDES)
"""Whoever meets people in the hall lets them arrive; numbers are given by guides."""


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
@access("kiosk", "staff", roles=ON_THE_FLOOR)
@bp.input(CheckInIn)
@bp.output(TicketOut, status_code=201)
@bp.doc(
    summary="凭预约码、证件号码或号票签到",
    responses={404: "没有对应的预约或号票", 409: "太早、太迟、已签到或不是本大厅当天的"},
)
def check_in(json_data: dict[str, Any]) -> Response:
    doing, plan = act(), plan_of(actor().hall or "")
    return perform_here(
        lambda: _arrive(plan, json_data, doing),
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


def _arrive(plan: HallPlan, given: dict[str, Any], doing: Act) -> Ticket:
    """Check in who shows a ticket's code, a booking's code, or an ID number."""
    priority = given.get("priority")
    if "ticket" in given:
        return service.check_in(find(plan.code, token=given["ticket"]), priority, doing, plan)
    if "code" in given:
        try:
            booking = bookings.find(code=given["code"].strip())
        except AppointmentNotFound:
            raise BookingNotFound from None
        return appointments.check_in(plan, booking.id, doing, priority=priority)
    return _arrive_by_id(plan, given["id_number"], priority, doing)


def _arrive_by_id(plan: HallPlan, number: str, priority: str | None, doing: Act) -> Ticket:
    """By the ID: a booking of today that stands first, then a number taken from afar, then what
    else is booked, so that it is said what is wrong with it."""
    today = doing.now.astimezone(plan.zone).date()
    person = person_numbered(id_number(number, today))
    if person is None:
        raise BookingNotFound
    booking = appointments.booking_of(plan, person, doing.now)
    day = plan.day_of(doing.now).date
    stands = booking is not None and (booking.day, booking.state) == (day, BookingState.BOOKED)
    expected = None if stands else expected_of(plan.code, day, person)
    if expected is not None:
        return service.check_in(expected, priority, doing, plan)
    if booking is None:
        raise BookingNotFound
    return appointments.check_in(plan, booking.id, doing, priority=priority)
