"""Reading the waiting list."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, exists, func, or_, select

from app.appointments.waiting.errors import WaitingNotFound
from app.appointments.waiting.models import WaitingRow
from app.appointments.waiting.rules import Wish
from app.appointments.waiting.states import LIVE, State
from app.core.acts import Actor
from app.core.db import db

Waiting = Row[Any]
"""A row of `waiting_list` as it was read: immutable, its columns as attributes."""

TABLE = WaitingRow.__table__
SHOWN_FOR = timedelta(days=30)
"""How long what has ended stays in an account's list."""


def in_states(*states: State) -> ColumnElement[bool]:
    """The condition that an entry is in one of these states, written out for its index."""
    return TABLE.c.state.in_(bindparam(None, states, expanding=True, literal_execute=True))


# Made once: every look at free times asks it, and making a statement takes longer than running it.
BETWEEN = (
    select(*TABLE.c)
    .where(
        TABLE.c.hall == bindparam("at_hall"),
        TABLE.c.day.between(bindparam("first"), bindparam("last")),
        in_states(*LIVE),
        TABLE.c.state == bindparam("its_state"),
    )
    .order_by(TABLE.c.joined_at, TABLE.c.id)
)


def wish_of(waiting: Waiting) -> Wish:
    """What they wait for."""
    return Wish(waiting.day, tuple(waiting.items), waiting.begins, waiting.ends)


def find(waiting_id: str, *, lock: bool = False) -> Waiting:
    """One entry. Raises WaitingNotFound."""
    query = select(*TABLE.c).where(TABLE.c.id == waiting_id)
    found = db.session.execute(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise WaitingNotFound
    return found


def owned_by(waiting: Waiting, actor: Actor) -> bool:
    """Whether a citizen joined by their account, or it is surely for them: the rule of bookings."""
    is_its_person = actor.person is not None and actor.person == waiting.person_id
    return waiting.citizen_id == actor.id or is_its_person


def waiting_on(hall: str, day: date) -> list[Waiting]:
    """Who waits for a hall day and was offered nothing yet, first come first."""
    return waiting_between(hall, day, day).get(day, [])


def waiting_between(hall: str, first: date, last: date) -> dict[date, list[Waiting]]:
    """The same of several days, both ends included; those for which nobody waits left out."""
    lists: dict[date, list[Waiting]] = {}
    for each in _between(hall, first, last, State.WAITING):
        lists.setdefault(each.day, []).append(each)
    return lists


def offers_on(hall: str, day: date) -> list[Waiting]:
    """The offers of a hall day that were neither accepted nor ended, the latest first."""
    return sorted(
        _between(hall, day, day, State.OFFERED), key=lambda each: each.offered_at, reverse=True
    )


def _between(hall: str, first: date, last: date, state: State) -> list[Waiting]:
    between = {"at_hall": hall, "first": first, "last": last, "its_state": state}
    return list(db.session.execute(BETWEEN, between).all())


def waiting_for(hall: Any, day: Any) -> ColumnElement[bool]:
    """The condition that somebody waits for this hall day and was offered nothing yet."""
    return exists().where(
        TABLE.c.hall == hall,
        TABLE.c.day == day,
        in_states(*LIVE),
        TABLE.c.state == bindparam(None, State.WAITING),
    )


def anybody_on(hall: str, day: date) -> bool:
    """Whether anybody is on the waiting list of this hall day."""
    query = select(TABLE.c.id).where(TABLE.c.hall == hall, TABLE.c.day == day, in_states(*LIVE))
    return db.session.execute(query.limit(1)).first() is not None


def days_of(hall: str) -> list[date]:
    """The hall days of which anybody is on the waiting list."""
    query = select(TABLE.c.day).where(TABLE.c.hall == hall, in_states(*LIVE))
    return list(db.session.scalars(query.distinct().order_by(TABLE.c.day)))


def live_of_citizen(citizen: str) -> int:
    """On how many waiting lists this account stands."""
    query = select(func.count()).where(TABLE.c.citizen_id == citizen, in_states(*LIVE))
    count: int = db.session.execute(query).scalar_one()
    return count


def place_of(waiting: Waiting) -> int | None:
    """The how-manieth of its lane somebody is; None for who no longer waits."""
    if waiting.state != State.WAITING:
        return None
    return 1 + sum(
        each.lane == waiting.lane and (each.joined_at, each.id) < (waiting.joined_at, waiting.id)
        for each in waiting_on(waiting.hall, waiting.day)
    )


def of_citizen(actor: Actor, now: datetime) -> list[Waiting]:
    """Where a citizen is on the waiting list, the next day first; then what has ended within
    SHOWN_FOR, the latest first."""
    owned = TABLE.c.citizen_id == actor.id
    if actor.person is not None:
        owned = or_(owned, TABLE.c.person_id == actor.person)
    own = select(*TABLE.c).where(owned)
    live = own.where(in_states(*LIVE)).order_by(TABLE.c.day, TABLE.c.joined_at)
    ended = own.where(TABLE.c.ended_at > now - SHOWN_FOR).order_by(TABLE.c.ended_at.desc())
    return [row for query in (live, ended) for row in db.session.execute(query)]
