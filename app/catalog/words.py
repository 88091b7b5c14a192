"""The order table as one hall has it, in sentences for its wall and its visitors. Pure.

Source: the order table of docs/order.md; the minutes are the hall's own.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.catalog.plan import HallPlan, Rules
from queueing.order import MINUTE, Promises, Why

SECOND = 1_000


@dataclass(frozen=True, slots=True)
class Sentence:
    """One row: how somebody came to wait, and by when the hall promises to call."""

    why: Why
    how: str
    due: str


def order_in_words(promises: Promises) -> list[Sentence]:
    """The order table's rows, in its order."""
    p = promises
    walk_in = f"{_minutes(p.walk_in)}内叫到"
    return [
        Sentence(Why.WALK_IN, "现场取号", f"取号后{walk_in}"),
        Sentence(
            Why.APPOINTMENT,
            f"预约并按时签到（提前{_minutes(p.check_in_opens)}起可签到，"
            f"不晚于时段结束后{_minutes(p.grace)}）",
            f"到预约时段开始时叫到，签到更晚的从签到起算；最迟签到后{walk_in}",
        ),
        Sentence(
            Why.APPOINTMENT_LATE,
            f"预约迟到（时段结束后{_minutes(p.late_until)}内签到）",
            f"签到后{_minutes(p.late)}内叫到",
        ),
        Sentence(
            Why.APPOINTMENT_MISSED,
            f"预约过时（时段结束{_minutes(p.late_until)}之后签到）",
            f"按签到时现场取号处理，{walk_in.lstrip()}",
        ),
        Sentence(
            Why.AFAR,
            "远程取号",
            f"到大厅签到后才参加排队：取号后{walk_in}，但不早于签到；"
            f"超过应叫时间{_minutes(p.afar_late)}才到的，按签到时现场取号处理",
        ),
        Sentence(Why.PRIORITY, "依法优先（老年人、残疾人、军人及家属、孕产妇）", _priority(p)),
        Sentence(
            Why.REJOIN,
            f"过号后{_minutes(p.rejoin_within)}内第一次重新排队",
            f"排在本队列等候的第 {p.rejoin_behind} 位之后，最迟{walk_in}，不早于原来的时间",
        ),
        Sentence(
            Why.REJOIN_LATE,
            f"过号超过{_minutes(p.rejoin_within)}，或第二次过号后重新排队",
            f"按重新排队时现场取号处理，{walk_in.lstrip()}；第三次过号即作废",
        ),
        Sentence(Why.TRANSFER, "转到其他窗口或队列", "保持原来的时间；确需当面接续的，可立即叫号"),
        Sentence(Why.RESUMED, "挂起后回来", "由原窗口继续办理，或按原来的时间等候原窗口"),
        Sentence(Why.UNDONE, "误按“过号”“办结”后撤销", "回到原窗口，或按原来的时间等候原窗口"),
    ]


def notes_in_words(plan: HallPlan) -> list[str]:
    """What else decides about calling in this hall, a sentence each."""
    rules = plan.rules
    return [
        "各窗口按应叫时间的先后叫号，时间相同的按取号先后；除表中所列情形外，谁的次序都不变。",
        "窗口先叫首选队列；首选队列无人等候时，再叫协助队列。",
        f"超过应叫时间{_minutes(rules.overdue_after)}仍未叫到的，窗口按首选队列一并叫号。",
        f"每个号码最多重呼 {rules.recall_at_most} 次，"
        f"两次叫号至少间隔 {rules.recall_every // SECOND} 秒。",
        *_choices(rules),
        *(
            f"{lane.letters} 队列（{lane.name}）现场取号后{_minutes(lane.walk_in_promise)}内叫到。"
            for lane in plan.lanes.values()
            if lane.walk_in_promise is not None
        ),
        *(
            f"{lane.letters} 队列（{lane.name}）每日现场取号 {lane.walk_in_quota} 个。"
            for lane in plan.lanes.values()
            if lane.walk_in_quota is not None
        ),
    ]


def _choices(rules: Rules) -> list[str]:
    said = {
        "每人在本大厅同时只能持有一个有效号。": rules.one_live_ticket == "per_hall",
        "每人在同一队列同时只能持有一个有效号。": rules.one_live_ticket == "per_lane",
        "临近下班、估计当天已无法办完时，停止取号。": rules.last_number,
        "可以远程取号，到大厅签到后生效。": rules.numbers_from_afar,
        "停机期间发出的纸质号，补录后按号上写的时间排队。": rules.paper_numbers is not None,
    }
    return [sentence for sentence, holds in said.items() if holds]


def _priority(promises: Promises) -> str:
    if promises.priority_behind is None:
        return f"进入大厅后{_minutes(promises.priority)}内叫到，按其他规则更早的，从其规定"
    return f"排在本队列等候的第 {promises.priority_behind} 位之后，按其他规则更早的，从其规定"


def _minutes(ms: int) -> str:
    return f" {ms // MINUTE} 分钟"
