"""Reading the library. Who may, says rights.py: a caller asks it first."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy import Row, Select, bindparam, func, select, tuple_

from app.citizens.queries import PEOPLE
from app.core.db import asked_once, db
from app.core.parts import parts
from app.licences import rules
from app.licences.errors import LicenceNotFound
from app.licences.fields import Value
from app.licences.kinds import METADATA, Kind, kind_of
from app.licences.models import LicenceKindRow, LicenceRow
from app.licences.rules import State

KINDS = LicenceKindRow.__table__
LICENCES = LicenceRow.__table__
WITH_HOLDER: Select[Any] = select(*LICENCES.c, PEOPLE.c.kind.label("holder_kind")).join(
    PEOPLE, PEOPLE.c.id == LICENCES.c.holder_id
)

KINDS_ASKED = "licence kinds"
# Made once: making a statement takes longer than running it.
REVISION = select(func.max(KINDS.c.revision))
OPENED = (
    *(LICENCES.c[name] for name in ("id", "kind", "holder_id", "representative_id", "issuer")),
    *(LICENCES.c[name] for name in ("issued_on", "valid_from", "valid_until", "state", "version")),
    *(LICENCES.c[name] for name in ("place", "content_sealed")),
    PEOPLE.c.kind.label("holder_kind"),
)
"""What `opened` reads of a row."""
OF_HOLDER = (
    select(*OPENED)
    .join(PEOPLE, PEOPLE.c.id == LICENCES.c.holder_id)
    .where(LICENCES.c.holder_id == bindparam("holder"))
)
OF_KINDS = OF_HOLDER.where(LICENCES.c.kind.in_(bindparam("kinds", expanding=True)))

IDENTIFIER = "licences.identifier"
CONTENT = "licences.content"


def content_column(licence: str) -> str:
    """What the content of one licence is sealed for: moved to another's row it does not open."""
    return f"{CONTENT}:{licence}"


@dataclass(frozen=True, slots=True)
class Licence:
    """One edition of a licence, opened."""

    id: str
    kind: str
    """Its kind's code."""
    holder_id: str
    identifier: str
    number: str
    holder_name: str
    issuer_name: str
    issuer: str
    issued_on: date
    valid_from: date | None
    valid_until: date | None
    state: State
    version: str
    place: str | None
    data: Mapping[str, Value]
    representative_id: str | None
    holder_kind: str
    """person, firm."""

    def valid_on(self, day: date) -> bool:
        """Whether it holds on this day."""
        return rules.is_valid_on(self.state, self.valid_from, self.valid_until, day)

    def state_words(self, day: date) -> str:
        """What is said of it on this day, in Chinese."""
        return rules.state_words(self.state, self.valid_from, self.valid_until, day)

    def value(self, field: str) -> Value | None:
        """What it says of a field, its kind's or one of METADATA; None where it says nothing."""
        if field in METADATA:
            found: Value | None = getattr(self, field)
            return found
        return self.data.get(field)


def kinds() -> dict[str, Kind]:
    """Every kind by its code, in the order of their names. Read once for each revision."""
    return asked_once(KINDS_ASKED, _kinds)


def _kinds() -> dict[str, Kind]:
    revision = db.session.execute(REVISION).scalar_one() or 0
    kept: tuple[int, dict[str, Kind]] = current_app.extensions.get("licence_kinds", (-1, {}))
    if kept[0] != revision:
        rows = db.session.execute(select(KINDS.c.code, KINDS.c.definition).order_by(KINDS.c.code))
        kept = revision, {row.code: kind_of(row.definition) for row in rows}
        current_app.extensions["licence_kinds"] = kept
    return kept[1]


def licences_of(person: str, kinds: Collection[str] | None = None) -> list[Licence]:
    """A holder's licences, of these kinds or of all: those in force first, then the newest."""
    if kinds is None:
        return _in_order(db.session.execute(OF_HOLDER, {"holder": person}).all())
    wanted = {"holder": person, "kinds": sorted(kinds)}
    return _in_order(db.session.execute(OF_KINDS, wanted).all())


def holder_names_of(person: str) -> list[str]:
    """What somebody's licences call them, in the same order."""
    rows = db.session.execute(OF_HOLDER, {"holder": person}).all()
    found = [(row, _content(row)) for row in rows]
    found.sort(key=lambda one: _rank(one[0], one[1]["identifier"]), reverse=True)
    return [content["holder_name"] for _, content in found]


def licence(id: str) -> Licence:
    """A licence by its id. Raises LicenceNotFound."""
    row = db.session.execute(WITH_HOLDER.where(LICENCES.c.id == id)).one_or_none()
    if row is None:
        raise LicenceNotFound
    return opened(row, kinds())


def licences_naming(person: str, day: date) -> list[Licence]:
    """The licences in force on this day that name somebody as acting for their holder.

    Of a holder's licences of one kind the newest alone counts, in whatever state it is: whom an
    earlier one named has left, though nobody may have told the library that it is over."""
    named = select(LICENCES.c.holder_id, LICENCES.c.kind).where(
        LICENCES.c.representative_id == person
    )
    query = WITH_HOLDER.where(tuple_(LICENCES.c.holder_id, LICENCES.c.kind).in_(named))
    newest: dict[tuple[str, str], Row[Any]] = {}
    for row in db.session.execute(
        query.order_by(LICENCES.c.issued_on, LICENCES.c.version, LICENCES.c.as_of, LICENCES.c.id)
    ):
        newest[row.holder_id, row.kind] = row
    known = kinds()
    naming = [opened(row, known) for row in newest.values() if row.representative_id == person]
    return [one for one in naming if one.valid_on(day)]


def representatives_of(holders: Collection[str], day: date) -> set[tuple[str, str]]:
    """Whom the licences of these name as acting for them on this day, each as (holder, person): the
    newest of each kind, if it is in force."""
    rows = db.session.execute(
        select(
            LICENCES.c.holder_id,
            LICENCES.c.kind,
            LICENCES.c.representative_id,
            LICENCES.c.state,
            LICENCES.c.valid_from,
            LICENCES.c.valid_until,
        )
        .where(LICENCES.c.holder_id.in_(holders))
        .order_by(LICENCES.c.issued_on, LICENCES.c.version, LICENCES.c.as_of, LICENCES.c.id)
    )
    newest = {(row.holder_id, row.kind): row for row in rows}
    return {
        (row.holder_id, row.representative_id)
        for row in newest.values()
        if row.representative_id
        and rules.is_valid_on(row.state, row.valid_from, row.valid_until, day)
    }


def _in_order(rows: Collection[Row[Any]]) -> list[Licence]:
    known = kinds()
    return sorted(
        (opened(row, known) for row in rows),
        key=lambda one: _rank(one, one.identifier),
        reverse=True,
    )


def _rank(one: Row[Any] | Licence, identifier: str) -> tuple[bool, date, str, str]:
    return one.state == State.VALID, one.issued_on, one.version, identifier


def opened(row: Row[Any], known: Mapping[str, Kind]) -> Licence:
    """A row's licence, its content unsealed."""
    content = _content(row)
    fields = {field.name: field for field in known[row.kind].fields}
    return Licence(
        id=row.id,
        kind=row.kind,
        holder_id=row.holder_id,
        identifier=content["identifier"],
        number=content["number"],
        holder_name=content["holder_name"],
        issuer_name=content["issuer_name"],
        issuer=row.issuer,
        issued_on=row.issued_on,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        state=State(row.state),
        version=row.version,
        place=row.place,
        data={
            name: fields[name].kept(text) if name in fields else text
            for name, text in content["data"].items()
        },
        representative_id=row.representative_id,
        holder_kind=row.holder_kind,
    )


def _content(row: Row[Any]) -> Any:
    return json.loads(parts().seal.open(content_column(row.id), row.content_sealed))


def first_watch_day(until: date) -> date | None:
    """The earliest day, up to this one, on which a licence was to be looked at and was not yet."""
    query = select(func.min(LICENCES.c.watch_on)).where(LICENCES.c.watch_on <= until)
    return db.session.execute(query).scalar_one()
