"""Deliveries: seen by whom they are for, made and handed over by the hall."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from app.catalog.service import plan_of
from app.core.acts import AT_COUNTERS, Act, Role
from app.core.auth import access, act, actor, public
from app.core.handover import Address
from app.core.http import answer, perform_here
from app.core.parts import parts
from app.deliveries import at_counter, boxes, opening, papers, queries, service
from app.deliveries.box_view import cabinet_name_out, use_out
from app.deliveries.mine import deliveries_of_citizen, delivery_of_citizen
from app.deliveries.queries import Delivery
from app.deliveries.schemas import (
    CabinetIn,
    CabinetNameOut,
    DeliveryOut,
    DepositOut,
    DropOffIn,
    DropOffOut,
    RegionQuery,
    StaffDeliveryOut,
    StateQuery,
    TakenBackOut,
    TicketIn,
    WayOut,
)
from app.deliveries.states import State, Use
from app.deliveries.view import delivery_out, drop_off_out, staff_delivery_out, ways_out
from app.submissions.at_counter import ticket_here
from app.tickets.errors import TicketNotFound
from app.tickets.schemas import NothingIn

bp = APIBlueprint("deliveries", __name__, url_prefix="/api/v1", tag="领取与送达")

MAKERS = (*AT_COUNTERS, Role.GUIDE, Role.APPROVER)
"""Who prints, packs, and fills the cabinet."""
LISTED_AT_MOST = 200
NOT_HERE = "没有这份办理结果"
ELSEWHERE = "已不在这一步"
DOOR = "柜门没有打开"


# Whom it is for


@bp.get("/halls/<hall>/delivery-ways")
@public
@bp.input(RegionQuery, location="query")
@bp.output(WayOut(many=True))
@bp.doc(summary="办理结果可以怎样领取", responses={404: "没有这个大厅"})
def ways(hall: str, query_data: dict[str, Any]) -> Response:
    region = query_data.get("region")
    return answer(ways_out(hall, Address("", "", region, "") if region else None))


@bp.get("/me/deliveries")
@access("citizen")
@bp.output(DeliveryOut(many=True))
@bp.doc(summary="我的、和我能代办的办理结果在哪里，新的在前")
def mine() -> Response:
    found = deliveries_of_citizen(actor().id, parts().clock.now(), LISTED_AT_MOST)
    return answer([delivery_out(each, own=True) for each in found])


@bp.get("/me/deliveries/<delivery_id>")
@access("citizen")
@bp.output(DeliveryOut)
@bp.doc(summary="一份办理结果在哪里", responses={404: NOT_HERE})
def one_of_mine(delivery_id: str) -> Response:
    found = delivery_of_citizen(delivery_id, actor().id, parts().clock.now())
    return answer(delivery_out(found, own=True))


@bp.post("/me/drop-offs")
@access("citizen")
@bp.input(DropOffIn)
@bp.output(DropOffOut, status_code=201)
@bp.doc(
    summary="要一个交件码，把材料放进智能文件柜",
    responses={404: "没有这个大厅", 409: "没有文件柜，或没有用过的交件码太多"},
)
def invite(json_data: dict[str, Any]) -> Response:
    doing, hall = act(), plan_of(json_data["hall"]).code
    contents, about = json_data["contents"], json_data["about"]
    return perform_here(
        lambda: papers.invite(doing.actor.id, hall, contents, about, doing),
        lambda use: drop_off_out(use, own=True),
        201,
    )


@bp.get("/me/drop-offs")
@access("citizen")
@bp.output(DropOffOut(many=True))
@bp.doc(summary="我的交件码，和已经放进文件柜的材料")
def my_drop_offs() -> Response:
    return answer([drop_off_out(each, own=True) for each in papers.drop_offs_of(actor().id)])


# The hall


@bp.get("/staff/deliveries")
@access("staff", roles=MAKERS, shows="deliveries")
@bp.input(StateQuery, location="query")
@bp.output(StaffDeliveryOut(many=True))
@bp.doc(summary="本大厅的办理结果，旧的在前；不指定状态则是没有领走的")
def of_hall(query_data: dict[str, Any]) -> Response:
    open_states = [state for state in State if state is not State.HANDED_OVER]
    states = [State(each) for each in query_data["state"]] or open_states
    found = queries.in_hall(actor().hall or "", states, LISTED_AT_MOST)
    return answer([staff_delivery_out(each) for each in found])


@bp.post("/staff/deliveries/<delivery_id>/made")
@access("staff", roles=MAKERS)
@bp.input(NothingIn)
@bp.output(StaffDeliveryOut)
@bp.doc(summary="已打印并封装", responses={404: NOT_HERE, 409: ELSEWHERE})
def made(delivery_id: str, json_data: dict[str, Any]) -> Response:
    return _changed(delivery_id, lambda hall, doing: service.made(delivery_id, hall, doing))


@bp.get("/staff/cabinets")
@access("staff", roles=MAKERS, shows=None)
@bp.output(CabinetNameOut(many=True))
@bp.doc(summary="本大厅的智能文件柜，各有几个空箱")
def cabinets() -> Response:
    return answer([cabinet_name_out(each) for each in queries.cabinets_of(actor().hall or "")])


@bp.post("/deliveries/<delivery_id>/deposit")
@access("staff", roles=MAKERS)
@bp.input(CabinetIn)
@bp.output(DepositOut)
@bp.doc(
    summary="存入智能文件柜：打开一个空箱，关门后取件码发给本人",
    responses={404: NOT_HERE, 409: "已不在这一步，或没有空箱", 503: DOOR},
)
def deposit(delivery_id: str, json_data: dict[str, Any]) -> Response:
    doing, hall = act(), actor().hall or ""
    cabinet = queries.cabinet(json_data["cabinet"], hall)
    response = perform_here(lambda: boxes.deposit(delivery_id, cabinet, doing), use_out)
    opening.open_door(response.get_json()["use"], doing)
    return response


@bp.post("/deliveries/<delivery_id>/take-back")
@access("staff", roles=MAKERS)
@bp.input(NothingIn)
@bp.output(TakenBackOut)
@bp.doc(
    summary="转到窗口领取；在文件柜里的，打开柜门取回",
    responses={404: NOT_HERE, 409: ELSEWHERE, 503: DOOR},
)
def take_back(delivery_id: str, json_data: dict[str, Any]) -> Response:
    doing, hall = act(), actor().hall or ""

    def taken() -> dict[str, Any]:
        use = boxes.take_back(delivery_id, hall, doing)
        return {"use": use and use.id, "box": use and use.box}

    response = perform_here(taken, lambda told: told)
    use = response.get_json()["use"]
    if use is not None:
        opening.open_door(use, doing)
    return response


@bp.get("/staff/drop-offs")
@access("staff", roles=MAKERS, shows="deliveries")
@bp.output(DropOffOut(many=True))
@bp.doc(summary="办事人放进文件柜、还没有取出的材料，旧的在前")
def drop_offs() -> Response:
    states = (Use.FILLING, Use.IN, Use.EMPTYING)
    return answer([drop_off_out(each) for each in papers.drop_offs(actor().hall or "", states)])


@bp.post("/staff/drop-offs/<use_id>/take-out")
@access("staff", roles=MAKERS)
@bp.input(NothingIn)
@bp.output(DepositOut)
@bp.doc(
    summary="打开柜门，取出办事人放进的材料",
    responses={404: "没有这份材料", 409: "可能有人正在放入", 503: DOOR},
)
def take_out(use_id: str, json_data: dict[str, Any]) -> Response:
    doing, hall = act(), actor().hall or ""
    response = perform_here(lambda: boxes.take_out(use_id, hall, doing), use_out)
    opening.open_door(use_id, doing)
    return response


# The counter


@bp.get("/tickets/<ticket_id>/deliveries")
@access("staff", roles=AT_COUNTERS, shows="deliveries")
@bp.output(StaffDeliveryOut(many=True))
@bp.doc(summary="为这个号的办事人备好、可以领取的办理结果；号已不在本窗口的，没有")
def ready(ticket_id: str) -> Response:
    doing = act()
    try:
        ticket = ticket_here(ticket_id, doing.actor)
    except TicketNotFound:
        return answer([])  # a console asks as the clerk ends the visit
    found = at_counter.ready_here(ticket, doing)
    return answer([staff_delivery_out(each) for each in found])


@bp.post("/deliveries/<delivery_id>/hand-over")
@access("staff", roles=AT_COUNTERS)
@bp.input(TicketIn)
@bp.output(StaffDeliveryOut)
@bp.doc(
    summary="当面核对身份证后发给办事人",
    responses={404: "本窗口没有这张号票，或这位办事人没有这份结果", 409: ELSEWHERE},
)
def hand_over(delivery_id: str, json_data: dict[str, Any]) -> Response:
    ticket_here(json_data["ticket"], actor())  # also where the answer is stored already

    def handed_over(hall: str, doing: Act) -> object:
        ticket = ticket_here(json_data["ticket"], doing.actor, lock=True)
        return at_counter.hand_over(delivery_id, ticket, doing)

    return _changed(delivery_id, handed_over)


def _changed(delivery_id: str, use_case: Callable[[str, Act], object]) -> Response:
    doing, hall = act(), actor().hall or ""

    def changed() -> Delivery:
        use_case(hall, doing)
        return queries.delivery(delivery_id)

    return perform_here(changed, staff_delivery_out)
