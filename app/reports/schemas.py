"""What the report looks like on the wire."""

from __future__ import annotations

from datetime import date

from apiflask import Schema
from apiflask.fields import AwareDateTime, Date, Dict, Float, Integer, List, Nested, String
from apiflask.validators import Range

FIRST, LAST = date(2000, 1, 1), date(2999, 12, 31)
"""A hall had no earlier day; and the very last dates there are have no morning after."""


class ReportQuery(Schema):
    date = Date(validate=Range(FIRST, LAST), metadata={"description": "大厅日，不填为今天"})


class WaitedOut(Schema):
    people = Integer(required=True)
    median_s = Float(required=True, allow_none=True)
    p90_s = Float(required=True, allow_none=True)
    longest_s = Float(required=True, allow_none=True)


class TotalsOut(Schema):
    tickets = Integer(required=True)
    entered = Integer(required=True)
    served = Integer(required=True)
    waiting = Integer(required=True)
    left = Integer(required=True)
    passed = Integer(required=True)
    waits = Nested(WaitedOut, required=True)


class CountedOut(Schema):
    at = AwareDateTime(required=True)
    counts = Dict(String(), Integer(), required=True)


class HourWaitsOut(Schema):
    at = AwareDateTime(required=True)
    waits = Dict(String(), Nested(WaitedOut), required=True)


class TruthOut(Schema):
    people = Integer(required=True)
    before_p90 = Float(required=True, allow_none=True)
    off_s = Float(required=True, allow_none=True)
    pairs = List(List(Float()), required=True)


class UseOut(Schema):
    no = String(required=True)
    name = String(required=True)
    open_s = Float(required=True)
    busy_s = Float(required=True)
    share = Float(required=True, allow_none=True)
    calls = Integer(required=True)
    served = Integer(required=True)
    passed = Integer(required=True)
    service_s = Float(required=True, allow_none=True)


class BookingsOut(Schema):
    by_end = Dict(String(), Integer(), required=True)
    by_time = List(Nested(CountedOut), required=True)
    missed_share = Float(required=True, allow_none=True)


class GradesOut(Schema):
    grades = Dict(String(), Integer(), required=True)
    unrated = Integer(required=True, metadata={"description": "没有评价的，不计入评价"})
    praise = Float(required=True, allow_none=True)


class ReportOut(Schema):
    date = Date(required=True)
    totals = Nested(TotalsOut, required=True)
    arrivals = List(Nested(CountedOut), required=True)
    waits_by_hour = List(Nested(HourWaitsOut), required=True)
    waits_by_kind = Dict(String(), Nested(WaitedOut), required=True)
    waits_by_lane = Dict(String(), Nested(WaitedOut), required=True)
    truth = Nested(TruthOut, required=True)
    counters = List(Nested(UseOut), required=True)
    bookings = Nested(BookingsOut, required=True)
    ratings = Nested(GradesOut, required=True)
