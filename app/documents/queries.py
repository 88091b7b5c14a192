"""Reading the papers that were made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select

from app.citizens.rules import masked_name
from app.core.auth import hash_of
from app.core.codes import code_of, code_read
from app.core.db import db
from app.core.parts import parts
from app.documents.models import DocumentRow
from app.documents.rules import CODE_LENGTH, Kind, in_groups
from app.submissions.errors import SubmissionNotFound
from app.submissions.queries import line
from app.submissions.rules import State as SubmissionState

TABLE = DocumentRow.__table__
PDF = "documents.pdf:{id}"
FACTS = "documents.facts:{id}"
"""What a row's values are sealed for."""
CODE = "documents.code"
TOLD = [column for column in TABLE.c if column.name != "pdf_sealed"]
"""What is read where nobody wants the file."""


class State(StrEnum):
    """What a paper is worth today."""

    CURRENT = "current"
    SUPERSEDED = "superseded"
    """What it was made from has been changed since."""
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Document:
    """A paper, as a file."""

    pdf: bytes
    sha256: str
    code: str
    """By which it is verified."""
    made_at: datetime
    title: str
    missing: str
    """Characters that have to be written in by hand; "" for none."""


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What whoever has a paper's code is told of it."""

    code: str
    kind: Kind
    title: str
    hall_name: str
    item_name: str
    name: str
    """Of whom it is: a person's masked, a firm's whole; "" where none was said."""
    at: datetime
    """When it was submitted, or told."""
    state: State
    sha256: str


def code_for(kind: Kind, subject: str, revision: int) -> str:
    """The verification code of a paper, made or not: nobody without the index key finds it, and
    after a restore the paper that is made again bears it again."""
    return code_of(parts().seal.find(CODE, f"{kind}:{subject}:{revision}"), CODE_LENGTH)


def made(kind: Kind, subject: str, revision: int) -> Document | None:
    """A paper, if it was made."""
    row = db.session.execute(select(*TABLE.c).where(_is(kind, subject, revision))).one_or_none()
    return None if row is None else _document(row)


def told(kind: Kind, subject: str, revision: int) -> DocumentFacts | None:
    """What is told of a paper, without the file; None where it was not made."""
    row = db.session.execute(select(*TOLD).where(_is(kind, subject, revision))).one_or_none()
    return None if row is None else _told(row, code_for(kind, subject, revision))


def _is(kind: Kind, subject: str, revision: int) -> ColumnElement[bool]:
    return and_(TABLE.c.kind == kind, TABLE.c.subject == subject, TABLE.c.revision == revision)


def link_of(submission_id: str, revision: int) -> dict[str, Any] | None:
    """What an answer that gives a submission tells of its document; None until it is made."""
    key = Kind.APPLICATION, submission_id, revision
    row = db.session.execute(select(*TOLD).where(_is(*key))).one_or_none()
    if row is None:
        return None
    return {
        "sha256": row.sha256,
        "code": in_groups(code_for(*key)),
        "missing": _facts(row)["missing"],
    }


def verified(code: str) -> DocumentFacts | None:
    """The paper that bears this code, however it was typed; None for none."""
    read = code_read(code)
    query = select(*TOLD).where(TABLE.c.code_hash == hash_of(read))
    row = db.session.execute(query).one_or_none()
    return None if row is None else _told(row, read)


def _told(row: Row[Any], code: str) -> DocumentFacts:
    facts = _facts(row)
    return DocumentFacts(
        code=code,
        kind=Kind(row.kind),
        title=facts["title"],
        hall_name=facts["hall"],
        item_name=facts["item"],
        name=_as_shown(facts),
        at=datetime.fromisoformat(facts["at"]),
        state=_state(row),
        sha256=row.sha256,
    )


def _state(row: Row[Any]) -> State:
    if row.kind == Kind.RENEWAL:
        newest = select(func.max(TABLE.c.revision)).where(
            TABLE.c.kind == row.kind, TABLE.c.subject == row.subject
        )
        is_newest = db.session.execute(newest).scalar_one() == row.revision
        return State.CURRENT if is_newest else State.SUPERSEDED
    if row.kind != Kind.APPLICATION:
        return State.CURRENT
    try:
        submission = line(row.subject)
    except SubmissionNotFound:
        return State.WITHDRAWN
    if submission.state == SubmissionState.WITHDRAWN:
        return State.WITHDRAWN
    return State.CURRENT if submission.revision == row.revision else State.SUPERSEDED


def _document(row: Row[Any]) -> Document:
    facts = _facts(row)
    return Document(
        pdf=parts().seal.open_bytes(PDF.format(id=row.id), row.pdf_sealed),
        sha256=row.sha256,
        code=code_for(Kind(row.kind), row.subject, row.revision),
        made_at=row.made_at,
        title=facts["title"],
        missing=facts["missing"],
    )


def _as_shown(facts: dict[str, Any]) -> str:
    name: str = facts["name"]
    return name if facts["public"] or not name else masked_name(name)


def _facts(row: Row[Any]) -> dict[str, Any]:
    opened: dict[str, Any] = json.loads(
        parts().seal.open(FACTS.format(id=row.id), row.facts_sealed)
    )
    return opened
