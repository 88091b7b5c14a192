"""Writing down what happens to a delivery, once: every change of its state goes through here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, insert, select, update

from app.core.acts import Act
from app.core.db import db
from app.deliveries.errors import DeliveryElsewhere
from app.deliveries.queries import EVENTS, TABLE
from app.deliveries.states import NEXT, State


def move(row: Row[Any], state: State, what: str | None, act: Act, **values: Any) -> Row[Any]:
    """This delivery as it then is; what happened is noted, unless it is already (None). Raises
    DeliveryElsewhere where that is no next step, or somebody was faster."""
    before = [each for each in NEXT if state in NEXT[each]]
    put = update(TABLE).where(TABLE.c.id == row.id, TABLE.c.state.in_(before))
    moved = db.session.execute(put.values(state=state, **values).returning(*TABLE.c)).one_or_none()
    if moved is None:
        present = db.session.execute(select(TABLE.c.state).where(TABLE.c.id == row.id)).scalar_one()
        raise DeliveryElsewhere(state=present)
    if what is not None:
        note(row.id, what, act)
    return moved


def note(delivery: str, what: str, act: Act) -> None:
    """Something that happened to it."""
    db.session.execute(
        insert(EVENTS).values(
            key=act.new_id(),
            delivery_id=delivery,
            at=act.now,
            what=what,
            actor=str(act.actor),
        )
    )
