"""Reading how imports are doing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select

from app.core.acts import Actor
from app.core.db import db
from app.licences.importing.errors import UnknownImport
from app.licences.importing.models import ImportFaultRow, ImportKindRow, ImportRow
from app.licences.importing.rules import FILE_AWAITED, KEPT, OPEN, State

IMPORTS = ImportRow.__table__
FAULTS = ImportFaultRow.__table__
KINDS = ImportKindRow.__table__
Import = Row[Any]
"""An import's row, as it stands."""
SOME = 1000
"""Faults read at once."""


def import_seen_by(actor: Actor, import_id: str) -> Import:
    """One import, for whoever may see how it is doing: who brought it, and its hall's
    administrators. Raises UnknownImport."""
    found = db.session.execute(
        select(*IMPORTS.c).where(IMPORTS.c.id == import_id, _seen_by(actor))
    ).one_or_none()
    if found is None:
        raise UnknownImport
    return found


def any_import(import_id: str) -> Import:
    """One import, for the command line. Raises UnknownImport."""
    found = db.session.execute(select(*IMPORTS.c).where(IMPORTS.c.id == import_id)).one_or_none()
    if found is None:
        raise UnknownImport
    return found


def own_import(actor: Actor, import_id: str) -> Import:
    """One import, for who brought it. Raises UnknownImport."""
    found = import_seen_by(actor, import_id)
    if found.actor != str(actor):
        raise UnknownImport
    return found


def imports_seen_by(actor: Actor, limit: int = 50) -> Sequence[Import]:
    """The latest, newest first."""
    query = select(*IMPORTS.c).where(_seen_by(actor))
    return db.session.execute(
        query.order_by(IMPORTS.c.created_at.desc(), IMPORTS.c.id).limit(limit)
    ).all()


def _seen_by(actor: Actor) -> ColumnElement[bool]:
    mine: ColumnElement[bool] = IMPORTS.c.actor == str(actor)
    of_hall: ColumnElement[bool] = IMPORTS.c.hall == actor.hall
    return of_hall if actor.kind == "staff" else mine


def faults_of(import_id: str, after: int = 0, limit: int = SOME) -> Sequence[Row[Any]]:
    """What is wrong with rows of an import, in the order of the file, after the fault `after`."""
    query = select(*FAULTS.c).where(FAULTS.c.import_id == import_id, FAULTS.c.id > after)
    return db.session.execute(query.order_by(FAULTS.c.id).limit(limit)).all()


def waiting(now: datetime, limit: int = 2) -> list[str]:
    """Open imports that nobody has in hand, the one first that was longest left alone."""
    query = select(IMPORTS.c.id).where(
        IMPORTS.c.state.in_(OPEN),
        or_(IMPORTS.c.run_until.is_(None), IMPORTS.c.run_until < now),
    )
    order = (IMPORTS.c.touched_at, IMPORTS.c.id)
    return list(db.session.execute(query.order_by(*order).limit(limit)).scalars())


def states_of(import_ids: Collection[str]) -> dict[str, State]:
    """Import -> its state, of those that there are."""
    query = select(IMPORTS.c.id, IMPORTS.c.state).where(IMPORTS.c.id.in_(import_ids))
    return {row.id: State(row.state) for row in db.session.execute(query)}


def outlived(now: datetime, limit: int = 20) -> Sequence[Row[Any]]:
    """Imports whose file never came, and those whose time to be kept is over."""
    query = select(IMPORTS.c.id, IMPORTS.c.state).where(
        or_(
            (IMPORTS.c.state == State.AWAITING) & (IMPORTS.c.created_at < now - FILE_AWAITED),
            IMPORTS.c.state.not_in((State.AWAITING, *OPEN)) & (IMPORTS.c.created_at < now - KEPT),
        )
    )
    return db.session.execute(query.order_by(IMPORTS.c.created_at).limit(limit)).all()
