"""The limits of template fields, by the kind that begins a field's name: `thing1`, `time12`.

Written down a second time on purpose: a mistake in the sender's own table must not be forgiven by
the same mistake here. Source: WeChat's documentation of subscribeMessage.send.
"""

from __future__ import annotations

import re

_DATE = r"\d{4}年\d{1,2}月\d{1,2}日"
_CLOCK = r"\d{1,2}:\d{2}(:\d{2})?"
_MOMENT = rf"({_DATE} ?)?{_CLOCK}"

LIMITS = {
    kind: re.compile(pattern, re.DOTALL)
    for kind, pattern in {
        "thing": r".{1,20}",
        "number": r"(?=.{1,32}$)-?\d+(\.\d+)?",
        "letter": r"[A-Za-z]{1,32}",
        "symbol": r"[^\w\s]{1,5}",
        "character_string": r"[\x20-\x7e]{1,32}",
        "time": rf"{_MOMENT}( ?~ ?{_MOMENT})?",
        "date": rf"{_DATE}( {_CLOCK})?( ?~ ?{_DATE}( {_CLOCK})?)?",
        "amount": r"[^\w\s]?\d{1,10}(\.\d+)?元?",
        "phone_number": r"[-+0-9 ()]{1,17}",
        "car_number": r"\w{1,8}",
        "name": r"[\u3400-\u9fff·]{1,10}|[A-Za-z .·'-]{1,20}",
        "phrase": r"[\u3400-\u9fff]{1,5}",
    }.items()
}
NAME = re.compile(rf"({'|'.join(LIMITS)})\d{{1,3}}")


def fits(name: str, value: str) -> bool:
    """Whether WeChat takes this value in a field of this name; never a name it does not know."""
    found = NAME.fullmatch(name)
    return found is not None and LIMITS[found[1]].fullmatch(value) is not None
