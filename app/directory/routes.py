"""Halls and what is done in them, for anyone to read."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint

from app.catalog.schemas import ItemQuery
from app.catalog.service import find_everywhere, item_of, plan_of, plans
from app.core.auth import public
from app.directory.schemas import (
    FoundItemOut,
    HallDetailOut,
    HallOut,
    ItemDetailOut,
    NearQuery,
)
from app.directory.view import done_in_out, hall_out, halls_out, item_detail_out

bp = APIBlueprint("directory", __name__, url_prefix="/api/v1", tag="办事指南")


@bp.get("/halls")
@public
@bp.input(NearQuery, location="query")
@bp.output(HallOut(many=True))
@bp.doc(summary="所有大厅，现在忙不忙；正在办公的在前，给出位置的近的在前")
def halls(query_data: dict[str, float]) -> list[dict[str, Any]]:
    at = (query_data["latitude"], query_data["longitude"]) if query_data else None
    return halls_out(plans(), at)


@bp.get("/halls/<hall>")
@public
@bp.output(HallDetailOut)
@bp.doc(summary="一个大厅：开放时间、队列、窗口、部门", responses={404: "没有这个大厅"})
def one_hall(hall: str) -> dict[str, Any]:
    return hall_out(plan_of(hall))


@bp.get("/items")
@public
@bp.input(ItemQuery, location="query")
@bp.output(FoundItemOut(many=True))
@bp.doc(summary="在所有大厅中按词查找事项，同名的合为一条；正在办公的大厅在前")
def items_everywhere(query_data: dict[str, str]) -> list[dict[str, Any]]:
    return [done_in_out(alike) for alike in find_everywhere(plans(), query_data["q"])]


@bp.get("/halls/<hall>/items/<item>")
@public
@bp.output(ItemDetailOut)
@bp.doc(summary="一个事项的指南：带什么、办多久、现在等多久", responses={404: "没有这个大厅或事项"})
def one_item(hall: str, item: str) -> dict[str, Any]:
    plan = plan_of(hall)
    return item_detail_out(plan, item_of(plan, item))
