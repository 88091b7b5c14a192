"""Identity numbers (GB 11643), firms' credit codes (GB 32100), names; and what they tell. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from zoneinfo import ZoneInfo

from stdnum.cn import ric, uscc

from app.citizens.errors import CreditCodeWrong, IdNumberWrong, NameWrong

BEIJING = ZoneInfo("Asia/Shanghai")
"""The dates of identity numbers, and times told to somebody who is in no hall, are of here."""

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

    kind: ClassVar = "person"
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


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A firm's well-formed unified social credit code."""

    kind: ClassVar = "firm"
    value: str


CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
"""Who registers and what it is, six digits of the place, the organisation's code, a check digit.
No I, O, S, V, Z; the first two may be letters (N: 农村集体经济组织)."""


def credit_code(text: str) -> CreditCode:
    """Judge an 18-character credit code by its shape and check digit. Raises CreditCodeWrong."""
    value = text.strip().upper()
    if not CREDIT_CODE.fullmatch(value) or uscc.calc_check_digit(value) != value[-1]:
        raise CreditCodeWrong
    return CreditCode(value)


RELATIONS = {"person": ("family", "spouse", "parent", "child", "other"), "firm": ("firm",)}
"""What a person of this kind may be to an account that acts for them; the first where nothing else
is said."""

NAME_AT_MOST = 50
FIRM_NAME_AT_MOST = 100
BETWEEN_LETTERS = " ·•‧・.'’-"
"""What stands inside names: the dots of 买买提·艾力, and what Latin names have."""


def name(text: str) -> str:
    """A person's name as it is written: 1 to 50 letters of any script. Raises NameWrong."""
    value = _joined_where_chinese(text)
    if not 1 <= len(value) <= NAME_AT_MOST or not _is_letter(value[0]):
        raise NameWrong
    if not all(_is_letter(one) or one in BETWEEN_LETTERS for one in value):
        raise NameWrong
    return value


def _joined_where_chinese(text: str) -> str:
    """One blank between words, and none between Chinese characters: 李 明 is 李明, also with the
    wide blank of Chinese keyboards."""
    one_blank = re.sub("[ \u3000]+", " ", text.strip())
    return re.sub(r"(?<=[^\x00-\u02ff]) (?=[^\x00-\u02ff])", "", one_blank)


def firm_name(text: str) -> str:
    """A firm's name as its licence has it: 1 to 100 visible characters. Raises NameWrong."""
    value = text.strip()
    if not 1 <= len(value) <= FIRM_NAME_AT_MOST:
        raise NameWrong
    if not all(one.isprintable() or _is_letter(one) for one in value):
        raise NameWrong
    return value


def _is_letter(one: str) -> bool:
    """Rare characters of names count, also those this Unicode table does not know yet or that a
    system of old keeps in the private area."""
    category = unicodedata.category(one)
    return category[0] in "LM" or category in ("Nl", "Co") or "\U00020000" <= one <= "\U0003fffd"


def masked_name(value: str) -> str:
    """张*三; of two characters the first alone."""
    return _masked(value, min(1, len(value) - 1), 1 if len(value) > 2 else 0)


def masked_number(value: str) -> str:
    """1101**********002X: enough to tell two apart."""
    return _masked(value, 4, 4)


def masked_phone(value: str) -> str:
    """138****1234; of a number from abroad +85****12."""
    return _masked(value, 3, 2 if value.startswith("+") else 4)


def _masked(value: str, head: int, tail: int) -> str:
    return value[:head] + "*" * (len(value) - head - tail) + value[len(value) - tail :]
