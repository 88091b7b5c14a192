"""What the office's pages of renewals say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from sqlalchemy import Row

from app.core.acts import ADMINISTRATOR, DECIDERS
from app.core.language import gettext as _
from app.licences.kinds import Span
from app.licences.rights import Ground
from app.licences.view import day_in_words
from app.notices.rules import OfficeHours
from app.renewals.application import Application
from app.renewals.bringing import Happened
from app.renewals.clock import LEGAL_DAYS, Clock, Level
from app.renewals.figures import Stage
from app.renewals.plans import Decider, Event, Plan, SiteCheck, TermFrom
from app.renewals.rules import By
from app.renewals.states import State
from app.renewals.watch.reminding import State as ReminderState

READERS = (*DECIDERS, *ADMINISTRATOR)
"""Who reads numbers and plans; who decides reads the renewals themselves."""
STAGE_WORDS = {
    Stage.DUE: "到期",
    Stage.SENT: "提醒送达",
    Stage.OPENED: "已打开",
    Stage.CONFIRMED: "已确认",
    Stage.DECIDED: "已决定",
    Stage.ISSUED: "已发证",
    Stage.HANDED_OVER: "已送达",
}
BY_WORDS = {By.RULE: "按规则", By.PERSON: "审批人员", By.LAW: "逾期视为准予"}
STATE_WORDS = {
    State.FOUND: "待提醒",
    State.REMINDED: "已提醒",
    State.OPENED: "已打开",
    State.CONFIRMED: "待决定",
    State.DECIDED: "已决定",
    State.ISSUED: "已发证",
    State.HANDED_OVER: "已送达",
    State.CLOSED: "已办结",
    State.DECLINED: "不延续",
    State.EXPIRED: "到期未申请",
    State.OVERTAKEN: "已终止",
}
"""As the hall counts them: its holder is told less."""
REMINDER_WORDS = {
    ReminderState.PENDING: "待发送",
    ReminderState.SENT: "已发送",
    ReminderState.IN_APP: "仅站内消息",
    ReminderState.UNKNOWN: "结果不明",
    ReminderState.FAILED: "发送失败",
    ReminderState.UNREACHABLE: "联系不上",
    ReminderState.LAPSED: "过时未发",
    ReminderState.WITHDRAWN: "已撤回",
}
GROUND_WORDS = {
    Ground.OWN: "持证人本人",
    Ground.REPRESENTS: "法定代表人（负责人）",
    Ground.AUTHORISED: "持证人授权的代办人",
}
"""By what right somebody confirmed it."""
WHO_WORDS = {"citizen": "申请人", "staff": "工作人员", "system": "系统"}
FOLLOWS = (State.FOUND, State.ISSUED, State.HANDED_OVER, State.CLOSED, "to_a_person")
"""What happens by itself, whoever set it off."""
MEANINGS = {
    "grant": "发放新证；原证同时失效。",
    "refuse": "理由写入决定书，决定书告知复议和诉讼的途径。",
    "ask_for": "一次告知全部要补的内容；法定期限照常计算。",
    "received": "收到的计入上传份数、到厅次数。",
    "to_rule": "重新查询各个来源；都符合的由规则准予，否则回到这里。",
    "answer": "答复会告知申请人。",
}
LEVEL_WORDS = {Level.NONE: "", Level.YELLOW: "临近期限", Level.RED: "紧急"}
EVENT_WORDS = {
    Event.RENEWAL: "延续",
    Event.ANNUAL_CHECK: "年度报告、年检",
    Event.INSPECTION: "复核",
}
DECIDER_WORDS = {
    Decider.RULE: "各项核对都符合的按规则决定，其余由审批人员决定",
    Decider.PERSON: "都由审批人员决定",
}
SITE_CHECK_WORDS = {
    SiteCheck.NEVER: "不需要",
    SiteCheck.IF_CHANGED: "内容有变化的需要",
    SiteCheck.ALWAYS: "都需要",
}
TERM_WORDS = {TermFrom.OLD_END: "原有效期届满的次日", TermFrom.DECISION: "作出决定之日"}

BEFORE_WORDS = {"months": "提前 %(n)s 个月", "days": "提前 %(n)s 天"}
LENGTH_WORDS = {"months": "%(n)s 个月", "days": "%(n)s 天", "working": "%(n)s 个工作日"}


def answer_in_words(clock: Clock) -> str:
    """What is left for the answer to an objection."""
    said = {"n": clock.working_days, "by": clock.decide_by.isoformat()}
    if clock.is_over:
        return _("应在%(by)s以前答复，已超期") % said
    return _("剩余工作日：%(n)s；请在%(by)s以前答复") % said


def clock_in_words(clock: Clock, today: date) -> str:
    """What is left for a decision, and what happens after that."""
    granted = clock.granted_on
    said = {
        "n": clock.working_days,
        "by": clock.decide_by.isoformat(),
        "granted": granted and granted.isoformat(),
        "legal": LEGAL_DAYS,
    }
    if granted and today >= granted:
        return _("%(granted)s起已视为准予延续") % said
    if clock.is_over and granted:
        return _("已超过法定的 %(legal)s 个工作日；%(granted)s起视为准予延续") % said
    if clock.is_over:
        return _("已超过法定的 %(legal)s 个工作日（%(by)s为止）") % said
    if granted and clock.decide_by < clock.legal_by:
        if today == clock.decide_by:
            return _("今天不作决定，明天起视为准予延续") % said
        return _("剩余工作日：%(n)s；%(granted)s起视为准予延续") % said
    if today == clock.decide_by:
        return _("今天是法定期限的最后一天") % said
    return _("剩余工作日：%(n)s；法定期限到%(by)s") % said


def clock_in_short(clock: Clock) -> str:
    """How pressing it is, for a list."""
    if clock.is_over:
        return _("已超期")
    said = {"n": clock.working_days, "level": _(LEVEL_WORDS[clock.level])}
    if clock.level is Level.NONE:
        return _("%(n)s 个工作日") % said
    return _("%(level)s · %(n)s 个工作日") % said


def meaning_in_words(deed: str, application: Application | None, today: date) -> str:
    """What a deed brings about."""
    if deed != "grant" or application is None:
        return _(MEANINGS[deed])
    begins, ends = application.term.days(today)
    if ends is None:
        return _("发放新证，长期有效；原证同时失效。")
    said = {"begins": begins.isoformat(), "ends": ends.isoformat()}
    return _("发放新证，有效期 %(begins)s 至 %(ends)s；原证同时失效。") % said


def who_in_words(event: Row[Any] | Happened, usernames: Mapping[str, str]) -> str:
    """Who did something: staff by their user name, and what follows from a tap the house itself."""
    by_itself = event.what in FOLLOWS or event.note.get("by") in (By.RULE, By.LAW)
    actor = "system" if by_itself else event.actor
    kind = actor.partition(":")[0]
    return usernames.get(actor) or _(WHO_WORDS.get(kind, WHO_WORDS["system"]))


def span_in_words(span: Span) -> str:
    """How long before a day."""
    return _(BEFORE_WORDS[span.unit]) % {"n": span.count}


def length_in_words(span: Span, days: str) -> str:
    """A time before a day; `days`: licences/kinds.py: Renewal."""
    unit = "working" if (span.unit, days) == ("days", "working") else span.unit
    return _(LENGTH_WORDS[unit]) % {"n": span.count}


def months_in_words(months: int) -> str:
    """How long a term is."""
    years, rest = divmod(months, 12)
    return _("%(n)s 个月") % {"n": months} if rest else _("%(n)s 年") % {"n": years}


def hours_in_words(hours: OfficeHours) -> str:
    """From when to when reminders are sent."""
    if hours.begin == time() and hours.end >= time(23, 59):
        return _("全天")
    return f"{hours.begin:%H:%M}–{hours.end:%H:%M}"


def example(text: str, licence: str, hall: str, before: Span | None) -> str:
    """A reminder's words as somebody might read them."""
    days = 0 if before is None else before.count * (30 if before.unit == "months" else 1)
    said = {
        "licence": licence,
        "number": "0001",
        "until": day_in_words(date(2027, 1, 31)),
        "ask_by": day_in_words(date(2026, 12, 31)),
        "days": str(days or 10),
        "hall": hall,
    }
    for place, words in said.items():
        text = text.replace(f"{{{place}}}", words)
    return text


def step_in_words(plan: Plan, code: str) -> str:
    """Which reminder of a plan; one that the plan has no more by its code."""
    if plan.late and plan.late.code == code:
        return _("申请期限已过")
    return next((span_in_words(step.before) for step in plan.steps if step.code == code), code)
