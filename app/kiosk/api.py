"""What a number machine may do; a guide with a tablet does the same for people without a phone."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.appointments import arriving
from app.appointments import queries as bookings
from app.appointments.errors import AppointmentNotFound
from app.appointments.queries import Appointment
from app.appointments.states import State as BookingState
from app.catalog.plan import HallPlan
from app.catalog.service import plan_for
from app.citizens.queries import person_numbered
from app.citizens.rules import credit_code, id_number
from app.core.acts import Act, Role
from app.core.auth import access, act, actor
from app.core.http import answer, perform_here
from app.printing.errors import PrintNotFound
from app.printing.queries import latest_of
from app.printing.schemas import PrintOut
from app.printing.service import print_ticket
from app.tickets import service
from app.tickets.errors import (
    BookingNotFound,
    CreditCodeNoProof,
    NotCheckedIn,
    ProofNeeded,
    SeveralTickets,
    TicketNotFound,
)
from app.tickets.queries import Ticket, expected_of, find, find_number, live_of_person
from app.tickets.schemas import CheckInIn, NothingIn, PaperIn, ReprintIn, TakeIn, TicketOut
from app.tickets.states import State
from app.tickets.view import ticket_out

bp = APIBlueprint("kiosk_api", __name__, url_prefix="/api/v1/kiosk", tag="取号机")

GUIDES = (Role.GUIDE, Role.SUPERVISOR)
ON_THE_FLOOR = (Role.CLERK, *GUIDES)
"""Whoever meets people in the hall lets them arrive; numbers are given and printed by guides."""
TO_PRINT = "单位补打号票，请出示预约码或原号票，或到导办台补打。"


@bp.post("/tickets")
@access("kiosk", "staff", roles=GUIDES)
@bp.input(TakeIn)
@bp.output(TicketOut, status_code=201)
@bp.doc(
    summary="现场取号",
    responses={404: "没有这个事项", 409: "不在取号时间、号已取完或已有号"},
)
def take_number(json_data: dict[str, Any]) -> Response:
    doing, plan = act(), plan_for(actor())
    return perform_here(
        lambda: _printed(_take(plan, json_data, doing), doing),
        lambda ticket: ticket_out(ticket, plan, doing.actor),
        status=201,
    )


@bp.post("/check-ins")
@access("kiosk", "staff", roles=ON_THE_FLOOR)
@bp.input(CheckInIn)
@bp.output(TicketOut, status_code=201)
@bp.doc(
    summary="凭预约码、身份证号码或号票签到；在工作人员处也可凭统一社会信用代码",
    responses={404: "没有对应的预约或号票", 409: "太早、太迟、已签到或不是本大厅当天的"},
)
def check_in(json_data: dict[str, Any]) -> Response:
    doing, plan = act(), plan_for(actor())
    return perform_here(
        lambda: _printed(_arrive(plan, json_data, doing), doing),
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
    plan = plan_for(actor())
    return perform_here(
        lambda: service.rejoin(find(plan.code, id=ticket_id), doing, plan),
        lambda ticket: ticket_out(ticket, plan, doing.actor),
    )


@bp.post("/reprints")
@access("kiosk", "staff", roles=GUIDES)
@bp.input(ReprintIn)
@bp.output(TicketOut)
@bp.doc(
    summary="补打号票（号码不变），带着新纸上二维码的令牌",
    responses={404: "没有对应的号票", 409: "还没签到、有几个号、须出示证件，或当前状态不能补打"},
)
def reprint(json_data: dict[str, Any]) -> Response:
    doing, plan = act(), plan_for(actor())
    return perform_here(
        lambda: print_ticket(
            service.reprint(_ticket_shown(plan, json_data, doing), doing), doing, with_code=True
        ),
        lambda ticket: {**ticket_out(ticket, plan, doing.actor), "token": ticket.token},
    )


@bp.get("/tickets/<ticket_id>/print")
@access("kiosk", shows=None)
@bp.output(PrintOut)
@bp.doc(
    summary="这台机器的打印机把号票打得怎样了", responses={404: "这台机器没有打印过这张号票"}
)
def printed(ticket_id: str) -> Response:
    found = latest_of(ticket_id, actor().id)
    if found is None:
        raise PrintNotFound
    return answer({"state": found.state, "printer": found.standing})


@bp.post("/paper-tickets")
@access("staff", roles=ON_THE_FLOOR)
@bp.input(PaperIn)
@bp.output(TicketOut, status_code=201)
@bp.doc(
    summary="补录停机期间发出的纸质号",
    responses={404: "没有这个事项", 409: "已经录入过，或大厅今天不开放"},
)
def enter_paper(json_data: dict[str, Any]) -> Response:
    doing, plan = act(), plan_for(actor())
    return perform_here(
        lambda: service.enter_paper(
            plan,
            json_data["number"],
            json_data["item"],
            json_data["written_at"],
            doing,
            priority=json_data.get("priority"),
            served=json_data["served"],
        ),
        lambda ticket: ticket_out(ticket, plan, doing.actor),
        status=201,
    )


def _printed(ticket: Ticket, doing: Act) -> Ticket:
    """A number from afar has its page on a phone already, so its paper carries no code."""
    return print_ticket(ticket, doing, with_code=ticket.given_by == str(doing.actor))


def _take(plan: HallPlan, given: dict[str, Any], doing: Act) -> Ticket:
    """A number on site; who came too early for a booking may give it up for this one."""
    if "gives_up" in given:
        booking = _booking_shown(plan, given["gives_up"], doing)
        arriving.give_up_here(plan, booking.id, doing)
    return service.take_number(
        plan,
        given.get("items") or [given["item"]],
        doing,
        priority=given.get("priority"),
        id_number=given.get("id_number"),
        phone=given.get("phone"),
    )


def _arrive(plan: HallPlan, given: dict[str, Any], doing: Act) -> Ticket:
    """Check in who shows a ticket's code, a booking's code, or their own number."""
    priority = given.get("priority")
    if "ticket" in given:
        return service.check_in(find(plan.code, token=given["ticket"]), priority, doing, plan)
    if "code" in given:
        return arriving.check_in(plan, _booked(given["code"]).id, doing, priority=priority)
    return _arrive_by_number(plan, _person_shown(plan, given, doing), priority, doing)


def _arrive_by_number(
    plan: HallPlan, person: str | None, priority: str | None, doing: Act
) -> Ticket:
    """By the person's number: a booking of today that stands first, then a number taken from afar,
    then what else is booked, so that it is said what is wrong with it."""
    if person is None:
        raise BookingNotFound
    booking = arriving.booking_of(plan, person, doing.now)
    day = plan.day_of(doing.now).date
    stands = booking is not None and (booking.day, booking.state) == (day, BookingState.BOOKED)
    expected = None if stands else expected_of(plan.code, day, person)
    if expected is not None:
        return service.check_in(expected, priority, doing, plan)
    if booking is None:
        raise BookingNotFound
    return arriving.check_in(plan, booking.id, doing, priority=priority)


def _ticket_shown(plan: HallPlan, given: dict[str, Any], doing: Act) -> Ticket:
    """The ticket of who shows one of the proofs; the hall's people find it by its number, too."""
    day, number = plan.day_of(doing.now).date, given.get("number", "").strip().upper()
    if "ticket" in given:
        return find(plan.code, token=given["ticket"])
    if "code" in given:
        booking = _booked(given["code"])
        if booking.ticket_id is None:
            raise NotCheckedIn
        return find(plan.code, id=booking.ticket_id)
    if "id_number" in given or "credit_code" in given:
        person = _person_shown(plan, given, doing, TO_PRINT)
        return _one_of(live_of_person(plan.code, day, person) if person else [], number)
    if doing.actor.kind != "staff":
        raise ProofNeeded
    return find_number(plan.code, day, number)


def _one_of(tickets: list[Ticket], number: str) -> Ticket:
    """The only one, or the one of this number; a number from afar has no paper before check-in."""
    named = [ticket for ticket in tickets if number in ("", ticket.number)]
    printable = [ticket for ticket in named if ticket.state != State.EXPECTED] or named
    if not printable:
        raise TicketNotFound("没有查到这个证件今天的号票，请到导办台询问。")
    if len(printable) > 1:
        raise SeveralTickets(numbers=[ticket.number for ticket in printable])
    return printable[0]


def _booked(code: str) -> Appointment:
    try:
        return bookings.find(code=code.strip())
    except AppointmentNotFound:
        raise BookingNotFound from None


def _booking_shown(plan: HallPlan, given: dict[str, Any], doing: Act) -> Appointment:
    """The booking of who shows its code, or their own number."""
    if "code" in given:
        return _booked(given["code"])
    person = _person_shown(plan, given, doing)
    booking = arriving.booking_of(plan, person, doing.now) if person else None
    if booking is None:
        raise BookingNotFound
    return booking


def _person_shown(
    plan: HallPlan, given: dict[str, Any], doing: Act, refusal: str | None = None
) -> str | None:
    """Whose ID number or credit code this is; None for somebody who was never here. `refusal`: in
    these words. Raises CreditCodeNoProof where no member of staff looks."""
    if "credit_code" in given:
        if doing.actor.kind != "staff":
            raise CreditCodeNoProof(refusal)
        return person_numbered(credit_code(given["credit_code"]))
    today = doing.now.astimezone(plan.zone).date()
    return person_numbered(id_number(given["id_number"], today))
