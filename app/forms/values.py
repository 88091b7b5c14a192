"""One value in its field: brought into shape, and judged by the field's schema. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, TypeChecker, ValidationError
from jsonschema.validators import extend

from app.citizens.errors import CreditCodeWrong, IdNumberWrong
from app.citizens.rules import credit_code, id_number
from app.core.said import Both, Said
from app.forms.conditions import BLANKS, date_of, number_of
from app.forms.form import Field, Format, Widget

MOBILE = re.compile(r"1[3-9][0-9]{9}")
LANDLINE = re.compile(r"(0[0-9]{2,3}-?)?[2-9][0-9]{6,7}(-[0-9]{1,6})?|[48]00-?[0-9]{3}-?[0-9]{4}")
POSTCODE = re.compile(r"[0-9]{6}")

TEXT_AT_MOST = 200
"""Characters of a text for which the form names no limit."""
LONG_TEXT_AT_MOST = 2000
"""The same for one of several lines."""
NUMBER_BELOW = Decimal(10) ** 15
"""Beyond it a phone's numbers are no longer exact."""
UPPER = (Format.ID_NUMBER, Format.CREDIT_CODE)
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")
"""They turn what stands beside them around, or break lines where nobody sees it."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong at a field, and what to do, in words for whoever fills the form."""

    field: str
    code: str
    words: Said


def normal(field: Field, value: Any) -> Any:
    """The value as it is kept: without blanks at its ends, numbers exact, letters of numbers in
    capitals. What the characters are is never changed."""
    if isinstance(value, float):
        exact = number_of(value)
        return value if exact is None else exact
    if isinstance(value, str):
        text = value.strip(BLANKS)
        return text.upper() if field.format in UPPER else text
    return value


def problem_of(field: Field, value: Any, today: date) -> FieldProblem | None:
    """The first thing that is wrong with a filled value, by the field's schema."""
    odd = _unkept(field, value)
    if odd is not None:
        return odd
    complaints = _judge(field, today).iter_errors(value)
    errors = sorted(complaints, key=lambda error: ORDER.get(str(error.validator), 9))
    return _told(field, errors[0], value) if errors else None


def _is_number(_: TypeChecker, value: Any) -> bool:
    return number_of(value) is not None


def _is_integer(_: TypeChecker, value: Any) -> bool:
    number = number_of(value)
    return number is not None and number == number.to_integral_value()


_Draft = extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine_many(
        {"number": _is_number, "integer": _is_integer}
    ),
)


@lru_cache(maxsize=2000)
def _judge(field: Field, today: date) -> Any:
    """Making one takes four times as long as asking it."""
    return _Draft(field.schema, format_checker=_formats(today))


@lru_cache(maxsize=4)
def _formats(today: date) -> FormatChecker:
    """The house's formats; an identity number's birthday is judged by the day."""
    checker = FormatChecker(formats=())

    def put(name: Format, test: Any) -> None:
        checker.checkers[name] = (lambda value: not isinstance(value, str) or test(value), ())

    put(Format.ID_NUMBER, lambda value: _is_id_number(value, today))
    put(Format.CREDIT_CODE, _is_credit_code)
    put(Format.PHONE, lambda value: bool(MOBILE.fullmatch(value) or LANDLINE.fullmatch(value)))
    put(Format.DATE, lambda value: date_of(value) is not None)
    put(Format.POSTCODE, lambda value: bool(POSTCODE.fullmatch(value)))
    return checker


def _is_id_number(value: str, today: date) -> bool:
    try:
        id_number(value, today)
    except IdNumberWrong:
        return False
    return True


def _is_credit_code(value: str) -> bool:
    try:
        credit_code(value)
    except CreditCodeWrong:
        return False
    return True


def _unkept(field: Field, value: Any) -> FieldProblem | None:
    """What cannot be kept or read again, whatever the schema says."""
    if isinstance(value, str):
        lines = field.widget is Widget.TEXTAREA
        # what is odd is never printable: most texts are passed at a glance
        if not value.isprintable() and any(_is_odd(one, lines) for one in value):
            words = Said("%(title)s里有看不见的控制字符，请删去后重新输入。", titled(field))
            return FieldProblem(field.name, "character", words)
    number = number_of(value)
    if number is not None and abs(number) >= NUMBER_BELOW:
        words = Said("%(title)s的数字太大，请核对。", titled(field))
        return FieldProblem(field.name, "maximum", words)
    return None


def _is_odd(one: str, lines: bool) -> bool:
    """Controls, halves of characters and what no character is. Rare characters are none of these,
    nor those that systems of old keep in the private area."""
    if lines and one in "\n\t":
        return False
    point = ord(one)
    return (
        unicodedata.category(one) in ("Cc", "Cs")
        or one in TURNING
        or point & 0xFFFE == 0xFFFE
        or 0xFDD0 <= point <= 0xFDEF
    )


ORDER = {"type": 0, "const": 1, "enum": 1, "maxLength": 2, "minLength": 2, "format": 3}
"""What is told first, where several keywords complain."""


def _told(field: Field, error: ValidationError, value: Any) -> FieldProblem:
    keyword = str(error.validator)
    if error.path:  # inside a list: an answer that is none of the options
        keyword = "enum"
    return FieldProblem(
        field.name, keyword, _sentence(field, keyword, error.validator_value, value)
    )


def _sentence(field: Field, keyword: str, bound: Any, value: Any) -> Said:
    said: dict[str, Any] = {**titled(field), "n": bound}
    match keyword:
        case "type":
            return Said(TYPE_WORDS[field.type], said)
        case "const":
            return Said("请勾选“%(title)s”。", said)
        case "enum":
            return Said("请从列出的选项里选择%(title)s。", said)
        case "maxLength":
            return Said(
                "%(title)s最多 %(n)s 个字，现在有 %(have)s 个。", said | {"have": len(value)}
            )
        case "minLength":
            return Said(
                "%(title)s至少 %(n)s 个字，现在有 %(have)s 个。", said | {"have": len(value)}
            )
        case "format":
            return Said(FORMAT_WORDS[Format(bound)], said)
        case "pattern":
            return Said("%(words)s", {"words": Both(field.say, field.say_en)})
        case "multipleOf":
            return _of_steps(said, Decimal(str(bound)))
    return Said(BOUND_WORDS[keyword], {**said, "n": _with_unit(field, bound)})


def _with_unit(field: Field, bound: Any) -> Both:
    """80 平方米."""
    english = f"{bound} {field.unit_en or field.unit}".strip()
    return Both(f"{bound} {field.unit}".strip(), english)


def _of_steps(said: Mapping[str, Any], step: Decimal) -> Said:
    """A step of 0.01 is two decimals to a citizen, and a step of 1 a whole number."""
    if step == 1:
        return Said("%(title)s请填整数。", said)
    exponent = step.normalize().as_tuple().exponent
    if step.normalize().as_tuple().digits == (1,) and isinstance(exponent, int) and exponent < 0:
        return Said("%(title)s最多保留 %(n)s 位小数。", {**said, "n": -exponent})
    return Said("%(title)s应是 %(n)s 的倍数。", said)


TYPE_WORDS = {
    "string": "%(title)s请填写文字。",
    "number": "%(title)s请填数字，例如 12.5。",
    "integer": "%(title)s请填整数，例如 12。",
    "boolean": "%(title)s请选择“是”或“否”。",
    "array": "请从列出的选项里选择%(title)s。",
}
FORMAT_WORDS = {
    Format.ID_NUMBER: "请核对%(title)s：身份证号码是 18 位，最后一位可以是 X，现在有写错的地方。",
    Format.CREDIT_CODE: "请核对%(title)s：营业执照上的信用代码是 18 位，现在有写错的地方。",
    Format.PHONE: "请核对%(title)s：手机号填 11 位，座机填区号和号码，例如 020-83201234。",
    Format.DATE: "%(title)s请填写日期，例如 2026-05-01。",
    Format.POSTCODE: "%(title)s请填 6 位数字的邮政编码。",
}
BOUND_WORDS = {
    "minimum": "%(title)s不能小于 %(n)s。",
    "maximum": "%(title)s不能大于 %(n)s。",
    "exclusiveMinimum": "%(title)s应大于 %(n)s。",
    "exclusiveMaximum": "%(title)s应小于 %(n)s。",
    "minItems": "%(title)s至少选 %(n)s 项。",
    "maxItems": "%(title)s最多选 %(n)s 项。",
    "uniqueItems": "%(title)s里有重复的选择，请去掉一个。",
}


def missing(field: Field) -> FieldProblem:
    """A required field that was left empty."""
    chosen = field.options or field.type == "boolean"
    words = "请选择%(title)s。" if chosen else "请填写%(title)s。"
    return FieldProblem(field.name, "required", Said(words, titled(field)))


def titled(field: Field) -> dict[str, Any]:
    """The field's title for a sentence in either language."""
    return {"title": Both(field.title, field.title_en)}


def fitted(field: Field, fact: Any, today: date) -> Any | None:
    """A fact from elsewhere as this field takes it; None where it cannot.

    A licence says 餐饮服务 where the form has an option of that title, 是 where it has a switch."""
    value = normal(field, _shaped(field, fact))
    if value is None or value in ("", []):
        return None
    return None if problem_of(field, value, today) else value


def _shaped(field: Field, fact: Any) -> Any:
    if isinstance(fact, date):
        return fact.isoformat()
    if field.type in ("number", "integer") and isinstance(fact, str):
        return _number_in(fact)
    if field.type == "boolean" and isinstance(fact, str):
        return {"是": True, "否": False}.get(fact.strip(BLANKS))
    if field.type == "array":
        each = re.split("[、，,;；]", fact) if isinstance(fact, str) else fact
        return [_option(field, one) for one in each] if isinstance(each, list) else None
    return _option(field, fact) if field.options else fact


def _number_in(text: str) -> Decimal | None:
    if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,9})?", text.strip(BLANKS)):
        return None
    return Decimal(text.strip(BLANKS))


def _option(field: Field, fact: Any) -> Any:
    """The option's value, also where the fact is its title."""
    if not isinstance(fact, str):
        return fact
    text = fact.strip(BLANKS)
    return next((each.value for each in field.options if each.title == text), text)
