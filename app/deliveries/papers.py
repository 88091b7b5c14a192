"""Papers that people lay into a cabinet: the code for it, and what they laid in. Runs inside the
caller's transaction; the boxes are `boxes.py`'s."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, func, insert, select

from app.core.acts import Act
from app.core.db import db, hold
from app.deliveries.boxes import new_code
from app.deliveries.errors import NoCabinet, TooManyDropOffs
from app.deliveries.queries import USES, cabinets_of
from app.deliveries.rules import DROP_OFF_KEPT, DROP_OFFS_AT_MOST, Purpose
from app.deliveries.states import Use
from app.deliveries.stored import USE, sealed


def invite(
    citizen: str,
    hall: str,
    contents: Sequence[str],
    about: str,
    act: Act,
    *,
    subject: str | None = None,
    subject_id: str | None = None,
) -> Row[Any]:
    """A code by which an account may lay papers into any cabinet of a hall, within a week; `about`
    tells staff what they are for, `subject` and `subject_id` who asked for them. Raises NoCabinet,
    TooManyDropOffs."""
    if not cabinets_of(hall):
        raise NoCabinet
    hold(f"drop-offs:{citizen}", alone=True)
    open_ = (USES.c.citizen_id == citizen) & (USES.c.state == Use.INVITED)
    waiting = select(func.count()).select_from(USES).where(open_, USES.c.expires_at > act.now)
    if db.session.execute(waiting).scalar_one() >= DROP_OFFS_AT_MOST:
        raise TooManyDropOffs
    id = act.new_id()
    content = {"contents": list(contents), "about": about}
    put = insert(USES).values(
        id=id,
        hall=hall,
        purpose=Purpose.DROP_OFF,
        state=Use.INVITED,
        citizen_id=citizen,
        subject=subject,
        subject_id=subject_id,
        content_sealed=sealed(USE, id, content),
        created_at=act.now,
        created_by=str(act.actor),
        expires_at=act.now + DROP_OFF_KEPT,
        **new_code(hall, id),
    )
    return db.session.execute(put.returning(*USES.c)).one()


def drop_offs(hall: str, states: Collection[Use]) -> Sequence[Row[Any]]:
    """What people laid in for a hall, the oldest first."""
    theirs = (USES.c.hall == hall) & (USES.c.purpose == Purpose.DROP_OFF)
    query = select(*USES.c).where(theirs, USES.c.state.in_(states))
    return db.session.execute(query.order_by(USES.c.created_at, USES.c.id)).all()


def drop_offs_of(citizen: str) -> Sequence[Row[Any]]:
    """An account's own, the newest first."""
    query = select(*USES.c).where(USES.c.citizen_id == citizen)
    return db.session.execute(query.order_by(USES.c.created_at.desc(), USES.c.id)).all()
