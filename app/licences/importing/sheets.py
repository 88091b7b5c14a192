"""What is wrong with rows of an import, as a file to mend them by."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.csv_files import BOM, lines
from app.core.db import db
from app.core.language import gettext as _
from app.licences.importing.queries import faults_of


def faults_csv(import_id: str) -> Iterator[str]:
    """A piece at a time, however many there are."""
    yield BOM + lines([(_("行号"), _("证照标识或编号（部分隐藏）"), _("字段"), _("原因"))])
    after = 0
    while found := faults_of(import_id, after):
        after = found[-1].id
        db.session.rollback()  # whoever reads slowly holds no connection
        yield lines((row.number, row.licence, row.field, row.reason) for row in found)
