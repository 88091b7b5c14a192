"""Who wants no reminders, and of what. Each runs inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update

from app.citizens.errors import PersonNotFound
from app.citizens.rules import BEIJING
from app.core.acts import Act
from app.core.db import db, hold, insert_once
from app.licences.errors import KindNotFound
from app.licences.queries import LICENCES, kinds
from app.licences.rights import Holder, Right, holders_of, right_of_citizen
from app.renewals.watch.reaching import ALL, STOPS, stopping
from app.renewals.watch.reminding import forget_reminders_to


@dataclass(frozen=True, slots=True)
class Stops:
    """What a holder is not reminded of."""

    holder: Holder
    kinds: tuple[str, ...]
    all: bool


def stops_of(citizen: str, now: datetime) -> list[Stops]:
    """Of everybody an account may speak for."""
    holders = [each for each in holders_of(citizen, now) if each.right.authorises]
    people = [each.right.person for each in holders]
    rows = db.session.execute(select(STOPS).where(STOPS.c.holder_id.in_(people))).all()
    stopped = {(row.holder_id, row.kind) for row in rows}
    return [_stops(holder, stopped) for holder in holders]


def set_reminders(citizen: str, holder: str | None, kind: str, on: bool, act: Act) -> None:
    """A holder is reminded, or no more, of one kind of licence; of all where `kind` is ALL. None:
    the account's owner. What waits to be sent is withdrawn; switched on, what is due is said.

    Only for those who may pass the holder's rights on: whom it authorised stops nothing.
    Raises IdentityNeeded, PersonNotFound, KindNotFound."""
    if kind != ALL and kind not in kinds():
        raise KindNotFound
    right = _speaking(citizen, holder, act.now)
    if on:
        which = STOPS.c.holder_id == right.person
        db.session.execute(delete(STOPS).where(which & _of(STOPS.c.kind, kind)))
        _look_again(right.person, kind, act)
        return
    hold(stopping(right.person), alone=True)
    if insert_once(STOPS, holder_id=right.person, kind=kind, citizen_id=citizen, at=act.now):
        forget_reminders_to(right.person, kind, act)


def _speaking(citizen: str, holder: str | None, now: datetime) -> Right:
    right = right_of_citizen(citizen, holder, now)
    if not right.authorises:
        raise PersonNotFound
    return right


def _look_again(holder: str, kind: str, act: Act) -> None:
    today = act.now.astimezone(BEIJING).date()
    theirs = (LICENCES.c.holder_id == holder) & _of(LICENCES.c.kind, kind)
    later = LICENCES.c.watch_on > today
    db.session.execute(update(LICENCES).where(theirs, later).values(watch_on=today))


def _of(column: ColumnElement[str], kind: str) -> ColumnElement[bool]:
    return column.is_not(None) if kind == ALL else column == kind


def _stops(holder: Holder, stopped: Collection[tuple[str, str]]) -> Stops:
    kinds = tuple(sorted(kind for person, kind in stopped if person == holder.right.person))
    return Stops(holder, tuple(filter(None, kinds)), ALL in kinds)
