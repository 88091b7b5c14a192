"""What may stand in a hall file, key by key, as marshmallow schemas.

The units are those an administrator thinks in (minutes, clock times); values leave here as
the types of `plan`. What needs more than one place of the file is judged in `hall_file`.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, time
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import available_timezones

from marshmallow import RAISE, Schema, ValidationError, fields, post_load

from app.catalog.plan import Interval, Week

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60

_MESSAGES = {
    "required": "缺少这一项",
    "null": "这一项是空的",
    "unknown": "不认识的键",
    "type": "这里应写成若干行「键: 值」",
    "invalid": "这里应写成若干行「键: 值」",
}


class Entry(fields.Field[Any]):
    """A field whose complaints are sentences in Chinese: `read` gives the value or raises
    ValidationError."""

    default_error_messages = {**_MESSAGES}  # noqa: RUF012 -- marshmallow only reads it

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return self.read(value)

    def read(self, value: Any) -> Any:
        raise NotImplementedError


class Text(Entry):
    """One line of text, trimmed."""

    def __init__(self, *, longest: int = 60, **rest: Any) -> None:
        super().__init__(**rest)
        self.longest = longest

    def read(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("这里应是一行文字")
        text = value.strip()
        if not text:
            raise ValidationError("这一项是空的")
        if len(text) > self.longest:
            raise ValidationError(f"最多 {self.longest} 个字，这里有 {len(text)} 个")
        if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
            raise ValidationError("含有换行或不可见的控制字符")
        return text


class Pattern(Text):
    """Text of a given shape."""

    def __init__(self, pattern: str, sentence: str, **rest: Any) -> None:
        super().__init__(**rest)
        self.pattern, self.sentence = re.compile(pattern), sentence

    def read(self, value: Any) -> str:
        text = super().read(value)
        if not self.pattern.fullmatch(text):
            raise ValidationError(f"「{text}」不对：{self.sentence}")
        return text


class Code(Pattern):
    def __init__(self, **rest: Any) -> None:
        super().__init__(
            r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", "只能用字母、数字、横线和下划线，最多 32 个", **rest
        )


class Letters(Pattern):
    """A lane's letters. I and O are left out: on paper and screens they read as 1 and 0."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(
            r"[A-HJ-NP-Z]{1,3}", "应是一到三个大写字母，不用易与数字混淆的 I 和 O", **rest
        )


class CounterNo(Pattern):
    def __init__(self, **rest: Any) -> None:
        super().__init__(r"[1-9][0-9]{0,3}|[A-Z][0-9]{1,3}", "应是 3 或 A3 这样的窗口号", **rest)


class Whole(Entry):
    """A whole number within limits, both included."""

    def __init__(self, lowest: int, highest: int, **rest: Any) -> None:
        super().__init__(**rest)
        self.lowest, self.highest = lowest, highest

    def read(self, value: Any) -> int:
        if not isinstance(value, str) or not re.fullmatch(r"[+-]?[0-9]{1,9}", value.strip()):
            raise ValidationError("应是整数")
        number = int(value)
        if not self.lowest <= number <= self.highest:
            raise ValidationError(f"应在 {self.lowest} 到 {self.highest} 之间，这里是 {number}")
        return number


class OneOf(Entry):
    """One of a few words."""

    def __init__(self, *choices: str, **rest: Any) -> None:
        super().__init__(**rest)
        self.choices = choices

    def read(self, value: Any) -> str:
        if value not in self.choices:
            raise ValidationError(f"只能是 {'、'.join(self.choices)} 之一")
        return str(value)


class YesNo(Entry):
    def read(self, value: Any) -> bool:
        if value not in ("true", "false"):
            raise ValidationError("只能是 true（是）或 false（否）")
        return bool(value == "true")


class TimeZone(Text):
    def read(self, value: Any) -> str:
        name = super().read(value)
        if name not in _time_zones():
            raise ValidationError(f"没有「{name}」这个时区，例如 Asia/Shanghai")
        return name


class ClockTime(Entry):
    def read(self, value: Any) -> time:
        minutes = _minutes(value)
        if minutes is None or minutes == DAY:
            raise ValidationError("应是 00:00 到 23:59 之间的时刻，如 03:00")
        return time(minutes // 60, minutes % 60)


class Day(Entry):
    def read(self, value: Any) -> date:
        # fromisoformat reads 20260101 and 2026-W01-1 as well; people should see one form.
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise ValidationError("应是 2026-10-01 这样的日期")
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValidationError(f"没有 {value} 这一天") from error


class Span(Entry):
    """One opening interval, as `09:00-12:00`."""

    def read(self, value: Any) -> Interval:
        ends = [_minutes(end.strip()) for end in value.split("-")] if isinstance(value, str) else []
        match ends:
            case [int(start), int(end)] if start < end:
                return start, end
            case [int(), int()]:
                raise ValidationError(
                    f"「{value}」的结束不晚于开始；"
                    "跨过零点的请拆成两天，如 22:00-24:00 和次日 00:00-02:00"
                )
        raise ValidationError("应是 09:00-12:00 这样的时间段，最晚到 24:00")


class ListOf(Entry):
    """A list; what is wrong with one entry does not hide the others.

    On faults its valid data keeps the places of the file, None where nothing could be read,
    so that later judgements still find the right line.
    """

    def __init__(self, entry: fields.Field[Any], *, least: int = 0, **rest: Any) -> None:
        super().__init__(**rest)
        self.entry, self.least = entry, least

    def read(self, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValidationError("这里应是一个列表")
        if len(value) < self.least:
            raise ValidationError(f"至少要有 {self.least} 条")
        read: list[Any] = []
        faults: dict[int, Any] = {}
        for place, each in enumerate(value):
            try:
                read.append(self.entry.deserialize(each))
            except ValidationError as error:
                faults[place] = error.messages
                read.append(error.valid_data)
        if faults:
            raise ValidationError(faults, valid_data=read)
        return read


class Hours(ListOf):
    """The opening intervals of one day, in order."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(Span(), **rest)

    def read(self, value: Any) -> Any:
        spans = super().read(value)
        for place, (earlier, later) in enumerate(pairwise(spans), start=1):
            if later[0] < earlier[1]:
                raise ValidationError({place: ["与前一个时间段重叠，或不按先后排列"]})
        return tuple(spans)


class Part(Schema):
    class Meta:
        unknown = RAISE

    error_messages = {**_MESSAGES}  # noqa: RUF012 -- marshmallow only reads it


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
    vanished_seconds = Whole(0, 86_400)


def part(schema: type[Part], **rest: Any) -> fields.Nested:
    """A mapping inside another, with complaints in Chinese."""
    return fields.Nested(schema, error_messages={**_MESSAGES}, **rest)


class HallPart(Part):
    code = Code(required=True)
    name = Text(required=True)
    timezone = TimeZone(load_default="Asia/Shanghai")
    day_starts_at = ClockTime(load_default=time(3))
    address = Text(longest=120, load_default="")
    phone = Text(load_default="")
    message = Text(longest=300, load_default="")
    hours = part(WeekPart, required=True)
    exceptions = ListOf(part(ExceptionPart), load_default=())
    closed_on_holidays = YesNo(load_default=True)
    workday_as = OneOf(*WEEKDAYS[:5], load_default="mon")
    promises = part(PromisesPart, load_default=dict)
    rules = part(RulesPart, load_default=lambda: {"priority": "promise"})


class DepartmentPart(Part):
    code = Code(required=True)
    name = Text(required=True)


class LanePart(Part):
    letters = Letters(required=True)
    name = Text(required=True)
    walk_in_quota = Whole(0, 100_000, load_default=None)
    walk_in_minutes = Whole(0, 720, load_default=None)


class CounterPart(Part):
    no = CounterNo(required=True)
    name = Text(required=True)
    kind = OneOf("general", "specialist", load_default="general")
    accessible = YesNo(load_default=False)
    tiers = ListOf(ListOf(Letters(), least=1), least=1, required=True)
    hours = part(WeekPart, load_default=None)


class ItemPart(Part):
    code = Code(required=True)
    name = Text(required=True)
    department = Text(required=True)
    lane = Text(required=True)
    minutes = Whole(1, 480, required=True)
    papers = ListOf(Text(longest=120), load_default=())


class FilePart(Part):
    hall = part(HallPart, required=True)
    departments = ListOf(part(DepartmentPart), least=1, required=True)
    lanes = ListOf(part(LanePart), least=1, required=True)
    counters = ListOf(part(CounterPart), least=1, required=True)
    items = ListOf(part(ItemPart), least=1, required=True)


def _minutes(text: Any) -> int | None:
    """Minutes since midnight of `HH:MM`, 24:00 included; None when it is no clock time."""
    found = re.fullmatch(r"([0-9]{1,2}):([0-5][0-9])", text) if isinstance(text, str) else None
    minutes = int(found[1]) * 60 + int(found[2]) if found else DAY + 1
    return minutes if minutes <= DAY else None


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())
