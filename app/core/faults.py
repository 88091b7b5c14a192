"""What is wrong with the fields of a request, in words for whoever sent it."""

from __future__ import annotations

import re
from typing import Any

from app.core.language import SOURCE, gettext, language

CHINESE = {
    "Missing data for required field.": "缺少这一项。",
    "Field may not be null.": "这一项不能为空。",
    "Unknown field.": "没有这一项。",
    "Invalid input type.": "格式不对。",
    "Invalid type.": "格式不对。",
    "Invalid input.": "内容不对。",
    "Invalid value.": "内容不对。",
    "Not a valid string.": "应是文字。",
    "Not a valid utf-8 string.": "应是文字。",
    "Not a valid integer.": "应是整数。",
    "Not a valid number.": "应是数字。",
    "Number too large.": "数字过大。",
    "Special numeric values (nan or infinity) are not permitted.": "应是数字。",
    "Not a valid boolean.": "只能是 true（是）或 false（否）。",
    "Not a valid date.": "应是日期，如 2026-10-01。",
    "Not a valid time.": "应是时刻，如 09:30。",
    "Not a valid datetime.": "应是日期和时刻，如 2026-10-01T09:30:00+08:00。",
    "Not a valid aware datetime.": "时刻应带时区，如 2026-10-01T09:30:00+08:00。",
    "Not a valid list.": "应是列表。",
    "Not a valid mapping type.": "应是对象。",
    "Shorter than minimum length {min}.": "长度不能少于 {min}。",
    "Longer than maximum length {max}.": "长度不能超过 {max}。",
    "Length must be between {min} and {max}.": "长度应在 {min} 到 {max} 之间。",
    "Length must be {equal}.": "长度应是 {equal}。",
    "Must be greater than or equal to {min}.": "不能小于 {min}。",
    "Must be less than or equal to {max}.": "不能大于 {max}。",
    "Must be greater than or equal to {min} and less than or equal to {max}.": (
        "应在 {min} 到 {max} 之间。"
    ),
    "Must be one of: {choices}.": "只能是以下之一：{choices}。",
    "String does not match expected pattern.": "格式不对。",
}
"""What marshmallow says -> the same in Chinese."""

_READ = [
    (re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.*)", re.escape(said)), re.DOTALL), words)
    for said, words in CHINESE.items()
]


def in_words(faults: Any) -> Any:
    """Faults as marshmallow nests them, each in the request's language."""
    if isinstance(faults, dict):
        return {field: in_words(inner) for field, inner in faults.items()}
    if isinstance(faults, list):
        return [in_words(each) for each in faults]
    return _sentence(faults) if isinstance(faults, str) else faults


def _sentence(said: str) -> str:
    """marshmallow speaks English, the house's own faults are Chinese."""
    if language() != SOURCE:
        return gettext(said)
    for pattern, words in _READ:
        if found := pattern.fullmatch(said):
            return words.format(**found.groupdict())
    return said
