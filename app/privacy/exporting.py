"""A copy of everything a hall keeps about one person (个人信息保护法 article 45): a ZIP of JSON for
each table, their papers as PDF, and a page that says what is what. Each writes into the audit log
in a transaction of its own."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select

from app.citizens.queries import citizen_of
from app.citizens.rules import BEIJING
from app.core import audit
from app.core.acts import Act
from app.core.db import db, transaction
from app.core.identity import Level
from app.core.parts import parts
from app.documents.queries import FACTS, PDF
from app.documents.queries import TABLE as DOCUMENTS
from app.privacy.errors import NotSurely
from app.privacy.rows import Whose, about, opened, table_of, whose_are
from app.privacy.rules import KEPT, Kept
from app.privacy.words import in_words

WITH_PAPERS = ("submissions", "gap_notices", "renewals")
README = """个人信息副本

本压缩包是 {at} 时大厅保存的、与您有关的全部个人信息。

· “信息”文件夹：每类一个文件，可用记事本或浏览器打开。
· “文书”文件夹：为您制作过的申请表、告知单等，PDF 格式。
· 家人、代办人的信息不在其中，他们可以各自领取。

{lines}

保存多久、为什么保存，见大厅公布的保存期限表。内容有误的，请带身份证到大厅更正。
"""


def copy_of_account(citizen: str, act: Act) -> bytes:
    """For whom an account surely belongs to. Raises NotSurely."""
    found = citizen_of(citizen)
    if found.level is not Level.VERIFIED:
        raise NotSurely
    copy = _zipped(Whose(found.person, (citizen,)), act.now)
    with transaction():
        audit.note(act, "", "personal_data_exported", citizen)
    return copy


def copy_of_person(person: str, reason: str, act: Act) -> bytes:
    """For somebody who asks for it in writing, or at a desk."""
    copy = _zipped(whose_are(person), act.now)
    with transaction():
        audit.note(act, act.actor.hall or "", "personal_data_exported", person, reason=reason)
    return copy


def _zipped(whose: Whose, now: datetime) -> bytes:
    file = io.BytesIO()
    lines = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for kept in KEPT:
            rows = _rows(kept, whose) if kept.told else []
            if rows:
                told = [_told(kept, row) for row in rows]
                text = json.dumps(told, ensure_ascii=False, indent=2)
                archive.writestr(f"信息/{kept.name}.json", text)
                lines.append(f"{kept.name}：{len(rows)} 条。{kept.why}。")
            if kept.table in WITH_PAPERS:
                for name, pdf in _papers([row.id for row in rows]):
                    archive.writestr(f"文书/{name}.pdf", pdf)
        at = f"{now.astimezone(BEIJING):%Y-%m-%d %H:%M}"
        archive.writestr("说明.txt", README.format(at=at, lines="\n".join(lines)))
    return file.getvalue()


def _rows(kept: Kept, whose: Whose) -> list[Row[Any]]:
    table = table_of(kept)
    query = select(*table.c).where(about(kept, whose))
    return list(db.session.execute(query.order_by(*table.primary_key)))


def _told(kept: Kept, row: Row[Any]) -> dict[str, Any]:
    said = in_words(kept.table, row)
    return {words: said(name, _value(kept, name, row)) for name, words in kept.told.items()}


def _value(kept: Kept, name: str, row: Row[Any]) -> Any:
    if name.endswith("_sealed"):
        return opened(kept.table, name, row)
    value = getattr(row, name)
    if isinstance(value, datetime):
        return value.astimezone(BEIJING).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else value


def _papers(subjects: list[str]) -> Iterator[tuple[str, bytes]]:
    """The papers made of these, each under a name of its own."""
    seal = parts().seal
    query = select(*DOCUMENTS.c).where(DOCUMENTS.c.subject.in_(subjects))
    for nth, row in enumerate(db.session.execute(query.order_by(DOCUMENTS.c.made_at)), 1):
        facts = json.loads(seal.open(FACTS.format(id=row.id), row.facts_sealed))
        day = row.made_at.astimezone(BEIJING).date()
        title = facts["title"].replace("/", "／")
        yield f"{day} {title} {nth}", seal.open_bytes(PDF.format(id=row.id), row.pdf_sealed)
