"""What may stand in a hall file, key by key, as marshmallow schemas.

The units are those an administrator thinks in (minutes, clock times); values leave here as
the types of `plan`. What needs more than one place of the file is judged in `hall_judge`.
"""

from __future__ import annotations

from datetime import time
from typing import Any

from marshmallow import RAISE, Schema, fields, post_load

from app.catalog.hall_entries import (
    MESSAGES,
    ClockTime,
    ClockTimeOrFalse,
    Code,
    CounterNo,
    Day,
    Degrees,
    FromTo,
    Hours,
    Letters,
    ListOf,
    ListOrFalse,
    NightOrOff,
    OneOf,
    Share,
    Shares,
    Text,
    TimeZone,
    Whole,
    YesNo,
)
from app.catalog.plan import Booking, Interval, Week

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Part(Schema):
    class Meta:
        unknown = RAISE

    error_messages = {**MESSAGES}  # noqa: RUF012 -- marshmallow only reads it


class WeekPart(Part):
    """A day left out is a day closed."""

    mon = Hours(load_default=())
    tue = Hours(load_default=())
    wed = Hours(load_default=())
    thu = Hours(load_default=())
    fri = Hours(load_default=())
    sat = Hours(load_default=())
    sun = Hours(load_default=())

    @post_load
    def week(self, data: dict[str, tuple[Interval, ...]], **_: Any) -> Week:
        return tuple(data[day] for day in WEEKDAYS)


class ExceptionPart(Part):
    date = Day(required=True)
    hours = Hours()
    closed = YesNo()
    reason = Text(required=True)


class PromisesPart(Part):
    """Each as in the order table of docs/order.md; what is left out keeps its default."""

    walk_in_minutes = Whole(0, 720)
    late_minutes = Whole(0, 720)
    priority_minutes = Whole(0, 720)
    grace_minutes = Whole(0, 720)
    late_until_minutes = Whole(0, 720)
    check_in_opens_minutes = Whole(0, 720)
    afar_late_minutes = Whole(0, 720)
    rejoin_within_minutes = Whole(0, 720)
    rejoin_behind = Whole(1, 100)


class RulesPart(Part):
    one_live_ticket = OneOf("off", "per_lane", "per_hall")
    unstarted_on_next = OneOf("finished", "passed")
    priority = OneOf("promise", "behind_k", load_default="promise")
    behind = Whole(1, 100)
    last_number = YesNo()
    numbers_from_afar = YesNo()
    overdue_minutes = Whole(0, 720)
    pause_minutes = Whole(0, 720)
    undo_seconds = Whole(0, 3600)
    recall_at_most = Whole(0, 100)
    recall_seconds = Whole(0, 3600)
    near_ahead = Whole(0, 100)
    vanished_seconds = Whole(0, 86_400)
    paper_numbers = FromTo(99_999)
    quiet_hours = NightOrOff()


def part(schema: type[Part], **rest: Any) -> fields.Nested:
    """A mapping inside another, with complaints in Chinese."""
    return fields.Nested(schema, error_messages={**MESSAGES}, **rest)


class BookingExceptionPart(ExceptionPart):
    lanes = ListOf(Letters(), least=1, load_default=())


class EventPart(Part):
    code = Code(required=True)
    name = Text(required=True)
    item = Text(required=True)
    dates = ListOf(Day(), least=1, required=True)
    hours = Hours(least=1, required=True)
    slot_minutes = Whole(5, 240, required=True)
    places = Whole(1, 10_000, required=True)
    staff_places = Whole(0, 10_000, load_default=0)


class RemindPart(Part):
    evening_at = ClockTimeOrFalse()
    before_minutes = Whole(0, 1440)


class BanPart(Part):
    what = OneOf("missed", "cancelled", required=True)
    count = Whole(1, 100, required=True)
    within_days = Whole(1, 3660, load_default=None)
    ban_days = Whole(1, 3660, required=True)


class BookingPart(Part):
    slot_minutes = Whole(5, 240)
    walk_in_share = Share(load_default=Booking().walk_in_share)
    staff_share = Share(load_default=Booking().staff_share)
    horizon_days = Whole(0, 90)
    release_at = ClockTime()
    book_until_minutes = Whole(0, 10_080)
    cancel_until_minutes = Whole(0, 10_080)
    release_hold_minutes = FromTo(1440)
    offer_minutes = Whole(1, 1440)
    remind = part(RemindPart)
    bans = ListOf(part(BanPart))
    exceptions = ListOf(part(BookingExceptionPart), load_default=())
    events = ListOf(part(EventPart), load_default=())


class LocationPart(Part):
    latitude = Degrees(90, required=True)
    longitude = Degrees(180, required=True)
    radius_m = Whole(10, 10_000, required=True)


class ThresholdsPart(Part):
    oldest_wait_minutes = Whole(1, 720)
    waiting = Whole(1, 10_000)
    unserved_lane = YesNo()
    bad_rating = YesNo()


class BookableTimePart(Part):
    days = ListOf(OneOf(*WEEKDAYS), least=1, required=True)
    weeks = ListOf(OneOf("1", "2", "3", "4", "5", "-1"), least=1, load_default=())
    hours = Hours(least=1, load_default=())


class HallPart(Part):
    code = Code(required=True)
    name = Text(required=True)
    name_en = Text(longest=100, load_default="")
    timezone = TimeZone(load_default="Asia/Shanghai")
    day_starts_at = ClockTime(load_default=time(3))
    address = Text(longest=120, load_default="")
    phone = Text(load_default="")
    message = Text(longest=300, load_default="")
    message_en = Text(longest=300, load_default="")
    hours = part(WeekPart, required=True)
    exceptions = ListOf(part(ExceptionPart), load_default=())
    closed_on_holidays = YesNo(load_default=True)
    workday_as = OneOf(*WEEKDAYS[:5], load_default="mon")
    promises = part(PromisesPart, load_default=dict)
    rules = part(RulesPart, load_default=lambda: {"priority": "promise"})
    booking = part(BookingPart, load_default=lambda: {"exceptions": (), "events": ()})
    thresholds = part(ThresholdsPart, load_default=dict)
    location = part(LocationPart, load_default=None)


class DepartmentPart(Part):
    code = Code(required=True)
    name = Text(required=True)
    name_en = Text(longest=100, load_default="")


class LanePart(Part):
    letters = Letters(required=True)
    name = Text(required=True)
    name_en = Text(longest=100, load_default="")
    walk_in_quota = Whole(0, 100_000, load_default=None)
    walk_in_minutes = Whole(0, 720, load_default=None)


class CounterPart(Part):
    no = CounterNo(required=True)
    name = Text(required=True)
    name_en = Text(longest=100, load_default="")
    kind = OneOf("general", "specialist", load_default="general")
    accessible = YesNo(load_default=False)
    tiers = ListOf(ListOf(Letters(), least=1), least=1, required=True)
    hours = part(WeekPart, load_default=None)
    exceptions = ListOf(part(ExceptionPart), load_default=())
    shares = Shares(load_default=dict)


class ItemPart(Part):
    code = Code(required=True)
    name = Text(required=True)
    name_en = Text(longest=100, load_default="")
    department = Text(required=True)
    lane = Text(required=True)
    minutes = Whole(1, 480, required=True)
    papers = ListOf(Text(longest=120), load_default=())
    papers_en = ListOf(Text(longest=120), load_default=())
    aliases = ListOf(Text(longest=20), load_default=())
    form = Code(load_default=None)
    collects = YesNo(load_default=False)
    bookable = ListOrFalse(part(BookableTimePart), load_default=None)


class FilePart(Part):
    hall = part(HallPart, required=True)
    departments = ListOf(part(DepartmentPart), least=1, required=True)
    lanes = ListOf(part(LanePart), least=1, required=True)
    counters = ListOf(part(CounterPart), least=1, required=True)
    items = ListOf(part(ItemPart), least=1, required=True)
