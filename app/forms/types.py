"""What kind of thing a field holds, for rules that must not mix them. Pure."""

from __future__ import annotations

from typing import Protocol

from app.forms.form import Format, Option

TEXT, DATE, NUMBER, BOOLEAN = "text", "date", "number", "boolean"
OPTION, OPTIONS = "option", "options"
"""One of several choices; several of them."""

TYPE_WORDS = {
    TEXT: "文字",
    DATE: "日期",
    NUMBER: "数字",
    BOOLEAN: "是或否",
    OPTION: "选项",
    OPTIONS: "多个选项",
    Format.ID_NUMBER: "身份证号码",
    Format.CREDIT_CODE: "统一社会信用代码",
    Format.PHONE: "电话",
    Format.POSTCODE: "邮政编码",
    "amount": "金额",
}

TAKES: dict[str, tuple[str, ...]] = {
    TEXT: (TEXT, Format.ID_NUMBER, Format.CREDIT_CODE, Format.PHONE, Format.POSTCODE, OPTION),
    DATE: (DATE,),
    NUMBER: (NUMBER, "amount"),
    BOOLEAN: (BOOLEAN,),
    OPTION: (TEXT, OPTION),
    OPTIONS: (TEXT, OPTIONS),
    Format.ID_NUMBER: (Format.ID_NUMBER, "any-number"),
    Format.CREDIT_CODE: (Format.CREDIT_CODE, "any-number"),
    Format.PHONE: (Format.PHONE,),
    Format.POSTCODE: (Format.POSTCODE, TEXT),
}
"""A field's type -> those it can be filled from; each value is judged besides."""

PERSON_FACTS = {
    "name": TEXT,
    "id_number": Format.ID_NUMBER,
    "sex": TEXT,
    "birthday": DATE,
    "phone": Format.PHONE,
}
FIRM_FACTS = {"name": TEXT, "credit_code": Format.CREDIT_CODE}
LICENCE_FACTS = {
    "number": "any-number",
    "identifier": TEXT,
    "holder_name": TEXT,
    "issuer_name": TEXT,
    "issued_on": DATE,
    "valid_from": DATE,
    "valid_until": DATE,
}
"""What every licence has, besides its kind's own fields. The number of an identity card is an
identity number, that of a business licence a credit code."""


class Typed(Protocol):
    """A field, finished or being read."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def format(self) -> Format | None: ...
    @property
    def options(self) -> tuple[Option, ...]: ...


def type_of(field: Typed) -> str:
    """What the field holds."""
    if field.type == "array":
        return OPTIONS
    if field.options:
        return OPTION
    if field.type in ("number", "integer"):
        return NUMBER
    if field.type == "boolean":
        return BOOLEAN
    return field.format or TEXT


def takes(field: Typed, given: str) -> bool:
    """Whether the field can be filled from something of this type."""
    return given in TAKES[type_of(field)] or (given == "any-number" and type_of(field) == TEXT)
