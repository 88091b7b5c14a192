"""A hall's items and its rules, for anyone to read."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from apiflask import APIBlueprint

from app.catalog.schemas import ItemOut, ItemQuery, RulesOut
from app.catalog.service import find_items, plan_of, promises_of_day
from app.catalog.view import item_out
from app.catalog.words import notes_in_words, order_in_words
from app.core.auth import public
from app.core.parts import parts

bp = APIBlueprint("catalog", __name__, url_prefix="/api/v1", tag="大厅")


@bp.get("/halls/<hall>/items")
@public
@bp.input(ItemQuery, location="query")
@bp.output(ItemOut(many=True))
@bp.doc(summary="事项，可按词查找", responses={404: "没有这个大厅"})
def items(hall: str, query_data: dict[str, str]) -> list[dict[str, Any]]:
    plan = plan_of(hall)
    return [item_out(plan, item) for item in find_items(plan, query_data["q"])]


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
