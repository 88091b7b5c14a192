"""Values as they are shown where anybody may have typed the card's number. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.citizens.rules import masked_number, masked_phone
from app.core.said import Said
from app.forms.form import Field, Format, Kind
from app.forms.prefill import Source

HIDDEN = "***"
SHORT = 8
"""Letters up to which a text is hidden whole: a name, a nationality, a bank. Of a few letters, or
of few possible words, any part tells much."""
HEAD = 3
"""Letters of a longer text that are shown: a province, the beginning of a firm's name."""
STARS = "**"
"""What every mask has in it, and no text that somebody means."""


def masked_date(value: str) -> str:
    """19**-**-**: no more than the century."""
    return f"{value[:2]}**-**-**"


def masked_postcode(value: str) -> str:
    """53****: the province."""
    return value[:2] + "*" * max(len(value) - 2, 0)


def masked_text(value: str) -> str:
    """广西南******: a long one to the province; a short one is hidden whole."""
    if len(value) <= SHORT:
        return HIDDEN
    return value[:HEAD] + "*" * (len(value) - HEAD)


MASKS: Mapping[Format | None, Callable[[str], str]] = {
    Format.ID_NUMBER: masked_number,
    Format.CREDIT_CODE: masked_number,
    Format.PHONE: masked_phone,
    Format.DATE: masked_date,
    Format.POSTCODE: masked_postcode,
    None: masked_text,
}
"""One for each format; None: for plain text."""


def masked(field: Field, value: Any) -> Any:
    """A value of this field, masked: a text, whatever it was; nothing stays nothing. Choices and
    numbers are hidden whole: of few possible values any part tells all."""
    if value is None:
        return None
    if not isinstance(value, str) or field.options:
        return HIDDEN
    return MASKS[field.format](value)


KNOWN_TO_WHO_TYPED = (Kind.PERSON, Kind.FIRM, Kind.CONSTANT)
"""The card's name and number are what was typed, and a firm's are public."""


def hides(field: Field, source: Source) -> bool:
    """Whether what this source says at a field is masked at a desk where the card was typed."""
    return field.personal and source.kind not in KNOWN_TO_WHO_TYPED


def is_of_mask(value: Any) -> bool:
    """Whether a text is a mask, or has a part of one left in it."""
    return isinstance(value, str) and STARS in value


UNDATED = {
    "%(kind)s（%(day)s 签发）": Said("%(kind)s"),
    "%(kind)s（%(day)s 签发，已过有效期）": Said("%(kind)s，已过有效期"),
    "%(day)s 填报《%(form)s》时填写": Said("以前填报《%(form)s》时填写"),
    "上次（%(day)s）填写": Said("上次填写"),
    "已有电子证照：%(kind)s（%(day)s 签发）": Said("已有电子证照：%(kind)s"),
    "%(day)s 办理《%(form)s》时已经交过": Said("以前办理《%(form)s》时已经交过"),
}
"""What tells a day -> the same without."""


def undated(said: Said) -> Said:
    """A source or an evidence, told without its day: that of a licence stands in the licence."""
    plain = UNDATED.get(said.words)
    return said if plain is None else Said(plain.words, said.values)
