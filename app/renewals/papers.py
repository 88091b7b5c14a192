"""What a renewal's papers say: the application as it was shown, and a refusal. In Chinese: they are
filed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from app.catalog.service import plan_of
from app.citizens.rules import BEIJING
from app.core.language import in_source, tell
from app.core.said import day_said
from app.documents.contents import EMPTY, Paper, in_words
from app.documents.rules import Kind, rows_of
from app.licences.kinds import Kind as LicenceKind
from app.licences.queries import kinds
from app.licences.view import text_of, title_of
from app.renewals.application import SHOWN_METADATA, Application, term_said
from app.renewals.stored import opened
from app.renewals.words import CONSENT, REMEDIES, TERM_TITLE
from app.submissions.printing import PrintedField

TITLE = "《%s》延续申请书"
NUMBER_TITLES = {"person": "证件号码", "firm": "统一社会信用代码"}
"""Kind of holder -> what its number is called."""
REFUSAL_TITLE = "不予延续决定书"
MADE_BY = (
    "本申请书由系统依据电子证照库生成，申请人没有填写、上传任何内容；申请人在线确认后即为提交，无需签名。"
    "确认的时间、确认人以系统记录为准。"
)


def lines(application: Application, kind: LicenceKind) -> list[PrintedField]:
    """What it says of the licence, line by line, in the request's language."""
    return [
        PrintedField(title_of(kind, name), text_of(kind.field(name), _value(kind, name, text)))
        for name, text in application.values.items()
    ]


def _value(kind: LicenceKind, name: str, text: str) -> Any:
    if name in ("issued_on", "valid_from", "valid_until"):
        return date.fromisoformat(text)
    field = kind.field(name)
    return field.kept(text) if field else text


def application_paper(
    row: Row[Any], revision: int, application: Application, at: datetime
) -> Paper:
    """This revision of a renewal's application."""
    kind, hall = kinds()[row.kind], plan_of(row.hall)
    with in_source():
        said = lines(application, kind)
        term = tell(term_said(application.term))
    title = TITLE % kind.name
    of_licence = len([name for name in SHOWN_METADATA if name in application.values])
    asking = [
        PrintedField("申请事项", "延续有效期"),
        PrintedField(TERM_TITLE, term),
        PrintedField("申请人", application.holder_name),
        PrintedField(NUMBER_TITLES[application.holder_kind], application.holder_number),
    ]
    if application.applicant:
        asking.append(PrintedField("代办人", application.applicant))
    groups = [("申请", asking), ("原证照", said[:of_licence]), ("许可内容", said[of_licence:])]
    content = {
        "title": title,
        "hall": hall.name,
        "running": title,
        "edition": "",
        "number": f"延续编号 {row.code}（第 {revision} 稿）",
        "groups": [_group(name, fields) for name, fields in groups if fields],
        "declaration": CONSENT[application.holder_kind],
        "made_by": MADE_BY,
    }
    local = at.astimezone(BEIJING)
    facts = _facts(title, hall.name, application)
    return Paper(Kind.RENEWAL, row.id, revision, row.hall, local, facts, content)


def _group(title: str, fields: list[PrintedField]) -> dict[str, Any]:
    rows = [
        [{"title": field.title, "text": field.text.strip() or EMPTY} for field in row]
        for row in rows_of(fields)
    ]
    return {"title": title, "rows": rows}


def refusal_paper(row: Row[Any], application: Application) -> Paper:
    """That a person refused it, why, and what can be done against that (行政许可法第三十八条)."""
    kind, hall = kinds()[row.kind], plan_of(row.hall)
    local = row.decided_at.astimezone(BEIJING)
    content = {
        "title": REFUSAL_TITLE,
        "hall": hall.name,
        "running": REFUSAL_TITLE,
        "edition": "",
        "number": f"延续编号 {row.code}",
        "person": application.holder_name,
        "asked_on": in_words(row.confirmed_at.astimezone(BEIJING)),
        "licence": kind.name,
        "licence_number": application.values["number"],
        "valid_until": str(day_said(row.valid_until)),
        "reason": opened(row, "reason"),
        "remedies": REMEDIES,
        "decided_on": str(day_said(local.date())),
    }
    facts = _facts(REFUSAL_TITLE, hall.name, application)
    return Paper(Kind.REFUSAL, row.id, 0, row.hall, local, facts, content)


def _facts(title: str, hall: str, application: Application) -> dict[str, Any]:
    return {
        "title": title,
        "hall": hall,
        "item": "证照延续",
        "name": application.holder_name,
        "public": application.holder_kind == "firm",
    }
