"""Holders who let somebody act for them until a day. Both sides see it; the holder ends it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, or_, select, update

from app.citizens.queries import NUMBERS, PEOPLE
from app.citizens.service import lock_person
from app.core.acts import Act
from app.core.db import db
from app.core.parts import parts
from app.licences.errors import (
    AuthorisationNotFound,
    AuthorisationOfOneself,
    AuthorisationUntilWrong,
)
from app.licences.models import AuthorisationRow

TABLE = AuthorisationRow.__table__
HOLDERS = PEOPLE.alias("holders")
AGENTS = PEOPLE.alias("agents")

HOLDER_NAME = "authorisations.holder_name"
AGENT_NAME = "authorisations.agent_name"
AT_MOST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Authorisation:
    """Somebody lets somebody act for them."""

    id: str
    holder: str
    holder_kind: str
    holder_name: str
    agent: str
    agent_name: str
    agent_number: str
    until: date
    """The last day, in Beijing."""
    created_at: datetime
    ended_at: datetime | None

    def holds_on(self, day: date) -> bool:
        return self.ended_at is None and day <= self.until


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, as the other knows them."""

    person: str
    name: str


def given_to(agent: str, day: date) -> list[Authorisation]:
    """What somebody may use on this day."""
    return [one for one in _found(TABLE.c.agent_id == agent) if one.holds_on(day)]


def agents_of(holders: Collection[str], day: date) -> set[tuple[str, str]]:
    """Who may act for these on this day because they let them, each as (holder, agent)."""
    query = select(TABLE.c.holder_id, TABLE.c.agent_id).where(
        TABLE.c.holder_id.in_(holders), TABLE.c.ended_at.is_(None), TABLE.c.until >= day
    )
    return {(row.holder_id, row.agent_id) for row in db.session.execute(query)}


def seen_by(agent: str | None, holders: Collection[str]) -> list[Authorisation]:
    """What this person was given, and what these holders gave, the latest first."""
    return _found(or_(TABLE.c.agent_id == agent, TABLE.c.holder_id.in_(holders)))


def give(holder: Side, agent: Side, until: date, today: date, act: Act) -> Authorisation:
    """A holder lets somebody act for them until the end of this day, in place of what it gave them
    before. Raises AuthorisationOfOneself, AuthorisationUntilWrong."""
    if holder.person == agent.person:
        raise AuthorisationOfOneself
    if not today <= until <= today + AT_MOST:
        raise AuthorisationUntilWrong
    lock_person(holder.person)
    pair = (TABLE.c.holder_id == holder.person) & (TABLE.c.agent_id == agent.person)
    _end(pair, act)
    seal = parts().seal
    id = act.new_id()
    db.session.execute(
        insert(TABLE).values(
            id=id,
            holder_id=holder.person,
            agent_id=agent.person,
            holder_name_sealed=seal.seal(HOLDER_NAME, holder.name),
            agent_name_sealed=seal.seal(AGENT_NAME, agent.name),
            until=until,
            created_at=act.now,
            created_by=str(act.actor),
        )
    )
    return _found(TABLE.c.id == id)[0]


def end(id: str, holders: Collection[str], act: Act) -> Authorisation:
    """One of these holders takes it back; again changes nothing. Raises AuthorisationNotFound."""
    mine = (TABLE.c.id == id) & TABLE.c.holder_id.in_(holders)
    _end(mine, act)
    found = _found(mine)
    if not found:
        raise AuthorisationNotFound
    return found[0]


def _end(which: Any, act: Act) -> None:
    ended = {"ended_at": act.now, "ended_by": str(act.actor)}
    db.session.execute(update(TABLE).where(which, TABLE.c.ended_at.is_(None)).values(ended))


def _found(which: Any) -> list[Authorisation]:
    rows = db.session.execute(
        select(*TABLE.c, HOLDERS.c.kind, AGENTS.c.number_sealed)
        .join(HOLDERS, HOLDERS.c.id == TABLE.c.holder_id)
        .join(AGENTS, AGENTS.c.id == TABLE.c.agent_id)
        .where(which)
        .order_by(TABLE.c.created_at.desc(), TABLE.c.id)
    )
    seal = parts().seal
    return [
        Authorisation(
            id=row.id,
            holder=row.holder_id,
            holder_kind=row.kind,
            holder_name=seal.open(HOLDER_NAME, row.holder_name_sealed),
            agent=row.agent_id,
            agent_name=seal.open(AGENT_NAME, row.agent_name_sealed),
            agent_number=seal.open(NUMBERS["person"], row.number_sealed),
            until=row.until,
            created_at=row.created_at,
            ended_at=row.ended_at,
        )
        for row in rows
    ]
