"""What a cabinet's own screen asks: taking out, laying in, a door that is shut again."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response
from sqlalchemy import Row

from app.core.auth import access, act, actor
from app.core.errors import Invalid
from app.core.http import answer, perform_here
from app.core.parts import parts
from app.deliveries import boxes, opening
from app.deliveries.box_view import cabinet_out, collected_out, dropped_out
from app.deliveries.queries import cabinet_of_device
from app.deliveries.schemas import (
    BoxIn,
    CabinetOut,
    ClosedOut,
    CollectedOut,
    CollectIn,
    DropOffCodeIn,
)

bp = APIBlueprint("cabinets", __name__, url_prefix="/api/v1/cabinet", tag="智能文件柜")

DOOR = "柜门没有打开"
TRIED = "输错次数过多"


@bp.get("")
@access("cabinet", shows=None)
@bp.output(CabinetOut)
@bp.doc(summary="本柜的各个箱门", responses={404: "这台设备不是文件柜的屏幕"})
def doors() -> Response:
    return answer(cabinet_out(cabinet_of_device(actor().id), parts().clock.now()))


@bp.post("/collect")
@access("cabinet")
@bp.input(CollectIn)
@bp.output(CollectedOut)
@bp.doc(
    summary="凭取件码，或刷身份证，打开箱门取件",
    responses={404: "取件码不对，或没有待领取的", 409: "超期，或没有刷卡", 429: TRIED, 503: DOOR},
)
def collect(json_data: dict[str, Any]) -> Response:
    code, number = json_data.get("code"), json_data.get("id_number")
    if (code is None) == (number is None):
        raise Invalid
    doing, cabinet = act(), cabinet_of_device(actor().id)
    if code is not None:
        boxes.count_try(cabinet.code, doing)

    def taken() -> Row[Any]:
        if code is None:  # a card is no guess
            return boxes.collect_by_card(cabinet, number, json_data["read"], doing)
        use = boxes.collect_by_code(cabinet, code, doing)
        boxes.forget_try(cabinet.code)
        return use

    response = perform_here(taken, lambda use: collected_out(use, doing.now))
    opening.open_door(response.get_json()["use"], doing)
    return response


@bp.post("/deposit")
@access("cabinet")
@bp.input(DropOffCodeIn)
@bp.output(CollectedOut)
@bp.doc(
    summary="凭交件码打开一个空箱，放入材料",
    responses={404: "交件码不对", 409: "没有空箱", 429: TRIED, 503: DOOR},
)
def drop_off(json_data: dict[str, Any]) -> Response:
    doing, cabinet = act(), cabinet_of_device(actor().id)
    boxes.count_try(cabinet.code, doing)

    def given() -> Row[Any]:
        use = boxes.drop_off(cabinet, json_data["code"], doing)
        boxes.forget_try(cabinet.code)
        return use

    response = perform_here(given, dropped_out)
    opening.open_door(response.get_json()["use"], doing)
    return response


@bp.post("/closed")
@access("cabinet")
@bp.input(BoxIn)
@bp.output(ClosedOut)
@bp.doc(summary="箱门已经关好")
def closed(json_data: dict[str, Any]) -> Response:
    doing, cabinet = act(), cabinet_of_device(actor().id)

    def shut() -> dict[str, Any]:
        use = boxes.closed(cabinet, json_data["box"], doing)
        return {"state": use and use.state}

    return perform_here(shut, lambda told: told)
