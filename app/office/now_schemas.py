"""What the office's view of the hall takes and gives."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Date, Integer, List, Nested, String
from apiflask.validators import Length, OneOf, Range, Regexp

from app.office.now_warnings import Kind
from app.tickets.schemas import EstimateOut

STATUSES = ("open", "paused", "closed")
LETTERS = Length(1, 3)
REASON = Length(1, 100)


class TiersIn(Schema):
    tiers = List(
        List(String(validate=LETTERS), validate=Length(1, 100)),
        required=True,
        validate=Length(1, 10),
        metadata={"description": "首选队列在前，协助队列在后", "example": [["A", "B"], ["J"]]},
    )
    reason = String(load_default="", validate=Length(max=100))


class LaneIn(Schema):
    lane = String(
        load_default=None,
        allow_none=True,
        validate=LETTERS,
        metadata={"description": "不填为整个大厅"},
    )


class StopIn(LaneIn):
    reason = String(
        required=True,
        validate=[REASON, Regexp(r".*\S", error="请写明原因")],
        metadata={"description": "取号机上告诉办事人的原因"},
    )


class MessageIn(Schema):
    message = String(required=True, allow_none=True, validate=Length(max=60))


class ThresholdsPart(Schema):
    oldest_wait_minutes = Integer(required=True, validate=Range(1, 720))
    waiting = Integer(required=True, validate=Range(1, 10_000))
    unserved_lane = Boolean(required=True)
    bad_rating = Boolean(required=True)


class TurnedOut(Schema):
    no = String(required=True)
    status = String(required=True, validate=OneOf(STATUSES))


class ServesOut(Schema):
    no = String(required=True)
    tiers = List(List(String()), required=True)
    unworked = List(
        String(),
        required=True,
        metadata={"description": "现在没有开放且有人的窗口办理的队列"},
    )


class NumbersOut(Schema):
    lane = String(required=True, allow_none=True)
    stopped = String(required=True, allow_none=True)


class MessageOut(Schema):
    message = String(required=True, allow_none=True)


class WarningOut(Schema):
    kind = String(required=True, validate=OneOf([str(kind) for kind in Kind]))
    lane = String(required=True, allow_none=True)
    text = String(required=True)
    since = AwareDateTime(required=True)


class LaneNowOut(Schema):
    lane = String(required=True)
    name = String(required=True)
    waiting = Integer(required=True)
    oldest_since = AwareDateTime(required=True, allow_none=True)
    estimate = Nested(EstimateOut, required=True, metadata={"description": "现在取号大约等多久"})
    counters_working = Integer(
        required=True, metadata={"description": "办理它的、开放且有人的窗口"}
    )
    stopped = String(
        required=True, allow_none=True, metadata={"description": "这个队列停止取号的原因"}
    )
    hot = Boolean(required=True, metadata={"description": "达到了提醒标准"})


class InHandOut(Schema):
    number = String(required=True)
    state = String(required=True)
    since = AwareDateTime(required=True, metadata={"description": "何时叫到"})
    long = Boolean(required=True, metadata={"description": "已超过该事项通常用时的两倍"})


class CounterNowOut(Schema):
    no = String(required=True)
    name = String(required=True)
    status = String(required=True, validate=OneOf(STATUSES))
    since = AwareDateTime(required=True, allow_none=True)
    clerk = String(required=True, allow_none=True)
    ticket = Nested(InHandOut, required=True, allow_none=True)
    tiers = List(List(String()), required=True)
    tiers_in_file = List(
        List(String()),
        required=True,
        allow_none=True,
        metadata={"description": "当天调整过的，大厅文件中的队列；没有调整过的为空"},
    )


class ChangeOut(Schema):
    at = AwareDateTime(required=True)
    by = String(required=True, allow_none=True)
    text = String(required=True)
    reason = String(required=True)
    ended_at = AwareDateTime(required=True, allow_none=True)
    ended_by = String(required=True, allow_none=True)


class HallNowOut(Schema):
    hall = String(required=True)
    date = Date(required=True)
    server_time = AwareDateTime(required=True)
    open = Boolean(required=True)
    waiting = Integer(required=True)
    oldest_since = AwareDateTime(required=True, allow_none=True)
    in_hand = Integer(required=True, metadata={"description": "已叫到或正在办理的"})
    finished = Integer(required=True, metadata={"description": "今天已办结的"})
    counters_working = Integer(required=True, metadata={"description": "开放且有人的窗口"})
    message = String(required=True)
    stopped = String(
        required=True, allow_none=True, metadata={"description": "整个大厅停止取号的原因"}
    )
    thresholds = Nested(ThresholdsPart, required=True)
    warnings = List(Nested(WarningOut), required=True)
    lanes = List(Nested(LaneNowOut), required=True)
    counters = List(Nested(CounterNowOut), required=True)
    changes = List(
        Nested(ChangeOut), required=True, metadata={"description": "当天的调整，最近的在前"}
    )
