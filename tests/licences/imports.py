"""Imports as tests drive them: a file brought, workers at work, what the library then holds."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rq import Queue, SimpleWorker
from sqlalchemy import delete

from app.core.acts import SYSTEM, Act, Actor
from app.core.db import db, transaction
from app.licences.importing import queries, service
from app.licences.importing.queries import FAULTS, IMPORTS
from app.licences.importing.queries import KINDS as BY_KIND
from app.licences.importing.reading import Format
from app.licences.queries import LICENCES
from app.licences.service import load_kinds
from app.licences.shares import TABLE as SHARES
from tests.house import HALL, House
from tests.licences.register import kinds

EMPTIED = (FAULTS, BY_KIND, IMPORTS, SHARES, LICENCES)
ADMINISTRATOR = Actor("staff", "somebody", HALL)


def with_kinds(house: House) -> House:
    """Its library knows the register's kinds, and is empty."""
    house.within(lambda: [db.session.execute(delete(table)) for table in EMPTIED])
    house.within(lambda: load_kinds(kinds(), Act(house.clock.now(), SYSTEM)))
    return house


def bring(house: House, content: bytes, name: str = "r.csv", as_of: datetime | None = None) -> str:
    """A file comes in; its import's id. Nobody has worked on it yet."""
    act = Act(house.clock.now(), ADMINISTRATOR)
    with house.app.app_context():
        with transaction():
            made = service.begin(name, act, as_of)
        form = Format(name.rsplit(".")[-1])
        kept = service.keep_file(made, form, io.BytesIO(content).read)
        with transaction():
            service.received(kept, act)
    return made


def work(house: House) -> None:
    """A worker does all that lies on its queue."""
    with house.app.app_context():
        connection = house.app.extensions["parts"].rq
        queue = Queue("imports", connection=connection)
        SimpleWorker([queue], connection=connection).work(burst=True)


def brought(house: House, content: bytes, name: str = "r.csv", **more: Any) -> dict[str, Any]:
    """A file brought in, and worked off."""
    made = bring(house, content, name, **more)
    work(house)
    return state(house, made)


def state(house: House, import_id: str) -> dict[str, Any]:
    with house.app.app_context():
        query = IMPORTS.select().where(IMPORTS.c.id == import_id)
        return dict(db.session.execute(query).mappings().one())


def counts(row: dict[str, Any]) -> dict[str, int]:
    names = ("read", "new", "updated", "same", "older", "wrong")
    return {name: row[name] for name in names if row[name]}


def faults(house: House, import_id: str) -> list[tuple[int, str, str]]:
    with house.app.app_context():
        found = queries.faults_of(import_id)
        return [(row.number, row.field, row.reason) for row in found]


def library(house: House) -> list[Sequence[Any]]:
    """Every licence, in one order, but when it came; its content by its hash."""
    told = ("id", "kind", "state", "issued_on", "valid_until", "as_of", "content_hash")
    with house.app.app_context():
        query = LICENCES.select().order_by(LICENCES.c.id)
        rows = db.session.execute(query).mappings()
        return [tuple(row[name] for name in told) for row in rows]
