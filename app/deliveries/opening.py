"""Telling a door to open, after what allows it is committed: over the network, and outside any
transaction."""

from __future__ import annotations

from sqlalchemy import update

from app.core.acts import Act
from app.core.db import db, transaction
from app.core.handover import CabinetAway, CabinetUnread
from app.core.parts import parts
from app.deliveries import boxes
from app.deliveries.errors import DoorStuck, DoorUnclear
from app.deliveries.queries import USES
from app.deliveries.states import Use


def open_door(use_id: str, act: Act) -> None:
    """Open the door of a box that is to be filled or emptied, unless it is open. Where it surely
    stayed shut, the same may be asked again at once; where nobody knows, after half a minute.

    Raises DoorStuck, DoorUnclear."""
    moves = USES.c.opened_at.is_(None) & USES.c.state.in_((Use.FILLING, Use.EMPTYING))
    asked = update(USES).where(USES.c.id == use_id, moves).values(asked_at=act.now)
    with transaction():  # a request that comes again finds the door as the last try left it
        use = db.session.execute(asked.returning(*USES.c)).one_or_none()
    if use is None:
        return
    try:
        parts().cabinet.open(use.cabinet, use.box)
    except CabinetAway:
        shut = (USES.c.id == use_id) & USES.c.opened_at.is_(None)
        with transaction():
            db.session.execute(update(USES).where(shut).values(asked_at=None))
        raise DoorStuck from None
    except CabinetUnread:
        raise DoorUnclear(box=use.box) from None
    with transaction():
        boxes.opened(use, act)
