"""A row in words its person can read: names instead of codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Row

from app.catalog.service import plans
from app.forms.errors import UnknownForm
from app.forms.queries import version
from app.licences.kinds import METADATA
from app.licences.queries import kinds
from app.licences.rules import STATE_WORDS as LICENCE_STATES
from app.tickets.states import STATE_WORDS as TICKET_STATES

STATES: Mapping[str, Mapping[str, str]] = {
    "tickets": {str(state): words for state, words in TICKET_STATES.items()},
    "licences": {str(state): words for state, words in LICENCE_STATES.items()},
    "appointments": {
        "booked": "已预约",
        "checked_in": "已签到",
        "cancelled": "已取消",
        "missed": "未到",
    },
    "waiting_list": {
        "waiting": "候补中",
        "offered": "有名额待确认",
        "accepted": "已预约",
        "lapsed": "逾期未确认",
        "left": "已退出",
        "over": "没有候补到",
    },
    "submissions": {"draft": "草稿", "submitted": "已提交", "withdrawn": "已撤回"},
    "renewals": {
        "found": "可以办理",
        "reminded": "已提醒",
        "opened": "待确认",
        "confirmed": "审核中",
        "decided": "已决定",
        "issued": "已发证",
        "handed_over": "已领取",
        "closed": "已办结",
        "declined": "本人不办",
        "expired": "逾期未办",
        "overtaken": "证照已变动",
    },
    "deliveries": {
        "making": "制作中",
        "made": "已制作",
        "on_its_way": "已寄出",
        "ready": "待领取",
        "in_box": "已放入文件柜",
        "overdue": "逾期未取",
        "handed_over": "已领取",
    },
    "reminders": {
        "pending": "待发送",
        "sent": "已发送",
        "in_app": "在消息里",
        "unknown": "不知是否送达",
        "failed": "没有发出",
        "lapsed": "过期未发",
        "withdrawn": "已撤回",
        "unreachable": "没有联系方式",
    },
}


def in_words(table: str, row: Row[Any]) -> Callable[[str, Any], Any]:
    """(column, value) -> the value as people say it, for the columns of this row."""
    columns = row._mapping

    def said(column: str, value: Any) -> Any:
        match table, column:
            case _, "state":
                return STATES.get(table, {}).get(value, value)
            case _, "hall":
                return next((plan.name for plan in plans() if plan.code == value), value)
            case "licences" | "renewals" | "reminder_stops", "kind":
                return _kind_name(value)
            case "licences", "content_sealed":
                return _licence(columns["kind"], value)
            case "submissions", "values_sealed":
                return _filled(columns["form"], columns["version"], value)
            case "submissions", "form":
                return _form_name(value, columns["version"])
        return value

    return said


def _kind_name(code: str) -> str:
    kind = kinds().get(code)
    return kind.name if kind else code


def _licence(code: str, content: dict[str, Any]) -> dict[str, Any]:
    kind = kinds().get(code)
    titles = {field.name: field.title for field in kind.fields} if kind else {}
    besides = {METADATA.get(name, name): value for name, value in content.items() if name != "data"}
    return besides | {titles.get(name, name): value for name, value in content["data"].items()}


def _filled(code: str, n: int, values: dict[str, Any]) -> dict[str, Any]:
    try:
        fields = version(code, n).form.fields
    except UnknownForm:
        return values
    return {
        fields[name].title if name in fields else name: _option(fields.get(name), value)
        for name, value in values.items()
    }


def _option(field: Any, value: Any) -> Any:
    titles = {option.value: option.title for option in field.options} if field else {}
    if isinstance(value, list):
        return [titles.get(one, one) if isinstance(one, str) else one for one in value]
    return titles.get(value, value) if isinstance(value, str) else value


def _form_name(code: str, n: int) -> str:
    try:
        return version(code, n).form.name
    except UnknownForm:
        return code
