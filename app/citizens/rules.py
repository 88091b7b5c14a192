"""Identity numbers (GB 11643) and what they tell. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from stdnum.cn import ric

from app.citizens.errors import IdNumberWrong

ELDERLY_FROM = 60
"""Years of age: 老年人权益保障法 art. 2."""

PROVINCES = frozenset(
    str(code)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71))
    for code in range(first, last + 1)
) | {"81", "82", "83", *(str(code) for code in range(91, 100))}
"""First two digits; 81 to 83 are residence permits of 港澳台居民, 9x of 永居证.

No finer check: the public tables of districts reject people whose district has since moved."""


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A well-formed identity number."""

    value: str
    born: date

    def age_on(self, day: date) -> int:
        """Full years of age on that day."""
        had_birthday = (day.month, day.day) >= (self.born.month, self.born.day)
        return day.year - self.born.year - (0 if had_birthday else 1)

    def is_elderly_on(self, day: date) -> bool:
        return self.age_on(day) >= ELDERLY_FROM


def id_number(text: str, today: date) -> IdNumber:
    """Judge an 18-digit identity number: province, birth date up to today, check digit.

    Raises IdNumberWrong."""
    value = text.strip().upper()
    if not re.fullmatch(r"[0-9]{17}[0-9X]", value) or value[:2] not in PROVINCES:
        raise IdNumberWrong
    try:
        born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        raise IdNumberWrong from None
    if not date(1850, 1, 1) <= born <= today or ric.calc_check_digit(value) != value[-1]:
        raise IdNumberWrong
    return IdNumber(value, born)
