"""What the rating routes take and give."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Date, Float, Integer, List, Nested, String
from apiflask.validators import Length, OneOf

from app.ratings.rules import Grade

GRADES = [str(grade) for grade in Grade]


class RateIn(Schema):
    grade = String(required=True, validate=OneOf(GRADES))
    words = String(validate=Length(1, 500), metadata={"description": "想说的话，可不填"})


class RatingOut(Schema):
    grade = String(
        required=True,
        allow_none=True,
        validate=OneOf(GRADES),
        metadata={"description": "null 为尚未评价"},
    )
    at = AwareDateTime(required=True, allow_none=True)
    open = Boolean(required=True, metadata={"description": "现在可以评价"})
    until = AwareDateTime(required=True, metadata={"description": "可以评价到这一刻之前"})


class CountsOut(Schema):
    very_satisfied = Integer(required=True)
    satisfied = Integer(required=True)
    fairly_satisfied = Integer(required=True)
    dissatisfied = Integer(required=True)
    very_dissatisfied = Integer(required=True)
    rated = Integer(required=True, metadata={"description": "已评价的，不含 unrated"})
    unrated = Integer(required=True, metadata={"description": "未评价的，不计入好评"})
    praise = Float(
        required=True,
        allow_none=True,
        metadata={"description": "好评（基本满意以上）在已评价中的比例，0 至 1"},
    )


class CounterCountsOut(CountsOut):
    counter = String(required=True)


class ClerkCountsOut(CountsOut):
    clerk = String(required=True)


class ItemCountsOut(CountsOut):
    item = String(required=True)


class GivenOut(Schema):
    """For the clerk of that counter without what tells who gave it: those are null."""

    grade = String(required=True, validate=OneOf(GRADES))
    channel = String(required=True)
    counter = String(required=True, allow_none=True)
    items = List(String(), required=True)
    at = AwareDateTime(required=True, allow_none=True)
    number = String(required=True, allow_none=True)
    clerk = String(required=True, allow_none=True)
    words = String(required=True, allow_none=True)


class RatingsOut(Schema):
    date = Date(required=True)
    counts = Nested(CountsOut, required=True)
    counters = List(Nested(CounterCountsOut), required=True)
    clerks = List(Nested(ClerkCountsOut), required=True)
    items = List(Nested(ItemCountsOut), required=True)
    ratings = List(Nested(GivenOut), required=True)
