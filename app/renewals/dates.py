"""The days of a licence: from when and until when its renewal may be asked for, when its holder is
told what, how long the new one holds. Pure.

Days are Beijing's, first and last days are included, and months end where the calendar lets them:
a month before 31 March is the last day of February, and what is to be counted always starts from
the day the law counts from, so that a leap day moves nothing but itself.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Protocol

from app.licences.kinds import Kind, Span
from app.renewals.plans import Cycle, Plan, Step, Term, TermFrom

IsWorking = Callable[[date], bool]
"""Whether a day is one on which offices work."""

DAY = timedelta(days=1)
LONGEST_REST = 31
"""Days in a row on which nobody works; more than any holiday has, fewer than a hall that closed
for good."""


class Dated(Protocol):
    """A licence, as far as its days go."""

    @property
    def issued_on(self) -> date: ...

    @property
    def valid_from(self) -> date | None: ...

    @property
    def valid_until(self) -> date | None: ...


def any_day(_day: date) -> bool:
    """Where no day is a holiday."""
    return True


# Counting


def counted_back(day: date, span: Span) -> date:
    """The day so long before this one; where its month has no such day, the month's last."""
    if span.unit == "days":
        return day - span.count * DAY
    year, month = _month(day, -span.count)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def end_of_term(begins: date, months: int) -> date:
    """The last day of a term of so many months: the day before the one on which it began; where
    its month has no such day, the month's last.

    Source: 民法典第二百零二条."""
    year, month = _month(begins, months)
    days = monthrange(year, month)[1]
    return date(year, month, days) if begins.day > days else date(year, month, begins.day) - DAY


def working_days_back(day: date, number: int, is_working: IsWorking) -> date:
    """The so-and-so-many-th working day before this day, which is not counted itself."""
    found, rest = day, 0
    while number and rest < LONGEST_REST:
        found -= DAY
        rest = 0 if is_working(found) else rest + 1
        number -= is_working(found)
    return found - number * DAY


def _month(day: date, months: int) -> tuple[int, int]:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return year, month + 1


# What a licence has before it


def last_day(plan: Plan, licence: Dated, today: date) -> date | None:
    """The last day of what a plan watches: of the licence's term, which may be over; of a cycle,
    the next from today on. None where nothing ends, or the licence does before."""
    if plan.cycle is None:
        return licence.valid_until
    coming = next(day for day in _days_of(plan.cycle, licence) if day >= today)
    ends = licence.valid_until
    return coming if ends is None or coming <= ends else None


def _days_of(cycle: Cycle, licence: Dated) -> Iterator[date]:
    since = (cycle.counted_from == "valid_from" and licence.valid_from) or licence.issued_on
    match cycle:
        case Cycle(yearly=(month, day)):
            # what was set up this year reports for the first time in the next:
            # 企业信息公示暂行条例第八条
            for year in count(since.year + 1):
                yield date(year, month, min(day, monthrange(year, month)[1]))
        case Cycle(months=int(months)):
            for nth in count(1):
                yield end_of_term(since, nth * months)


def window(kind: Kind, valid_until: date, is_working: IsWorking) -> tuple[date, date] | None:
    """The first and the last day on which a renewal may be asked for; None where nobody said so of
    this kind. `is_working`: by which a kind whose window is in working days counts."""
    if kind.renewal is None:
        return None

    def back(span: Span) -> date:
        if kind.renewal is not None and kind.renewal.days == "working" and span.unit == "days":
            return working_days_back(valid_until, span.count, is_working)
        return counted_back(valid_until, span)

    return back(kind.renewal.earliest), back(kind.renewal.latest)


def new_term(
    term: Term, kind: Kind, valid_until: date, decided_on: date
) -> tuple[date, date | None]:
    """The first and the last day of what a renewal gives; None: it has no end. `valid_until`: the
    old one's last day."""
    begins = valid_until + DAY if term.counted_from is TermFrom.OLD_END else decided_on
    months = term.months or kind.validity.months
    return begins, None if months is None else end_of_term(begins, months)


# When its holder is told


def send_day(step: Step, last_day: date, is_working: IsWorking) -> date:
    """The day on which a step is said: if nobody works on it, the last before on which they do."""
    day = counted_back(last_day, step.before)
    earlier = (day - back * DAY for back in range(LONGEST_REST))
    return next((each for each in earlier if is_working(each)), day)


@dataclass(frozen=True, slots=True)
class Due:
    """What there is to say on a day, and when to look again."""

    step: Step | None
    """None: nothing yet, or nothing any more."""
    send_on: date
    """The day on which it was due; without one, that of the next."""
    look_on: date
    """The next day on which there is something: another step, or that the last day is over. A step
    that was not said by then is no longer worth saying."""


def steps_due(plan: Plan, last_day: date, today: date, is_working: IsWorking) -> Due:
    """The one step to be said today, which is the newest whose day has come: those missed before it
    are not caught up. `is_working`: on which days this plan's reminders are sent. Only while the
    last day is not over."""
    over = last_day + DAY
    days = sorted(
        (send_day(step, last_day, is_working), nth) for nth, step in enumerate(plan.steps)
    )
    look_on = next((day for day, _ in days if day > today), over)
    come = [(day, plan.steps[nth]) for day, nth in days if day <= today]
    if not come:
        return Due(None, look_on, look_on)
    send_on, step = come[-1]
    return Due(step, send_on, look_on)


def words_of(plan: Plan, step: Step, read_on: date, ask_by: date) -> Step | None:
    """Whose sentence says a step: its own while a renewal may be asked for; then what the plan says
    to who is late, and where it says nothing nobody is told."""
    return step if read_on <= ask_by else plan.late
