"""What routes about deliveries take and give."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Regexp

from app.deliveries.rules import Way
from app.deliveries.states import State, Use

WAYS = OneOf([str(way) for way in Way])
STATES = OneOf([str(state) for state in State])


class RegionQuery(Schema):
    region = String(
        validate=Length(1, 60), metadata={"description": "省市区，填了就问快递是否送达"}
    )


class WayOut(Schema):
    code = String(required=True, validate=WAYS)
    name = String(required=True)
    text = String(required=True)
    available = Boolean(required=True)
    why_not = String(required=True, allow_none=True)


class ToOut(Schema):
    name = String(required=True)
    phone = String(required=True, metadata={"description": "隐去中间几位"})
    address = String(required=True)


class StepOut(Schema):
    at = AwareDateTime(required=True)
    text = String(required=True)


class ParcelEventOut(StepOut):
    station = String(required=True)


class ParcelOut(Schema):
    courier = String(required=True)
    waybill = String(required=True)
    events = List(Nested(ParcelEventOut), required=True)


class BoxOut(Schema):
    cabinet_name = String(required=True)
    place = String(required=True)
    no = String(required=True)
    code = String(required=True, allow_none=True, metadata={"description": "只告诉本人"})
    expires_at = AwareDateTime(required=True, allow_none=True)


class PickUpOut(Schema):
    hall_name = String(required=True)
    item = String(required=True, allow_none=True)
    text = String(required=True)


class DeliveryOut(Schema):
    id = String(required=True)
    way = String(required=True, validate=WAYS)
    way_text = String(required=True)
    state = String(required=True, validate=STATES)
    state_text = String(required=True)
    to = Nested(ToOut, required=True, allow_none=True)
    parcel = Nested(ParcelOut, required=True, allow_none=True)
    box = Nested(BoxOut, required=True, allow_none=True)
    counter = Nested(PickUpOut, required=True, allow_none=True)
    contents = List(String(), required=True)
    handed_over_at = AwareDateTime(required=True, allow_none=True)
    progress = List(Nested(StepOut), required=True)


class LabelOut(Schema):
    name = String(required=True)
    phone = String(required=True)
    region = String(required=True)
    street = String(required=True)


class StaffDeliveryOut(DeliveryOut):
    subject = String(required=True)
    subject_id = String(required=True)
    result = String(required=True, metadata={"description": "办理结果的名称"})
    holder_name = String(required=True)
    created_at = AwareDateTime(required=True)
    cabinet = String(required=True, allow_none=True)
    label = Nested(
        LabelOut,
        required=True,
        allow_none=True,
        metadata={"description": "邮寄面单，寄出之前才有"},
    )


class StateQuery(Schema):
    state = List(String(validate=STATES), load_default=list)


class TicketIn(Schema):
    ticket = String(required=True, validate=Length(1, 32))


class CabinetIn(Schema):
    cabinet = String(required=True, validate=Length(1, 32))


class PlaceOut(Schema):
    name = String(required=True)
    place = String(required=True)


class CabinetNameOut(PlaceOut):
    code = String(required=True)
    free = Integer(required=True)


class DepositOut(Schema):
    use = String(required=True)
    cabinet = String(required=True)
    box = String(required=True)


class TakenBackOut(Schema):
    use = String(required=True, allow_none=True)
    box = String(required=True, allow_none=True)


CODE = Regexp(r"[0-9]{6}\Z", error="号码应为六位数字。")


class CollectIn(Schema):
    code = String(validate=CODE)
    id_number = String(validate=Length(1, 40))
    read = Boolean(load_default=False, metadata={"description": "读卡器读出，不是手工输入"})


class CollectedOut(DepositOut):
    contents = List(String(), required=True)
    more = Integer(required=True, metadata={"description": "本柜还有几件"})


class DropOffCodeIn(Schema):
    code = String(required=True, validate=CODE)


class BoxIn(Schema):
    box = String(required=True, validate=Length(1, 8))


class ClosedOut(Schema):
    state = String(required=True, validate=OneOf([str(use) for use in Use]), allow_none=True)


class DoorOut(Schema):
    no = String(required=True)
    column = Integer(required=True)
    row = Integer(required=True)
    height = Integer(required=True)
    state = String(required=True, validate=OneOf(("free", "taken", "open")))
    holds = Boolean(required=True, metadata={"description": "里面有物品"})


class CabinetOut(Schema):
    code = String(required=True)
    name = String(required=True)
    place = String(required=True)
    server_time = AwareDateTime(required=True)
    boxes = List(Nested(DoorOut), required=True)


class DropOffIn(Schema):
    hall = String(required=True, validate=Length(1, 32))
    contents = List(String(validate=Length(1, 60)), required=True, validate=Length(1, 20))
    about = String(
        load_default="",
        validate=Length(max=40),
        metadata={"description": "为哪件事，如延续或填报的编号"},
    )


class DropOffOut(Schema):
    id = String(required=True)
    state = String(required=True, validate=OneOf([str(use) for use in Use]))
    hall = String(required=True)
    code = String(required=True, allow_none=True, metadata={"description": "只告诉要码的账号"})
    about = String(required=True)
    contents = List(String(), required=True)
    cabinet_name = String(required=True, allow_none=True)
    cabinets = List(
        Nested(PlaceOut),
        required=True,
        metadata={"description": "可以放进哪些柜；放好后是那一个"},
    )
    box = String(required=True, allow_none=True)
    in_at = AwareDateTime(required=True, allow_none=True)
    expires_at = AwareDateTime(required=True, allow_none=True)
