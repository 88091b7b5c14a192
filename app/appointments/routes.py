"""Times that can be booked, for anyone; one's own bookings, for a phone."""

from __future__ import annotations

from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.appointments import arriving, service
from app.appointments.bans import standing
from app.appointments.days import booking_days
from app.appointments.errors import AppointmentNotFound
from app.appointments.queries import (
    Appointment,
    find,
    free_visits,
    look_at,
    marks_of,
    of_citizen,
    owned_by,
)
from app.appointments.schemas import (
    AppointmentOut,
    BookIn,
    BookingDayOut,
    FreeSlotsQuery,
    HereIn,
    ItemsQuery,
    SlotIn,
    SlotOut,
    StandingOut,
    StandingQuery,
)
from app.appointments.view import (
    appointment_out,
    appointments_out,
    days_out,
    slots_out,
    standing_out,
)
from app.catalog.service import item_of, plan_of, plans
from app.citizens.queries import name_served, person_meant, person_served
from app.citizens.rules import BEIJING
from app.core.auth import access, act, actor, public
from app.core.http import answer, perform_here
from app.core.idempotency import is_answered, this_try
from app.core.limits import BOOKINGS, limited
from app.core.parts import parts
from app.tickets.schemas import NothingIn, TicketOut
from app.tickets.service import one_lane
from app.tickets.view import ticket_out

bp = APIBlueprint("appointments", __name__, url_prefix="/api/v1", tag="预约")


@bp.get("/halls/<hall>/slots")
@public
@bp.input(FreeSlotsQuery, location="query")
@bp.output(SlotOut(many=True))
@bp.doc(summary="某一天现在可以预约的时段", responses={404: "没有这个大厅或事项"})
def slots(hall: str, query_data: dict[str, Any]) -> Response:
    day: date = query_data["date"]
    look = look_at(hall, day)
    plan = plan_of(hall, look.revision)
    items = one_lane([item_of(plan, code) for code in query_data["item"]])
    now = parts().clock.now()
    free = free_visits(plan, items, day, ("public",), now, full=query_data["all"], look=look)
    return answer([_without_pool(each) for each in slots_out(plan, free)])


@bp.get("/halls/<hall>/days")
@public
@bp.input(ItemsQuery, location="query")
@bp.output(BookingDayOut(many=True))
@bp.doc(summary="今天起每一天能否预约", responses={404: "没有这个大厅或事项"})
def days(hall: str, query_data: dict[str, Any]) -> Response:
    plan = plan_of(hall)
    items = one_lane([item_of(plan, code) for code in query_data["item"]])
    return answer(days_out(plan, booking_days(plan, items, parts().clock.now())))


@bp.post("/appointments")
@access("citizen")
@limited(BOOKINGS)
@bp.input(BookIn)
@bp.output(AppointmentOut, status_code=201)
@bp.doc(
    summary="预约",
    responses={404: "没有这个时段或事项", 409: "约满、已过、当天已有预约或未实名"},
)
def book(json_data: dict[str, Any]) -> Response:
    doing = act()
    citizen = doing.actor.id
    codes = json_data.get("items") or [json_data["item"]]
    person = json_data.get("person")
    once = this_try()

    def meant() -> str:
        return person_meant(doing.actor, person)

    def booked() -> Appointment:
        served = person_served(citizen, person)
        name = name_served(citizen, served)
        return service.book(json_data["slot"], codes, served, doing, citizen=citizen, name=name)

    service.refuse_full(json_data["slot"], codes, doing.now, meant, lambda: is_answered(once))
    return perform_here(booked, _presented, status=201)


@bp.get("/me/standing")
@access("citizen")
@bp.input(StandingQuery, location="query")
@bp.output(StandingOut)
@bp.doc(
    summary="爽约和取消的次数，以及是否因此暂停预约",
    responses={404: "没有这位办事人或大厅", 409: "尚未登记本人"},
)
def my_standing(query_data: dict[str, Any]) -> Response:
    citizen = actor().id
    person = person_served(citizen, query_data.get("person"))
    asked = query_data.get("hall")
    halls = [plan_of(asked)] if asked else plans()
    rules = dict.fromkeys(rule for plan in halls for rule in plan.booking.bans)
    marks = marks_of([person]).get(person, [])
    found = standing(rules, marks, parts().clock.now())
    return answer(
        standing_out(found, halls[0].zone if asked else BEIJING, service.who_is(citizen, person))
    )


@bp.get("/appointments")
@access("citizen")
@bp.output(AppointmentOut(many=True))
@bp.doc(summary="我的预约，先列将要办理的")
def appointments() -> Response:
    found = of_citizen(actor())
    halls = {hall: plan_of(hall) for hall in {each.hall for each in found}}
    return answer(appointments_out(found, halls, actor().id))


@bp.get("/appointments/<appointment_id>")
@access("citizen")
@bp.output(AppointmentOut)
@bp.doc(summary="一个预约", responses={404: "没有这个预约"})
def one_appointment(appointment_id: str) -> Response:
    return answer(_presented(mine(appointment_id)))


@bp.post("/appointments/<appointment_id>/cancel")
@access("citizen")
@bp.input(NothingIn)
@bp.output(AppointmentOut)
@bp.doc(summary="取消预约", responses={404: "没有这个预约", 409: "已取消、已签到或太迟"})
def cancel(appointment_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    return perform_here(lambda: service.cancel(mine(appointment_id).id, doing), _presented)


@bp.post("/appointments/<appointment_id>/reschedule")
@access("citizen")
@limited(BOOKINGS)
@bp.input(SlotIn)
@bp.output(AppointmentOut)
@bp.doc(summary="改约到另一个时段", responses={404: "没有这个预约或时段", 409: "约满或太迟"})
def reschedule(appointment_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    return perform_here(
        lambda: service.reschedule(mine(appointment_id).id, json_data["slot"], doing), _presented
    )


@bp.post("/appointments/<appointment_id>/check-in")
@access("citizen")
@bp.input(HereIn)
@bp.output(TicketOut, status_code=201)
@bp.doc(
    summary="到厅后用手机签到", responses={404: "没有这个预约", 409: "太早、太迟、已签到或不在大厅"}
)
def check_in(appointment_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    plan = plan_of(mine(appointment_id).hall)
    where = json_data.get("latitude"), json_data.get("longitude")

    def arrived() -> Any:
        arriving.require_in_hall(plan, *where)
        return arriving.check_in(
            plan, mine(appointment_id).id, doing, priority=json_data.get("priority")
        )

    return perform_here(arrived, lambda t: ticket_out(t, plan, doing.actor), status=201)


def mine(appointment_id: str) -> Appointment:
    """A booking of the caller's. Another's is not found: ids tell nothing."""
    found = find(id=appointment_id)
    if not owned_by(found, actor()):
        raise AppointmentNotFound
    return found


def _presented(appointment: Appointment) -> dict[str, Any]:
    return appointment_out(appointment, plan_of(appointment.hall), actor().id)


def _without_pool(slot: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in slot.items() if key != "pool"}
