"""A renewal ends when its new licence is in its holder's hands."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, select

from app.core.acts import Act
from app.core.db import db
from app.deliveries import queries as deliveries
from app.deliveries.rules import Way
from app.deliveries.states import State as Delivered
from app.renewals.queries import TABLE, is_contested
from app.renewals.records import move
from app.renewals.states import State

SUBJECT = "renewal"
"""What deliveries call a renewal."""
FETCHED = (Way.COUNTER, Way.CABINET)
"""For which somebody came to the hall."""


def note_handed_over(id: str, act: Act) -> None:
    """Note of a renewal if its new licence was handed over by now, and close it if nothing is left
    of it."""
    _note(_handed_over().where(TABLE.c.id == id), act)


def note_some_handed_over(act: Act, at_most: int) -> None:
    """The same of any."""
    _note(_handed_over().limit(at_most), act)


def _note(handed_over: Select[Any], act: Act) -> None:
    for found in db.session.execute(handed_over).all():
        came = int(found.way in FETCHED)
        values = {"handed_over_at": found.handed_over_at, "trips": TABLE.c.trips + came}
        for moved in move(TABLE.c.id == found.id, State.HANDED_OVER, act, **values):
            close(moved, act)


def any_handed_over() -> bool:
    """Whether there is one that is not noted yet."""
    return db.session.execute(_handed_over().limit(1)).first() is not None


def _handed_over() -> Select[Any]:
    """What is told of them; nothing sealed is read for it."""
    given = deliveries.TABLE
    its_own = (given.c.subject == SUBJECT) & (given.c.subject_id == TABLE.c.id)
    return (
        select(TABLE.c.id, given.c.way, given.c.handed_over_at)
        .join(given, its_own)
        .where(TABLE.c.state == State.ISSUED, given.c.state == Delivered.HANDED_OVER)
    )


def close(row: Row[Any], act: Act) -> None:
    """Nothing is left to do, unless its holder contests something and was not answered yet."""
    if not is_contested(row):
        move(TABLE.c.id == row.id, State.CLOSED, act, closed_at=act.now)
