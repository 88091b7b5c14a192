"""Making papers: each once, sealed, with a code by which whoever holds it can verify it.

A paper is made from what it is of and changes nothing of it, so asking for one may make it. Whoever
asks has been let in before: submissions/queries.py: printed_for."""

from __future__ import annotations

import hashlib
import json

from app.core import audit
from app.core.acts import Act
from app.core.auth import hash_of
from app.core.db import after_all, db, in_transaction, insert_into, transaction
from app.core.language import in_source
from app.core.parts import parts
from app.documents import contents, typesetting
from app.documents.contents import Paper
from app.documents.queries import FACTS, PDF, TABLE, Document, code_for, made
from app.documents.rules import in_groups
from app.submissions.papers import printable, printable_gaps
from app.submissions.queries import Line

PATH = "/verify/"


def document_of(submission_id: str, act: Act) -> Document:
    """The application document of a submission as it is now: made when its revision is first asked
    for, and the same bytes ever after. Raises SubmissionNotFound, NotSubmitted."""
    with in_source():
        paper = contents.application(printable(submission_id))
    return made_once(paper, act)


def gaps_sheet(ticket_id: str, act: Act) -> Document:
    """The sheet of what was told to be missing at a ticket's visit (一次性告知书), in the same way.
    Raises TicketNotFound; SubmissionNotFound where nothing was told."""
    with in_source():
        paper = contents.gaps(printable_gaps(ticket_id))
    return made_once(paper, act)


def make_soon(submission_id: str, act: Act) -> None:
    """Make its document once this transaction is committed: what is filed shows the licences as
    they were that day. If that is missed, whoever asks first has it made.

    After all else: typesetting takes a while, and one at a time, and a number that was taken with
    it stands in no sequence before."""
    after_all(lambda: document_of(submission_id, act))


def handed_out(submission: Line, act: Act) -> Document:
    """The same for whoever asks for it, outside any transaction; that staff did is logged."""
    if act.actor.kind == "staff":
        with transaction():
            audit.note(act, submission.hall, "document_printed", submission.code)
    return document_of(submission.id, act)


def address_of(code: str) -> str:
    """Where a paper is verified; what its QR code opens."""
    return f"{parts().settings.base_url}{PATH}{code}"


def made_once(paper: Paper, act: Act) -> Document:
    """This paper as it was made first."""
    found = made(paper.kind, paper.subject, paper.revision)
    if found is not None:
        return found
    document = typeset(paper, act)
    if in_transaction():
        return keep(paper, document, act)
    with transaction():
        return keep(paper, document, act)


def typeset(paper: Paper, act: Act) -> Document:
    """This paper as a file that nobody keeps yet. Takes a while: best outside any transaction."""
    code = code_for(paper.kind, paper.subject, paper.revision)
    pdf, missing = typesetting.pdf_of(
        paper.kind, paper.content, in_groups(code), address_of(code), paper.at
    )
    return Document(
        pdf=pdf,
        sha256=hashlib.sha256(pdf).hexdigest(),
        code=code,
        made_at=act.now,
        title=paper.facts["title"],
        missing="".join(missing),
    )


def keep(paper: Paper, document: Document, act: Act) -> Document:
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
