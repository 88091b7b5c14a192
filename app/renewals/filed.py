"""A renewal's papers as files, for its holder and for the staff of its hall who decide. Outside any
transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from app.core import audit
from app.core.acts import Act
from app.core.db import transaction
from app.documents.queries import Document, made
from app.documents.rules import Kind
from app.documents.service import made_once
from app.renewals.application import application_kept
from app.renewals.errors import NotWritten, RenewalNotFound
from app.renewals.mine import renewal_of_citizen
from app.renewals.papers import refusal_paper
from app.renewals.queries import renewal
from app.renewals.stored import opened


def application_file(id: str, act: Act) -> tuple[Document, str]:
    """The application as it stands, and the renewal's code. Raises RenewalNotFound, NotWritten."""
    row = _readable(id, act)
    found = made(Kind.RENEWAL, id, row.revision)
    if found is None:
        raise NotWritten
    _note(row, act)
    return found, row.code


def refusal_file(id: str, act: Act) -> tuple[Document, str]:
    """The decision of a person that it is not given. Raises RenewalNotFound, NotWritten."""
    row = _readable(id, act)
    if row.granted is not False:
        raise NotWritten
    application = application_kept(opened(row, "shown"))
    _note(row, act)
    return made_once(refusal_paper(row, application), act), row.code


def _readable(id: str, act: Act) -> Row[Any]:
    if act.actor.kind == "citizen":
        return renewal_of_citizen(id, act.actor.id, act.now)[0]
    row = renewal(id)
    if row.hall != act.actor.hall:
        raise RenewalNotFound
    return row


def _note(row: Row[Any], act: Act) -> None:
    if act.actor.kind == "staff":
        with transaction():
            audit.note(act, row.hall, "document_printed", row.code)
