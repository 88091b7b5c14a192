"""The kinds of value in a hall file: what is written -> a value of `plan`, or a complaint in
Chinese."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, time
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import available_timezones

from marshmallow import ValidationError, fields

from app.catalog.plan import Interval

DAY = 24 * 60

MESSAGES = {
    "required": "缺少这一项",
    "null": "这一项是空的",
    "unknown": "不认识的键",
    "type": "这里应写成若干行「键: 值」",
    "invalid": "这里应写成若干行「键: 值」",
}


class Entry(fields.Field[Any]):
    """A field whose complaints are sentences in Chinese: `read` gives the value or raises
    ValidationError."""

    default_error_messages = {**MESSAGES}  # noqa: RUF012 -- marshmallow only reads it

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


class Number(Entry):
    """An exact number within limits, both included, with a few decimals at most."""

    def __init__(self, lowest: int, highest: int, *, decimals: int, **rest: Any) -> None:
        super().__init__(**rest)
        self.lowest, self.highest, self.decimals = lowest, highest, decimals

    def read(self, value: Any) -> Decimal:
        written = value.strip() if isinstance(value, str) else ""
        if not re.fullmatch(r"[+-]?[0-9]{1,9}(\.[0-9]+)?", written):
            raise ValidationError("应是数字，如 0.25")
        if len(written.partition(".")[2]) > self.decimals:
            raise ValidationError(f"小数点后最多 {self.decimals} 位")
        number = Decimal(written)
        if not self.lowest <= number <= self.highest:
            raise ValidationError(f"应在 {self.lowest} 到 {self.highest} 之间，这里是 {written}")
        return number


class Share(Number):
    """A part of something, as 0.25."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(0, 1, decimals=3, **rest)


class Degrees(Number):
    def __init__(self, limit: int, **rest: Any) -> None:
        super().__init__(-limit, limit, decimals=8, **rest)

    def read(self, value: Any) -> Any:
        return float(super().read(value))


class FromTo(Entry):
    """Least and most, as `1-10`; one number means both."""

    def __init__(self, highest: int, **rest: Any) -> None:
        super().__init__(**rest)
        self.end = Whole(0, highest)

    def read(self, value: Any) -> tuple[int, int]:
        written = value if isinstance(value, str) else ""
        ends = [self.end.read(end) for end in written.split("-")]
        match ends:
            case [both]:
                return both, both
            case [least, most] if least <= most:
                return least, most
        raise ValidationError("应是一个整数，或 1-10 这样从小到大的两个")


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


class ClockTimeOrFalse(ClockTime):
    """`false`, which is no time, or a time."""

    def read(self, value: Any) -> time | None:  # type: ignore[override]
        return None if value == "false" else super().read(value)


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


class NightOrOff(Entry):
    """One interval that may go over midnight, as `21:00-07:30`; None for `off`."""

    def read(self, value: Any) -> Interval | None:
        if value == "off":
            return None
        ends = [_minutes(end.strip()) for end in value.split("-")] if isinstance(value, str) else []
        match ends:
            case [int(start), int(end)] if start != end and DAY not in ends:
                return start, end
        raise ValidationError("应是 21:00-07:30 这样的时间段，可以跨零点；不设写 off")


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
                sentence = "与前一个时间段重叠，或不按先后排列"
                raise ValidationError({place: [sentence]}, valid_data=spans)
        return tuple(spans)


class ListOrFalse(ListOf):
    """`false`, which is the empty list, or a list that is not."""

    def __init__(self, entry: fields.Field[Any], **rest: Any) -> None:
        super().__init__(entry, least=1, **rest)

    def read(self, value: Any) -> list[Any]:
        if isinstance(value, str):
            if value != "false":
                raise ValidationError("只能是 false（否），或一个列表")
            return []
        return super().read(value)


class Shares(Entry):
    """Letters -> share; what is wrong with one does not hide the others."""

    def read(self, value: Any) -> dict[str, Decimal]:
        if not isinstance(value, dict):
            raise ValidationError("这里应写成「{A: 0.3, B: 0.2}」")
        read: dict[str, Decimal] = {}
        faults: dict[str, Any] = {}
        for written, share in value.items():
            try:
                letters = Letters().read(written)
                read[letters] = Share().read(share)
                if not read[letters]:
                    raise ValidationError("份额应大于 0；不办预约的队列不写")
            except ValidationError as error:
                faults[written] = error.messages
        if faults:
            raise ValidationError(faults, valid_data=read)
        return read


def _minutes(text: Any) -> int | None:
    """Minutes since midnight of `HH:MM`, 24:00 included; None when it is no clock time."""
    found = re.fullmatch(r"([0-9]{1,2}):([0-5][0-9])", text) if isinstance(text, str) else None
    minutes = int(found[1]) * 60 + int(found[2]) if found else DAY + 1
    return minutes if minutes <= DAY else None


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())
