"""Drafts, publishing, retiring. Runs inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from app.core.acts import Act
from app.core.db import db, hold
from app.forms.definition import DefinitionBroken, judged, parse
from app.forms.errors import NothingToPublish, UnknownForm
from app.forms.models import FormVersionRow
from app.forms.queries import FormVersion, draft, published, sha_of, version
from app.forms.rules import State
from app.licences.queries import kinds

TABLE = FormVersionRow.__table__


def put_draft(definition: Mapping[str, Any] | str, act: Act) -> FormVersion:
    """Keep a definition, or the text of its file, as its form's draft, in place of the one before.

    Raises DefinitionBroken."""
    form = parse(definition)
    _hold(form.code)
    _drop_draft(form.code)
    n = (
        1
        + db.session.execute(
            select(func.coalesce(func.max(TABLE.c.version), 0)).where(TABLE.c.code == form.code)
        ).scalar_one()
    )
    db.session.execute(
        insert(TABLE).values(
            code=form.code,
            version=n,
            state=State.DRAFT,
            name=form.name,
            name_en=form.name_en,
            definition=form.definition,
            file=definition if isinstance(definition, str) else None,
            sha=sha_of(form.definition),
            made_at=act.now,
            made_by=str(act.actor),
        )
    )
    return FormVersion(form.code, n, form, State.DRAFT)


def publish(code: str, act: Act) -> FormVersion:
    """Have the draft filled in from now on; the version before stays with what was made with it.
    A draft that says what is published already makes no new version.

    Raises NothingToPublish; DefinitionBroken where a licence kind is not as the form thinks."""
    _hold(code)
    row = draft(code)
    if row is None:
        raise NothingToPublish
    found = judged(row.file or row.definition, kinds())
    if found.faults:
        raise DefinitionBroken(found.faults)
    mine = (TABLE.c.code == code, TABLE.c.state == State.PUBLISHED)
    before = db.session.execute(select(TABLE.c.sha).where(*mine)).scalar_one_or_none()
    if before == row.sha:
        _drop_draft(code)
        return published(code)
    db.session.execute(update(TABLE).where(*mine).values(state=State.RETIRED, retired_at=act.now))
    db.session.execute(
        update(TABLE)
        .where(TABLE.c.id == row.id)
        .values(state=State.PUBLISHED, published_at=act.now, published_by=str(act.actor))
    )
    return version(code, row.version)


def retire(code: str, act: Act) -> None:
    """Nobody begins this form from now on. Raises UnknownForm."""
    _hold(code)
    gone = db.session.execute(
        update(TABLE)
        .where(TABLE.c.code == code, TABLE.c.state == State.PUBLISHED)
        .values(state=State.RETIRED, retired_at=act.now)
        .returning(TABLE.c.id)
    )
    if gone.first() is None:
        raise UnknownForm


def _hold(code: str) -> None:
    """Who writes a form has it alone."""
    hold(f"form:{code}", alone=True)


def _drop_draft(code: str) -> None:
    db.session.execute(delete(TABLE).where(TABLE.c.code == code, TABLE.c.state == State.DRAFT))
