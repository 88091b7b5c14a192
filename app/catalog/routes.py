"""Halls, their items and their rules, for anyone to read."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from apiflask import APIBlueprint

from app.catalog.plan import WHOLE_HALL, HallPlan
from app.catalog.rules import gives_numbers_at, is_bookable, is_open_at, opening, remark_on
from app.catalog.schemas import HallDetailOut, HallOut, ItemOut, ItemQuery, RulesOut
from app.catalog.service import (
    counter_statuses,
    find_items,
    plan_of,
    plans,
    promises_of_day,
)
from app.catalog.words import notes_in_words, order_in_words
from app.core.auth import public
from app.core.language import either, named
from app.core.parts import parts
from queueing.order import MINUTE

bp = APIBlueprint("catalog", __name__, url_prefix="/api/v1", tag="大厅")


@bp.get("/halls")
@public
@bp.output(HallOut(many=True))
@bp.doc(summary="所有大厅")
def halls() -> list[dict[str, Any]]:
    now = parts().clock.now()
    return [_hall(plan, now) for plan in plans()]


@bp.get("/halls/<hall>")
@public
@bp.output(HallDetailOut)
@bp.doc(summary="一个大厅：开放时间、队列、窗口、部门", responses={404: "没有这个大厅"})
def one_hall(hall: str) -> dict[str, Any]:
    plan = plan_of(hall)
    now = parts().clock.now()
    promises = promises_of_day(plan, plan.day_of(now))
    statuses = counter_statuses(plan)
    return {
        **_hall(plan, now),
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


@bp.get("/halls/<hall>/items")
@public
@bp.input(ItemQuery, location="query")
@bp.output(ItemOut(many=True))
@bp.doc(summary="事项，可按词查找", responses={404: "没有这个大厅"})
def items(hall: str, query_data: dict[str, str]) -> list[dict[str, Any]]:
    plan = plan_of(hall)
    return [
        {
            **asdict(item),
            "name": named(item),
            "department": named(plan.departments[item.department]),
            "papers": either(item.papers, item.papers_en),
            "bookable": is_bookable(plan, item),
        }
        for item in find_items(plan, query_data["q"])
    ]


@bp.get("/halls/<hall>/rules")
@public
@bp.output(RulesOut)
@bp.doc(summary="叫号规则，以本大厅的时限写成", responses={404: "没有这个大厅"})
def rules(hall: str) -> dict[str, Any]:
    plan = plan_of(hall)
    day = plan.day_of(parts().clock.now())
    promises = promises_of_day(plan, day).hall
    return {
        "date": day.date,
        "order": [asdict(row) for row in order_in_words(promises)],
        "notes": notes_in_words(plan),
    }


def _hall(plan: HallPlan, now: datetime) -> dict[str, Any]:
    local = now.astimezone(plan.zone)
    day = plan.day_of(now)
    return {
        "code": plan.code,
        "name": named(plan),
        "address": plan.address,
        "phone": plan.phone,
        "timezone": plan.timezone,
        "now": local.replace(microsecond=0),
        "date": day.date,
        "open": is_open_at(plan, now),
        "gives_numbers": gives_numbers_at(plan, now) and WHOLE_HALL not in plan.stops,
        "hours_today": [
            {"opens_at": opens.astimezone(plan.zone), "closes_at": closes.astimezone(plan.zone)}
            for opens, closes in opening(plan, day)
        ],
        "remark": remark_on(plan, day.date),
    }
