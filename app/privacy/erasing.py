"""Erasing what is kept about somebody, on their request (个人信息保护法 article 47). Each runs
inside the caller's transaction."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, delete, false, insert, select, update

from app.citizens.queries import CITIZENS, SESSIONS, citizen_of
from app.core import audit
from app.core.acts import Act
from app.core.db import db
from app.core.idempotency import TABLE as KEYS
from app.core.identity import Level
from app.privacy.errors import NotConfirmed, PersonUnknown, StillUnderWay
from app.privacy.keeping import forget_people, pointing_at_people
from app.privacy.models import ErasureRow
from app.privacy.rows import Whose, about, do, is_over, owned, says, table_of, whose_are
from app.privacy.rules import BY_TABLE, KEPT, UNDER_WAY, Kept, Then

ERASURES = ErasureRow.__table__


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an erasure will do."""

    hindrances: tuple[str, ...]
    """What has to be finished first, in words."""
    goes: tuple[Kept, ...]
    stays: tuple[Kept, ...]
    """Of which there is something, and which a law has kept."""


def foresee(citizen: str) -> Foreseen:
    """What erasing this account would do, and what stands against it."""
    return _foreseen(_whose(citizen))


def foresee_person(person: str) -> Foreseen:
    """The same of somebody who asks for it at a desk."""
    return _foreseen(whose_are(person))


def _foreseen(whose: Whose) -> Foreseen:
    told = [kept for kept in KEPT if kept.told and kept.table != "people"]
    goes = {kept.table for kept in told if _any(kept, _going(kept, whose))}
    stays = {kept.table for kept in told if _any(kept, _staying(kept, whose))}
    if whose.person:
        (stays if _will_be_named(whose) else goes).add("people")
    return Foreseen(
        tuple(_hindrances(whose)),
        tuple(kept for kept in KEPT if kept.table in goes),
        tuple(kept for kept in KEPT if kept.table in stays),
    )


def note_look(person: str, reason: str, act: Act) -> None:
    """Somebody at a desk sees what is kept about a person."""
    audit.note(act, act.actor.hall or "", "personal_data_seen", person, reason=reason)


def erase_account(citizen: str, reason: str, confirmed: bool, act: Act) -> None:
    """Erase an account and what goes with it; whoever signs in with that WeChat again is new.

    Raises NotConfirmed, StillUnderWay."""
    if not confirmed:
        raise NotConfirmed
    db.session.execute(select(CITIZENS.c.id).where(CITIZENS.c.id == citizen).with_for_update())
    whose = _whose(citizen)
    _refuse_under_way(whose)
    _end_sessions(citizen, act)
    _note(citizen, reason, _erase(whose), act)


def erase_person(person: str, reason: str, act: Act) -> None:
    """Erase what a hall keeps about somebody who asks for it at a desk, with every account that is
    surely theirs. Raises PersonUnknown, StillUnderWay."""
    people = table_of(BY_TABLE["people"])
    known = select(people.c.id).where(people.c.id == person).with_for_update()
    if db.session.execute(known).first() is None:
        raise PersonUnknown
    for citizen in whose_are(person).accounts:
        erase_account(citizen, reason, True, act)
    whose = Whose(person)
    _refuse_under_way(whose)
    _note(None, reason, _erase(whose), act)


def _whose(citizen: str) -> Whose:
    """What somebody merely declared to be, they cannot have erased."""
    found = citizen_of(citizen)
    return Whose(found.person if found.level is Level.VERIFIED else None, (citizen,))


def _any(kept: Kept, which: ColumnElement[bool]) -> bool:
    return db.session.execute(select(table_of(kept)).where(which).limit(1)).first() is not None


def _will_be_named(whose: Whose) -> bool:
    """Whether something will still point at the person when the rest is erased, so that
    `forget_people` leaves them."""
    return any(_any(BY_TABLE[each.table.name], _left(each, whose)) for each in pointing_at_people())


def _left(naming: Column[Any], whose: Whose) -> ColumnElement[bool]:
    kept = BY_TABLE[naming.table.name]
    named = naming.in_(whose.people)
    unnamed = kept.erased is Then.DELETE or naming.name in kept.clears
    return named & ~_going(kept, whose) if unnamed else named


def _refuse_under_way(whose: Whose) -> None:
    hindrances = _hindrances(whose)
    if hindrances:
        raise StillUnderWay(hindrances[0])


def _hindrances(whose: Whose) -> list[str]:
    found = []
    for name, words, column, states in UNDER_WAY:
        kept = BY_TABLE[name]
        table = table_of(kept)
        which = owned(kept, whose) | about(kept, whose)
        query = select(table.c.id).where(which, table.c[column].in_(states)).limit(1)
        if db.session.execute(query).first() is not None:
            found.append(words)
    return found


def _end_sessions(citizen: str, act: Act) -> None:
    live = (SESSIONS.c.citizen_id == citizen) & SESSIONS.c.ended_at.is_(None)
    db.session.execute(update(SESSIONS).where(live).values(ended_at=act.now))
    db.session.execute(delete(KEYS).where(KEYS.c.actor == f"citizen:{citizen}"))


def _erase(whose: Whose) -> dict[str, int]:
    """What goes, table by table: what hangs under something before it; accounts, which say whose
    the rest is, at the end."""
    order = sorted(KEPT, key=lambda kept: kept.table == "citizens")
    done = Counter({kept.table: do(kept.erased, kept, _going(kept, whose)) for kept in order})
    if whose.person:
        done["people"] += forget_people([whose.person])
    return {name: count for name, count in done.items() if count}


def _going(kept: Kept, whose: Whose) -> ColumnElement[bool]:
    if kept.erased is Then.KEEP:
        return false()
    going = owned(kept, whose) & is_over(kept)
    return going & says(kept) if kept.erased is Then.CLEAR else going


def _staying(kept: Kept, whose: Whose) -> ColumnElement[bool]:
    return about(kept, whose) & ~_going(kept, whose)


def _note(citizen: str | None, reason: str, counts: dict[str, int], act: Act) -> None:
    db.session.execute(
        insert(ERASURES).values(
            id=act.new_id(),
            at=act.now,
            actor=str(act.actor),
            citizen_id=citizen,
            reason=reason,
            counts=counts,
        )
    )
    hall = act.actor.hall or ""
    audit.note(act, hall, "personal_data_erased", citizen or "person", reason=reason)
