"""What the catalog's routes take and give. Times carry the hall's offset."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Date, Integer, List, Nested, String
from apiflask.validators import Length


class ItemQuery(Schema):
    q = String(load_default="", validate=Length(max=100), metadata={"description": "要找的词"})


class SpanOut(Schema):
    opens_at = AwareDateTime(required=True)
    closes_at = AwareDateTime(required=True)


class HallOut(Schema):
    code = String(required=True)
    name = String(required=True)
    address = String(required=True)
    phone = String(required=True)
    timezone = String(required=True)
    now = AwareDateTime(required=True)
    date = Date(required=True, metadata={"description": "现在所属的大厅日"})
    open = Boolean(required=True)
    gives_numbers = Boolean(
        required=True,
        metadata={"description": "是否给号：在取号时间内（午休也算），且没有停止取号"},
    )
    hours_today = List(Nested(SpanOut), required=True)
    remark = String(
        required=True,
        allow_none=True,
        metadata={"description": "当天开放时间与平常不同的原因"},
    )


class DepartmentOut(Schema):
    code = String(required=True)
    name = String(required=True)


class LaneOut(Schema):
    letters = String(required=True)
    name = String(required=True)
    walk_in_quota = Integer(required=True, allow_none=True)
    walk_in_minutes = Integer(required=True)
    stopped = String(
        required=True, allow_none=True, metadata={"description": "停止取号的原因；照常取号为空"}
    )


class CounterOut(Schema):
    no = String(required=True)
    name = String(required=True)
    kind = String(required=True)
    accessible = Boolean(required=True)
    tiers = List(List(String()), required=True)
    status = String(required=True)


class HallDetailOut(HallOut):
    message = String(required=True)
    departments = List(Nested(DepartmentOut), required=True)
    lanes = List(Nested(LaneOut), required=True)
    counters = List(Nested(CounterOut), required=True)


class ItemOut(Schema):
    code = String(required=True)
    name = String(required=True)
    department = String(required=True)
    lane = String(required=True)
    minutes = Integer(required=True)
    papers = List(String(), required=True)
    bookable = Boolean(required=True, metadata={"description": "是否可以预约"})


class OrderRowOut(Schema):
    why = String(required=True)
    how = String(required=True)
    due = String(required=True)


class RulesOut(Schema):
    date = Date(required=True)
    order = List(Nested(OrderRowOut), required=True)
    notes = List(String(), required=True)
