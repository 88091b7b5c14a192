"""What notices are headed with, in the language of the reader."""

from __future__ import annotations

from app.core.language import gettext as _
from app.notices.rules import Kind


def title(kind: str) -> str:
    """A few words over the sentence."""
    titles: dict[str, str] = {
        Kind.BOOKED: _("预约成功"),
        Kind.CHANGED: _("预约已改"),
        Kind.CANCELLED: _("预约已取消"),
        Kind.MISSED: _("预约未签到"),
        Kind.REMINDER: _("办事提醒"),
        Kind.FREED: _("候补有名额了"),
        Kind.WAITING: _("候补有变动"),
        Kind.NEAR: _("快到您了"),
        Kind.CALLED: _("请到窗口办理"),
        Kind.PASSED: _("已过号"),
        Kind.GAPS: _("缺项告知"),
        Kind.EXPIRING: _("证照提醒"),
        Kind.RENEWAL: _("证照延续"),
        Kind.COLLECT: _("领取结果"),
    }
    return titles.get(kind, _("消息"))  # of a kind that a newer version wrote
