"""Signing in and out, accounts, devices. Each runs inside the caller's transaction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import Row, insert, or_, select, update

from app.catalog.service import counter_of, plan_of
from app.core.acts import AT_COUNTERS, Act, Actor, Role
from app.core.db import db, insert_into, transaction
from app.core.errors import Forbidden
from app.staff.errors import WrongPassword
from app.staff.queries import DEVICES, SEEN_EVERY, SESSIONS, STAFF, hash_of

SESSION_LASTS = timedelta(hours=12)
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""argon2id at OWASP's least setting: a hall signs in within the same five minutes."""
NOBODY = HASHER.hash(secrets.token_hex(8))


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session; its token is told once."""

    token: str
    expires_at: datetime
    username: str
    role: Role
    hall: str
    counter: str | None


def sign_in(who: Row[Any], counter: str | None, act: Act) -> SignedIn:
    """Sign in whom `check_password` gave, at a counter or at the one named for this clerk. Whoever
    sat there is signed out, and so is this clerk at any other. Raises UnknownCounter, Forbidden."""
    no = counter or who.counter
    if no is not None:
        counter_of(plan_of(who.hall), no)
        if who.role not in AT_COUNTERS:
            raise Forbidden("您的岗位不能登录窗口，请不要填写窗口号。")
        _leave_counters(who, no, act)
    token = secrets.token_urlsafe(32)
    expires_at = act.now + SESSION_LASTS
    db.session.execute(
        insert(SESSIONS).values(
            id=act.new_id(),
            token_hash=hash_of(token),
            staff_id=who.id,
            hall=who.hall,
            counter=no,
            created_at=act.now,
            expires_at=expires_at,
            last_seen_at=act.now,
        )
    )
    return SignedIn(token, expires_at, who.username, Role(who.role), who.hall, no)


def _leave_counters(who: Row[Any], no: str, act: Act) -> None:
    """One clerk a counter, and one counter a clerk."""
    own = (SESSIONS.c.staff_id == who.id) & SESSIONS.c.counter.is_not(None)
    there = (SESSIONS.c.hall == who.hall) & (SESSIONS.c.counter == no)
    live = SESSIONS.c.ended_at.is_(None)
    db.session.execute(update(SESSIONS).where(live, or_(own, there)).values(ended_at=act.now))


def sign_out(session: str, act: Act) -> None:
    """End a session."""
    db.session.execute(update(SESSIONS).where(SESSIONS.c.id == session).values(ended_at=act.now))


def note_seen(actor: Actor, now: datetime) -> None:
    """Remember that a clerk is there, in a transaction of its own, now and then."""
    if actor.seen_at is None or now - actor.seen_at < SEEN_EVERY:
        return
    with transaction():
        db.session.execute(
            update(SESSIONS).where(SESSIONS.c.id == actor.session).values(last_seen_at=now)
        )


def check_password(username: str, password: str) -> Row[Any]:
    """The account of this name and password; to be asked before any transaction, since it takes
    its time by design. Raises WrongPassword."""
    who = db.session.execute(
        select(*STAFF.c).where(STAFF.c.username == username, STAFF.c.active)
    ).one_or_none()
    try:
        # An unknown name costs as much time as a wrong password, so names cannot be probed.
        HASHER.verify(who.password_hash if who else NOBODY, password)
    except VerifyMismatchError:
        raise WrongPassword from None
    if who is None:
        raise WrongPassword
    return who


def put_staff(
    username: str, password_hash: str, role: Role, hall: str, counter: str | None, act: Act
) -> None:
    """Make or renew an account."""
    values = {
        "password_hash": password_hash,
        "role": role,
        "hall": hall,
        "counter": counter,
        "active": True,
    }
    db.session.execute(
        insert_into(STAFF)
        .values(id=act.new_id(), username=username, **values)
        .on_conflict_do_update(index_elements=["username"], set_=values)
    )


def put_device(token: str, kind: str, hall: str, name: str, act: Act) -> None:
    """Register a machine under its token."""
    db.session.execute(
        insert_into(DEVICES)
        .values(
            id=act.new_id(),
            token_hash=hash_of(token),
            kind=kind,
            hall=hall,
            name=name,
            created_at=act.now,
        )
        .on_conflict_do_nothing(index_elements=["token_hash"])
    )
