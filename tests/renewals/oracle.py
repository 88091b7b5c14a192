"""What is to be said of a licence on which day, told from the calendar alone.

Shares no code with app/renewals and none with what that counts by: months are dateutil's, working
days those of `chinese_calendar`, and where the app works out when to look next, this looks at every
licence on every day.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from chinese_calendar import is_workday
from dateutil.relativedelta import relativedelta

DAY = timedelta(days=1)
NEW_YEAR = date(2027, 1, 1)
CLOSED = frozenset({date(2026, 5, 21), date(2026, 7, 16)})
"""Working days on which the hall of the year is closed."""


def works(day: date) -> bool:
    """Whether the country works. Of 2027 no notice was given yet: its first is a holiday, and a
    Friday."""
    return bool(is_workday(day)) if day < NEW_YEAR else day >= NEW_YEAR + 3 * DAY


def hall_works(day: date) -> bool:
    return works(day) and day not in CLOSED


@dataclass(frozen=True)
class Step:
    code: str
    before: relativedelta
    note: str


def _months(n: int, note: str) -> Step:
    return Step(f"{n}-months", relativedelta(months=n), note)


def _days(n: int, note: str) -> Step:
    return Step(f"{n}-days", relativedelta(days=n), note)


@dataclass(frozen=True)
class Rule:
    """How one kind is watched for one event."""

    event: str
    steps: tuple[Step, ...]
    late: str | None = None
    """What is noted behind the deadline."""
    asked_until: relativedelta | int = 0
    """How long before its last day a renewal must be asked for; a number: of working days."""
    asked_from: relativedelta | int = 0
    one_tap: bool = False
    on_any_day: bool = False
    yearly: tuple[int, int] | None = None
    every_months: int | None = None

    def deadline(self, last: date) -> date:
        return self._back(last, self.asked_until)

    def opening(self, last: date) -> date:
        return self._back(last, self.asked_from)

    def _back(self, last: date, before: relativedelta | int) -> date:
        return last - before if isinstance(before, relativedelta) else working_back(last, before)

    def sends_on(self, day: date) -> bool:
        return self.on_any_day or hall_works(day)

    def read_on(self, found_on: date, last: date) -> date:
        """The first day on which what is found on this one goes out, the last day at the latest."""
        while not self.sends_on(found_on) and found_on < last:
            found_on += DAY
        return found_on


TO_RENEW = (
    _months(2, "请安排时间申请延续"),
    _months(1, "请尽快申请延续"),
    _days(15, "即将到期，请现在办理"),
)
TO_CHECK = (
    _months(2, "请安排年检（年报）"),
    _months(1, "请尽快办理年检（年报）"),
    _days(15, "年检（年报）即将截止"),
)
TO_INSPECT = (
    _months(2, "请安排复核"),
    _months(1, "请尽快申请复核"),
    _days(15, "复核即将截止"),
)
TOO_LATE = "延续期限已过，请咨询"

RULES: Mapping[str, tuple[Rule, ...]] = {
    "food": (Rule("renewal", TO_RENEW, TOO_LATE, 15, 90, one_tap=True),),
    "safety": (
        Rule(
            "renewal",
            (_months(5, "还有五个月"), _days(100, "还有一百天"), _months(1, "还有一个月")),
            "延续已晚，请来大厅",
            relativedelta(months=3),
            relativedelta(months=6),
            one_tap=True,
        ),
    ),
    "medicine": (
        Rule(
            "renewal",
            (_months(8, "还有八个月"), _months(7, "还有七个月"), _months(6, "最后一天")),
            TOO_LATE,
            relativedelta(months=6),
            relativedelta(months=12),
        ),
    ),
    "water": (
        Rule(
            "renewal",
            TO_RENEW,
            TOO_LATE,
            relativedelta(days=45),
            relativedelta(days=90),
            one_tap=True,
        ),
    ),
    "milk": (Rule("renewal", TO_RENEW, TOO_LATE, relativedelta(days=30)),),
    "hygiene": (
        Rule("renewal", TO_RENEW, TOO_LATE, relativedelta(days=30)),
        Rule("inspection", TO_INSPECT, every_months=24),
    ),
    "driving": (Rule("renewal", TO_RENEW, TOO_LATE, on_any_day=True),),
    "business": (Rule("annual_check", TO_CHECK, yearly=(6, 30)),),
}


@dataclass(frozen=True)
class Chapter:
    """How a licence stands from the morning of one day on, until its next chapter."""

    since: date
    ends: date | None
    holder: str
    told: bool = True
    """Whether it is in force, nobody asked for its renewal, and its holder wants to be told."""


@dataclass(frozen=True)
class Life:
    """A licence, and all that becomes of it."""

    kind: str
    issued: date
    chapters: tuple[Chapter, ...]

    def on(self, day: date) -> Chapter | None:
        return next((each for each in reversed(self.chapters) if each.since <= day), None)


@dataclass(frozen=True)
class Reminder:
    """What must be said, once."""

    event: str
    last_day: date
    step: str
    holder: str
    due_on: date
    """The day the plan means."""
    found_on: date
    """The first morning on which somebody looked."""
    sent_on: date | None
    """None: nobody hears of it, since before its day came something else did."""
    overtaken: bool
    """Where so: whether it was withdrawn; else its time ran out."""
    note: str


def reminders_of(life: Life, mornings: Sequence[date]) -> list[Reminder]:
    """Everything that must be said of a licence, if somebody looks on these mornings."""
    return [each for rule in RULES[life.kind] for each in _by(rule, life, mornings)]


def _by(rule: Rule, life: Life, mornings: Sequence[date]) -> Iterator[Reminder]:
    said = set()
    for nth, morning in enumerate(mornings):
        chapter = life.on(morning)
        last = chapter and chapter.told and _last_day(rule, life, chapter, morning)
        if not chapter or not last or morning > last:
            continue
        days = send_days(rule, last)
        come = bisect_right([day for day, _ in days], morning)
        if not come:
            continue
        due_on, step = days[come - 1]
        over = days[come][0] if come < len(days) else last + DAY
        if (last, step.code, chapter.holder) in said:
            continue
        in_time = rule.read_on(morning, last) <= rule.deadline(last)
        note = step.note if in_time else rule.late
        if note is None:
            continue
        said.add((last, step.code, chapter.holder))
        if in_time:  # by when to ask is not said once that day is over
            over = min(over, rule.deadline(last) + DAY)
        sent_on, overtaken = _sent(rule, life, last, chapter.holder, mornings[nth:], over)
        yield Reminder(
            rule.event,
            last,
            step.code,
            chapter.holder,
            due_on,
            morning,
            sent_on,
            overtaken,
            note,
        )


def _sent(
    rule: Rule, life: Life, last: date, holder: str, mornings: Sequence[date], over: date
) -> tuple[date | None, bool]:
    """On which of these days it is sent; whether something else came before."""
    for day in mornings:
        now = life.on(day)
        still = now and now.told and now.holder == holder
        if not now or not still or (day <= last and _last_day(rule, life, now, day) != last):
            return None, True
        if day >= over:
            return None, False
        if rule.sends_on(day):
            return day, False
    return None, False


def _last_day(rule: Rule, life: Life, chapter: Chapter, today: date) -> date | None:
    if rule.yearly is None and rule.every_months is None:
        return chapter.ends
    coming = min(day for day in _cycle(rule, life.issued) if day >= today)
    return coming if chapter.ends is None or coming <= chapter.ends else None


@cache
def _cycle(rule: Rule, issued: date) -> tuple[date, ...]:
    if rule.yearly:
        return tuple(date(year, *rule.yearly) for year in range(issued.year + 1, 2031))
    anniversaries = [
        issued + relativedelta(months=n * (rule.every_months or 0)) for n in range(1, 12)
    ]
    return tuple(day - DAY if day.day == issued.day else day for day in anniversaries)


@cache
def send_days(rule: Rule, last: date) -> tuple[tuple[date, Step], ...]:
    """When each step is said, in order: moved to an earlier day where its own is a day of rest."""
    days = []
    for step in rule.steps:
        day = last - step.before
        while day.year > 2024 and not rule.sends_on(day):
            day -= DAY
        days.append((day, step))
    return tuple(sorted(days, key=lambda pair: pair[0]))


@cache
def working_back(day: date, number: int) -> date:
    """The n-th working day before this one."""
    while number:
        day -= DAY
        number -= works(day)
    return day


TERMS = {"food": 60, "safety": 36, "water": 60}
"""Months of the kinds that one tap renews."""


def next_term(kind: str, ends: date, decided_on: date) -> tuple[date, date]:
    """The first and the last day of what a renewal gives."""
    begins = decided_on if kind == "food" else ends + DAY
    again = begins + relativedelta(months=TERMS[kind])
    return begins, again - DAY if again.day == begins.day else again
