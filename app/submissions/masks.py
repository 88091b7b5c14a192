"""Values as they are shown where anybody may have typed the card's number. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.citizens.rules import masked_name, masked_number, masked_phone
from app.forms.form import Field, Format, Kind
from app.forms.prefill import Source

HIDDEN = "***"
SHORT = 4
"""Letters up to which a text is taken for a name."""
HEAD = 3
"""Letters of a longer text that are shown: a province, the beginning of a firm's name."""


def masked_date(value: str) -> str:
    """19**-**-**: no more than the century."""
    return f"{value[:2]}**-**-**"


def masked_postcode(value: str) -> str:
    """53****: the province."""
    return value[:2] + "*" * max(len(value) - 2, 0)


def masked_text(value: str) -> str:
    """李*明; 广西南******: names by their own rule, addresses to the province."""
    if len(value) <= SHORT:
        return masked_name(value) if value else value
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
