"""What a booker is told, in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

from app.appointments.bans import Banned, Count
from app.catalog.plan import HallPlan
from app.core.said import Said

WEEKDAYS = "一二三四五六日"
ITEM_AT_MOST = 20
"""Characters of the fields of messages that name items: WeChat's `thing`."""

BANNED = {
    "missed": "办事人累计爽约 %(count)s 次，%(until)s 前不能自行预约，可到大厅取号。",
    "cancelled": "办事人累计取消预约 %(count)s 次，%(until)s 前不能自行预约，可到大厅取号。",
}
BANNED_WITHIN = {
    "missed": "办事人 %(within)s 天内爽约 %(count)s 次，%(until)s 前不能自行预约，可到大厅取号。",
    "cancelled": (
        "办事人 %(within)s 天内取消预约 %(count)s 次，%(until)s 前不能自行预约，可到大厅取号。"
    ),
}
NEAR = {
    "missed": "办事人已爽约 %(count)s 次，满 %(limit)s 次将有 %(days)s 天不能自行预约。",
    "cancelled": "办事人已取消预约 %(count)s 次，满 %(limit)s 次将有 %(days)s 天不能自行预约。",
}
NEAR_WITHIN = {
    "missed": (
        "办事人 %(within)s 天内已爽约 %(count)s 次，满 %(limit)s 次将有 %(days)s 天不能自行预约。"
    ),
    "cancelled": (
        "办事人 %(within)s 天内已取消 %(count)s 次预约，满 %(limit)s 次将 %(days)s 天不能自行预约。"
    ),
}


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


def reminder_words(plan: HallPlan, appointment: Any, who: str) -> str:
    """The sentence that reminds of a booking."""
    matter = matter_words(plan, appointment.items)
    return (
        f"提醒：{who}预约了{plan.name}{matter}，时间 {when(plan, appointment)}，"
        f"预约码 {appointment.code}，请带齐材料，按时到大厅签到。"
    )


NOTICE_OF = {"booked": "booked", "moved": "changed", "cancelled": "cancelled", "missed": "missed"}
"""What happened to a booking -> the kind of notice that tells of it."""
NOTES_WHY = {"moved": "预约已改期，因{note}", "cancelled": "预约已取消，因{note}"}
"""What the hall did, and its reason: a field of a message has no other place for it."""
NOTES = {
    "booked": "请按时到大厅签到取号",
    "moved": "预约已改期，预约码不变",
    "cancelled": "预约已取消",
    "missed": "未签到，已按爽约记录",
    "reminder": "请带齐材料，按时到大厅签到取号",
}


def note_of(kind: str, note: str) -> str:
    """In a few words what happened to a booking; `note`: the hall's reason."""
    return NOTES_WHY[kind].format(note=note) if note and kind in NOTES_WHY else NOTES[kind]


def facts_of(plan: HallPlan, appointment: Any, kind: str, note: str, who: str) -> dict[str, str]:
    """The same for the fields of a message."""
    facts = time_facts(plan, appointment, note_of(kind, note), who)
    return {**facts, "code": appointment.code}


def time_facts(plan: HallPlan, appointment: Any, note: str, who: str) -> dict[str, str]:
    """What is said of every time, also of one that is merely offered."""
    return {
        "item": _item_field(plan, appointment.items),
        "hall": plan.name,
        "when": time_field(plan, appointment),
        "name": who,
        "note": note,
    }


def time_field(plan: HallPlan, appointment: Any) -> str:
    """The start of the booked time as fields of messages write times: 2026年11月23日 09:00."""
    starts = appointment.slot_starts_at.astimezone(plan.zone)
    return f"{starts:%Y}年{starts.month}月{starts.day}日 {starts:%H:%M}"


def banned_words(ban: Banned, zone: tzinfo) -> Said:
    """Why somebody may not book, and until when."""
    rule, until = ban.rule, ban.until.astimezone(zone)
    words = (BANNED_WITHIN if rule.within_days else BANNED)[rule.what]
    values = {"count": rule.count, "within": rule.within_days}
    return Said(words, values | {"until": f"{until:%Y-%m-%d %H:%M}"})


def near_words(near: Count) -> Said:
    """That one more would ban them."""
    rule = near.rule
    words = (NEAR_WITHIN if rule.within_days else NEAR)[rule.what]
    values = {"count": near.count, "limit": rule.count, "days": rule.ban_days}
    return Said(words, values | {"within": rule.within_days})


def _item_field(plan: HallPlan, items: Sequence[str]) -> str:
    """What a visit is for, short enough for a field; of a long name that several follow, the name
    is cut and never that there are several."""
    first = plan.item_coded(items[0]).name
    if len(items) == 1:
        return first
    tail = f"等 {len(items)} 项"
    room = ITEM_AT_MOST - len(tail)
    return (first if len(first) <= room else f"{first[: room - 1]}…") + tail
