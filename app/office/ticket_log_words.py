"""What the log of a ticket says: one table, a sentence for each kind of event.

A kind may have a second sentence for a special case, as `kind.case`. tests/guards/test_event_words
sees to it that whatever the code records has its words.
"""

from __future__ import annotations

from typing import Any

from app.core.language import pgettext
from queueing.order import Why

EVENT_WORDS = {
    "taken": "取号",
    "checked_in": "到大厅签到",
    "called": "叫到 %(counter)s 号窗口",
    "called.by_hand": "窗口叫指定号，叫到 %(counter)s 号窗口",
    "recalled": "第 %(nth)s 次呼叫到 %(counter)s 号窗口",
    "started": "开始办理",
    "passed": "叫号未到，过号",
    "rejoined": "过号后重新排队",
    "parked": "挂起",
    "resumed": "恢复办理",
    "resumed.bound": "恢复办理，等候 %(bound_to)s 号窗口",
    "transferred": "转号",
    "transferred.lane": "转到 %(lane)s 队列",
    "transferred.bound": "转到 %(bound_to)s 号窗口",
    "finished": "办结",
    "finished.by_next": "窗口叫下一位，自动办结",
    "undone": "撤销，回到 %(counter)s 号窗口",
    "undone.bound": "撤销，等候 %(bound_to)s 号窗口",
    "taken_over": "%(counter)s 号窗口接手",
    "priority_struck": "取消依法优先",
    "unbound": "不再指定窗口，各窗口均可叫",
    "left": "放弃排队",
    "closed": "日终作废",
    "cancelled": "取消",
    "reprinted": "补打号票",
    "rated": "评价",
}
BOOKING_WORDS = {
    "booked": "预约",
    "moved": "改约",
    "cancelled": "取消预约",
    "checked_in": "预约签到",
    "missed": "预约未到",
}
WHY_WORDS = {
    Why.WALK_IN: "现场取号",
    Why.APPOINTMENT: "预约，按时签到",
    Why.APPOINTMENT_LATE: "预约，迟到签到",
    Why.APPOINTMENT_MISSED: "预约过时，按现场取号",
    Why.AFAR: "远程取号",
    Why.PRIORITY: "依法优先",
    Why.REJOIN: "过号重排",
    Why.REJOIN_LATE: "过号重排，按现场取号",
    Why.TRANSFER: "转号",
    Why.TRANSFER_NOW: "转号，立即接续",
    Why.RESUMED: "挂起后恢复",
    Why.UNDONE: "撤销后恢复",
}
WITH_REASON = ("transferred", "priority_struck", "moved", "cancelled")
"""The kinds whose note is what somebody gave as the reason."""


def said(words: str) -> str:
    """Words of these tables in the request's language: a button that says 挂起 says Park, the log
    says Parked."""
    return pgettext("log", words) or words


def case_of(kind: str, data: dict[str, Any], lane_before: str | None, by_hand: bool) -> str:
    """The key of an event's sentence in EVENT_WORDS."""
    cases = {
        "by_hand": by_hand,
        "by_next": data.get("note") == "by_next",
        "bound": data.get("bound_to") is not None,
        "lane": lane_before is not None and data.get("lane", lane_before) != lane_before,
    }
    special = (f"{kind}.{case}" for case, holds in cases.items() if holds)
    return next((key for key in special if key in EVENT_WORDS), kind)
