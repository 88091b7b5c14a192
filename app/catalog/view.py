"""An item as the outside sees it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app.catalog.plan import HallPlan, Item
from app.catalog.rules import is_bookable
from app.core.language import either, named


def item_out(plan: HallPlan, item: Item) -> dict[str, Any]:
    """An item of a hall, in the reader's language."""
    return {
        **asdict(item),
        "name": named(item),
        "department": named(plan.departments[item.department]),
        "papers": either(item.papers, item.papers_en),
        "bookable": is_bookable(plan, item),
    }
