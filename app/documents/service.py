"""Making papers: each once, sealed, with a code by which anybody who holds it can verify it."""

from __future__ import annotations

import hashlib
import json

from app.core.acts import Act
from app.core.auth import hash_of
from app.core.db import db, in_transaction, insert_into, transaction
from app.core.parts import parts
from app.documents import contents, typesetting
from app.documents.contents import Paper
from app.documents.queries import FACTS, PDF, TABLE, Document, code_for, made
from app.documents.rules import in_groups
from app.submissions.printing import Printable, PrintableGaps

PATH = "/verify/"


def application(submission: Printable, act: Act) -> Document:
    """The application document of a submission as it was at this revision: made when it is first
    asked for, and the same bytes ever after."""
    return _made_once(contents.application(submission), act)


def gaps_sheet(gaps: PrintableGaps, act: Act) -> Document:
    """The sheet of what somebody was told to be missing (一次性告知书), in the same way."""
    return _made_once(contents.gaps(gaps), act)


def address_of(code: str) -> str:
    """Where a paper is verified; what its QR code opens."""
    return f"{parts().settings.base_url}{PATH}{code}"


def _made_once(paper: Paper, act: Act) -> Document:
    key = paper.kind, paper.subject, paper.revision
    found = made(*key)
    if found is not None:
        return found
    code = code_for(*key)
    pdf, missing = typesetting.pdf_of(
        paper.kind, paper.content, in_groups(code), address_of(code), paper.at
    )
    document = Document(
        pdf=pdf,
        sha256=hashlib.sha256(pdf).hexdigest(),
        code=code,
        made_at=act.now,
        title=paper.facts["title"],
        missing="".join(missing),
    )
    if in_transaction():
        return _kept(paper, document, act)
    with transaction():
        return _kept(paper, document, act)


def _kept(paper: Paper, document: Document, act: Act) -> Document:
    """The document's row; or, of two who made it at once, the other's: who prints it twice holds
    one paper."""
    seal, id = parts().seal, act.new_id()
    facts = {**paper.facts, "at": paper.at.isoformat(), "missing": document.missing}
    values = {
        "id": id,
        "kind": paper.kind,
        "subject": paper.subject,
        "revision": paper.revision,
        "hall": paper.hall,
        "code_hash": hash_of(document.code),
        "sha256": document.sha256,
        "pdf_sealed": seal.seal_bytes(PDF.format(id=id), document.pdf),
        "facts_sealed": seal.seal(FACTS.format(id=id), json.dumps(facts, ensure_ascii=False)),
        "made_at": document.made_at,
        "made_by": str(act.actor),
    }
    insert = insert_into(TABLE).values(values).on_conflict_do_nothing().returning(TABLE.c.id)
    if db.session.execute(insert).one_or_none() is not None:
        return document
    first = made(paper.kind, paper.subject, paper.revision)
    assert first is not None, "papers are never deleted"  # noqa: S101
    return first
