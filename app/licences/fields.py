"""What a licence says, field by field: types, and how what was written is read. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from app.citizens import rules as citizens
from app.core.errors import DomainError

Value = str | date | Decimal
"""What a field holds: text and numbers of people, days, exact numbers."""

TEXT_AT_MOST = 500
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Neither seen nor kept; tabs and line breaks are."""
PHONE = re.compile(r"1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}")


class FieldType(StrEnum):
    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    ID_NUMBER = "id-number"
    CREDIT_CODE = "credit-code"
    PHONE = "phone"
    AMOUNT = "amount"


class Unfit(ValueError):
    """What stands in a field cannot stand there; the sentence is Chinese."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a licence of this kind says."""

    name: str
    title: str
    title_en: str
    type: FieldType
    unit: str
    """Empty where it has none."""
    required: bool
    personal: bool
    """About somebody: masked wherever it need not be read."""

    def read(self, value: Any, today: date) -> Value:
        """What was written, as its type has it. Raises Unfit."""
        if not isinstance(value, (str, int, float, Decimal)) or isinstance(value, bool):
            raise Unfit("应是文字或数字")
        return READERS[self.type](str(value).strip(), today)

    def kept(self, text: str) -> Value:
        """The same of what `plain` wrote down; as text where the kind has changed since."""
        try:
            if self.type is FieldType.DATE:
                return date.fromisoformat(text)
            if self.type in (FieldType.NUMBER, FieldType.AMOUNT):
                return Decimal(text)
        except (ValueError, InvalidOperation):
            pass
        return text


def plain(value: Value) -> str:
    """A value as it is kept: 2026-11-23, 120.50."""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


# Reading values


def read_date(text: str) -> date:
    """2026-11-23, also 20261123, 2026/11/23 and 2026年11月23日, as registers write it."""
    shaped = re.fullmatch(r"(\d{4})(?:-|/|年)?(\d{1,2})(?:-|/|月)?(\d{1,2})日?", text)
    compact = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
    found = compact or (shaped if not text.isdecimal() else None)
    if found is None:
        raise Unfit("应是日期，如 2026-11-23")
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        raise Unfit("没有这一天") from None


def read_text(text: str, longest: int = TEXT_AT_MOST) -> str:
    """Text of any script; rare characters and line breaks are kept."""
    if not text:
        raise Unfit("是空的")
    if len(text) > longest:
        raise Unfit(f"最多 {longest} 个字，这里有 {len(text)} 个")
    if CONTROL.search(text):
        raise Unfit("含有不可见的控制字符")
    return text


def _number(text: str, decimals: int) -> Decimal:
    if not re.fullmatch(rf"-?[0-9]{{1,15}}(\.[0-9]{{1,{decimals}}})?", text):
        raise Unfit(f"应是数字，小数点后最多 {decimals} 位")
    return Decimal(text)


def _amount(text: str) -> Decimal:
    number = _number(text, 2)
    if number < 0:
        raise Unfit("金额不能小于零")
    return number


def _phone(text: str) -> str:
    if not PHONE.fullmatch(text):
        raise Unfit("应是手机号码，或带区号的固定电话")
    return text


def _judged(judge: Callable[[], Any]) -> str:
    try:
        return str(judge().value)
    except DomainError as error:
        raise Unfit(error.detail.rstrip("。")) from None


READERS: dict[FieldType, Callable[[str, date], Value]] = {
    FieldType.TEXT: lambda text, _: read_text(text),
    FieldType.DATE: lambda text, _: read_date(text),
    FieldType.NUMBER: lambda text, _: _number(text, 6),
    FieldType.AMOUNT: lambda text, _: _amount(text),
    FieldType.PHONE: lambda text, _: _phone(text),
    FieldType.ID_NUMBER: lambda text, today: _judged(lambda: citizens.id_number(text, today)),
    FieldType.CREDIT_CODE: lambda text, _: _judged(lambda: citizens.credit_code(text)),
}
