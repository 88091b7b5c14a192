"""How long a decision may still take. Pure.

The law knows two ends: twenty working days from the application, and the licence's last day, after
which silence grants it (Administrative Licensing Law, art. 42, 50 and 82).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.renewals.rules import DAY

LEGAL_DAYS = 20
"""Working days; the day of the application is not counted."""
YELLOW_FROM = 10
RED_FROM = 3
"""So few working days are left, today counted."""


class Level(StrEnum):
    """How pressing a decision is."""

    NONE = "none"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Clock:
    """What is left until a renewal should be decided."""

    legal_by: date
    """The twentieth working day."""
    granted_on: date | None
    """The first day on which silence will have granted it; None: it was asked for too late."""
    decide_by: date
    """The last day for a decision: of the two ends the one that comes first."""
    working_days: int
    """Until then, today counted; 0: too late, or nothing but holidays."""
    is_over: bool
    """Whether that day is over."""
    level: Level


def clock_of(
    confirmed_on: date,
    ask_by: date,
    valid_until: date,
    today: date,
    is_working: Callable[[date], bool],
) -> Clock:
    """The clock of an application made on `confirmed_on`; who asks after `ask_by` is not helped by
    silence."""
    legal_by = working_days_after(confirmed_on, LEGAL_DAYS, is_working)
    in_time = confirmed_on <= ask_by
    decide_by = min(legal_by, valid_until) if in_time else legal_by
    left = _working_days(today, decide_by, is_working)
    return Clock(
        legal_by=legal_by,
        granted_on=valid_until + DAY if in_time else None,
        decide_by=decide_by,
        working_days=left,
        is_over=today > decide_by,
        level=_level(left),
    )


def working_days_after(day: date, count: int, is_working: Callable[[date], bool]) -> date:
    """The so-manieth working day after a day."""
    while count:
        day += DAY
        count -= is_working(day)
    return day


def _working_days(first: date, last: date, is_working: Callable[[date], bool]) -> int:
    days = (first + n * DAY for n in range((last - first).days + 1))
    return sum(map(is_working, days))


def _level(left: int) -> Level:
    if left <= RED_FROM:
        return Level.RED
    return Level.YELLOW if left <= YELLOW_FROM else Level.NONE
