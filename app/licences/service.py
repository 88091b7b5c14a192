"""Bringing kinds and licences into the library. Each runs inside the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, or_, select, update

from app.citizens.queries import numbers_of
from app.citizens.rules import BEIJING
from app.citizens.service import people_of
from app.core.acts import Act
from app.core.db import ask_again, db, hold, insert_into
from app.core.parts import parts
from app.licences.editions import next_edition, next_identifier
from app.licences.errors import LicenceMoved, LicenceNotFound
from app.licences.fields import plain
from app.licences.kinds import Kind, definition_of
from app.licences.queries import (
    CONTENT,
    IDENTIFIER,
    KINDS,
    KINDS_ASKED,
    LICENCES,
    WITH_HOLDER,
    Licence,
    content_column,
    kinds,
    opened,
)
from app.licences.rules import LicenceRecord, NewTerm, State


def load_kinds(given: Sequence[Kind], act: Act) -> list[Kind]:
    """Take these kinds; others stay as they are. Which of them are new or changed."""
    hold("licence kinds", alone=True)
    rows = db.session.execute(select(KINDS.c.code, KINDS.c.definition))
    before = {row.code: row.definition for row in rows}
    last = db.session.execute(select(func.max(KINDS.c.revision))).scalar_one() or 0
    changed = [kind for kind in given if before.get(kind.code) != definition_of(kind)]
    for kind in changed:
        values = {"definition": definition_of(kind), "revision": last + 1, "changed_at": act.now}
        insert = insert_into(KINDS).values(code=kind.code, **values)
        db.session.execute(insert.on_conflict_do_update(index_elements=["code"], set_=values))
    ask_again(KINDS_ASKED)
    return changed


ID_LENGTH = 32


class Outcome(StrEnum):
    """What became of a licence brought in."""

    NEW = "new"
    UPDATED = "updated"
    SAME = "same"
    """The library had it so; perhaps as of an earlier moment."""
    OLDER = "older"
    """The library knows better."""


@dataclass(frozen=True, slots=True)
class Put:
    """One licence that was brought in."""

    id: str
    outcome: Outcome


def id_of(identifier: str) -> str:
    """A licence's id. It follows from its identifier, so that it is the same whichever of its
    records came first, and a successor can name it before it is there."""
    return _index(identifier)[:ID_LENGTH]


def _index(identifier: str) -> str:
    return parts().seal.find(IDENTIFIER, identifier)


def put(records: Sequence[LicenceRecord], act: Act, source: str) -> list[Put]:
    """Bring licences in, a few hundred at a time; for each what became of it.

    Of two records with one identifier the later `as_of` holds, and of two as of the same moment
    the one with the greater hash: so the rows are the same in whatever order, and however divided,
    records came in. One who brings some waits for another, so that what is told of each is true."""
    hold("licences", alone=True)
    rows = _rows(records, act, source)
    held = _held([row["identifier_index"] for row in rows])
    outcomes: list[Put] = []
    winners: dict[str, dict[str, Any]] = {}
    for row in rows:
        index, rank = row["identifier_index"], (row["as_of"], row["content_hash"])
        outcomes.append(Put(row["id"], _outcome(held.get(index), rank)))
        if index not in held or rank > held[index]:
            held[index], winners[index] = rank, row
    _write([winners[index] for index in sorted(winners)])
    _watch_what_ended(winners.values())
    return outcomes


def held(id: str, *, with_library: bool) -> Licence:
    """A licence as it stays until the transaction ends; `with_library`: so does all of the library,
    nobody brings any in meanwhile. Raises LicenceNotFound."""
    if with_library:
        hold("licences", alone=True)
    found = WITH_HOLDER.where(LICENCES.c.id == id).with_for_update(of=LICENCES)
    row = db.session.execute(found).one_or_none()
    if row is None:
        raise LicenceNotFound
    return opened(row, kinds())


def look_again(id: str, act: Act) -> None:
    """Have the watch look at a licence again of which nobody was to be reminded any more."""
    today = act.now.astimezone(BEIJING).date()
    db.session.execute(update(LICENCES).where(LICENCES.c.id == id).values(watch_on=today))


def is_followed(old: Licence) -> bool:
    """Whether the library has a later edition of a licence."""
    next_id = id_of(str(next_identifier(old)))
    later = or_(LICENCES.c.predecessor_id == old.id, LICENCES.c.id == next_id)
    return db.session.execute(select(LICENCES.c.id).where(later).limit(1)).first() is not None


def renew(old: Licence, term: NewTerm, act: Act, source: str) -> str:
    """The next edition of a licence that nobody ended, which is over with it; the new one's id.

    Raises LicenceMoved where the library knows of something newer."""
    hold("licences", alone=True)
    holder = numbers_of([old.holder_id])[old.holder_id]
    (made,) = put([next_edition(old, term, holder, act.now)], act, source)
    if made.outcome is not Outcome.NEW or not _end(old, act, source):
        raise LicenceMoved
    return made.id


UNENDED = (State.VALID, State.EXPIRED, State.OTHER)
"""What may be followed: of these nobody said that they were taken away."""


def _end(old: Licence, act: Act, source: str) -> bool:
    """Say of a licence that it is over, as its register would; False where something else was said
    of it since it was read."""
    row = db.session.execute(
        select(LICENCES.c.as_of, LICENCES.c.content_hash).where(LICENCES.c.id == old.id)
    ).one()
    ended = db.session.execute(
        update(LICENCES)
        .where(LICENCES.c.id == old.id, LICENCES.c.state.in_(UNENDED))
        .values(
            state=State.EXPIRED,
            as_of=max(row.as_of, act.now),
            content_hash=parts().seal.find(CONTENT, f"{row.content_hash} {State.EXPIRED}"),
            source=source,
            updated_at=act.now,
            watch_on=act.now.astimezone(BEIJING).date(),
        )
        .returning(LICENCES.c.id)
    )
    return ended.first() is not None


Rank = tuple[datetime, str]
"""By which one record of a licence holds over another: as_of and content_hash."""


def _held(indexes: Sequence[str]) -> dict[str, Rank]:
    """What the library has of these."""
    rows = db.session.execute(
        select(LICENCES.c.identifier_index, LICENCES.c.as_of, LICENCES.c.content_hash).where(
            LICENCES.c.identifier_index.in_(set(indexes))
        )
    )
    return {row.identifier_index: (row.as_of, row.content_hash) for row in rows}


def _outcome(before: Rank | None, rank: Rank) -> Outcome:
    if before is None:
        return Outcome.NEW
    if before[1] == rank[1]:
        return Outcome.SAME
    return Outcome.UPDATED if rank > before else Outcome.OLDER


def _rows(records: Sequence[LicenceRecord], act: Act, source: str) -> list[dict[str, Any]]:
    known = kinds()
    representatives = [_representative(record, known[record.kind]) for record in records]
    holders = [(record.holder_kind, record.holder_number) for record in records]
    people = people_of({*holders, *filter(None, representatives)}, act)
    return [
        {
            **_columns(record),
            "holder_id": people[holder],
            "representative_id": representative and people[representative],
            "source": source,
            "created_at": act.now,
            "updated_at": act.now,
            "watch_on": act.now.astimezone(BEIJING).date(),
        }
        for record, holder, representative in zip(records, holders, representatives, strict=True)
    ]


def _representative(record: LicenceRecord, kind: Kind) -> tuple[str, str] | None:
    """Kind and number of whom a licence names as acting for its holder."""
    number = kind.names_representative and record.data.get(kind.names_representative)
    return ("person", str(number)) if number else None


def _columns(record: LicenceRecord) -> dict[str, Any]:
    """What a row has of its record alone, its content not sealed yet: most that comes in again is
    not written."""
    seal = parts().seal
    index = _index(record.identifier)
    id = index[:ID_LENGTH]
    clear = {
        "kind": record.kind,
        "state": record.state,
        "version": record.version,
        "predecessor_id": record.predecessor and id_of(record.predecessor),
        "issued_on": record.issued_on,
        "valid_from": record.valid_from,
        "valid_until": record.valid_until,
        "issuer": record.issuer,
        "place": record.place,
    }
    content = {
        "identifier": record.identifier,
        "number": record.number,
        "holder_name": record.holder_name,
        "issuer_name": record.issuer_name,
        "data": {name: plain(value) for name, value in record.data.items()},
    }
    said = {**clear, **content, "holder": [record.holder_kind, record.holder_number]}
    return {
        **clear,
        "id": id,
        "identifier_index": index,
        "as_of": record.as_of,
        "content_hash": seal.find(CONTENT, json.dumps(said, default=str, sort_keys=True)),
        "content": json.dumps(content, ensure_ascii=False),
    }


def _write(rows: Sequence[dict[str, Any]]) -> None:
    """In one statement."""
    if not rows:
        return
    sealed = [_sealed(**row) for row in rows]
    insert = insert_into(LICENCES)
    kept = ("id", "identifier_index", "created_at")
    upsert = insert.on_conflict_do_update(
        index_elements=["identifier_index"],
        set_={name: insert.excluded[name] for name in sealed[0] if name not in kept},
    )
    db.session.execute(upsert, sealed)


def _watch_what_ended(rows: Collection[dict[str, Any]]) -> None:
    """Those whose place was taken are looked at, too."""
    ended = [row["predecessor_id"] for row in rows if row["predecessor_id"]]
    if ended:
        today = next(iter(rows))["watch_on"]
        db.session.execute(update(LICENCES).where(LICENCES.c.id.in_(ended)).values(watch_on=today))


def _sealed(content: str, **row: Any) -> dict[str, Any]:
    return {**row, "content_sealed": parts().seal.seal(content_column(row["id"]), content)}
