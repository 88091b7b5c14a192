"""Handing results over: what is begun when something was issued, and how it ends. Runs inside the
caller's transaction, but for what asks a courier.

A delivery is begun once for each result. It never fails for want of a way: what cannot be brought
comes to the counter, and whoever waits for it is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

from sqlalchemy import Row, select

from app.catalog.plan import HallPlan, Item
from app.catalog.service import plan_of
from app.core.acts import Act
from app.core.db import db, insert_once
from app.core.handover import Address, CourierAway, CourierUnread
from app.core.parts import parts
from app.core.said import Both, Said
from app.deliveries import records, telling
from app.deliveries.errors import (
    AddressMissing,
    AddressNotServed,
    UnknownCabinet,
    WayNotOffered,
)
from app.deliveries.queries import TABLE, cabinets_of, line
from app.deliveries.rules import Way
from app.deliveries.states import State
from app.deliveries.stored import Content, content_sealed
from app.deliveries.stored import Names as Names

WAY_WORDS = {
    Way.ELECTRONIC: "电子证照",
    Way.COURIER: "邮寄到家",
    Way.COUNTER: "窗口领取",
    Way.CABINET: "智能文件柜领取",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A way, and whether it can be chosen."""

    way: Way
    text: Said
    why_not: Said | None
    """None: it can."""


def ways_for(hall: str, address: Address | None = None) -> list[Offer]:
    """Every way of handing a result of this hall over. With an address the courier is asked
    whether it goes there: outside any transaction."""
    plan = plan_of(hall)
    return [
        Offer(Way.ELECTRONIC, Said("办结后立即发到手机，出示时与纸质证照同样有效。"), None),
        _courier(address),
        _counter(plan),
        _cabinet(plan),
    ]


def refuse_way(hall: str, way: str, address: Address | None, cabinet: str | None) -> None:
    """Before somebody chooses a way; asks the courier, outside any transaction.

    Raises WayNotOffered, AddressMissing, AddressNotServed, UnknownCabinet."""
    offers = {each.way: each for each in ways_for(hall)}
    if way not in offers or offers[Way(way)].why_not is not None:
        open_ways = [each.way for each in offers.values() if each.why_not is None]
        raise WayNotOffered(ways=open_ways)
    if way == Way.COURIER:
        if address is None or not all(part.strip() for part in astuple(address)):
            raise AddressMissing
        if _serves(address) is False:
            raise AddressNotServed
    there = {each.code for each in cabinets_of(hall)}
    if way == Way.CABINET and cabinet is not None and cabinet not in there:
        raise UnknownCabinet


def begin(
    subject: str,
    subject_id: str,
    holder: str,
    citizen: str | None,
    hall: str,
    way: str,
    address: Address | None,
    cabinet: str | None,
    contents: Sequence[str],
    names: Names,
    act: Act,
) -> str:
    """Have a result handed over; the delivery's id, the same however often it is begun. `holder`
    and `citizen`: whose it is, and the account that is told. What is electronic alone is handed
    over by that."""
    at_once = way == Way.ELECTRONIC
    chosen, id = Way(way), act.new_id()
    made = insert_once(
        TABLE,
        id=id,
        subject=subject,
        subject_id=subject_id,
        holder_id=holder,
        citizen_id=citizen,
        hall=hall,
        way=chosen,
        chosen=chosen,
        cabinet=cabinet,
        state=State.HANDED_OVER if at_once else State.MAKING,
        content_sealed=content_sealed(id, Content(names, tuple(contents), address)),
        created_at=act.now,
        handed_over_at=act.now if at_once else None,
    )
    if not made:
        theirs = (TABLE.c.subject == subject) & (TABLE.c.subject_id == subject_id)
        return str(db.session.execute(select(TABLE.c.id).where(theirs)).scalar_one())
    records.note(id, "handed_over" if at_once else "begun", act)
    return id


def made(id: str, hall: str, act: Act) -> Row[Any]:
    """It is printed and packed: ready at the counter, or for the courier or a box. Raises
    DeliveryNotFound, DeliveryElsewhere."""
    row = line(id, hall, lock=True)
    if row.way == Way.COUNTER:
        return ready(row, "ready", act, made_at=act.now)
    work_at = act.now if row.way == Way.COURIER else None
    return records.move(row, State.MADE, "made", act, made_at=act.now, work_at=work_at)


def ready(row: Row[Any], what: str, act: Act, **values: Any) -> Row[Any]:
    """It lies at the counter now, whatever way was chosen, and its account is told. Raises
    DeliveryElsewhere."""
    lies = records.move(row, State.READY, what, act, way=Way.COUNTER, work_at=None, **values)
    telling.tell_ready(lies, what, act)
    return lies


def handed_over(row: Row[Any], what: str | None, act: Act, **values: Any) -> Row[Any]:
    """Whom it is for has it; `what` None: that is noted already. Raises DeliveryElsewhere."""
    values = {"handed_over_at": act.now, "work_at": None} | values
    done = records.move(row, State.HANDED_OVER, what, act, **values)
    telling.over(done, act)
    return done


def collect_item(plan: HallPlan) -> Item | None:
    """The item by which results are fetched in this hall, if it has one."""
    return next((item for item in plan.items.values() if item.collects), None)


def _courier(address: Address | None) -> Offer:
    courier = parts().courier
    text = Said(
        "由%(courier)s送到您填写的地址，本人签收。", {"courier": courier.name if courier else ""}
    )
    if courier is None:
        return Offer(Way.COURIER, Said("由快递送到您填写的地址。"), Said("本大厅暂不提供邮寄。"))
    if address is not None and _serves(address) is False:
        return Offer(Way.COURIER, text, Said("快递暂时送不到这个地址。"))
    return Offer(Way.COURIER, text, None)


def _serves(address: Address) -> bool | None:
    """None: the courier could not be asked; what it will not bring comes to the counter later."""
    courier = parts().courier
    try:
        return courier is not None and courier.serves(address.region)
    except (CourierAway, CourierUnread):
        return None


def _counter(plan: HallPlan) -> Offer:
    item = collect_item(plan)
    if item is None:
        return Offer(Way.COUNTER, Said("到大厅窗口领取。"), Said("本大厅暂不提供窗口领取。"))
    words = "到%(hall)s取“%(item)s”的号，凭身份证领取。"
    hall, item_name = Both(plan.name, plan.name_en), Both(item.name, item.name_en)
    return Offer(Way.COUNTER, Said(words, {"hall": hall, "item": item_name}), None)


def _cabinet(plan: HallPlan) -> Offer:
    there = cabinets_of(plan.code)
    if not there:
        return Offer(Way.CABINET, Said("存入智能文件柜。"), Said("本大厅没有智能文件柜。"))
    place = Both(there[0].place, there[0].place_en)
    words = "存入%(place)s的智能文件柜，凭取件码或身份证领取，保管 7 天。"
    return Offer(Way.CABINET, Said(words, {"place": place}), None)
