"""CSV as spreadsheets read it right: with a byte order mark, without which Excel reads Chinese
wrong, and nothing in it that they would take for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

BOM = "\ufeff"
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""What a cell begins with that a spreadsheet would reckon (OWASP, CSV Injection)."""


def lines(rows: Iterable[Iterable[object]]) -> str:
    """These rows as lines of a file; its first piece begins with BOM."""
    file = io.StringIO()
    csv.writer(file).writerows([_safe(cell) for cell in row] for row in rows)
    return file.getvalue()


def whole(rows: Iterable[Iterable[object]]) -> str:
    """A file of these rows."""
    return BOM + lines(rows)


def _safe(cell: object) -> object:
    """Text that spreadsheets would take for a formula is shown as text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
