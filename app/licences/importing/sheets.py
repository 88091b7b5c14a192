"""What is wrong with rows of an import, as a file to mend them by.

It begins with a byte order mark, without which Excel reads Chinese wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from app.core.db import db
from app.core.language import gettext as _
from app.licences.importing.queries import faults_of

BOM = "\ufeff"


def faults_csv(import_id: str) -> Iterator[str]:
    """A piece at a time, however many there are."""
    yield BOM + _lines([(_("行号"), _("证照标识或编号（部分隐藏）"), _("字段"), _("原因"))])
    after = 0
    while found := faults_of(import_id, after):
        after = found[-1].id
        db.session.rollback()  # whoever reads slowly holds no connection
        yield _lines((row.number, row.licence, row.field, row.reason) for row in found)


def _lines(rows: Iterable[tuple[object, ...]]) -> str:
    file = io.StringIO()
    csv.writer(file).writerows([_safe(cell) for cell in row] for row in rows)
    return file.getvalue()


def _safe(cell: object) -> object:
    """Text that spreadsheets would take for a formula is shown as text."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@") else cell
