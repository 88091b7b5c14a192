"""What the booking routes take and give."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Date, Float, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range, Regexp
from marshmallow import ValidationError, validates_schema

from app.appointments.rules import POOLS
from app.appointments.states import State
from app.tickets.rules import PRIORITIES
from app.tickets.schemas import PHONE, ItemsIn, each_once

REASON_AT_MOST = 100
REASON = [Length(1, REASON_AT_MOST), Regexp(r"\s*\S", error="请写明原因。")]


class ItemsQuery(Schema):
    item = List(
        String(validate=Length(1, 64)),
        required=True,
        validate=[Length(1, 10), each_once],
        metadata={"description": "事项代码；一次办理几项的，重复给出"},
    )


class SlotsQuery(ItemsQuery):
    date = Date(required=True, metadata={"description": "大厅日"})


class FreeSlotsQuery(SlotsQuery):
    all = Boolean(load_default=False, metadata={"description": "约满的时段也列出，left 为 0"})


class BookingDayOut(Schema):
    date = Date(required=True, metadata={"description": "大厅日"})
    weekday = Integer(required=True, metadata={"description": "1 是星期一，7 是星期日"})
    state = String(
        required=True, validate=OneOf(("open", "full", "closed", "not_released", "past"))
    )
    left = Integer(required=True, metadata={"description": "这一天还可预约的人数"})
    releases_at = AwareDateTime(
        required=True, allow_none=True, metadata={"description": "何时开放预约；已开放的为空"}
    )
    reason = String(
        required=True, allow_none=True, metadata={"description": "不能预约的原因；可以的为空"}
    )


class StandingQuery(Schema):
    person = String(validate=Length(1, 32), metadata={"description": "办事人；不填为本人"})
    hall = String(
        validate=Length(1, 32), metadata={"description": "按哪个大厅的规则；不填为所有大厅的"}
    )


class CountOut(Schema):
    what = String(required=True, validate=OneOf(("missed", "cancelled")))
    count = Integer(required=True)
    limit = Integer(required=True, metadata={"description": "满几次即暂停预约"})
    within_days = Integer(required=True, allow_none=True, metadata={"description": "空为累计"})
    ban_days = Integer(required=True)


class StandingOut(Schema):
    banned_until = AwareDateTime(required=True, allow_none=True)
    reason = String(required=True, allow_none=True)
    counts = List(Nested(CountOut), required=True)
    warning = String(
        required=True, allow_none=True, metadata={"description": "再有一次就会暂停预约的，写明"}
    )


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
    name = String(
        required=True,
        allow_none=True,
        metadata={"description": "预约的账号看到全名，其他人看到的隐去部分"},
    )


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
    cancel_until = AwareDateTime(
        required=True, metadata={"description": "本人最迟何时可以取消或改约"}
    )
    check_in_opens_at = AwareDateTime(required=True)
    on_time_until = AwareDateTime(required=True, metadata={"description": "最迟何时签到不算迟到"})
    check_in_closes_at = AwareDateTime(
        required=True, metadata={"description": "最迟何时签到仍按预约排队；再晚按现场取号"}
    )
    lane = String(required=True)
    item = String(required=True)
    items = List(String(), required=True)
    person = Nested(BookedPersonOut, required=True)
    ticket = Nested(BookedTicketOut, required=True, allow_none=True)
    note = String(
        required=True, allow_none=True, metadata={"description": "大厅改约、取消或改取现场号的原因"}
    )
    warning = String(
        required=True,
        allow_none=True,
        metadata={"description": "办事人已暂停预约，或再取消、爽约一次就会暂停的，写明"},
    )
    cancel_warning = String(
        required=True,
        allow_none=True,
        metadata={"description": "取消这个预约就会暂停预约的，取消前写明"},
    )


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
