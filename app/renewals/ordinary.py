"""The ordinary way to a renewal, which stays open where the one tap is not."""

from __future__ import annotations

from dataclasses import dataclass

from app.catalog.plan import Item
from app.catalog.service import plan_of
from app.core.said import Both, Said
from app.renewals.plans import Plan

BY_ITEM = "可在%(hall)s办理“%(item)s”，可以先预约时间。"
AT_HALL = "请到%(hall)s咨询办理。"


@dataclass(frozen=True, slots=True)
class Way:
    """Where one goes on, in words."""

    text: Said
    item: Item | None = None
    """What is done there; None: nothing that can be booked."""


def ordinary_way(plan: Plan, *, is_late: bool = False) -> Way:
    """Where one goes, and for what. `is_late`: its renewal may not be asked for any more, so that
    it is applied for anew."""
    hall = plan_of(plan.hall)
    code = (plan.late and plan.late.item) if is_late else plan.item
    item = hall.items.get(code or "")
    if item is None:
        return Way(Said(AT_HALL, hall_said(plan.hall)))
    named = {"item": Both(item.name, item.name_en)}
    return Way(Said(BY_ITEM, {**hall_said(plan.hall), **named}), item)


def hall_said(code: str) -> dict[str, Both]:
    """A hall in the place of a sentence."""
    hall = plan_of(code)
    return {"hall": Both(hall.name, hall.name_en)}
