"""Deliveries as the outside sees them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import tzinfo
from typing import Any

from sqlalchemy import Row

from app.catalog.plan import HallPlan
from app.catalog.service import plan_of
from app.citizens.rules import masked_phone
from app.core.handover import Address, Movement
from app.core.http import wire_time
from app.core.language import either, named, tell
from app.core.language import gettext as _
from app.core.said import Both, Said
from app.deliveries.queries import (
    Box,
    Delivery,
    Happened,
    cabinets_coded,
    cabinets_of,
    code_of,
)
from app.deliveries.rules import Way
from app.deliveries.service import WAY_WORDS, Offer, collect_item, ways_for
from app.deliveries.states import State, Use
from app.deliveries.stored import laid_in

STATE_WORDS = {
    State.MAKING: "制作中",
    State.MADE: "已制作",
    State.ON_ITS_WAY: "邮寄途中",
    State.READY: "可到窗口领取",
    State.IN_BOX: "已存入文件柜",
    State.OVERDUE: "超期未取",
    State.HANDED_OVER: "已领取",
}
PROGRESS = {
    "begun": "大厅开始制作",
    "made": "已制作并封装",
    "ordered": "已交快递下单",
    "refused": "快递无法送达，改为窗口领取",
    "ready": "已在窗口备好",
    "in_box": "已存入文件柜",
    "overdue": "超过取件期限",
    "taken_back": "已转到窗口，可到窗口领取",
    "returned": "快件退回，改为窗口领取",
    "handed_over": "已发放",
    "fetched": "已在窗口领取",
    "taken_out": "已从文件柜取出",
}
MOVEMENTS = {
    Movement.COLLECTED: "快递已揽收",
    Movement.MOVED: "运输途中",
    Movement.OUT: "正在派送",
    Movement.SIGNED: "已签收",
    Movement.TURNED_BACK: "快件正在退回",
    Movement.RETURNED: "快件已退回大厅",
}


def delivery_out(delivery: Delivery, *, own: bool = False) -> dict[str, Any]:
    """A delivery; `own`: for whom it is, who alone is told the code of its box."""
    row, plan = delivery.row, plan_of(delivery.row.hall)
    return {
        "id": delivery.id,
        "way": delivery.way,
        "way_text": _(WAY_WORDS[delivery.way]),
        "state": delivery.state,
        "state_text": _(STATE_WORDS[delivery.state]),
        "to": to_out(delivery.content.address),
        "parcel": _parcel_out(delivery, plan.zone),
        "box": _box_out(delivery.box, plan.zone, own=own),
        "counter": _counter_out(delivery, plan),
        "contents": list(delivery.content.contents),
        "handed_over_at": wire_time(row.handed_over_at, plan.zone),
        "progress": [progress_out(each, plan.zone) for each in delivery.happened],
    }


def staff_delivery_out(delivery: Delivery) -> dict[str, Any]:
    """The same for the hall that makes it; until it is sent, with what stands on the parcel."""
    row, content = delivery.row, delivery.content
    is_here = delivery.way is Way.COURIER and delivery.state in (State.MAKING, State.MADE)
    result = content.names.result
    return {
        **delivery_out(delivery),
        "subject": row.subject,
        "subject_id": row.subject_id,
        "result": either(result.chinese, result.english),
        "holder_name": content.names.holder,
        "created_at": wire_time(row.created_at, plan_of(row.hall).zone),
        "cabinet": row.cabinet,
        "label": asdict(content.address) if is_here and content.address else None,
    }


def place_out(cabinet: Row[Any]) -> dict[str, Any]:
    """Where a cabinet stands."""
    return {"name": named(cabinet), "place": either(cabinet.place, cabinet.place_en)}


def drop_off_out(use: Row[Any], *, own: bool = False) -> dict[str, Any]:
    """Papers that are, or will be, laid in; `own`: for the account that is to, which alone is told
    the code."""
    content, zone = laid_in(use), plan_of(use.hall).zone
    cabinet = cabinets_coded([use.cabinet]).get(use.cabinet) if use.cabinet else None
    awaited = use.state in (Use.INVITED, Use.FILLING) and use.opened_at is None
    return {
        "id": use.id,
        "state": use.state,
        "hall": use.hall,
        "code": code_of(use) if own and awaited else None,
        "about": content["about"],
        "contents": content["contents"],
        "cabinet_name": cabinet and named(cabinet),
        "cabinets": [place_out(each) for each in ([cabinet] if cabinet else cabinets_of(use.hall))],
        "box": use.box,
        "in_at": wire_time(use.in_at, zone),
        "expires_at": wire_time(use.expires_at, zone) if awaited else None,
    }


def offer_out(offer: Offer) -> dict[str, Any]:
    """A way as somebody may choose it."""
    return {
        "code": offer.way,
        "name": _(WAY_WORDS[offer.way]),
        "text": tell(offer.text),
        "available": offer.why_not is None,
        "why_not": offer.why_not and tell(offer.why_not),
    }


def ways_out(hall: str, address: Address | None = None) -> list[dict[str, Any]]:
    """Every way of a hall, as `service.ways_for` finds them."""
    return [offer_out(each) for each in ways_for(hall, address)]


def progress_out(happened: Happened, zone: tzinfo) -> dict[str, Any]:
    """One step, in words."""
    return {"at": wire_time(happened.at, zone), "text": happened.text or _what(happened.what)}


def _what(what: str) -> str:
    return _(PROGRESS[what]) if what in PROGRESS else _(MOVEMENTS[Movement(what)])


def to_out(address: Address | None) -> dict[str, Any] | None:
    if address is None:
        return None
    return {"name": address.name, "phone": masked_phone(address.phone), "address": str(address)}


def _parcel_out(delivery: Delivery, zone: tzinfo) -> dict[str, Any] | None:
    if delivery.row.waybill is None:
        return None
    moved = [each for each in delivery.happened if each.what in set(Movement)]
    return {
        "courier": delivery.row.courier,
        "waybill": delivery.row.waybill,
        "events": [{**progress_out(each, zone), "station": each.station} for each in moved],
    }


def _box_out(box: Box | None, zone: tzinfo, *, own: bool) -> dict[str, Any] | None:
    if box is None:
        return None
    return {
        "cabinet_name": named(box.cabinet),
        "place": either(box.cabinet.place, box.cabinet.place_en),
        "no": box.no,
        "code": box.code if own else None,
        "expires_at": wire_time(box.expires_at, zone),
    }


def _counter_out(delivery: Delivery, plan: HallPlan) -> dict[str, Any] | None:
    if delivery.way is not Way.COUNTER:
        return None
    item = collect_item(plan)
    words = "到%(hall)s取“%(item)s”的号，凭身份证领取。" if item else "凭身份证到%(hall)s窗口领取。"
    name = item and Both(item.name, item.name_en)
    text = Said(words, {"hall": Both(plan.name, plan.name_en), "item": name})
    return {"hall_name": named(plan), "item": item and item.code, "text": tell(text)}
