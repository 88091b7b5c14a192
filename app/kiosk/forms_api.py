"""The sample-form desk: whoever shows an ID card finds their form filled, submits it, and takes a
number with it. A guide with a tablet does the same."""

from __future__ import annotations

from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.appointments import arriving
from app.appointments.queries import Appointment
from app.appointments.states import State as BookingState
from app.catalog.plan import HallPlan, Item
from app.catalog.service import plan_of
from app.citizens.service import person_of
from app.core.acts import Act, Role
from app.core.auth import access, act, actor
from app.core.http import answer, perform_here
from app.core.language import named
from app.forms import queries as forms
from app.licences.rights import Holder, holders_by_card
from app.submissions import beginning, service
from app.submissions.beginning import card_of
from app.submissions.gathering import by_card
from app.submissions.queries import Line, Submission, applicant_number, filled_here
from app.submissions.schemas import (
    CardIn,
    DeskHolderOut,
    DeskItemOut,
    DeskNumberIn,
    DeskNumberOut,
    DeskSubmissionIn,
    SubmissionOut,
)
from app.submissions.view import form_name_out, submission_out
from app.tickets.queries import Ticket, live_of_person
from app.tickets.schemas import NothingIn
from app.tickets.service import check_in as check_in_number
from app.tickets.service import take_number
from app.tickets.states import State
from app.tickets.view import ticket_out

bp = APIBlueprint("kiosk_forms", __name__, url_prefix="/api/v1/kiosk", tag="样表机")

GUIDES = (Role.GUIDE, Role.SUPERVISOR)
UNCONFIRMED = "姓名和证件号码未能核实"


@bp.get("/forms")
@access("kiosk", "staff", roles=GUIDES, shows=None)
@bp.output(DeskItemOut(many=True))
@bp.doc(summary="本大厅可以填表的事项")
def items_with_forms() -> Response:
    plan = _plan()
    published = {each.code: each for each in forms.published_forms()}
    return answer(
        [
            _item_out(plan, item, published[item.form])
            for item in plan.items.values()
            if item.form in published
        ]
    )


@bp.post("/holders")
@access("kiosk", "staff", roles=GUIDES, shows="licences")
@bp.input(CardIn)
@bp.output(DeskHolderOut(many=True))
@bp.doc(summary="持卡人可以为谁填报：本人、所代表或受托的企业", responses={409: UNCONFIRMED})
def holders(json_data: dict[str, Any]) -> Response:
    doing = act()
    card = card_of(json_data["id_number"], json_data.get("name"), json_data["read"], doing)

    def found() -> list[Holder]:
        person = person_of(card.who.number, None, doing)
        return holders_by_card(person, card.who.name, card.read, doing.now)

    return perform_here(found, lambda all_: [_holder_out(each) for each in all_])


@bp.post("/submissions")
@access("kiosk", "staff", roles=GUIDES)
@bp.input(DeskSubmissionIn)
@bp.output(SubmissionOut, status_code=201)
@bp.doc(
    summary="凭身份证开始填报：表单已自动填好",
    responses={404: "没有这个事项或表单，或不能为他填报", 409: UNCONFIRMED},
)
def begin(json_data: dict[str, Any]) -> Response:
    doing, plan = act(), _plan()
    card = card_of(json_data["id_number"], json_data.get("name"), json_data["read"], doing)

    def begun() -> Submission:
        filling = by_card(card.who, card.read, json_data.get("holder"), doing)
        return beginning.begin(filling, plan, json_data["item"], doing)

    return perform_here(
        begun,
        lambda made: submission_out(made, plan, doing.now),
        status=201,
        on_replay=lambda stored: filled_here(stored["id"], doing.actor, doing.now),
    )


@bp.post("/submissions/<submission_id>/number")
@access("kiosk", "staff", roles=GUIDES)
@bp.input(DeskNumberIn)
@bp.output(DeskNumberOut, status_code=201)
@bp.doc(
    summary="提交并取号：有今天的预约就签到，已有号的归到那个号",
    responses={404: "没有这份填报", 409: "已在别处修改、已提交，或不在取号时间"},
)
def number(submission_id: str, json_data: dict[str, Any]) -> Response:
    doing, plan = act(), _plan()
    filled_here(submission_id, doing.actor, doing.now)  # also where the answer is stored already

    def given() -> tuple[Ticket, Line]:
        row = filled_here(submission_id, doing.actor, doing.now)
        done = service.submit(row, json_data["revision"], json_data["promises"], doing, plan)
        ticket = _ticket_for(plan, done.row, json_data.get("priority"), doing)
        return ticket, service.hand_in(done.row, ticket)

    return perform_here(given, lambda both: _number_out(*both, plan, doing), status=201)


@bp.post("/submissions/<submission_id>/close")
@access("kiosk", "staff", roles=GUIDES)
@bp.input(NothingIn)
@bp.output({}, status_code=204)
@bp.doc(summary="离开：这台机器不能再查看", responses={404: "没有这份填报"})
def close(submission_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    return perform_here(
        lambda: service.close(filled_here(submission_id, doing.actor, doing.now), doing),
        lambda _: None,
    )


def _ticket_for(plan: HallPlan, row: Line, priority: str | None, doing: Act) -> Ticket:
    """The number somebody has for this already, that of their booking of today, or a new one."""
    person, day = row.applicant_id, plan.day_of(doing.now).date
    held = [each for each in live_of_person(plan.code, day, person) if row.item in each.items]
    if held:
        first = held[0]
        expected = first.state == State.EXPECTED
        return check_in_number(first, priority, doing, plan) if expected else first
    booking = arriving.booking_of(plan, person, doing.now)
    if booking is not None and _is_for(booking, row.item, day):
        return arriving.check_in(plan, booking.id, doing, priority=priority)
    number = applicant_number(row)
    return take_number(plan, [row.item], doing, priority=priority, id_number=number)


def _is_for(booking: Appointment, item: str, day: date) -> bool:
    """Whether it stands, is of today, and for this."""
    return booking.state == BookingState.BOOKED and booking.day == day and item in booking.items


def _number_out(ticket: Ticket, row: Line, plan: HallPlan, doing: Act) -> dict[str, Any]:
    shown = ticket_out(ticket, plan, doing.actor)
    return {**shown, "submission": {"id": row.id, "code": row.code}}


def _item_out(plan: HallPlan, item: Item, published: forms.FormVersion) -> dict[str, Any]:
    return {
        "code": item.code,
        "name": named(item),
        "department": named(plan.departments[item.department]),
        "form": form_name_out(published.form, published.version),
        "form_for": str(published.form.subject),
    }


def _holder_out(holder: Holder) -> dict[str, Any]:
    right = holder.right
    return {
        "person": right.person,
        "kind": right.kind,
        "name": holder.name,
        "ground": str(right.ground),
    }


def _plan() -> HallPlan:
    return plan_of(actor().hall or "")
