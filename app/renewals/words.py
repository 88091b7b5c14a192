"""How renewals are told: their states, what happened to them, what their holders agree to."""

from __future__ import annotations

from app.renewals.finding import Overtaken
from app.renewals.plans import Event
from app.renewals.rules import By, Why
from app.renewals.states import State

STATE_WORDS = {
    State.FOUND: "可以延续",
    State.REMINDED: "可以延续",
    State.OPENED: "待确认",
    State.CONFIRMED: "审查中",
    State.DECIDED: "已决定",
    State.ISSUED: "已发新证",
    State.HANDED_OVER: "已领取",
    State.CLOSED: "已办结",
    State.DECLINED: "不延续",
    State.EXPIRED: "已过期",
    State.OVERTAKEN: "已终止",
}
CHECK_WORDS = {Event.ANNUAL_CHECK: "年度报告、年检", Event.INSPECTION: "复核"}
"""What is due of a licence besides its renewal."""
REFUSED = "不予延续"
"""What is said of a closed one that was not granted."""

EVENT_WORDS = {
    State.FOUND: "发现证照将到期",
    State.REMINDED: "已提醒",
    State.OPENED: "已生成申请书",
    State.CONFIRMED: "已确认，申请已提交",
    State.DECIDED: "准予延续",
    State.ISSUED: "已发新证",
    State.HANDED_OVER: "新证已送到",
    State.CLOSED: "已办结",
    State.DECLINED: "已选择不延续",
    State.EXPIRED: "证照到期，没有申请延续",
    State.OVERTAKEN: "延续已终止",
    "taken_back": "证照已恢复，申请继续审查",
    "to_a_person": "转由工作人员审查",
    "asked_again": "再次查询",
    "to_rule": "重新核对",
    "contested": "已提出异议",
    "contest_answered": "异议已答复",
    "asked_for": "工作人员要求补充",
    "received": "工作人员已收到补充",
    "laid_in": "材料已放入文件柜 %(box)s 号箱",
    "taken_out": "工作人员已取出材料",
}
"""What happened, by the names of renewal_events.what; and to papers in a cabinet."""

STOPPED_WORDS = {
    Overtaken.ENDED: "证照已失效",
    Overtaken.MOVED: "持证人已变更",
    Overtaken.RENEWED: "证照已更新",
}
"""The state of one that was overtaken."""
STOPPED_EVENT_WORDS = {
    Overtaken.ENDED: "证照已失效，延续停止",
    Overtaken.MOVED: "持证人已变更，延续停止",
    Overtaken.RENEWED: "证照已换新或改期，延续停止",
}

BY_WORDS = {
    By.RULE: "按公布的规则自动准予",
    By.LAW: "到期未作决定，依法视为准予延续",
    By.PERSON: "由工作人员决定",
}

WHY_WORDS = {
    Why.CHECKS: "有一项核对需要工作人员判断",
    Why.SOURCES: "有一项核对没有得到答复",
    Why.PLAN: "这类证照由工作人员审查",
    Why.CONTEST: "提出了异议",
    Why.TAKEN_BACK: "证照曾被终止，后已恢复",
}

TERM_TITLE = "申请的有效期"

CONSENT_VERSION = "2026-1"
"""Of CONSENT; raised whenever its words change."""
CONSENT = {
    "person": "本人申请延续上述证照的有效期，确认以上内容真实、准确，与实际情况一致；同意大厅为办理"
    "本次延续，查询并使用核对所需的登记、信用和处罚记录。本次确认即为提交申请。",
    "firm": "本单位申请延续上述证照的有效期，确认以上内容真实、准确，与实际情况一致；同意大厅为办理"
    "本次延续，查询并使用核对所需的登记、信用和处罚记录。本次确认即为提交申请。",
}
"""Kind of holder -> what stands above the one tap, and in the application."""

REMEDIES = (
    "如不服本决定，可以自收到本决定之日起六十日内依法申请行政复议，或者自收到本决定之日起六个月内依法"
    "向人民法院提起行政诉讼。"
)
"""Source: 行政许可法第三十八条、行政复议法第二十条、行政诉讼法第四十六条."""
