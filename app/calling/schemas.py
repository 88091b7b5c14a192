"""What the calling routes take and give."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Date, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range
from marshmallow import ValidationError, validates_schema

from app.tickets.schemas import TicketOut, WhyOut

REASON = {"required": True, "validate": Length(1, 200)}


class NextIn(Schema):
    only_if_free = Boolean(
        load_default=False,
        metadata={"description": "手上有号时不结束它，答 409 counter_busy：自动派单用"},
    )


class AutoCallIn(Schema):
    on = Boolean(required=True)
    pause_s = Integer(
        required=True, validate=Range(0, 120), metadata={"description": "叫号前停顿的秒数"}
    )


class NumberIn(Schema):
    number = String(required=True, validate=Length(1, 16), metadata={"example": "A012"})
    reason = String(**REASON, metadata={"description": "会公开显示，请勿写姓名"})


class ReasonIn(Schema):
    reason = String(**REASON)


class TransferIn(Schema):
    lane = String(validate=Length(1, 3))
    counter = String(validate=Length(1, 16))
    when = String(validate=OneOf(["now"]))
    item = String(
        validate=Length(1, 64), metadata={"description": "一次办理几项的，转去办其中下一项"}
    )
    reason = String(validate=Length(1, 200), metadata={"description": "转下一事项时可不填"})

    @validates_schema
    def a_reason_is_needed(self, data: dict[str, object], **_: object) -> None:
        if "reason" not in data and "item" not in data:
            raise ValidationError("请填写原因", "reason")


class CallWhyOut(WhyOut):
    place = String(required=True, metadata={"description": "这张号票为什么排在这里"})
    due_at = AwareDateTime(required=True)
    tier = Integer(
        required=True, metadata={"description": "1 为首选队列，2 起为协助队列；0 为叫指定号"}
    )
    overdue = Boolean(required=True, metadata={"description": "因超时提前到首选队列"})
    bound = Boolean(required=True, metadata={"description": "指定由本窗口接续"})
    others = Integer(required=True, metadata={"description": "本窗口还可以叫的人数"})


class CalledOut(Schema):
    ticket = Nested(TicketOut, required=True)
    why = Nested(CallWhyOut, required=True)
    call_id = Integer(required=True)


class LineOut(Schema):
    id = String(required=True)
    number = String(required=True)
    lane = String(required=True)
    item = String(required=True)
    items = List(String(), required=True, metadata={"description": "这次来办的全部事项"})
    due_at = AwareDateTime(required=True)
    waits_since = AwareDateTime(required=True)
    priority = String(required=True, allow_none=True)
    bound = Boolean(required=True)
    why = Nested(WhyOut, required=True)


class InLineOut(LineOut):
    tier = Integer(
        required=True, metadata={"description": "本窗口从第几级队列叫它：1 为首选，2 起为协助"}
    )
    overdue = Boolean(required=True, metadata={"description": "超过应叫时间，已并入首选"})


class LaneInLineOut(Schema):
    lane = String(required=True)
    name = String(required=True)
    tier = Integer(required=True)
    waiting = Integer(required=True)
    oldest_since = AwareDateTime(
        required=True, allow_none=True, metadata={"description": "等得最久的人从何时等起"}
    )


class AutoCallOut(AutoCallIn):
    key = String(
        required=True,
        allow_none=True,
        metadata={
            "description": "此刻自动叫号应使用的 Idempotency-Key，同一窗口的各个页面相同；"
            "没有可叫的号时为 null"
        },
    )


class PassedOut(LineOut):
    passed_at = AwareDateTime(required=True)


class VanishedOut(LineOut):
    counter = String(required=True, metadata={"description": "号票所在的窗口"})


class CounterStateOut(Schema):
    no = String(required=True)
    name = String(required=True)
    status = String(required=True, validate=OneOf(["open", "paused", "closed"]))
    since = AwareDateTime(required=True, allow_none=True)
    clerk = String(required=True, allow_none=True)
    ticket = Nested(TicketOut, required=True, allow_none=True)
    why = Nested(CallWhyOut, required=True, allow_none=True)
    priority = String(required=True, allow_none=True, metadata={"description": "在办号的优先类别"})
    nth = Integer(required=True, allow_none=True)
    recall_at = AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "何时起可以重呼；手上没有已叫的号时为 null"},
    )
    tiers = List(List(String()), required=True)
    waiting = Integer(required=True)
    lanes = List(
        Nested(LaneInLineOut), required=True, metadata={"description": "本窗口的各队列，首选在前"}
    )
    bound = List(
        String(),
        required=True,
        metadata={"description": "指定在本窗口等候的号；窗口关闭即还给各队列"},
    )
    next = List(Nested(InLineOut), required=True)
    parked = List(Nested(LineOut), required=True)
    passed = List(
        Nested(PassedOut),
        required=True,
        metadata={"description": "本窗口各队列今天过号未归的，最近的在前，最多 20 个"},
    )
    vanished = List(
        Nested(VanishedOut),
        required=True,
        metadata={"description": "其他窗口手上、工作人员已离岗、可由本窗口接手的号"},
    )
    auto_call = Nested(AutoCallOut, required=True)
    server_time = AwareDateTime(required=True)


class CallOut(Schema):
    call_id = Integer(required=True)
    nth = Integer(required=True)
    number = String(required=True)
    lane = String(required=True)
    counter = String(required=True, metadata={"description": "叫到的窗口"})
    now_at = String(required=True, metadata={"description": "现在办理的窗口（恢复或接手后）"})
    called_at = AwareDateTime(required=True)
    last_at = AwareDateTime(required=True)
    ended_at = AwareDateTime(required=True, allow_none=True)
    ended_as = String(required=True, allow_none=True)
    by_hand = String(required=True, allow_none=True)
    why = Nested(CallWhyOut, required=True)


class WaitingOut(Schema):
    number = String(required=True)
    lane = String(required=True)
    due_at = AwareDateTime(required=True)
    why = Nested(WhyOut, required=True)


class LaneWaitingOut(Schema):
    lane = String(required=True)
    name = String(required=True)
    waiting = Integer(required=True)


class BoardOut(Schema):
    hall = String(required=True)
    name = String(required=True)
    date = Date(required=True)
    server_time = AwareDateTime(required=True)
    message = String(required=True)
    calls = List(Nested(CallOut), required=True)
    next = List(Nested(WaitingOut), required=True)
    lanes = List(Nested(LaneWaitingOut), required=True)


class ZoneQuery(Schema):
    lanes = String(
        load_default="",
        validate=Length(max=400),
        metadata={"description": "只看这些队列，如 A,B；默认全部"},
    )
    counters = String(
        load_default="",
        validate=Length(max=400),
        metadata={"description": "只看这些窗口，如 1-5,A3；默认全部"},
    )


class DateQuery(Schema):
    date = Date(metadata={"description": "大厅日，默认今天"})
