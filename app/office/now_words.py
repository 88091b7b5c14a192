"""What the office's view of the hall says in words."""

from __future__ import annotations

from app.catalog.adjusted import Adjustment, Kind
from app.catalog.plan import WHOLE_HALL, HallPlan
from app.core.language import gettext as _
from app.core.language import named
from app.office.now_warnings import Kind as Warns
from app.office.now_warnings import Warned


def warning_in_words(warning: Warned, plan: HallPlan) -> str:
    """What is the matter."""
    said = {
        "lane": _lane(warning.lane or "", plan),
        "n": warning.count,
        "counter": warning.counter,
    }
    match warning.kind:
        case Warns.OLDEST_WAIT:
            return _("%(lane)s 有人已等 %(n)s 分钟") % said
        case Warns.WAITING:
            return _("%(lane)s 有 %(n)s 人在等候") % said
        case Warns.UNSERVED_LANE:
            return _("%(lane)s 有 %(n)s 人在等候，没有窗口在办理") % said
        case Warns.BAD_RATING if warning.counter:
            return _("%(counter)s 号窗口收到不满意的评价") % said
        case Warns.BAD_RATING:
            return _("收到不满意的评价")
        case Warns.RENEWALS:
            return _("%(n)s 件证照延续紧急，逾期不作决定可能视为准予") % said


def change_in_words(change: Adjustment, plan: HallPlan) -> str:
    """What was changed on the spot."""
    match change.kind:
        case Kind.TIERS:
            return _tiers_in_words(change)
        case Kind.STOP if change.subject == WHOLE_HALL:
            return _("停止取号：整个大厅")
        case Kind.STOP:
            return _("停止取号：%(lane)s") % {"lane": _lane(change.subject, plan)}
        case Kind.MESSAGE if change.value:
            return _("屏幕信息改为：%(text)s") % {"text": change.value}
        case Kind.MESSAGE:
            return _("屏幕信息改为不显示")
    return _("调整了提醒标准")


def _tiers_in_words(change: Adjustment) -> str:
    first, *later = (" ".join(tier) for tier in change.value)
    said = {"no": change.subject, "first": first, "later": " ".join(later)}
    if later:
        return _("%(no)s 号窗口改办：首选 %(first)s，协助 %(later)s") % said
    return _("%(no)s 号窗口改办：首选 %(first)s") % said


def _lane(letters: str, plan: HallPlan) -> str:
    lane = (plan.retired_lanes | plan.lanes).get(letters)
    return f"{letters} {named(lane)}" if lane else letters
