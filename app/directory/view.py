"""A hall and an item as somebody sees them who still has to choose where to go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from app.appointments.rules import metres_between
from app.catalog.plan import WHOLE_HALL, HallPlan, Item
from app.catalog.rules import gives_numbers_at, is_bookable, is_open_at, opening, remark_on
from app.catalog.service import counter_statuses, promises_of_day
from app.catalog.view import item_out
from app.core.language import either, named
from app.core.parts import parts
from app.directory.rules import busiest, load_of
from app.forms.view import name_out
from app.tickets.outlooks import look
from app.tickets.queries import waiting_everywhere
from queueing.order import MINUTE
from queueing.outlook import Range

Place = tuple[float, float]
"""Latitude and longitude, GCJ-02 degrees."""


def halls_out(halls: Sequence[HallPlan], at: Place | None = None) -> list[dict[str, Any]]:
    """Halls, the nearest first for who says where they are, those without a location last; else
    those that are open first.

    Reads the database once for all of them, besides what a hall promises today, as long as no
    number was given; forecasts come from Redis, and are kept for a moment."""
    now = parts().clock.now()
    waiting = waiting_everywhere({plan.code: plan.day_of(now).date for plan in halls})
    shown = [_hall_out(plan, now, waiting[plan.code], at) for plan in halls]
    if at is None:
        return sorted(shown, key=lambda hall: not hall["open"])
    return sorted(shown, key=lambda hall: (hall["distance_m"] is None, hall["distance_m"]))


def hall_out(plan: HallPlan) -> dict[str, Any]:
    """One hall, with what it consists of."""
    promises = promises_of_day(plan, plan.day_of(parts().clock.now()))
    statuses = counter_statuses(plan)
    (shown,) = halls_out([plan])
    return {
        **shown,
        "message": either(plan.message, plan.message_en),
        "departments": [
            {"code": each.code, "name": named(each)} for each in plan.departments.values()
        ],
        "lanes": [
            {
                "letters": lane.letters,
                "name": named(lane),
                "walk_in_quota": lane.walk_in_quota,
                "walk_in_minutes": promises.walk_in(lane.letters) // MINUTE,
                "stopped": plan.why_stopped(lane.letters),
            }
            for lane in plan.lanes.values()
        ],
        "counters": [
            {
                **asdict(counter),
                "name": named(counter),
                "status": statuses.get(counter.no, ("closed", None))[0],
            }
            for counter in plan.counters.values()
        ],
    }


def item_detail_out(plan: HallPlan, item: Item) -> dict[str, Any]:
    """An item of one hall: what to bring, and how long it takes from coming to being called."""
    now = parts().clock.now()
    day = plan.day_of(now)
    wait = _waits(plan, now).get(item.lane)
    return {
        **item_out(plan, item),
        "hall": plan.code,
        "hall_name": named(plan),
        "waiting": waiting_everywhere({plan.code: day.date})[plan.code].get(item.lane, 0),
        "wait": _wait_out(wait),
        "load": load_of(wait, promises_of_day(plan, day).walk_in(item.lane)),
        "from_afar": plan.rules.numbers_from_afar,
        "form": name_out(item.form),
    }


def done_in_out(alike: Sequence[tuple[HallPlan, Item]]) -> dict[str, Any]:
    """What goes by one name, and every hall that does it, those that are open first; `code` where
    all have the same."""
    now = parts().clock.now()
    alike = sorted(alike, key=lambda each: not is_open_at(each[0], now))
    plan, item = alike[0]
    codes = {each.code for _, each in alike}
    return {
        "code": item.code if len(codes) == 1 else None,
        "name": named(item),
        "department": named(plan.departments[item.department]),
        "minutes": item.minutes,
        "halls": [
            {
                "hall": plan.code,
                "hall_name": named(plan),
                "item": item.code,
                "bookable": is_bookable(plan, item),
            }
            for plan, item in alike
        ],
    }


def _hall_out(
    plan: HallPlan, now: datetime, waiting: Mapping[str, int], at: Place | None
) -> dict[str, Any]:
    day, where = plan.day_of(now), plan.location
    waits = _waits(plan, now)
    lane = busiest(plan.lanes, waiting, waits)
    wait = waits.get(lane) if lane else None
    promise = promises_of_day(plan, day).walk_in(lane or "")
    return {
        "code": plan.code,
        "name": named(plan),
        "address": plan.address,
        "phone": plan.phone,
        "timezone": plan.timezone,
        "now": now.astimezone(plan.zone).replace(microsecond=0),
        "date": day.date,
        "open": is_open_at(plan, now),
        "gives_numbers": _gives_numbers(plan, now),
        "hours_today": [
            {"opens_at": opens.astimezone(plan.zone), "closes_at": closes.astimezone(plan.zone)}
            for opens, closes in opening(plan, day)
        ],
        "remark": remark_on(plan, day.date),
        "location": where and {"latitude": where.latitude, "longitude": where.longitude},
        "distance_m": round(metres_between(where, *at)) if where and at else None,
        "waiting": sum(waiting.values()),
        "load": load_of(wait, promise),
        "wait": _wait_out(wait),
        "numbers_from_afar": plan.rules.numbers_from_afar,
        "booking": {
            "horizon_days": plan.booking.horizon_days,
            "release_at": f"{plan.booking.release_at:%H:%M}",
        },
    }


def _gives_numbers(plan: HallPlan, now: datetime) -> bool:
    return gives_numbers_at(plan, now) and WHOLE_HALL not in plan.stops


def _waits(plan: HallPlan, now: datetime) -> dict[str, Range]:
    """Letters -> how long who takes a number now waits; only of lanes that give any."""
    outlook = look(plan) if _gives_numbers(plan, now) else None
    if outlook is None:
        return {}
    return {
        lane: told for lane, told in outlook.newcomers.items() if plan.why_stopped(lane) is None
    }


def _wait_out(wait: Range | None) -> dict[str, Any] | None:
    return None if wait is None or wait[0] is None else {"p50_s": wait[0], "p90_s": wait[1]}
