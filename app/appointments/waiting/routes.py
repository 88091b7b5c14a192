"""Waiting for a full day, on a phone."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.appointments.queries import Appointment
from app.appointments.schemas import AppointmentOut
from app.appointments.view import appointment_out
from app.appointments.waiting import service
from app.appointments.waiting.errors import WaitingNotFound
from app.appointments.waiting.queries import Waiting, find, of_citizen, owned_by
from app.appointments.waiting.rules import Wish
from app.appointments.waiting.schemas import JoinIn, WaitingListEntryOut
from app.appointments.waiting.view import waiting_out
from app.catalog.service import plan_of
from app.citizens.queries import name_served, person_served
from app.core.auth import access, act, actor
from app.core.http import answer, perform_here
from app.core.limits import BOOKINGS, limited
from app.core.parts import parts
from app.tickets.schemas import NothingIn

bp = APIBlueprint("waiting_list", __name__, url_prefix="/api/v1", tag="候补")


@bp.post("/halls/<hall>/waiting-list")
@access("citizen")
@limited(BOOKINGS)
@bp.input(JoinIn)
@bp.output(WaitingListEntryOut, status_code=201)
@bp.doc(
    summary="为约满的一天候补",
    responses={404: "没有这个大厅或事项", 409: "尚未约满、已在候补、当天已有预约或未实名"},
)
def join(hall: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    citizen = doing.actor.id
    codes = json_data.get("items") or [json_data["item"]]
    wish = Wish(json_data["date"], tuple(codes), json_data.get("begins"), json_data.get("ends"))

    def joined() -> Waiting:
        person = person_served(citizen, json_data.get("person"))
        return service.join(hall, wish, person, name_served(citizen, person), doing)

    return perform_here(joined, _presented, status=201)


@bp.get("/me/waiting-list")
@access("citizen")
@bp.output(WaitingListEntryOut(many=True))
@bp.doc(summary="我的候补，先列仍在候补的；已结束的列 30 天")
def waiting_list() -> Response:
    return answer([_presented(each) for each in of_citizen(actor(), parts().clock.now())])


@bp.get("/waiting-list/<waiting_id>")
@access("citizen")
@bp.output(WaitingListEntryOut)
@bp.doc(summary="一个候补", responses={404: "没有这个候补"})
def one_waiting(waiting_id: str) -> Response:
    return answer(_presented(mine(waiting_id)))


@bp.post("/waiting-list/<waiting_id>/accept")
@access("citizen")
@bp.input(NothingIn)
@bp.output(AppointmentOut, status_code=201)
@bp.doc(
    summary="接受保留的名额，成为预约",
    responses={404: "没有这个候补", 409: "还没有轮到、已过保留时间或已结束"},
)
def accept(waiting_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()

    def presented(made: Appointment) -> dict[str, Any]:
        return appointment_out(made, plan_of(made.hall), doing.actor.id)

    return perform_here(lambda: service.accept(mine(waiting_id).id, doing), presented, status=201)


@bp.post("/waiting-list/<waiting_id>/leave")
@access("citizen")
@bp.input(NothingIn)
@bp.output(WaitingListEntryOut)
@bp.doc(summary="退出候补，或不要保留的名额", responses={404: "没有这个候补", 409: "已结束"})
def leave(waiting_id: str, json_data: dict[str, Any]) -> Response:
    doing = act()
    return perform_here(lambda: service.leave(mine(waiting_id).id, doing), _presented)


def mine(waiting_id: str) -> Waiting:
    """An entry of the caller's. Another's is not found: ids tell nothing."""
    found = find(waiting_id)
    if not owned_by(found, actor()):
        raise WaitingNotFound
    return found


def _presented(waiting: Waiting) -> dict[str, Any]:
    return waiting_out(waiting, plan_of(waiting.hall), actor().id)
