"""What the booking routes take and give."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import AwareDateTime, Date, Float, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range, Regexp
from marshmallow import ValidationError, validates_schema

from app.appointments.rules import POOLS
from app.appointments.states import State
from app.tickets.rules import PRIORITIES
from app.tickets.schemas import PHONE, ItemsIn, each_once

REASON_AT_MOST = 100
REASON = [Length(1, REASON_AT_MOST), Regexp(r"\s*\S", error="请写明原因。")]


class SlotsQuery(Schema):
    item = List(
        String(validate=Length(1, 64)),
        required=True,
        validate=[Length(1, 10), each_once],
        metadata={"description": "事项代码；一次办理几项的，重复给出"},
    )
    date = Date(required=True, metadata={"description": "大厅日"})


class SlotOut(Schema):
    id = String(required=True)
    starts_at = AwareDateTime(required=True)
    ends_at = AwareDateTime(required=True)
    left = Integer(required=True, metadata={"description": "还可预约的人数"})


class StaffSlotOut(SlotOut):
    pool = String(required=True, validate=OneOf(POOLS), metadata={"description": "公众或代办名额"})


class BookIn(ItemsIn):
    slot = String(required=True, validate=Length(1, 80))
    person = String(validate=Length(1, 32), metadata={"description": "为谁预约；不填为本人"})


class StaffBookIn(ItemsIn):
    slot = String(required=True, validate=Length(1, 80))
    name = String(required=True, validate=Length(1, 60))
    id_number = String(validate=Length(1, 32))
    credit_code = String(validate=Length(1, 32))
    phone = String(validate=PHONE, metadata={"description": "来电号码，变动时电话通知"})

    @validates_schema
    def one_number(self, data: dict[str, object], **_: object) -> None:
        if ("id_number" in data) == ("credit_code" in data):
            raise ValidationError("id_number 与 credit_code 须且只须给出一个", "id_number")


class FindIn(Schema):
    code = String(validate=Length(1, 32), metadata={"description": "预约码"})
    id_number = String(validate=Length(1, 32))
    credit_code = String(validate=Length(1, 32))

    @validates_schema
    def one_of_them(self, data: dict[str, object], **_: object) -> None:
        if len(data) != 1:
            raise ValidationError("code、id_number、credit_code 须且只须给出一个", "code")


class SlotIn(Schema):
    slot = String(required=True, validate=Length(1, 80))


class HereIn(Schema):
    """Where the phone is, if the hall asks for it."""

    latitude = Float(validate=Range(-90, 90))
    longitude = Float(validate=Range(-180, 180))
    priority = String(validate=OneOf(PRIORITIES), allow_none=True)

    @validates_schema
    def a_whole_place(self, data: dict[str, object], **_: object) -> None:
        if ("latitude" in data) != ("longitude" in data):
            raise ValidationError("latitude 与 longitude 须一并给出", "latitude")


class PriorityIn(Schema):
    priority = String(validate=OneOf(PRIORITIES), allow_none=True)


class BookedSlotOut(Schema):
    id = String(required=True)
    starts_at = AwareDateTime(required=True)
    ends_at = AwareDateTime(required=True)


class BookedPersonOut(Schema):
    id = String(required=True)
    name = String(required=True, allow_none=True, metadata={"description": "隐去部分的姓名"})


class BookedTicketOut(Schema):
    id = String(required=True)
    number = String(required=True)
    state = String(required=True)


class AppointmentOut(Schema):
    id = String(required=True)
    code = String(required=True, metadata={"description": "预约码，在取号机上签到用"})
    state = String(required=True, validate=OneOf([str(state) for state in State]))
    hall = String(required=True)
    date = Date(required=True)
    slot = Nested(BookedSlotOut, required=True)
    check_in_opens_at = AwareDateTime(required=True)
    lane = String(required=True)
    item = String(required=True)
    items = List(String(), required=True)
    person = Nested(BookedPersonOut, required=True)
    ticket = Nested(BookedTicketOut, required=True, allow_none=True)
    note = String(required=True, allow_none=True, metadata={"description": "大厅改约或取消的原因"})


class StaffAppointmentOut(AppointmentOut):
    hit = String(
        required=True, allow_none=True, metadata={"description": "因大厅变动而不能办理的，写明"}
    )
    reached_by = String(
        required=True,
        allow_none=True,
        validate=OneOf(("message", "phone")),
        metadata={"description": "变动时可在手机“我的消息”中看到，或须打电话；都没有的为空"},
    )
    phone = String(
        required=True, allow_none=True, metadata={"description": "办事人留下的电话；没有的为空"}
    )


class DayQuery(Schema):
    date = Date(metadata={"description": "大厅日；不填为全部"})


class SettleIn(Schema):
    action = String(required=True, validate=OneOf(("move", "cancel")))
    reason = String(required=True, validate=REASON, metadata={"description": "告诉预约人的原因"})
    date = Date(metadata={"description": "只处理这一天的"})
    to = Date(metadata={"description": "改到这一天；不填为最近有空的一天"})
    after = String(
        validate=Length(1, 32),
        metadata={"description": "接着办时，此前最后一个没有空位的预约的 id，从它之后办起"},
    )


class SettledOut(Schema):
    moved = List(Nested(AppointmentOut), required=True)
    cancelled = List(Nested(AppointmentOut), required=True)
    left = List(Nested(AppointmentOut), required=True)
    remaining = Integer(required=True, metadata={"description": "还没有处理的；大于 0 时接着办"})
