"""What the directory's routes take and give. Times carry the hall's offset."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Date, Float, Integer, List, Nested, String
from apiflask.validators import OneOf, Range
from marshmallow import ValidationError, validates_schema

from app.catalog.schemas import ItemOut
from app.directory.rules import Load
from app.forms.schemas import FormNameOut
from app.tickets.schemas import EstimateOut


class NearQuery(Schema):
    """Where somebody is, if they say so."""

    latitude = Float(validate=Range(-90, 90), metadata={"description": "GCJ-02 纬度"})
    longitude = Float(validate=Range(-180, 180), metadata={"description": "GCJ-02 经度"})

    @validates_schema
    def a_whole_place(self, data: dict[str, object], **_: object) -> None:
        if ("latitude" in data) != ("longitude" in data):
            raise ValidationError("latitude 与 longitude 须一并给出", "latitude")


class SpanOut(Schema):
    opens_at = AwareDateTime(required=True)
    closes_at = AwareDateTime(required=True)


class LocationOut(Schema):
    latitude = Float(required=True)
    longitude = Float(required=True)


class HallBookingOut(Schema):
    horizon_days = Integer(required=True, metadata={"description": "最远可约几天后"})
    release_at = String(
        required=True, metadata={"description": "最远一天何时开放预约", "example": "08:00"}
    )


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
    location = Nested(LocationOut, required=True, allow_none=True)
    distance_m = Integer(
        required=True, allow_none=True, metadata={"description": "离所给位置多少米"}
    )
    waiting = Integer(required=True, metadata={"description": "现在等候的人数"})
    how_full = String(
        attribute="load",
        data_key="load",
        required=True,
        validate=OneOf([str(load) for load in Load]),
        metadata={"description": "等候人数最多的队列，现在取号是清闲、正常还是繁忙"},
    )
    wait = Nested(
        EstimateOut,
        required=True,
        allow_none=True,
        metadata={"description": "等候人数最多的队列，现在取号大约等多久"},
    )
    numbers_from_afar = Boolean(required=True, metadata={"description": "是否可以远程取号"})
    booking = Nested(HallBookingOut, required=True)


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


class ItemDetailOut(ItemOut):
    hall = String(required=True)
    hall_name = String(required=True)
    waiting = Integer(required=True, metadata={"description": "所属队列现在等候的人数"})
    wait = Nested(
        EstimateOut,
        required=True,
        allow_none=True,
        metadata={"description": "现在取号大约等多久；不给号或没有估计为空"},
    )
    how_full = String(
        attribute="load",
        data_key="load",
        required=True,
        validate=OneOf([str(load) for load in Load]),
    )
    from_afar = Boolean(required=True, metadata={"description": "是否可以远程取号"})
    form = Nested(
        FormNameOut, required=True, allow_none=True, metadata={"description": "可在线填写的表单"}
    )


class DoneInOut(Schema):
    hall = String(required=True)
    hall_name = String(required=True)
    item = String(required=True, metadata={"description": "在这个大厅的事项代码"})
    bookable = Boolean(required=True)


class FoundItemOut(Schema):
    code = String(required=True, allow_none=True, metadata={"description": "各大厅代码不同的为空"})
    name = String(required=True)
    department = String(required=True)
    minutes = Integer(required=True)
    halls = List(Nested(DoneInOut), required=True)
