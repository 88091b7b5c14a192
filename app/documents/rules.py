"""What stands where on a paper, and by which code it is verified. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Sequence
from enum import StrEnum

from app.submissions.printing import PrintedField

CODE_LENGTH = 16
"""Letters of a verification code: 80 bits, so nobody finds a paper by trying."""
GROUPED_BY = 4

HALF_WIDE = 24
"""Columns of a half line's cell; a Chinese character takes two."""
LABEL_WIDE = 20
"""Columns of a label that needs no more than two lines."""
WIDE = "WF"
"""East Asian widths of two columns."""
UNPRINTED = ("Cc", "Cf", "Co", "Cs", "Cn")
"""Unicode's categories of what is no character to be seen: controls, among them those that turn the
direction of writing around and so could make a paper read otherwise than it is."""


class Kind(StrEnum):
    APPLICATION = "application"
    GAPS = "gaps"
    RENEWAL = "renewal"
    """The application for another term of a licence."""
    REFUSAL = "refusal"
    """That it is not given, and what can be done against that."""


def in_groups(code: str) -> str:
    """As it is printed: ABCD-EFGH-…"""
    starts = range(0, len(code), GROUPED_BY)
    return "-".join(code[start : start + GROUPED_BY] for start in starts)


def rows_of(fields: Sequence[PrintedField]) -> list[list[PrintedField]]:
    """The rows of a table: two short fields side by side, any other alone."""
    rows: list[list[PrintedField]] = []
    for field in fields:
        if rows and len(rows[-1]) == 1 and _is_short(rows[-1][0]) and _is_short(field):
            rows[-1].append(field)
        else:
            rows.append([field])
    return rows


def _is_short(field: PrintedField) -> bool:
    one_line = "\n" not in field.text
    return one_line and _width(field.text) <= HALF_WIDE and _width(field.title) <= LABEL_WIDE


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in WIDE else 1 for letter in text)


def legible(text: str, font: Container[str]) -> tuple[str, tuple[str, ...]]:
    """The text as this font can print it, and the characters it cannot, each once: those stand as
    〔U+20BB7〕, never as a box or, worse, as nothing."""
    clean = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    missing = tuple(dict.fromkeys(letter for letter in clean if not _is_printed(letter, font)))
    for letter in missing:
        clean = clean.replace(letter, f"〔U+{ord(letter):04X}〕")
    return clean, missing


def _is_printed(letter: str, font: Container[str]) -> bool:
    if letter == "\n":
        return True
    return letter in font and unicodedata.category(letter) not in UNPRINTED
