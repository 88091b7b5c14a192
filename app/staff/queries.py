"""Reading who is there: bearers of tokens, clerks at counters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, select

from app.catalog.service import plan_of
from app.core.acts import Actor, Role
from app.core.auth import hash_of
from app.core.db import db
from app.core.parts import parts
from app.staff.models import DeviceRow, PairingRow, PairingTryRow, StaffRow, StaffSessionRow

STAFF = StaffRow.__table__
SESSIONS = StaffSessionRow.__table__
DEVICES = DeviceRow.__table__
PAIRINGS = PairingRow.__table__
TRIES = PairingTryRow.__table__
SEEN_EVERY = timedelta(seconds=30)
"""How exactly we know when somebody was last there."""


def actor_of_token(token: str) -> Actor | None:
    """The member of staff, or the device, that bears this token."""
    return _staff(token) or _device(token)


def silent_for(hall: str, counter: str, now: datetime) -> int | None:
    """Milliseconds since the clerk at this counter was last heard of; None: nobody sits there."""
    seen = db.session.execute(
        select(SESSIONS.c.last_seen_at).where(
            SESSIONS.c.hall == hall,
            SESSIONS.c.counter == counter,
            SESSIONS.c.ended_at.is_(None),
            SESSIONS.c.expires_at > now,
        )
    ).scalar_one_or_none()
    return None if seen is None else (now - seen) // timedelta(milliseconds=1)


def silences(hall: str, now: datetime) -> dict[str, int]:
    """Counter -> milliseconds since its clerk was last heard of, where one sits."""
    rows = db.session.execute(
        select(SESSIONS.c.counter, SESSIONS.c.last_seen_at).where(
            SESSIONS.c.hall == hall,
            SESSIONS.c.counter.is_not(None),
            SESSIONS.c.ended_at.is_(None),
            SESSIONS.c.expires_at > now,
        )
    )
    return {row.counter: (now - row.last_seen_at) // timedelta(milliseconds=1) for row in rows}


def seated(hall: str, now: datetime) -> dict[str, str]:
    """Counter -> the user name of who sits there."""
    rows = db.session.execute(
        select(SESSIONS.c.counter, STAFF.c.username)
        .join(STAFF, STAFF.c.id == SESSIONS.c.staff_id)
        .where(
            SESSIONS.c.hall == hall,
            SESSIONS.c.counter.is_not(None),
            SESSIONS.c.ended_at.is_(None),
            SESSIONS.c.expires_at > now,
        )
    )
    return {row.counter: row.username for row in rows}


def usernames(actors: Iterable[str | None]) -> dict[str, str]:
    """`staff:<id>`, as the author of a deed is kept -> the user name; others are left out."""
    ids = {actor.partition(":")[2] for actor in actors if actor and actor.startswith("staff:")}
    rows = db.session.execute(select(STAFF.c.id, STAFF.c.username).where(STAFF.c.id.in_(ids)))
    return {f"staff:{row.id}": row.username for row in rows}


def usual_counter(staff_id: str) -> str | None:
    """The counter named for this member of staff, if any."""
    query = select(STAFF.c.counter).where(STAFF.c.id == staff_id)
    return db.session.execute(query).scalar_one_or_none()


def clerk_at(hall: str, counter: str, now: datetime) -> str | None:
    """The user name of who sits at this counter."""
    found: str | None = db.session.execute(
        select(STAFF.c.username)
        .join(SESSIONS, SESSIONS.c.staff_id == STAFF.c.id)
        .where(
            SESSIONS.c.hall == hall,
            SESSIONS.c.counter == counter,
            SESSIONS.c.ended_at.is_(None),
            SESSIONS.c.expires_at > now,
        )
    ).scalar_one_or_none()
    return found


def all_staff(hall: str | None) -> Sequence[Row[Any]]:
    """Every account (of a hall), by hall and user name; retired ones, too. Raises UnknownHall."""
    return db.session.execute(_of_hall(STAFF, hall).order_by(STAFF.c.hall, STAFF.c.username)).all()


def all_devices(hall: str | None) -> Sequence[Row[Any]]:
    """Every device (of a hall), oldest first; revoked ones, too. Raises UnknownHall."""
    order = (DEVICES.c.hall, DEVICES.c.created_at, DEVICES.c.id)
    return db.session.execute(_of_hall(DEVICES, hall).order_by(*order)).all()


def live_sessions(hall: str, now: datetime) -> Sequence[Row[Any]]:
    """Who of a hall is signed in, and where, first the latest seen."""
    query = select(*SESSIONS.c).where(
        SESSIONS.c.hall == hall, SESSIONS.c.ended_at.is_(None), SESSIONS.c.expires_at > now
    )
    return db.session.execute(query.order_by(SESSIONS.c.last_seen_at.desc())).all()


def account(staff_id: str) -> Row[Any] | None:
    """One account by its id."""
    return db.session.execute(select(*STAFF.c).where(STAFF.c.id == staff_id)).one_or_none()


def device(device_id: str) -> Row[Any] | None:
    """One device by its id; a revoked one, too."""
    return db.session.execute(select(*DEVICES.c).where(DEVICES.c.id == device_id)).one_or_none()


def device_names(actors: Iterable[str]) -> dict[str, str]:
    """`system:<id>`, as the author of a deed is kept -> what that device is called; others are left
    out."""
    kinds = {actor.partition(":")[2]: actor for actor in actors}
    rows = db.session.execute(
        select(DEVICES.c.id, DEVICES.c.kind, DEVICES.c.name).where(DEVICES.c.id.in_(kinds))
    )
    return {kinds[row.id]: row.name for row in rows if kinds[row.id] == f"{row.kind}:{row.id}"}


def _of_hall(table: Any, hall: str | None) -> Select[Any]:
    every = select(*table.c)
    return every if hall is None else every.where(table.c.hall == plan_of(hall).code)


def _staff(token: str) -> Actor | None:
    now = parts().clock.now()
    row = db.session.execute(
        select(
            SESSIONS.c.id,
            SESSIONS.c.counter,
            SESSIONS.c.last_seen_at,
            SESSIONS.c.hall,
            STAFF.c.id.label("staff_id"),
            STAFF.c.role,
        )
        .join(STAFF, STAFF.c.id == SESSIONS.c.staff_id)
        .where(
            SESSIONS.c.token_hash == hash_of(token),
            SESSIONS.c.ended_at.is_(None),
            SESSIONS.c.expires_at > now,
            STAFF.c.active,
        )
    ).one_or_none()
    if row is None:
        return None
    return Actor(
        "staff",
        row.staff_id,
        row.hall,
        Role(row.role),
        row.counter,
        session=row.id,
        seen_at=row.last_seen_at,
    )


def _device(token: str) -> Actor | None:
    row = db.session.execute(
        select(*DEVICES.c).where(
            DEVICES.c.token_hash == hash_of(token), DEVICES.c.revoked_at.is_(None)
        )
    ).one_or_none()
    if row is None:
        return None
    seen_at = row.last_seen_at or row.created_at
    return Actor(row.kind, row.id, row.hall, seen_at=seen_at, reader=row.reader)
