"""Forms as they stand. Only reads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, select, tuple_

from app.core.db import asked_once, db
from app.forms.definition import parse
from app.forms.errors import UnknownForm
from app.forms.form import Form
from app.forms.models import FormVersionRow
from app.forms.rules import State

TABLE = FormVersionRow.__table__
LAST = 2**31
"""The column holds no greater numbers."""


@dataclass(frozen=True, slots=True)
class FormVersion:
    """One version of a form; its definition never changes once it was published."""

    code: str
    version: int
    form: Form
    state: State = State.PUBLISHED


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """A version as the office lists it."""

    code: str
    version: int
    name: str
    name_en: str
    state: State
    made_at: datetime
    made_by: str
    published_at: datetime | None
    retired_at: datetime | None
    has_file: bool


def published(code: str) -> FormVersion:
    """The version that is filled in now. Raises UnknownForm."""
    return _one(PUBLISHED, code=code)


def version(code: str, n: int) -> FormVersion:
    """A version that is or was filled in. Raises UnknownForm."""
    if not 0 < n < LAST:
        raise UnknownForm
    return _one(FILLED_IN, forms=[(code, n)])


def versions(wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Form]:
    """(code, version) -> the form, of versions that are or were filled in, read at once.
    Raises UnknownForm where one of them is not there."""
    keys, heads = set(wanted), _heads()
    if unknown := keys - heads.keys():
        rows = db.session.execute(FILLED_IN, {"forms": list(unknown)})
        heads.update({(row.code, row.version): (row.id, row.sha) for row in rows})
    if not keys <= heads.keys():
        raise UnknownForm
    return {key: _form(*heads[key]) for key in keys}


def published_forms() -> list[FormVersion]:
    """Every form that can be filled in, by code."""
    rows = db.session.execute(
        select(*HEAD).where(TABLE.c.state == State.PUBLISHED).order_by(TABLE.c.code)
    )
    return [_version(row) for row in rows]


def names(codes: set[str]) -> dict[str, tuple[str, str]]:
    """Code -> name in Chinese and English, of those of these forms that can be filled in."""
    rows = db.session.execute(
        select(TABLE.c.code, TABLE.c.name, TABLE.c.name_en).where(
            TABLE.c.code.in_(codes), TABLE.c.state == State.PUBLISHED
        )
    )
    return {row.code: (row.name, row.name_en) for row in rows}


def all_versions() -> list[VersionFacts]:
    """Every version there is: forms by code, the newest version first."""
    columns = [TABLE.c[each.name] for each in fields(VersionFacts) if each.name in TABLE.c]
    listed = select(*columns, TABLE.c.file.is_not(None).label("has_file"))
    rows = db.session.execute(listed.order_by(TABLE.c.code, TABLE.c.version.desc()))
    return [VersionFacts(**{**row._mapping, "state": State(row.state)}) for row in rows]


def is_published(form: Form) -> bool:
    """Whether this very definition is the one that is filled in."""
    sha = db.session.execute(
        select(TABLE.c.sha).where(TABLE.c.code == form.code, TABLE.c.state == State.PUBLISHED)
    ).scalar_one_or_none()
    return sha == sha_of(form.definition)


def draft(code: str) -> Row[Any] | None:
    """The row of the version that is being written, if there is one."""
    return db.session.execute(
        select(*TABLE.c).where(TABLE.c.code == code, TABLE.c.state == State.DRAFT)
    ).one_or_none()


def file_of(code: str, n: int) -> str:
    """The file of a version. Raises UnknownForm where it came as JSON, too."""
    if not 0 < n < LAST:
        raise UnknownForm
    found = db.session.execute(
        select(TABLE.c.file).where(TABLE.c.code == code, TABLE.c.version == n)
    ).scalar_one_or_none()
    if found is None:
        raise UnknownForm
    return str(found)


def sha_of(definition: Mapping[str, Any]) -> str:
    """What tells two definitions apart."""
    text = json.dumps(definition, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


HEAD = (TABLE.c.id, TABLE.c.code, TABLE.c.version, TABLE.c.state, TABLE.c.sha)


# Made once: making a statement takes longer than running it.
PUBLISHED = select(*HEAD).where(
    TABLE.c.code == bindparam("code"), TABLE.c.state == State.PUBLISHED
)
FILLED_IN = select(*HEAD).where(
    tuple_(TABLE.c.code, TABLE.c.version).in_(bindparam("forms", expanding=True)),
    TABLE.c.state != State.DRAFT,
)


def _one(query: Select[Any], **which: Any) -> FormVersion:
    row = db.session.execute(query, which).one_or_none()
    if row is None:
        raise UnknownForm
    _heads()[row.code, row.version] = row.id, row.sha
    return _version(row)


def _heads() -> dict[tuple[str, int], tuple[int, str]]:
    """(code, version) -> (row, hash) of what this use case has read of versions that are or were
    filled in: they never change."""
    return asked_once("form versions", dict)


def _version(row: Any) -> FormVersion:
    return FormVersion(row.code, row.version, _form(row.id, row.sha), State(row.state))


@lru_cache(maxsize=500)
def _form(row_id: int, sha: str) -> Form:
    """Reading a definition takes some milliseconds, and what has this hash never changes."""
    del sha  # only names what is remembered
    return parse(
        db.session.execute(select(TABLE.c.definition).where(TABLE.c.id == row_id)).scalar_one()
    )
