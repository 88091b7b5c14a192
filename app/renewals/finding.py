"""A renewal that is due is found, its holder reminded; or it comes to nothing. Each runs inside the
caller's transaction, and a second time changes nothing."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select, update

from app.core.acts import Act
from app.core.codes import code_of
from app.core.db import db, insert_into
from app.licences.kinds import Kind
from app.licences.queries import LICENCES, Licence
from app.notices.service import withdraw
from app.renewals.calendar import working_days
from app.renewals.dates import window
from app.renewals.plans import Plan
from app.renewals.queries import NOTHING_TO_DECIDE, TABLE
from app.renewals.records import move, record, sources_of
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


def found(licence: Licence, plan: Plan, asked: tuple[date, date], act: Act) -> str:
    """The renewal of a licence's term, which has a last day; its id. Begun where there is none;
    where one was overtaken by what its register took back, begun again, or gone on with what was
    asked for. `asked`: the first and the last day on which it may be asked for, as they are counted
    now."""
    assert licence.valid_until is not None, "what does not end is not renewed"  # noqa: S101
    of_this_term = term_of(licence.id, licence.valid_until, licence.holder_id)
    ask_from, ask_by = asked
    values = {
        "licence_id": licence.id,
        "kind": licence.kind,
        "holder_id": licence.holder_id,
        "holder_kind": licence.holder_kind,
        "hall": plan.hall,
        "state": State.FOUND,
        "valid_until": licence.valid_until,
        "ask_from": ask_from,
        "ask_by": ask_by,
        "found_at": act.now,
    }
    while True:
        id = db.session.execute(select(TABLE.c.id).where(of_this_term)).scalar_one_or_none()
        if id is not None:
            if not take_back(of_this_term, act):
                move(TABLE.c.id == id, State.FOUND, act, found_at=act.now, closed_at=None)
                _keep_window(id, ask_from, ask_by)
            return str(id)
        code = code_of(act.new_id(), CODE_LENGTH)
        put = insert_into(TABLE).values(id=act.new_id(), code=code, **values)
        made = db.session.execute(put.on_conflict_do_nothing().returning(TABLE.c.id)).scalar()
        if made is not None:
            record(made, State.FOUND, act)
            return str(made)


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


def reminded(id: str, act: Act) -> None:
    """Its holder is being told of it."""
    move(TABLE.c.id == id, State.REMINDED, act, reminded_at=act.now)


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
