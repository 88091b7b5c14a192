"""Holidays and make-up workdays, and the honest end of what is known of them."""

from __future__ import annotations

from datetime import date

import pytest

from app.catalog.calendar import (
    PACKAGE_UNTIL,
    calendar_days,
    days_of_year,
    import_calendar,
    reach,
    seed_calendar,
)
from app.catalog.errors import BadCalendarFile
from app.catalog.rules import hours_on
from app.catalog.service import plan_of
from app.core.db import transaction

NEXT = PACKAGE_UNTIL + 1

pytestmark = pytest.mark.usefixtures("app")


def seed(*years: int) -> int:
    with transaction():
        return seed_calendar(years)


def take(tmp_path, text: str, *, whole_years: bool = False) -> int:
    file = tmp_path / "days.csv"
    file.write_text(text, encoding="utf-8")
    with transaction():
        return import_calendar(file, whole_years)


def test_a_year_with_its_notice_has_holidays_and_make_up_workdays():
    days = {day.date: day for day in days_of_year(2026)}
    assert days[date(2026, 10, 1)].kind == "holiday"
    assert days[date(2026, 10, 10)].kind == "workday"  # a Saturday
    assert days[date(2026, 10, 1)].name == "国庆节"
    assert {day.source for day in days.values()} == {"official"}
    assert date(2026, 3, 7) not in days  # an ordinary Saturday


def test_a_year_without_notice_is_estimated_and_says_so():
    days = days_of_year(NEXT)
    assert date(NEXT, 10, 1) in {day.date for day in days}
    assert {(day.kind, day.source) for day in days} == {("holiday", "estimated")}


def test_seeding_again_changes_nothing():
    assert seed(PACKAGE_UNTIL, NEXT) > 30
    assert seed(PACKAGE_UNTIL, NEXT) == 0


def test_until_when_the_tables_hold(tmp_path):
    assert reach().official_until is None
    seed(PACKAGE_UNTIL - 1, PACKAGE_UNTIL, NEXT)
    assert reach().official_until == date(PACKAGE_UNTIL, 12, 31)
    assert reach().estimated_until == date(NEXT, 12, 31)
    # One correction does not make the whole year official; its notice does.
    notice = f"date,kind,name\n{NEXT}-01-01,holiday,元旦\n{NEXT}-01-03,workday,元旦\n"
    take(tmp_path, notice)
    assert reach().official_until == date(PACKAGE_UNTIL, 12, 31)
    take(tmp_path, notice, whole_years=True)
    assert reach().official_until == date(NEXT, 12, 31)
    assert {day.year for day in calendar_days()} == {PACKAGE_UNTIL - 1, PACKAGE_UNTIL, NEXT}
    assert len([day for day in calendar_days() if day.year == NEXT]) == 2


def test_what_was_imported_survives_seeding(tmp_path):
    seed(PACKAGE_UNTIL)
    take(tmp_path, f"date,kind,name\n{PACKAGE_UNTIL}-10-01,workday,更正\n")
    assert seed(PACKAGE_UNTIL) == 0
    assert calendar_days()[date(PACKAGE_UNTIL, 10, 1)].kind == "workday"


def test_a_calendar_that_changes_reaches_plans_already_read(load):
    load()
    friday = date(2026, 10, 2)
    assert hours_on(plan_of("small"), friday)
    seed(2026)
    assert hours_on(plan_of("small"), friday) == ()


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("day,kind\n", 1, "表头缺少"),
        ("", 1, "表头缺少"),
        ("date,kind,name\n2027-13-01,holiday,元旦\n", 2, "日期"),
        ("date,kind,name\n2027-01-01,rest,元旦\n", 2, "kind"),
        ("date,kind,name\n2027-01-01,holiday,\n", 2, "name"),
        ("date,kind,name\n2027-01-01,holiday\n", 2, "name"),
        ("date,kind,name,source\n2027-01-01,holiday,元旦,guess\n", 2, "source"),
        ("date,kind,name\n2027-01-01,holiday,元旦\n2027-01-01,workday,元旦\n", 3, "两次"),
    ],
)
def test_bad_lines_are_named_and_nothing_is_taken(tmp_path, text, line, sentence):
    with pytest.raises(BadCalendarFile) as raised:
        take(tmp_path, text)
    assert f"第 {line} 行" in raised.value.detail
    assert sentence in raised.value.detail
    assert calendar_days() == {}
