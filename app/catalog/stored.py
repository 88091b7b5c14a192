"""Between the tables and `plan`: how values are kept in JSON columns, and read again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import select

from app.catalog.calendar import calendar_days
from app.catalog.errors import UnknownHall
from app.catalog.models import CounterRow, DepartmentRow, HallRow, ItemRow, LaneRow
from app.catalog.plan import (
    Ban,
    BookableTime,
    Booking,
    BookingException,
    Counter,
    Department,
    Exceptional,
    HallPlan,
    Item,
    Lane,
    Location,
    MassEvent,
    Remind,
    Rules,
    Thresholds,
    Week,
)
from app.core.db import db
from queueing.order import Promises

Value = TypeVar("Value", Promises, Rules, Booking, Location, Thresholds)
Part = TypeVar("Part", DepartmentRow, LaneRow, CounterRow, ItemRow)


def hall_columns(plan: HallPlan) -> dict[str, Any]:
    """The columns of `halls` that a hall file decides."""
    return {
        "name": plan.name,
        "timezone": plan.timezone,
        "day_starts_at": plan.day_starts_at,
        "week": plain(plan.week),
        "exceptions": plain(plan.exceptions),
        "closed_on_holidays": plan.closed_on_holidays,
        "workday_as": plan.workday_as,
        "promises": plain(plan.promises),
        "rules": plain(plan.rules),
        "booking": plain(plan.booking),
        "thresholds": plain(plan.thresholds),
        "location": plain(plan.location),
        "address": plan.address,
        "phone": plan.phone,
        "message": plan.message,
        "name_en": plan.name_en,
        "message_en": plan.message_en,
    }


def read_plan(code: str) -> HallPlan:
    """The hall of this code as its file has it, from its tables. Raises UnknownHall."""
    query = select(HallRow).where(HallRow.code == code)
    hall = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if hall is None:
        raise UnknownHall
    departments = _parts(DepartmentRow, hall)
    lanes = _parts(LaneRow, hall)
    items = _parts(ItemRow, hall)
    lane_values = {row.id: _lane(row) for row in lanes}
    codes = {row.id: row.code for row in departments}
    item_values = {
        row.id: _item(row, codes[row.department_id], lane_values[row.lane_id].letters)
        for row in items
    }
    return HallPlan(
        id=hall.id,
        code=hall.code,
        name=hall.name,
        revision=hall.revision,
        timezone=hall.timezone,
        day_starts_at=hall.day_starts_at,
        week=_week(hall.week),
        exceptions=_exceptions(hall.exceptions),
        closed_on_holidays=hall.closed_on_holidays,
        promises=filled(Promises, hall.promises),
        rules=_rules(hall.rules),
        departments={
            row.code: Department(row.code, row.name, row.name_en)
            for row in departments
            if not row.retired
        },
        lanes={row.letters: lane_values[row.id] for row in lanes if not row.retired},
        counters={row.no: _counter(row) for row in _parts(CounterRow, hall) if not row.retired},
        items={row.code: item_values[row.id] for row in items if not row.retired},
        address=hall.address,
        phone=hall.phone,
        message=hall.message,
        name_en=hall.name_en,
        message_en=hall.message_en,
        booking=_booking(hall.booking),
        thresholds=filled(Thresholds, hall.thresholds),
        location=None if hall.location is None else filled(Location, hall.location),
        workday_as=hall.workday_as,
        calendar=calendar_days() if hall.closed_on_holidays else {},
        retired_lanes={row.letters: lane_values[row.id] for row in lanes if row.retired},
        retired_items={row.code: item_values[row.id] for row in items if row.retired},
    )


def filled(kind: type[Value], stored: dict[str, Any]) -> Value:
    """The stored value; what a newer version of the house added has its default, what it has
    dropped is passed over."""
    return kind(**{each.name: stored[each.name] for each in fields(kind) if each.name in stored})


def plain(value: Any) -> Any:
    """A value of `plan` as a JSON column keeps it: dates and times in ISO 8601, exact numbers as
    text."""
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    return value


def _parts(kind: type[Part], hall: HallRow) -> list[Part]:
    query = select(kind).where(kind.hall_id == hall.id).order_by(kind.position, kind.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def _lane(row: LaneRow) -> Lane:
    return Lane(
        id=row.id,
        letters=row.letters,
        name=row.name,
        walk_in_quota=row.walk_in_quota,
        walk_in_promise=row.walk_in_promise,
        name_en=row.name_en,
    )


def _counter(row: CounterRow) -> Counter:
    return Counter(
        id=row.id,
        no=row.no,
        name=row.name,
        kind="specialist" if row.kind == "specialist" else "general",
        accessible=row.accessible,
        tiers=tuple(tuple(tier) for tier in row.tiers),
        hours=None if row.hours is None else _week(row.hours),
        exceptions=_exceptions(row.exceptions),
        shares={letters: Decimal(share) for letters, share in row.shares.items()},
        name_en=row.name_en,
    )


def _item(row: ItemRow, department: str, lane: str) -> Item:
    return Item(
        id=row.id,
        code=row.code,
        name=row.name,
        department=department,
        lane=lane,
        minutes=row.minutes,
        papers=tuple(row.papers),
        aliases=tuple(row.aliases),
        form=row.form,
        collects=row.collects,
        bookable=None if row.bookable is None else tuple(map(_bookable_time, row.bookable)),
        name_en=row.name_en,
        papers_en=tuple(row.papers_en),
    )


def _bookable_time(stored: dict[str, Any]) -> BookableTime:
    return BookableTime(tuple(stored["days"]), tuple(stored["weeks"]), _day(stored["hours"]))


def _rules(stored: dict[str, Any]) -> Rules:
    pairs = [name for name in ("paper_numbers", "quiet_hours") if stored.get(name)]
    return filled(Rules, {**stored, **{name: tuple(stored[name]) for name in pairs}})


def _booking(stored: dict[str, Any]) -> Booking:
    read = {name: _BOOKING[name](value) for name, value in stored.items() if name in _BOOKING}
    return filled(Booking, {**stored, **read})


def _remind(stored: dict[str, Any]) -> Remind:
    evening = stored["evening"]
    return Remind(evening and time.fromisoformat(evening), stored["before"])


def _booking_exception(stored: dict[str, Any]) -> BookingException:
    return BookingException(
        date=date.fromisoformat(stored["date"]),
        hours=_day(stored["hours"]),
        reason=stored["reason"],
        lanes=tuple(stored["lanes"]),
    )


def _event(stored: dict[str, Any]) -> MassEvent:
    dates = tuple(date.fromisoformat(each) for each in stored["dates"])
    return MassEvent(**{**stored, "dates": dates, "hours": _day(stored["hours"])})


_BOOKING: dict[str, Callable[[Any], Any]] = {
    "walk_in_share": Decimal,
    "staff_share": Decimal,
    "release_at": time.fromisoformat,
    "release_hold": tuple,
    "remind": _remind,
    "bans": lambda stored: tuple(Ban(**each) for each in stored),
    "exceptions": lambda stored: tuple(map(_booking_exception, stored)),
    "events": lambda stored: tuple(map(_event, stored)),
}
"""What JSON has no word for; the rest is kept as it is."""


def _exceptions(stored: list[Any]) -> tuple[Exceptional, ...]:
    return tuple(
        Exceptional(date.fromisoformat(each["date"]), _day(each["hours"]), each["reason"])
        for each in stored
    )


def _week(stored: list[Any]) -> Week:
    return tuple(_day(day) for day in stored)


def _day(stored: list[Any]) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in stored)
