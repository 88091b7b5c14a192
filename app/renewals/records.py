"""The row of a renewal: changed where its state allows it, and what happened to it recorded.

Every change is conditional by the state it leads from (states.NEXT), so that of two who do the same
only one does it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, update

from app.core.acts import Act
from app.core.db import db
from app.renewals.queries import EVENTS, TABLE
from app.renewals.states import NEXT, State


def sources_of(to: State) -> list[State]:
    """The states that lead to this one."""
    return [state for state, after in NEXT.items() if to in after]


def move(
    which: ColumnElement[bool],
    to: State,
    act: Act,
    note: Mapping[str, str | int] = {},
    told_as: str = "",
    **values: Any,
) -> list[Row[Any]]:
    """Bring the renewals meant to a state, where theirs leads there, and write that down with a
    note of codes and numbers; their rows as they are then. `told_as`: where the state's own name
    does not say what happened."""
    moved = db.session.execute(
        update(TABLE)
        .where(which, TABLE.c.state.in_(sources_of(to)))
        .values(state=to, **values)
        .returning(*TABLE.c)
    ).all()
    record_each([row.id for row in moved], told_as or to, act, **note)
    return list(moved)


def change(id: str, **values: Any) -> Row[Any]:
    """Write something else of a renewal, whatever its state; its row then."""
    return db.session.execute(
        update(TABLE).where(TABLE.c.id == id).values(**values).returning(*TABLE.c)
    ).one()


def record(id: str, what: str, act: Act, **note: str | int | None) -> None:
    """Write down what happened to a renewal; codes and numbers only."""
    record_each([id], what, act, **note)


def record_each(ids: Collection[str], what: str, act: Act, **note: str | int | None) -> None:
    """The same of several."""
    told = {name: value for name, value in note.items() if value is not None}
    event = {"at": act.now, "actor": str(act.actor), "what": str(what), "note": told}
    if ids:
        # their keys are asked for so that one statement writes them all, and not one each
        each = insert(EVENTS).returning(EVENTS.c.id)
        db.session.execute(each, [{"renewal_id": id, **event} for id in ids])
