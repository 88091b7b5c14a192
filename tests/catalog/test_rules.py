"""Opening hours at their boundaries, and the last-number rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.catalog.hall_file import parse_hall
from app.catalog.plan import BookingException, CalendarDay, Counter, Exceptional, HallPlan
from app.catalog.rules import (
    can_still_be_served,
    counter_hours_on,
    counters_left,
    gives_numbers_at,
    hours_on,
    is_lane_served,
    is_open_at,
    open_minutes_left,
    opening,
    remark_on,
    remarks_on,
)
from tests.catalog.conftest import SMALL

SMALL_PLAN = parse_hall(SMALL.encode()).plan
ALL_DAY = ((0, 1440),)
WORKDAY = ((540, 720), (810, 1020))
TUESDAY = date(2026, 11, 24)
SATURDAY = date(2026, 11, 28)


def at(plan: HallPlan, day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=plan.zone)


def always_open(**changes) -> HallPlan:
    return replace(SMALL_PLAN, week=(ALL_DAY,) * 7, **changes)


@pytest.mark.parametrize(
    ("clock", "is_open", "gives_numbers"),
    [
        ("08:59:59", False, False),
        ("09:00:00", True, True),
        ("11:59:59", True, True),
        ("12:00:00", False, True),  # the lunch pause: the hall opens again
        ("13:29:59", False, True),
        ("13:30:00", True, True),
        ("16:59:59", True, True),
        ("17:00:00", False, False),
        ("23:30:00", False, False),
    ],
)
def test_a_working_day(clock, is_open, gives_numbers):
    instant = at(SMALL_PLAN, TUESDAY, clock)
    assert is_open_at(SMALL_PLAN, instant) is is_open
    assert gives_numbers_at(SMALL_PLAN, instant) is gives_numbers


def test_a_hall_that_never_closes_is_open_at_any_moment_of_its_hall_day():
    plan = always_open()
    for clock in ("00:00", "02:59:59", "03:00", "12:00", "23:59:59"):
        assert is_open_at(plan, at(plan, TUESDAY, clock))
    assert len(opening(plan, plan.hall_day(TUESDAY))) == 1
    assert open_minutes_left(plan, at(plan, TUESDAY, "23:00")) == 4 * 60


def test_opening_after_midnight_goes_by_the_calendar_date_and_belongs_to_the_hall_day_before():
    late = tuple(((0, 60), (1080, 1440)) if day == 5 else () for day in range(7))
    plan = replace(SMALL_PLAN, week=late, counters={})
    assert is_open_at(plan, at(plan, SATURDAY, "00:30"))  # Friday's hall day, Saturday's date
    assert is_open_at(plan, at(plan, SATURDAY, "20:00"))
    assert not is_open_at(plan, at(plan, SATURDAY + timedelta(days=1), "00:30"))
    assert plan.day_of(at(plan, SATURDAY, "00:30")).date == SATURDAY - timedelta(days=1)


def test_an_exception_goes_before_the_week_and_the_calendar():
    plan = replace(
        SMALL_PLAN,
        exceptions=(
            Exceptional(TUESDAY, (), "停电"),
            Exceptional(SATURDAY, ((600, 660),), "补办一小时"),
        ),
        calendar={SATURDAY: CalendarDay(SATURDAY, "holiday", "某节", "official")},
    )
    assert hours_on(plan, TUESDAY) == ()
    assert remark_on(plan, TUESDAY) == "停电"
    assert hours_on(plan, SATURDAY) == ((600, 660),)
    assert remark_on(plan, date(2026, 11, 25)) is None


def test_every_reason_why_a_days_bookings_of_a_lane_may_have_changed():
    first, *others = SMALL_PLAN.counters.values()
    lane = next(iter(first.lanes))
    lost = replace(first, exceptions=(Exceptional(TUESDAY, (), "设备检修"),))
    system = BookingException(TUESDAY, (), "系统升级", lanes=(lane,))
    plan = replace(
        SMALL_PLAN,
        exceptions=(Exceptional(TUESDAY, ((540, 720),), "停电"),),
        booking=replace(SMALL_PLAN.booking, exceptions=(system,)),
        counters={each.no: each for each in (lost, *others)},
    )
    told = ["停电", "系统升级", f"{first.no} 号窗口设备检修"]
    assert remarks_on(plan, TUESDAY, lane) == told
    assert remarks_on(plan, TUESDAY, "another") == ["停电"]
    assert remarks_on(plan, SATURDAY, lane) == []


@pytest.mark.parametrize(
    ("day", "kind", "expected"),
    [
        (TUESDAY, "holiday", ()),
        (SATURDAY, "workday", ((480, 960),)),  # Wednesday's hours, as the hall chose
        (TUESDAY, "workday", WORKDAY),  # a weekday declared a workday keeps its own
    ],
)
def test_the_public_calendar(day, kind, expected):
    week = tuple(((480, 960),) if d == 2 else hours for d, hours in enumerate(SMALL_PLAN.week))
    special = {day: CalendarDay(day, kind, "国庆节", "official")}
    plan = replace(SMALL_PLAN, week=week, workday_as=2, calendar=special)
    assert hours_on(plan, day) == expected
    assert remark_on(plan, day) == "国庆节"
    deaf = replace(plan, closed_on_holidays=False)
    assert hours_on(deaf, day) == week[day.weekday()]


def test_a_counter_is_open_only_while_its_hall_is():
    week = tuple(((600, 900),) if d < 5 else ((0, 1440),) for d in range(7))
    counter = replace(SMALL_PLAN.counters["1"], hours=week)
    assert counter_hours_on(SMALL_PLAN, counter, TUESDAY) == ((600, 720), (810, 900))
    assert counter_hours_on(SMALL_PLAN, counter, SATURDAY) == ()


def test_a_counters_own_day_goes_before_the_calendar_and_its_week_but_not_beyond_the_hall():
    monday, friday = TUESDAY - timedelta(days=1), TUESDAY + timedelta(days=3)
    counter = replace(
        SMALL_PLAN.counters["1"],
        hours=(WORKDAY,) * 5 + ((), ()),
        exceptions=(
            Exceptional(TUESDAY, (), "培训"),
            Exceptional(SATURDAY, ((480, 600),), "补班"),
            Exceptional(friday, ((480, 600),), "支援"),
        ),
    )
    plan = replace(
        SMALL_PLAN,
        week=(*SMALL_PLAN.week[:5], ((540, 720),), ()),
        exceptions=(Exceptional(friday, (), "停电"),),
        calendar={SATURDAY: CalendarDay(SATURDAY, "workday", "调休", "official")},
    )
    days = (monday, TUESDAY, friday, SATURDAY)
    assert [counter_hours_on(plan, counter, day) for day in days] == [
        WORKDAY,
        (),
        (),
        ((540, 600),),
    ]
    of_the_hall = replace(counter, hours=None)
    assert counter_hours_on(plan, of_the_hall, TUESDAY) == ()
    assert counter_hours_on(plan, of_the_hall, monday) == WORKDAY


def test_a_counter_lost_for_a_day_serves_nobody_on_it():
    lost = replace(SMALL_PLAN.counters["1"], exceptions=(Exceptional(TUESDAY, (), "培训"),))
    plan = replace(SMALL_PLAN, counters={**SMALL_PLAN.counters, "1": lost})
    assert set(counters_left(plan, at(plan, TUESDAY, "10:00"))) == {"2"}
    wednesday = TUESDAY + timedelta(days=1)
    assert set(counters_left(plan, at(plan, wednesday, "10:00"))) == {"1", "2"}
    assert opening(plan, plan.hall_day(TUESDAY), lost) == ()
    alone = replace(plan, counters={"1": lost})
    assert not is_lane_served(alone, "A", at(plan, TUESDAY, "10:00"))


def test_opening_minutes_left_leave_the_lunch_pause_out():
    def left(clock: str) -> float:
        return open_minutes_left(SMALL_PLAN, at(SMALL_PLAN, TUESDAY, clock))

    assert left("08:00") == 180 + 210
    assert left("11:50") == 10 + 210
    assert left("12:30") == 210
    assert left("16:59:30") == 0.5
    assert left("17:00") == 0


def test_days_on_which_the_clocks_change_are_as_long_as_they_are():
    plan = always_open(timezone="America/New_York", closed_on_holidays=False)
    spring, autumn = date(2026, 3, 8), date(2026, 11, 1)
    # The hall day of the Saturday ends at 03:00 of the Sunday on which the clocks change.
    for sunday, hours in ((spring, 23), (autumn, 25)):
        ((opens, closes),) = opening(plan, plan.hall_day(sunday - timedelta(days=1)))
        assert closes - opens == timedelta(hours=hours)
    early = replace(plan, week=(((0, 150),),) * 7, day_starts_at=time(0))
    ((opens, closes),) = opening(early, early.hall_day(autumn))
    assert closes - opens == timedelta(hours=3.5)
    missing = replace(plan, week=(((120, 180),),) * 7, day_starts_at=time(0))
    assert opening(missing, missing.hall_day(spring)) == ()


def test_opening_is_in_utc():
    ((opens, _), _) = opening(SMALL_PLAN, SMALL_PLAN.hall_day(TUESDAY))
    assert opens.tzinfo is UTC
    assert opens.astimezone(ZoneInfo("Asia/Shanghai")).hour == 9


def hall_of(*tiers: tuple[tuple[str, ...], ...]) -> HallPlan:
    counters = {
        str(no): Counter(no, str(no), "窗口", "general", False, each, None)
        for no, each in enumerate(tiers, start=1)
    }
    return replace(SMALL_PLAN, counters=counters)


@pytest.mark.parametrize(
    ("waiting", "minutes", "fits"),
    [
        ({}, 60, True),  # exactly until closing
        ({}, 60.01, False),
        ({"A": 80}, 20, True),  # two counters share it: 40 each
        ({"A": 80}, 20.01, False),
        ({"A": 100, "B": 20}, 0, True),
        ({"A": 100, "B": 21}, 0, False),
    ],
)
def test_the_last_number_an_hour_before_closing(waiting, minutes, fits):
    plan = hall_of((("A", "B"),), (("A", "B"),))
    now = at(plan, TUESDAY, "16:00")
    assert can_still_be_served(plan, "A", minutes, waiting, now) is fits


def test_work_of_lanes_that_are_only_helped_out_is_not_counted():
    plan = hall_of((("A",), ("B",)), (("B",),))
    now = at(plan, TUESDAY, "16:00")
    assert can_still_be_served(plan, "A", 60, {"B": 600}, now)
    assert not can_still_be_served(plan, "B", 1, {"B": 600}, now)


def test_where_no_first_tier_is_on_duty_the_helpers_count():
    plan = hall_of((("A",), ("B",)), (("B",),))
    saturday_row = tuple(((540, 720),) if d == 5 else hours for d, hours in enumerate(plan.week))
    plan = replace(
        plan,
        week=saturday_row,
        counters={**plan.counters, "2": replace(plan.counters["2"], hours=SMALL_PLAN.week)},
    )
    now = at(plan, SATURDAY, "11:00")
    assert set(counters_left(plan, now)) == {"1"}
    assert is_lane_served(plan, "B", now)
    assert can_still_be_served(plan, "B", 30, {"A": 20, "B": 10}, now)
    assert not can_still_be_served(plan, "B", 31, {"A": 20, "B": 10}, now)


def test_nobody_is_served_when_no_counter_of_the_lane_is_on_duty():
    plan = hall_of((("A",),))
    now = at(plan, TUESDAY, "10:00")
    assert not can_still_be_served(plan, "B", 1, {}, now)
    assert not is_lane_served(plan, "B", now)
    assert not can_still_be_served(plan, "A", 1, {}, at(plan, TUESDAY, "18:00"))
