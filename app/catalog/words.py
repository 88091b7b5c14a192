"""The order table as one hall has it, in sentences for its wall and its visitors.

Source: the order table of docs/order.md; the minutes are the hall's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.catalog.plan import HallPlan, Lane, Rules
from app.core.language import gettext as _
from app.core.language import named
from queueing.order import MINUTE, Promises, Why

SECOND = 1_000


@dataclass(frozen=True, slots=True)
class Sentence:
    """One row: how somebody came to wait, and by when the hall promises to call."""

    why: Why
    how: str
    due: str


def order_in_words(promises: Promises) -> list[Sentence]:
    """The order table's rows, in its order, in the language of the reader."""
    p = promises
    minutes = {
        name: getattr(p, name) // MINUTE
        for name in (
            *("walk_in", "late", "grace", "late_until", "check_in_opens"),
            *("afar_late", "rejoin_within", "priority"),
        )
    }
    places = minutes | {"rejoin_behind": p.rejoin_behind, "priority_behind": p.priority_behind}
    return [Sentence(why, how % places, due % places) for why, how, due in _rows(p)]


def _rows(promises: Promises) -> list[tuple[Why, str, str]]:
    return [
        (Why.WALK_IN, _("现场取号"), _("取号后 %(walk_in)s 分钟内叫到")),
        (
            Why.APPOINTMENT,
            _(
                "预约并按时签到（提前 %(check_in_opens)s 分钟起可签到，"
                "不晚于时段结束后 %(grace)s 分钟）"
            ),
            _("到预约时段开始时叫到，签到更晚的从签到起算；最迟签到后 %(walk_in)s 分钟内叫到"),
        ),
        (
            Why.APPOINTMENT_LATE,
            _("预约迟到（时段结束后 %(late_until)s 分钟内签到）"),
            _("签到后 %(late)s 分钟内叫到"),
        ),
        (
            Why.APPOINTMENT_MISSED,
            _("预约过时（时段结束 %(late_until)s 分钟之后签到）"),
            _("按签到时现场取号处理，%(walk_in)s 分钟内叫到"),
        ),
        (
            Why.AFAR,
            _("远程取号"),
            _(
                "到大厅签到后才参加排队：取号后 %(walk_in)s 分钟内叫到，但不早于签到；"
                "超过应叫时间 %(afar_late)s 分钟才到的，按签到时现场取号处理"
            ),
        ),
        (Why.PRIORITY, _("依法优先（老年人、残疾人、军人及家属、孕产妇）"), _priority(promises)),
        (
            Why.REJOIN,
            _("过号后 %(rejoin_within)s 分钟内第一次重新排队"),
            _(
                "排在本队列等候的第 %(rejoin_behind)s 位之后，最迟 %(walk_in)s 分钟内叫到，"
                "不早于原来的时间"
            ),
        ),
        (
            Why.REJOIN_LATE,
            _("过号超过 %(rejoin_within)s 分钟，或第二次过号后重新排队"),
            _("按重新排队时现场取号处理，%(walk_in)s 分钟内叫到；第三次过号即作废"),
        ),
        (Why.TRANSFER, _("转到其他窗口或队列"), _("保持原来的时间；确需当面接续的，可立即叫号")),
        (Why.RESUMED, _("挂起后回来"), _("由原窗口继续办理，或按原来的时间等候原窗口")),
        (Why.UNDONE, _("误按“过号”“办结”后撤销"), _("回到原窗口，或按原来的时间等候原窗口")),
    ]


def notes_in_words(plan: HallPlan) -> list[str]:
    """What else decides about calling in this hall, a sentence each."""
    rules = plan.rules
    limits = {
        "minutes": rules.overdue_after // MINUTE,
        "times": rules.recall_at_most,
        "seconds": rules.recall_every // SECOND,
    }
    return [
        _("各窗口按应叫时间的先后叫号，时间相同的按取号先后；除表中所列情形外，谁的次序都不变。"),
        _("窗口先叫首选队列；首选队列无人等候时，再叫协助队列。"),
        _("超过应叫时间 %(minutes)s 分钟仍未叫到的，窗口按首选队列一并叫号。") % limits,
        _("每个号码最多重呼 %(times)s 次，两次叫号至少间隔 %(seconds)s 秒。") % limits,
        *_choices(rules),
        *_of_lanes(
            plan,
            lambda lane: lane.walk_in_promise and lane.walk_in_promise // MINUTE,
            one=_("%(letters)s 队列（%(name)s）现场取号后 %(n)s 分钟内叫到。"),
            several=_("%(lanes)s队列现场取号后 %(n)s 分钟内叫到。"),
            every=_("各队列现场取号后 %(n)s 分钟内叫到。"),
        ),
        *_of_lanes(
            plan,
            lambda lane: lane.walk_in_quota,
            one=_("%(letters)s 队列（%(name)s）每日现场取号 %(n)s 个。"),
            several=_("%(lanes)s各队列每日现场取号 %(n)s 个。"),
            every=_("各队列每日现场取号 %(n)s 个。"),
        ),
    ]


def _of_lanes(
    plan: HallPlan, own: Callable[[Lane], int | None], *, one: str, several: str, every: str
) -> list[str]:
    """What some lanes have of their own, a sentence for all that have the same."""
    alike: dict[int, list[Lane]] = {}
    for lane in plan.lanes.values():
        n = own(lane)
        if n is not None:
            alike.setdefault(n, []).append(lane)
    said = []
    for n, lanes in alike.items():
        names = [_of_lane(lane) for lane in lanes]
        if len(lanes) == 1:
            said.append(one % (names[0] | {"n": n}))
        elif len(lanes) == len(plan.lanes):
            said.append(every % {"n": n})
        else:
            listed = _("、").join(_("%(letters)s（%(name)s）") % name for name in names)
            said.append(several % {"lanes": listed, "n": n})
    return said


def _of_lane(lane: Lane) -> dict[str, object]:
    return {"letters": lane.letters, "name": named(lane)}


def _choices(rules: Rules) -> list[str]:
    said = {
        _("每人在本大厅同时只能持有一个有效号。"): rules.one_live_ticket == "per_hall",
        _("每人在同一队列同时只能持有一个有效号。"): rules.one_live_ticket == "per_lane",
        _("临近下班、估计当天已无法办完时，停止取号。"): rules.last_number,
        _("可以远程取号，到大厅签到后生效。"): rules.numbers_from_afar,
        _("停机期间发出的纸质号，补录后按号上写的时间排队。"): rules.paper_numbers is not None,
    }
    return [sentence for sentence, holds in said.items() if holds]


def _priority(promises: Promises) -> str:
    if promises.priority_behind is None:
        return _("进入大厅后 %(priority)s 分钟内叫到，按其他规则更早的，从其规定")
    return _("排在本队列等候的第 %(priority_behind)s 位之后，按其他规则更早的，从其规定")
