"""What a booker is told, in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.catalog.plan import HallPlan

WEEKDAYS = "一二三四五六日"


def when(plan: HallPlan, appointment: Any) -> str:
    """The booked time as people say it: 11 月 23 日（周一）09:00–09:30."""
    starts = appointment.slot_starts_at.astimezone(plan.zone)
    ends = appointment.slot_ends_at.astimezone(plan.zone)
    day = f"{day_words(starts)}（周{WEEKDAYS[starts.weekday()]}）"
    next_day = "" if starts.date() == ends.date() else "次日 "
    return f"{day}{starts:%H:%M}–{next_day}{ends:%H:%M}"


def day_words(local: datetime) -> str:
    """The date of a moment of the hall's clock: 11 月 23 日."""
    return f"{local.month} 月 {local.day} 日"


def matter_words(plan: HallPlan, items: Sequence[str]) -> str:
    """What a visit is for: “身份证”, or “身份证”等 2 项; a message has no room for ten names."""
    first = f"“{plan.item_coded(items[0]).name}”"
    return first if len(items) == 1 else f"{first}等 {len(items)} 项"


def told(
    plan: HallPlan, appointment: Any, kind: str, note: str, who: str, before: Any
) -> str | None:
    """The sentence for what happened to a booking; None where nobody needs to be told. `before`:
    the booking as it was; an account may have several for one item."""
    matter = matter_words(plan, appointment.items)
    time = when(plan, appointment)
    by_hall = f"因{note}，" if note else ""
    if kind == "booked":
        return f"{who}已预约{plan.name}{matter}，时间 {time}，预约码 {appointment.code}。"
    if kind == "moved":
        old = when(plan, before)
        return (
            f"{by_hall}{who}原定 {old} 在{plan.name}的{matter}预约已改到 {time}，"
            f"预约码 {appointment.code} 不变。"
        )
    if kind == "cancelled":
        return f"{by_hall}{who}在{plan.name} {time} 的{matter}预约已取消。"
    if kind == "missed":
        return f"{who} {time} 在{plan.name}的{matter}预约未签到，已按爽约记录。"
    return None


NOTICE_OF = {"booked": "booked", "moved": "changed", "cancelled": "cancelled", "missed": "missed"}
"""What happened to a booking -> the kind of notice that tells of it."""
NOTES = {
    "booked": "请按时到大厅签到取号",
    "moved": "预约时间已改，预约码不变",
    "cancelled": "预约已取消",
    "missed": "未签到，已按爽约记录",
}


def facts_of(plan: HallPlan, appointment: Any, kind: str, note: str, who: str) -> dict[str, str]:
    """The same for the fields of a message."""
    first = plan.item_coded(appointment.items[0]).name
    several = len(appointment.items) > 1
    return {
        "item": f"{first}等 {len(appointment.items)} 项" if several else first,
        "hall": plan.name,
        "when": time_field(plan, appointment),
        "code": appointment.code,
        "name": who,
        "note": note or NOTES[kind],
    }


def time_field(plan: HallPlan, appointment: Any) -> str:
    """The start of the booked time as fields of messages write times: 2026年11月23日 09:00."""
    starts = appointment.slot_starts_at.astimezone(plan.zone)
    return f"{starts:%Y}年{starts.month}月{starts.day}日 {starts:%H:%M}"
