"""How long a decision may still take, by the calendar of 2026 with its make-up days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from chinese_calendar import is_workday

from app.renewals.clock import Level, clock_of, working_days_after

ASKED = date(2026, 1, 15)
"""A Thursday; Spring Festival is from 15 to 23 February, 14 and 28 February are worked."""


def clock(today: date, *, asked: date = ASKED, ask_by: date | None = None, ends: date = date.max):
    """`ends`: the first day on which the licence holds no longer."""
    return clock_of(asked, ask_by or asked, ends - timedelta(days=1), today, is_workday)


@pytest.mark.parametrize(
    ("begun", "count", "end"),
    [
        (date(2026, 1, 15), 20, date(2026, 2, 12)),
        (date(2026, 1, 19), 20, date(2026, 2, 14)),  # the make-up Saturday is the twentieth
        (date(2026, 1, 20), 20, date(2026, 2, 24)),  # the day after it is behind the holiday
        (date(2026, 2, 13), 1, date(2026, 2, 14)),
        (date(2026, 2, 14), 1, date(2026, 2, 24)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # a Saturday that is worked
    ],
)
def test_working_days_are_counted_over_holidays_and_make_up_days(begun, count, end):
    assert working_days_after(begun, count, is_workday) == end


def test_twenty_working_days_where_the_licence_holds_longer():
    found = clock(date(2026, 1, 16))
    assert found.decide_by == found.legal_by == date(2026, 2, 12)
    assert (found.working_days, found.level) == (20, Level.NONE)


def test_the_last_day_of_the_licence_where_that_comes_first():
    found = clock(date(2026, 1, 16), ends=date(2026, 1, 31))
    assert found.granted_on == date(2026, 1, 31)
    assert found.decide_by == date(2026, 1, 30)
    assert found.legal_by == date(2026, 2, 12)
    assert found.working_days == 11  # the 16th to the 30th


def test_who_asked_too_late_is_not_helped_by_silence():
    day_before, ends = ASKED - timedelta(days=1), date(2026, 1, 20)
    found = clock(date(2026, 1, 16), ask_by=day_before, ends=ends)
    assert found.granted_on is None
    assert found.decide_by == found.legal_by
    assert clock(date(2026, 1, 16), ask_by=ASKED, ends=ends).granted_on == ends


@pytest.mark.parametrize(
    ("today", "left", "level"),
    [
        (date(2026, 1, 29), 11, Level.NONE),
        (date(2026, 1, 30), 10, Level.YELLOW),
        (date(2026, 2, 9), 4, Level.YELLOW),
        (date(2026, 2, 10), 3, Level.RED),
        (date(2026, 2, 12), 1, Level.RED),
        (date(2026, 2, 13), 0, Level.RED),
    ],
)
def test_yellow_and_red(today, left, level):
    found = clock(today)
    assert (found.working_days, found.level) == (left, level)
    assert found.is_over == (today > date(2026, 2, 12))


def test_a_holiday_before_the_end_makes_it_red_earlier():
    """Ten days are left and nobody works on nine of them."""
    found = clock(date(2026, 2, 14), asked=date(2026, 1, 30), ends=date(2026, 2, 24))
    assert (found.decide_by, found.working_days, found.is_over) == (date(2026, 2, 23), 1, False)
    assert found.level is Level.RED
