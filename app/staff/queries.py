"""Reading who is there: bearers of tokens, clerks at counters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, or_, select

from app.catalog.service import plan_of, revision_of
from app.core.acts import Actor, Role
from app.core.auth import hash_of
from app.core.db import db
from app.core.parts import parts
from app.staff.errors import UnknownStaff
from app.staff.models import (
    ApiKeyRow,
    DeviceRow,
    FormerPasswordRow,
    PairingRow,
    PairingTryRow,
    RecoveryCodeRow,
    SignInTryRow,
    StaffRow,
    StaffSessionRow,
)
from app.staff.rules import owed

STAFF = StaffRow.__table__
SESSIONS = StaffSessionRow.__table__
DEVICES = DeviceRow.__table__
KEYS = ApiKeyRow.__table__
PAIRINGS = PairingRow.__table__
TRIES = PairingTryRow.__table__
KEYS_BEGIN = "shk_"
"""So that a key is known for one wherever it turns up."""
SIGN_IN_TRIES = SignInTryRow.__table__
FORMER_PASSWORDS = FormerPasswordRow.__table__
RECOVERY_CODES = RecoveryCodeRow.__table__
IS_MACHINE = DEVICES.c.kind != "system"
"""Other systems were devices once, and their rows are there still: migration 0033."""
SEEN_EVERY = timedelta(seconds=30)
"""How exactly we know when somebody was last there."""


def live(now: Any, idle_since: Any = None) -> ColumnElement[bool]:
    """Which sessions hold: neither ended nor over, nor, at no counter, left alone since (by
    default, as long as the settings say). A counter's holds while its clerk serves somebody for an
    hour and touches nothing."""
    if idle_since is None:
        idle_since = idle_before(now)
    active_at = func.coalesce(SESSIONS.c.active_at, SESSIONS.c.last_seen_at)
    return and_(
        SESSIONS.c.ended_at.is_(None),
        SESSIONS.c.expires_at > now,
        or_(SESSIONS.c.counter.is_not(None), active_at > idle_since),
    )


def idle_before(now: datetime) -> datetime:
    """Who touched nothing since then is idle."""
    return now - timedelta(minutes=parts().settings.idle_minutes)


# Made once: every request of staff and machines begins with one of them, and making a statement
# takes longer than running it.
SESSION_OF = (
    select(
        SESSIONS.c.id,
        SESSIONS.c.counter,
        SESSIONS.c.last_seen_at,
        SESSIONS.c.active_at,
        SESSIONS.c.created_at,
        SESSIONS.c.hall,
        revision_of(SESSIONS.c.hall).label("revision"),
        STAFF.c.id.label("staff_id"),
        STAFF.c.role,
        STAFF.c.must_change,
        STAFF.c.password_set_at,
        STAFF.c.totp_since,
    )
    .join(STAFF, STAFF.c.id == SESSIONS.c.staff_id)
    .where(
        SESSIONS.c.token_hash == bindparam("hash"),
        live(bindparam("now"), bindparam("idle_since")),
        STAFF.c.active,
    )
)
DEVICE_OF = select(
    DEVICES.c.id,
    DEVICES.c.kind,
    DEVICES.c.hall,
    revision_of(DEVICES.c.hall).label("revision"),
    DEVICES.c.reader,
    DEVICES.c.printer,
    DEVICES.c.created_at,
    DEVICES.c.last_seen_at,
).where(
    DEVICES.c.token_hash == bindparam("hash"),
    DEVICES.c.revoked_at.is_(None),
    IS_MACHINE,
)


def actor_of_token(token: str) -> Actor | None:
    """The member of staff, the device, or the other system that bears this token."""
    return actor_of_session(token) or actor_of_device(token) or actor_of_key(token)


def is_idle(token: str, now: datetime) -> bool:
    """Whether this session ended for nothing but that nobody touched its page."""
    mine = SESSIONS.c.token_hash == hash_of(token)
    goes_on = SESSIONS.c.ended_at.is_(None) & (SESSIONS.c.expires_at > now)
    return (
        db.session.execute(select(SESSIONS.c.id).where(mine, goes_on, ~live(now))).first()
        is not None
    )


def owes(who: Row[Any], signed_in_at: datetime) -> str:
    """What this account has to settle first, of whoever signed in with it then."""
    settings = parts().settings
    return owed(
        Role(who.role),
        must_change=who.must_change,
        password_set_at=who.password_set_at,
        password_lasts=timedelta(days=settings.password_days),
        has_second_factor=who.totp_since is not None,
        needs_second_factor=settings.second_factor == "required",
        signed_in_at=signed_in_at,
    )


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
    return db.session.execute(_of_hall(DEVICES, hall).where(IS_MACHINE).order_by(*order)).all()


def live_sessions(hall: str, now: datetime) -> Sequence[Row[Any]]:
    """Who of a hall is signed in, and where, first the latest seen."""
    query = (
        select(*SESSIONS.c, STAFF.c.username, STAFF.c.name)
        .join(STAFF, STAFF.c.id == SESSIONS.c.staff_id)
        .where(SESSIONS.c.hall == hall, live(now))
    )
    return db.session.execute(query.order_by(SESSIONS.c.last_seen_at.desc())).all()


def account(staff_id: str) -> Row[Any] | None:
    """One account by its id."""
    return db.session.execute(select(*STAFF.c).where(STAFF.c.id == staff_id)).one_or_none()


def named(username: str) -> Row[Any]:
    """The account in use of this user name. Raises UnknownStaff."""
    query = select(*STAFF.c).where(STAFF.c.username == username, STAFF.c.active)
    who = db.session.execute(query).one_or_none()
    if who is None:
        raise UnknownStaff
    return who


def device(device_id: str) -> Row[Any] | None:
    """One device by its id; a revoked one, too."""
    return db.session.execute(select(*DEVICES.c).where(DEVICES.c.id == device_id)).one_or_none()


def all_keys(hall: str | None) -> Sequence[Row[Any]]:
    """Every key of other systems (of a hall), oldest first; such as hold no longer, too. Raises
    UnknownHall."""
    order = (KEYS.c.hall, KEYS.c.created_at, KEYS.c.id)
    return db.session.execute(_of_hall(KEYS, hall).order_by(*order)).all()


def system_names(actors: Iterable[str]) -> dict[str, str]:
    """`system:<id>`, as the author of a deed is kept -> what that system is called; others are left
    out."""
    ids = {actor.partition(":")[2] for actor in actors if actor.startswith("system:")}
    query = select(KEYS.c.system, KEYS.c.name).where(KEYS.c.system.in_(ids))
    return {f"system:{row.system}": row.name for row in db.session.execute(query)}


def device_names(actors: Iterable[str]) -> dict[str, str]:
    """`kiosk:<id>`, as the author of a deed is kept -> what that machine is called; others are left
    out."""
    kinds = {actor.partition(":")[2]: actor for actor in actors}
    rows = db.session.execute(
        select(DEVICES.c.id, DEVICES.c.kind, DEVICES.c.name).where(DEVICES.c.id.in_(kinds))
    )
    return {kinds[row.id]: row.name for row in rows if kinds[row.id] == f"{row.kind}:{row.id}"}


def _of_hall(table: Any, hall: str | None) -> Select[Any]:
    every = select(*table.c)
    return every if hall is None else every.where(table.c.hall == plan_of(hall).code)


def actor_of_session(token: str) -> Actor | None:
    """The member of staff who is signed in under this token."""
    now = parts().clock.now()
    asked = {"hash": hash_of(token), "now": now, "idle_since": idle_before(now)}
    row = db.session.execute(SESSION_OF, asked).one_or_none()
    if row is None:
        return None
    return Actor(
        "staff",
        row.staff_id,
        row.hall,
        Role(row.role),
        row.counter,
        session=row.id,
        revision=row.revision,
        seen_at=row.last_seen_at,
        active_at=row.active_at,
        owes=owes(row, row.created_at),
    )


def actor_of_device(token: str) -> Actor | None:
    """The machine that bears this token."""
    row = db.session.execute(DEVICE_OF, {"hash": hash_of(token)}).one_or_none()
    if row is None:
        return None
    seen_at = row.last_seen_at or row.created_at
    printer = row.printer is not None
    return Actor(
        row.kind,
        row.id,
        row.hall,
        revision=row.revision,
        seen_at=seen_at,
        reader=row.reader,
        printer=printer,
    )


def actor_of_key(token: str) -> Actor | None:
    """The other system whose key this is."""
    row = db.session.execute(
        select(*KEYS.c).where(
            KEYS.c.key_hash == hash_of(token),
            KEYS.c.revoked_at.is_(None),
            or_(KEYS.c.expires_at.is_(None), KEYS.c.expires_at > parts().clock.now()),
        )
    ).one_or_none()
    if row is None:
        return None
    return Actor(
        "system",
        row.system,
        row.hall,
        session=row.id,
        seen_at=row.last_used_at or row.created_at,
        scopes=frozenset(row.scopes),
    )
