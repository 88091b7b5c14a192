"""Bookings, as staff handle them: for people on the telephone or at the desk, and on the day that
closes."""

from __future__ import annotations

from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.appointments import arriving, closing, service
from app.appointments.errors import AppointmentNotFound
from app.appointments.queries import (
    Appointment,
    booked_days,
    find,
    free_visits,
    of_day,
    of_person,
)
from app.appointments.rules import POOLS
from app.appointments.schemas import (
    AppointmentOut,
    DayQuery,
    FindIn,
    PriorityIn,
    SettledOut,
    SettleIn,
    SlotIn,
    SlotsQuery,
    StaffAppointmentOut,
    StaffBookIn,
    StaffSlotOut,
)
from app.appointments.view import appointment_out, appointments_out, slots_out
from app.catalog.plan import HallPlan
from app.catalog.rules import remarks_on
from app.catalog.service import item_of, plan_of
from app.citizens.queries import person_numbered, phones_of
from app.citizens.rules import CreditCode, IdNumber, credit_code, id_number
from app.citizens.service import check_person, person_of
from app.core.acts import LEADS, Role
from app.core.auth import access, act, actor
from app.core.http import answer, perform_here
from app.core.parts import parts
from app.tickets.schemas import NothingIn, TicketOut
from app.tickets.service import one_lane
from app.tickets.view import ticket_out

bp = APIBlueprint("office_api", __name__, url_prefix="/api/v1/staff", tag="预约办理")

ALL = (Role.CLERK, Role.GUIDE, Role.SUPERVISOR, Role.ADMINISTRATOR)


@bp.get("/slots")
@access("staff", roles=ALL, shows=None)
@bp.input(SlotsQuery, location="query")
@bp.output(StaffSlotOut(many=True))
@bp.doc(summary="某一天可以代人预约的时段，含代办名额", responses={404: "没有这个事项"})
def slots(query_data: dict[str, Any]) -> Response:
    plan = _plan()
    items = one_lane([item_of(plan, code) for code in query_data["item"]])
    now = parts().clock.now()
    return answer(slots_out(plan, free_visits(plan, items, query_data["date"], POOLS, now)))


@bp.post("/appointments")
@access("staff", roles=ALL)
@bp.input(StaffBookIn)
@bp.output(AppointmentOut, status_code=201)
@bp.doc(
    summary="代人预约（电话或现场）；办事人已暂停自行预约的仍可代约，在 warning 中写明",
    responses={404: "没有这个时段或事项", 409: "约满、已过或当天已有预约"},
)
def book(json_data: dict[str, Any]) -> Response:
    doing, plan = act(), _plan()
    codes = json_data.get("items") or [json_data["item"]]
    name, number = check_person(
        json_data["name"], json_data.get("id_number"), json_data.get("credit_code"), doing
    )

    def booked() -> Appointment:
        service.require_slot_of(plan, json_data["slot"])
        person = person_of(number, json_data.get("phone"), doing)
        return service.book(json_data["slot"], codes, person, doing, name=name)

    return perform_here(booked, lambda made: appointment_out(made, plan), status=201)


@bp.get("/appointments")
@access("staff", roles=ALL, shows="bookings")
@bp.input(DayQuery, location="query")
@bp.output(StaffAppointmentOut(many=True))
@bp.doc(summary="一天的预约；不填日期为今天起全部")
def appointments(query_data: dict[str, Any]) -> Response:
    plan, now = _plan(), parts().clock.now()
    day = query_data.get("date")
    days = [day] if day else booked_days(plan.code, plan.day_of(now).date)
    hit = {each.id for each in closing.hit(plan, now, day)}
    found = [each for one in days for each in of_day(plan.code, one)]
    return answer(_for_staff(found, plan, hit))


@bp.post("/appointments/find")
@access("staff", roles=ALL, shows="bookings")
@bp.input(FindIn)
@bp.output(StaffAppointmentOut(many=True))
@bp.doc(summary="凭预约码或证件号码查找任何一天的预约，最近的在前")
def find_appointments(json_data: dict[str, Any]) -> Response:
    """A POST, since addresses are written down along the way and a number is nobody's business; it
    changes nothing, so nothing of its answer is kept."""
    plan, now = _plan(), parts().clock.now()
    found = _found(plan, json_data, now.astimezone(plan.zone).date())
    hit = {each.id for each in closing.hit(plan, now)} if found else set()
    return answer(_for_staff(found, plan, hit))


@bp.get("/appointments/hit")
@access("staff", roles=ALL, shows="bookings")
@bp.input(DayQuery, location="query")
@bp.output(StaffAppointmentOut(many=True))
@bp.doc(summary="因停办、缩短时间或窗口减少而不能按时办理的预约")
def hit_appointments(query_data: dict[str, Any]) -> Response:
    plan = _plan()
    found = closing.hit(plan, parts().clock.now(), query_data.get("date"))
    return answer(_for_staff(found, plan, {each.id for each in found}))


@bp.post("/appointments/settle")
@access("staff", roles=LEADS, why="reason")
@bp.input(SettleIn)
@bp.output(SettledOut)
@bp.doc(
    summary="把受影响的预约改期或取消，并通知预约人；一次最多 100 个",
    responses={404: "没有 after 所说的预约"},
)
def settle(json_data: dict[str, Any]) -> Response:
    doing, plan = act(), _plan()
    reason, day, after = json_data["reason"], json_data.get("date"), json_data.get("after")

    def settled() -> closing.Settled:
        if json_data["action"] == "cancel":
            return closing.cancel_hit(plan.code, doing, reason, day=day)
        last_left = after and _ours(plan, after)
        to = json_data.get("to")
        return closing.move_hit(plan.code, doing, reason, day=day, to=to, after=last_left)

    return perform_here(settled, lambda done: _settled(done, plan))


@bp.post("/appointments/<appointment_id>/cancel")
@access("staff", roles=ALL)
@bp.input(NothingIn)
@bp.output(AppointmentOut)
@bp.doc(summary="代人取消预约", responses={404: "没有这个预约", 409: "已取消或已签到"})
def cancel(appointment_id: str, json_data: dict[str, Any]) -> Response:
    doing, plan = act(), _plan()
    return perform_here(
        lambda: service.cancel(_ours(plan, appointment_id), doing, staff=True),
        lambda made: appointment_out(made, plan),
    )


@bp.post("/appointments/<appointment_id>/reschedule")
@access("staff", roles=ALL)
@bp.input(SlotIn)
@bp.output(AppointmentOut)
@bp.doc(summary="代人改约", responses={404: "没有这个预约或时段", 409: "约满、已取消或已签到"})
def reschedule(appointment_id: str, json_data: dict[str, Any]) -> Response:
    doing, plan = act(), _plan()
    return perform_here(
        lambda: service.reschedule(
            _ours(plan, appointment_id), json_data["slot"], doing, staff=True
        ),
        lambda made: appointment_out(made, plan),
    )


@bp.post("/appointments/<appointment_id>/check-in")
@access("staff", roles=ALL)
@bp.input(PriorityIn)
@bp.output(TicketOut, status_code=201)
@bp.doc(summary="代人签到", responses={404: "没有这个预约", 409: "太早、太迟或已签到"})
def check_in(appointment_id: str, json_data: dict[str, Any]) -> Response:
    doing, plan = act(), _plan()
    return perform_here(
        lambda: arriving.check_in(
            plan, _ours(plan, appointment_id), doing, priority=json_data.get("priority")
        ),
        lambda ticket: ticket_out(ticket, plan, doing.actor),
        status=201,
    )


def _plan() -> HallPlan:
    return plan_of(actor().hall or "")


def _ours(plan: HallPlan, appointment_id: str) -> str:
    """The id of a booking of this hall. Another hall's is not found."""
    if find(id=appointment_id).hall != plan.code:
        raise AppointmentNotFound
    return appointment_id


def _found(plan: HallPlan, given: dict[str, str], today: date) -> list[Appointment]:
    """The bookings of this hall that somebody names. Raises IdNumberWrong, CreditCodeWrong."""
    if "code" in given:
        try:
            found = find(code=given["code"])
        except AppointmentNotFound:
            return []
        return [found] if found.hall == plan.code else []
    number: IdNumber | CreditCode
    if "id_number" in given:
        number = id_number(given["id_number"], today)
    else:
        number = credit_code(given["credit_code"])
    person = person_numbered(number)
    return of_person(plan.code, person, date.min)[::-1] if person else []


def _for_staff(found: list[Appointment], plan: HallPlan, hit: set[str]) -> list[dict[str, Any]]:
    """With the telephone numbers: who has no account is told by nobody else."""
    phones = phones_of(each.person_id for each in found)
    shown = appointments_out(found, {plan.code: plan})
    return [
        {
            **booking,
            "hit": _why_hit(each, plan) if each.id in hit else None,
            "reached_by": _reached_by(each, phones),
            "phone": phones.get(each.person_id),
        }
        for each, booking in zip(found, shown, strict=True)
    ]


def _reached_by(appointment: Appointment, phones: dict[str, str]) -> str | None:
    """How who booked hears of a change."""
    if appointment.citizen_id is not None:
        return "message"
    return "phone" if appointment.person_id in phones else None


def _why_hit(appointment: Appointment, plan: HallPlan) -> str:
    """What the hall's file says about that day, where it says anything."""
    remarks = remarks_on(plan, appointment.day, appointment.lane)
    return "；".join(remarks) or "该时段已停办或名额减少"


def _settled(done: closing.Settled, plan: HallPlan) -> dict[str, Any]:
    plans = {plan.code: plan}
    return {
        "moved": appointments_out(done.moved, plans),
        "cancelled": appointments_out(done.cancelled, plans),
        "left": appointments_out(done.left, plans),
        "remaining": done.remaining,
    }
