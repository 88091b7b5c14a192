"""A renewal that is due is found, its holder reminded; or it comes to nothing. Each runs inside the
caller's transaction, and a second time changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select, update

from app.core.acts import Act
from app.core.codes import code_of
from app.core.db import among, db, insert_each_once
from app.licences.kinds import Kind
from app.licences.queries import LICENCES, Licence
from app.notices.service import withdraw
from app.renewals.calendar import working_days
from app.renewals.dates import window
from app.renewals.plans import Plan
from app.renewals.queries import NOTHING_TO_DECIDE, TABLE
from app.renewals.records import move, record_each, sources_of
from app.renewals.rules import CODE_LENGTH, DAY, Why, day_of
from app.renewals.states import ASKING, State
from app.renewals.telling import ENDED, MOVED, RENEWED, TAKEN_BACK, tell


class Overtaken(StrEnum):
    """What a renewal was overtaken by."""

    ENDED = "ended"
    """Its licence was revoked, cancelled or ended in another way."""
    MOVED = "moved"
    """It changed hands."""
    RENEWED = "renewed"
    """It was renewed elsewhere, or its register moved its last day."""


SAID = {Overtaken.ENDED: ENDED, Overtaken.MOVED: MOVED, Overtaken.RENEWED: RENEWED}
"""What whoever asked for it is told."""


@dataclass(frozen=True, slots=True)
class Ending:
    """The term of a licence, which has a last day."""

    licence: Licence
    plan: Plan
    asked: tuple[date, date]
    """The first and the last day on which its renewal may be asked for, as they are counted now."""


def found(licence: Licence, plan: Plan, asked: tuple[date, date], act: Act) -> str:
    """The renewal of a licence's term, as of an Ending; its id. Begun where there is none; where
    one was overtaken by what its register took back, begun again, or gone on with what was asked
    for."""
    return found_each([Ending(licence, plan, asked)], act)[licence.id]


def found_each(endings: Sequence[Ending], act: Act) -> dict[str, str]:
    """The same of several licences; by licence."""
    ids: dict[str, str] = {}
    left = {each.licence.id: each for each in endings}
    while left:
        for row in _of_terms(left):
            _go_on(row, left.pop(row.licence_id), act)
            ids[row.licence_id] = row.id
        ids |= _begun(list(left.values()), act)
        left = {id: each for id, each in left.items() if id not in ids}  # begun meanwhile
    return ids


def _of_terms(endings: Mapping[str, Ending]) -> list[Row[Any]]:
    columns = ("id", "licence_id", "valid_until", "holder_id", "state", "ask_from", "ask_by")
    query = select(*(TABLE.c[name] for name in columns))
    rows = db.session.execute(query.where(among(TABLE.c.licence_id, endings)))
    terms = {(id, each.licence.valid_until, each.licence.holder_id) for id, each in endings.items()}
    return [row for row in rows if (row.licence_id, row.valid_until, row.holder_id) in terms]


def _go_on(row: Row[Any], ending: Ending, act: Act) -> None:
    if row.state == State.OVERTAKEN:
        if take_back(TABLE.c.id == row.id, act):
            return
        move(TABLE.c.id == row.id, State.FOUND, act, found_at=act.now, closed_at=None)
    if (row.ask_from, row.ask_by) != ending.asked:
        _keep_window(row.id, *ending.asked)


def _begun(endings: Sequence[Ending], act: Act) -> dict[str, str]:
    rows = [_new(each, act) for each in endings]
    begun = insert_each_once(TABLE, rows)
    record_each([row["id"] for row in rows if row["id"] in begun], State.FOUND, act)
    return {row["licence_id"]: row["id"] for row in rows if row["id"] in begun}


def _new(ending: Ending, act: Act) -> dict[str, Any]:
    licence, (ask_from, ask_by) = ending.licence, ending.asked
    assert licence.valid_until is not None, "what does not end is not renewed"  # noqa: S101
    return {
        "id": act.new_id(),
        "code": code_of(act.new_id(), CODE_LENGTH),
        "licence_id": licence.id,
        "kind": licence.kind,
        "holder_id": licence.holder_id,
        "holder_kind": licence.holder_kind,
        "hall": ending.plan.hall,
        "state": State.FOUND,
        "valid_until": licence.valid_until,
        "ask_from": ask_from,
        "ask_by": ask_by,
        "found_at": act.now,
    }


def _keep_window(id: str, ask_from: date, ask_by: date) -> None:
    """As it is counted now, while nobody asked: a calendar or a rule may have come since."""
    nobody_asked = TABLE.c.state.in_((*ASKING, State.DECLINED))
    moved = or_(TABLE.c.ask_from != ask_from, TABLE.c.ask_by != ask_by)
    db.session.execute(
        update(TABLE)
        .where(TABLE.c.id == id, nobody_asked, moved)
        .values(ask_from=ask_from, ask_by=ask_by)
    )


def term_of(licence: str, valid_until: date, holder: str) -> ColumnElement[bool]:
    """The one renewal of a licence's term."""
    return and_(
        TABLE.c.licence_id == licence,
        TABLE.c.valid_until == valid_until,
        TABLE.c.holder_id == holder,
    )


def take_back(term: ColumnElement[bool], act: Act) -> int:
    """An application that was overtaken by what its register took back goes on, before a person:
    who asked in time has asked; how many."""
    asked = (TABLE.c.state == State.OVERTAKEN) & TABLE.c.confirmed_at.is_not(None)
    back = move(
        term & asked,
        State.CONFIRMED,
        act,
        told_as="taken_back",
        needs_person=True,
        person_why=Why.TAKEN_BACK,
        closed_at=None,
    )
    for row in back:
        withdraw(f"renewal:{row.id}:", act)
        tell(row, TAKEN_BACK, act, f"taken_back:{act.deed[:8]}")
    return len(back)


def asked_between(kind: Kind, valid_until: date, hall: str) -> tuple[date, date]:
    """The first and the last day on which the renewal of a licence may be asked for. Where its kind
    does not say: until thirty days before its end (行政许可法第五十条第一款), from sixty days
    earlier on."""
    said = window(kind, valid_until, working_days(hall))
    return said or (valid_until - 90 * DAY, valid_until - 30 * DAY)


def reminded(ids: Collection[str], act: Act) -> None:
    """Their holders are being told of them."""
    if ids:
        move(among(TABLE.c.id, ids), State.REMINDED, act, reminded_at=act.now)


def overtake(licence_id: str, why: Overtaken, act: Act) -> int:
    """What was not issued yet of a licence will not be, if it changed hands for its former holder;
    how many renewals that ended."""
    meant = TABLE.c.licence_id == licence_id
    if why is Overtaken.MOVED:
        now = select(LICENCES.c.holder_id).where(LICENCES.c.id == licence_id).scalar_subquery()
        meant &= TABLE.c.holder_id != now
    return _overtake(meant, why, act)


def overtake_one(id: str, why: Overtaken, act: Act) -> None:
    """The same of one renewal, whatever its licence is renewed by."""
    _overtake(TABLE.c.id == id, why, act)


def _overtake(which: ColumnElement[bool], why: Overtaken, act: Act) -> int:
    """Whoever asked for one is told."""
    ended = _end(which, State.OVERTAKEN, act, why=why)
    for row in ended:
        tell(row, SAID[why], act, f"overtaken:{act.deed[:8]}")
    return len(ended)


def expire(licence_id: str, act: Act) -> int:
    """End what nobody asked for before its last day was over; how many."""
    return len(_end((TABLE.c.licence_id == licence_id) & _is_over(act), State.EXPIRED, act))


def expire_some(act: Act, at_most: int) -> int:
    """The same of any licences: the watch does not look again at what was declined."""
    ids = db.session.scalars(_expired(act).limit(at_most)).all()
    return len(_end(TABLE.c.id.in_(ids), State.EXPIRED, act))


def any_expired(act: Act) -> bool:
    """Whether there is one."""
    return db.session.execute(_expired(act).limit(1)).first() is not None


def _expired(act: Act) -> Select[Any]:
    unasked = TABLE.c.state.in_(sources_of(State.EXPIRED))
    return select(TABLE.c.id).where(unasked, _is_over(act))


def _is_over(act: Act) -> ColumnElement[bool]:
    over: ColumnElement[bool] = TABLE.c.valid_until < day_of(act.now)
    return over


def _end(which: ColumnElement[bool], to: State, act: Act, **note: str) -> list[Row[Any]]:
    ended = move(which, to, act, note, **NOTHING_TO_DECIDE, closed_at=act.now)
    for row in ended:
        withdraw(f"renewal:{row.id}:", act)
    return ended
