"""Public holidays and make-up workdays: one table, seeded, correctable, honest about its end.

Official days come from the State Council's yearly notice (through `chinese_calendar`, which
knows a year only after its notice, usually in November of the year before). For years
without it the customary dates are estimated (`holidays`); make-up workdays of such years are
unknown.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import holidays
from chinese_calendar.constants import Holiday  # type: ignore[import-untyped]
from chinese_calendar.constants import holidays as official_holidays
from chinese_calendar.constants import workdays as official_workdays
from sqlalchemy import delete, select, update

from app.catalog.errors import BadCalendarFile
from app.catalog.holding import hold_every_hall
from app.catalog.models import CalendarDayRow, HallRow
from app.catalog.plan import CalendarDay
from app.core.db import db

PACKAGE_UNTIL = max(official_holidays).year
"""The last year whose notice the installed `chinese_calendar` knows."""

DEFAULT_YEARS = range(PACKAGE_UNTIL - 1, PACKAGE_UNTIL + 3)

_NAMES = {holiday.value: holiday.chinese for holiday in Holiday}
_KINDS = ("holiday", "workday")
_SOURCES = ("official", "estimated")


@dataclass(frozen=True, slots=True)
class Reach:
    """Until when the table can be trusted."""

    official_until: date | None
    """The last day of the last year with official days and no estimated ones."""
    estimated_until: date | None
    """The last day of the last year with any days at all."""


def days_of_year(year: int) -> list[CalendarDay]:
    """The official days of this year, or estimated ones where there is no notice yet."""
    rest = {day: name for day, name in official_holidays.items() if day.year == year}
    work = {day: name for day, name in official_workdays.items() if day.year == year}
    if rest:
        official = [CalendarDay(d, "holiday", _NAMES[n], "official") for d, n in rest.items()]
        official += [CalendarDay(d, "workday", _NAMES[n], "official") for d, n in work.items()]
        return sorted(official, key=lambda each: each.date)
    guessed = holidays.country_holidays("CN", years=[year], language="zh_CN")
    return [CalendarDay(day, "holiday", guessed[day], "estimated") for day in sorted(guessed)]


def seed_calendar(years: Iterable[int]) -> int:
    """Fill in these years; how many days were added or changed. May be run again: official days
    replace estimated ones, and what is official already, imported or seeded, stays.

    Like `import_calendar`, waits for the bookings under way: they have read the hours."""
    hold_every_hall()
    changed = 0
    for year in years:
        days = days_of_year(year)
        if days and days[0].source == "official":
            _drop_estimates(year)
        known = {row.date: row for row in _rows(year)}
        changed += _put(day for day in days if day.date not in known)
    return changed


def import_calendar(path: Path, whole_years: bool) -> int:
    """Take days from a CSV file (`date,kind,name,source`; the last may be left out: official) in
    place of what is known of them; how many. `whole_years`: the file holds a year's whole
    notice, so estimated days it does not name are dropped. Raises BadCalendarFile."""
    days = read_calendar(path)
    hold_every_hall()
    for year in {day.date.year for day in days} if whole_years else ():
        _drop_estimates(year)
    return _put(days)


def read_calendar(path: Path) -> list[CalendarDay]:
    """The days in a CSV file. Raises BadCalendarFile naming every bad line."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadCalendarFile(f"读不到文件 {path}，或它不是 UTF-8 编码。") from error
    reader = csv.DictReader(lines)
    missing = {"date", "kind", "name"} - set(reader.fieldnames or ())
    if missing:
        raise BadCalendarFile(f"第 1 行：表头缺少 {'、'.join(sorted(missing))}。")
    days: dict[date, CalendarDay] = {}
    faults: list[str] = []
    for record in reader:
        try:
            day = _day(record)
            if day.date in days:
                raise ValueError(f"{day.date} 写了两次")
            days[day.date] = day
        except ValueError as error:
            faults.append(f"第 {reader.line_num} 行：{error}。")
    if faults:
        raise BadCalendarFile("\n".join(faults))
    return list(days.values())


def calendar_days() -> dict[date, CalendarDay]:
    """All days that are not as their weekday says, in order."""
    return {row.date: _value(row) for row in _rows()}


def reach() -> Reach:
    """Until when the table holds."""
    sources: dict[int, set[str]] = {}
    for row in _rows():
        sources.setdefault(row.date.year, set()).add(row.source)
    official = [year for year, found in sources.items() if found == {"official"}]
    return Reach(_last_day(official), _last_day(list(sources)))


def _day(record: dict[str, str | None]) -> CalendarDay:
    written, kind, name = (_cell(record, key) for key in ("date", "kind", "name"))
    source = _cell(record, "source") or "official"
    try:
        day = date.fromisoformat(written)
    except ValueError as error:
        raise ValueError(f"「{written}」不是 2027-01-01 这样的日期") from error
    if kind not in _KINDS:
        raise ValueError(f"kind 只能是 {'、'.join(_KINDS)}，这里是「{kind}」")
    if source not in _SOURCES:
        raise ValueError(f"source 只能是 {'、'.join(_SOURCES)}，这里是「{source}」")
    if not name or len(name) > 60:
        raise ValueError("name 要写明节日名称，最多 60 个字")
    return CalendarDay(day, kind, name, source)  # type: ignore[arg-type]


def _cell(record: dict[str, str | None], key: str) -> str:
    return (record.get(key) or "").strip()


def _put(days: Iterable[CalendarDay]) -> int:
    rows = [
        CalendarDayRow(date=day.date, kind=day.kind, name=day.name, source=day.source)
        for day in days
    ]
    for row in rows:
        db.session.merge(row)
    if rows:
        _plans_are_stale()
    return len(rows)


def _drop_estimates(year: int) -> None:
    dropped = [row.date for row in _rows(year) if row.source == "estimated"]
    if dropped:
        db.session.execute(delete(CalendarDayRow).where(CalendarDayRow.date.in_(dropped)))
        _plans_are_stale()


def _plans_are_stale() -> None:
    """Every hall's plan carries the calendar."""
    db.session.execute(update(HallRow).values(revision=HallRow.revision + 1))


def _rows(year: int | None = None) -> Sequence[CalendarDayRow]:
    query = select(CalendarDayRow).order_by(CalendarDayRow.date)
    if year is not None:
        query = query.where(CalendarDayRow.date.between(date(year, 1, 1), date(year, 12, 31)))
    return db.session.scalars(query).all()


def _value(row: CalendarDayRow) -> CalendarDay:
    return CalendarDay(row.date, row.kind, row.name, row.source)  # type: ignore[arg-type]


def _last_day(years: list[int]) -> date | None:
    return date(max(years), 12, 31) if years else None
