"""The limits of template fields, by the kind that begins a field's name: `thing1`, `time12`.

Written down a second time on purpose: a mistake in the sender's own table must not be forgiven by
the same mistake here. Source: WeChat's documentation of subscribeMessage.send.
"""

from __future__ import annotations

import re

HAN = r"\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
DATE = r"[0-9]{4}年(0?[1-9]|1[0-2])月(0?[1-9]|[12][0-9]|3[01])日"
CLOCK = r"([01]?[0-9]|2[0-3]):[0-5][0-9]"
MOMENT = f"({DATE} )?{CLOCK}"

LIMITS = {
    kind: re.compile(pattern)
    for kind, pattern in {
        "thing": r"[^\n]{1,20}",
        "number": r"(?=.{1,32}$)[0-9]+(\.[0-9]+)?",
        "letter": r"[A-Za-z]{1,32}",
        "symbol": rf"[^A-Za-z0-9\s{HAN}]{{1,5}}",
        "character_string": r"[\x21-\x7e]{1,32}",
        "time": f"{MOMENT}(~{MOMENT})?",
        "date": f"{DATE}( {CLOCK})?(~{DATE}( {CLOCK})?)?",
        "amount": r"[^\w\s]?[0-9]{1,10}(\.[0-9]+)?元?",
        "phone_number": r"[-+0-9 ()]{1,17}",
        "car_number": rf"[{HAN}A-Za-z0-9][A-Za-z0-9]{{0,6}}[{HAN}A-Za-z0-9]?",
        "name": rf"(?=.*[{HAN}]).{{1,10}}|[^{HAN}]{{1,20}}",
        "phrase": rf"[{HAN}]{{1,5}}",
    }.items()
}
NAME = re.compile(rf"({'|'.join(LIMITS)})[0-9]{{1,3}}")


def fits(name: str, value: str) -> bool:
    """Whether WeChat takes this value in a field of this name; never a name it does not know."""
    found = NAME.fullmatch(name)
    return found is not None and LIMITS[found[1]].fullmatch(value) is not None
