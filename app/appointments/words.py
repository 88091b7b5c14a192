"""What a booker is told, in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo
from typing import Any

from app.appointments.bans import Banned, Count
from app.catalog.plan import HallPlan
from app.core.said import Both, Masked, Said
from app.notices.rules import time_field

WEEKDAYS = "一二三四五六日"
ITEM_AT_MOST = 20
"""Characters of the fields of messages that name items: WeChat's `thing`."""

Who = Masked | Said
"""Whom a booking is for, to its booker."""
YOU = Said("您")
SOMEBODY = Both("办事人", "this person")
"""To staff, who have the name beside it."""

BANNED = {
    "missed": "%(who)s累计爽约 %(count)s 次，%(until)s 前不能自行预约，可到大厅取号。",
    "cancelled": "%(who)s累计取消预约 %(count)s 次，%(until)s 前不能自行预约，可到大厅取号。",
}
BANNED_WITHIN = {
    "missed": "%(who)s %(within)s 天内爽约 %(count)s 次，%(until)s 前不能自行预约，可到大厅取号。",
    "cancelled": (
        "%(who)s %(within)s 天内取消预约 %(count)s 次，%(until)s 前不能自行预约，可到大厅取号。"
    ),
}
NEAR = {
    "missed": "%(who)s已爽约 %(count)s 次，满 %(limit)s 次将有 %(days)s 天不能自行预约。",
    "cancelled": "%(who)s已取消预约 %(count)s 次，满 %(limit)s 次将有 %(days)s 天不能自行预约。",
}
NEAR_WITHIN = {
    "missed": (
        "%(who)s %(within)s 天内已爽约 %(count)s 次，满 %(limit)s 次将有 %(days)s 天不能自行预约。"
    ),
    "cancelled": (
        "%(who)s %(within)s 天内已取消 %(count)s 次预约，"
        "满 %(limit)s 次将 %(days)s 天不能自行预约。"
    ),
}

CANCELLING = "这是第 %(nth)s 次取消，取消后 %(days)s 天不能自行预约。"
CANCELLING_WITHIN = "这是 %(within)s 天内第 %(nth)s 次取消，取消后 %(days)s 天不能自行预约。"


def when(plan: HallPlan, appointment: Any) -> Said:
    """The booked time as people say it: 11 月 23 日（周一）09:00–09:30."""
    starts = appointment.slot_starts_at.astimezone(plan.zone)
    ends = appointment.slot_ends_at.astimezone(plan.zone)
    words = "%(day)s（周%(weekday)s）%(begins)s–%(ends)s"
    if starts.date() != ends.date():
        words = "%(day)s（周%(weekday)s）%(begins)s–次日 %(ends)s"
    weekday = Both(WEEKDAYS[starts.weekday()], f"{starts:%a}")
    clocks = {"begins": f"{starts:%H:%M}", "ends": f"{ends:%H:%M}"}
    return Said(words, {"day": day_said(starts), "weekday": weekday, **clocks})


def day_words(local: date) -> str:
    """The date of a moment of the hall's clock: 11 月 23 日."""
    return f"{local.month} 月 {local.day} 日"


def day_said(local: date) -> Both:
    """The same, for who may read English."""
    return Both(day_words(local), f"{local:%b} {local.day}")


def matter_words(plan: HallPlan, items: Sequence[str]) -> Said:
    """What a visit is for: “身份证”, or “身份证”等 2 项; a message has no room for ten names."""
    words = "“%(item)s”" if len(items) == 1 else "“%(item)s”等 %(count)s 项"
    first = plan.item_coded(items[0])
    return Said(words, {"item": Both(first.name, first.name_en), "count": len(items)})


TOLD = {
    "booked": "%(who)s已预约%(hall)s%(matter)s，时间 %(when)s，预约码 %(code)s。",
    "moved": (
        "%(who)s原定 %(old)s 在%(hall)s的%(matter)s预约已改到 %(when)s，预约码 %(code)s 不变。"
    ),
    "cancelled": "%(who)s在%(hall)s %(when)s 的%(matter)s预约已取消。",
    "missed": "%(who)s %(when)s 在%(hall)s的%(matter)s预约未签到，已按爽约记录。",
}
TOLD_WHY = {
    "moved": (
        "因%(note)s，%(who)s原定 %(old)s 在%(hall)s的%(matter)s预约已改到 %(when)s，"
        "预约码 %(code)s 不变。"
    ),
    "cancelled": "因%(note)s，%(who)s在%(hall)s %(when)s 的%(matter)s预约已取消。",
}
REMINDER = (
    "提醒：%(who)s预约了%(hall)s%(matter)s，时间 %(when)s，预约码 %(code)s，"
    "请带齐材料，按时到大厅签到。"
)


def told(
    plan: HallPlan, appointment: Any, kind: str, note: str, who: Who, before: Any
) -> Said | None:
    """The sentence for what happened to a booking; None where nobody needs to be told. `before`:
    the booking as it was; an account may have several for one item."""
    if kind not in TOLD:
        return None
    said = _said_of(plan, appointment, who) | {"note": note}
    if before is not None:
        said["old"] = when(plan, before)
    why = TOLD_WHY.get(kind) if note else None
    return Said(why or TOLD[kind], said)


def reminder_words(plan: HallPlan, appointment: Any, who: Who) -> Said:
    """The sentence that reminds of a booking."""
    return Said(REMINDER, _said_of(plan, appointment, who))


def _said_of(plan: HallPlan, appointment: Any, who: Who) -> dict[str, Any]:
    return time_said(plan, appointment, who) | {"code": appointment.code}


def time_said(plan: HallPlan, appointment: Any, who: Who) -> dict[str, Any]:
    """What sentences say of every time, also of one that is merely offered."""
    return matter_said(plan, appointment.items, who) | {"when": when(plan, appointment)}


def matter_said(plan: HallPlan, items: Sequence[str], who: Who) -> dict[str, Any]:
    """What they say of whoever comes for something."""
    hall = Both(plan.name, plan.name_en)
    return {"who": who, "hall": hall, "matter": matter_words(plan, items)}


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


def facts_of(plan: HallPlan, appointment: Any, kind: str, note: str, who: Who) -> dict[str, str]:
    """The same for the fields of a message."""
    facts = time_facts(plan, appointment, note_of(kind, note), who)
    return {**facts, "code": appointment.code}


def time_facts(plan: HallPlan, appointment: Any, note: str, who: Who) -> dict[str, str]:
    """What is said of every time, also of one that is merely offered."""
    starts_at = time_field(appointment.slot_starts_at, plan.zone)
    return matter_facts(plan, appointment.items, note, who) | {"when": starts_at}


def matter_facts(plan: HallPlan, items: Sequence[str], note: str, who: Who) -> dict[str, str]:
    """What is said of whoever comes for something."""
    return {
        "item": _item_field(plan, items),
        "hall": plan.name,
        "name": str(who),
        "note": note,
    }


def banned_words(ban: Banned, zone: tzinfo, who: Said | Both | str) -> Said:
    """Why somebody may not book, and until when."""
    rule, until = ban.rule, ban.until.astimezone(zone)
    words = (BANNED_WITHIN if rule.within_days else BANNED)[rule.what]
    values = {"who": who, "count": rule.count, "within": rule.within_days}
    return Said(words, values | {"until": f"{until:%Y-%m-%d %H:%M}"})


def near_words(near: Count, who: Said | Both | str) -> Said:
    """That one more would ban them."""
    rule = near.rule
    words = (NEAR_WITHIN if rule.within_days else NEAR)[rule.what]
    values = {"count": near.count, "limit": rule.count, "days": rule.ban_days}
    return Said(words, values | {"who": who, "within": rule.within_days})


def cancelling_words(near: Count) -> Said:
    """The same to whoever is about to cancel the one that bans."""
    rule = near.rule
    words = CANCELLING_WITHIN if rule.within_days else CANCELLING
    return Said(words, {"nth": rule.count, "within": rule.within_days, "days": rule.ban_days})


def _item_field(plan: HallPlan, items: Sequence[str]) -> str:
    """What a visit is for, short enough for a field; of a long name that several follow, the name
    is cut and never that there are several."""
    first = plan.item_coded(items[0]).name
    if len(items) == 1:
        return first
    tail = f"等 {len(items)} 项"
    room = ITEM_AT_MOST - len(tail)
    return (first if len(first) <= room else f"{first[: room - 1]}…") + tail
