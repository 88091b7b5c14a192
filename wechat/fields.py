"""What fits into the fields of a subscribe message; WeChat refuses the whole message for one.

A field is named by its kind and a number: `thing1`. Limits from WeChat's table of kinds
(subscribeMessage.send, 参数值内容限制说明).
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable

HAN = r"\u3400-\u9fff"
"""Not the rarer ones: whether WeChat counts them as Chinese, it does not say."""
LATIN_NAME = r"A-Za-z .·'\-"
SYMBOLS = re.escape(string.punctuation.replace("_", ""))
CLOCK = r"(?:[01]?\d|2[0-3]):[0-5]\d"
DAY = r"\d{4}年(?:1[0-2]|0?[1-9])月(?:3[01]|[12]\d|0?[1-9])日"
PLATE = rf"[{HAN}A-Za-z0-9]"

KINDS: dict[str, str] = {
    "thing": r".{1,20}",
    "number": r"(?=.{1,32}$)\d+(?:\.\d+)?",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": rf"[{SYMBOLS}]{{1,5}}",
    "character_string": rf"[A-Za-z0-9{SYMBOLS}]{{1,32}}",
    "time": rf"(?:{DAY} )?{CLOCK}(?:~(?:{DAY} )?{CLOCK})?",
    "date": rf"{DAY}(?: {CLOCK})?(?:~{DAY}(?: {CLOCK})?)?",
    "amount": r"[¥￥$€£]?(?=[\d.]{1,11}元?$)\d{1,10}(?:\.\d+)?元?",
    "phone_number": r"[\d+() -]{1,17}",
    "car_number": rf"{PLATE}[A-Za-z0-9]{{0,6}}{PLATE}",
    "name": rf"[{HAN}·]{{1,10}}|[{LATIN_NAME}]{{1,20}}",
    "phrase": rf"[{HAN}]{{1,5}}",
}
"""Kind -> what it takes, from first to last character."""

NOTHING = "无"
CUT = "…"


class DoesNotFit(ValueError):
    """A text of which nothing can be shortened: half a date is another date."""


def fits(field: str, value: str) -> bool:
    """Whether WeChat takes this value in this field; in one of unknown kind it takes none."""
    pattern = KINDS.get(_kind(field))
    return bool(pattern and value.strip() and re.fullmatch(pattern, value, re.ASCII))


def fitted(field: str, text: str) -> str:
    """The text as it fits into the field, shortened where that leaves it true: a `thing` to 20
    characters of which the last is `…`; a day in a field of times to its last minute. Never empty.
    Raises DoesNotFit."""
    value = " ".join(text.split())
    mend = MENDED.get(_kind(field))
    if mend and not fits(field, value):
        value = mend(value)
    if not fits(field, value):
        raise DoesNotFit(f"{field} cannot say {text!r}")
    return value


def _kind(field: str) -> str:
    return field.rstrip(string.digits)


def _thing(value: str) -> str:
    return value[:19] + CUT if value else NOTHING


def _time(value: str) -> str:
    """What is said of a day holds until it is over."""
    return f"{value} 23:59" if re.fullmatch(DAY, value, re.ASCII) else value


def _name(value: str) -> str:
    chinese = _only(f"{HAN}·", value)[:10]
    return chinese or _only(LATIN_NAME, value)[:20].strip() or NOTHING


def _phrase(value: str) -> str:
    return _only(HAN, value)[:5] or NOTHING


def _character_string(value: str) -> str:
    return _only(f"A-Za-z0-9{SYMBOLS}", value)[:32] or "-"


def _only(characters: str, value: str) -> str:
    return re.sub(f"[^{characters}]", "", value)


MENDED: dict[str, Callable[[str], str]] = {
    "thing": _thing,
    "time": _time,
    "name": _name,
    "phrase": _phrase,
    "character_string": _character_string,
}
