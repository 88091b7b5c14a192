"""Signing in and out, accounts, devices. Each runs inside the caller's transaction."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Update, false, insert, or_, select, true, update

from app.catalog.service import counter_of, plan_of
from app.core import audit
from app.core.acts import AT_COUNTERS, Act, Actor, Role
from app.core.auth import hash_of
from app.core.db import db, insert_into, transaction
from app.core.errors import Forbidden
from app.core.said import Said
from app.staff import second_factor
from app.staff.errors import (
    CounterNotForRole,
    ReaderNotForKind,
    UnfitName,
    UnfitPassword,
    UnknownDevice,
    UnknownStaff,
    UsernameTaken,
)
from app.staff.hashing import hashed
from app.staff.passwords import fault
from app.staff.queries import DEVICES, KEYS, SEEN_EVERY, SESSIONS, STAFF, owes
from app.staff.tries import Place

DEVICE_KINDS = ("kiosk", "screen", "cabinet")
SESSION_LASTS = timedelta(hours=12)
NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session; its token is told once."""

    token: str
    expires_at: datetime
    username: str
    role: Role
    hall: str
    counter: str | None
    owes: str
    """What has to be settled first: `password`, `second_factor`, or nothing."""


def sign_in(
    who: Row[Any], counter: str | None, act: Act, *, seated: bool = True, place: Place = NOWHERE
) -> SignedIn:
    """Sign in whom `proving.prove` gave, at a counter or at the one named for this clerk. Whoever
    sat there is signed out, and so is this clerk at any other. `seated` False: at none, for work
    at a desk. Raises UnknownCounter, Forbidden."""
    no = counter or who.counter if seated else None
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
            active_at=act.now,
            address=place.address,
            device=place.device,
        )
    )
    told = {"counter": no, "address": place.address, "device": place.device}
    themselves = replace(act, actor=Actor("staff", who.id, who.hall, Role(who.role), no))
    audit.note(themselves, who.hall, "signed_in", who.username, **told)
    due = owes(who, act.now)
    return SignedIn(token, expires_at, who.username, Role(who.role), who.hall, no, due)


def _leave_counters(who: Row[Any], no: str, act: Act) -> None:
    """One clerk a counter, and one counter a clerk."""
    own = (SESSIONS.c.staff_id == who.id) & SESSIONS.c.counter.is_not(None)
    there = (SESSIONS.c.hall == who.hall) & (SESSIONS.c.counter == no)
    live = SESSIONS.c.ended_at.is_(None)
    db.session.execute(update(SESSIONS).where(live, or_(own, there)).values(ended_at=act.now))


def sign_out(session: str, act: Act) -> None:
    """End a session."""
    db.session.execute(update(SESSIONS).where(SESSIONS.c.id == session).values(ended_at=act.now))


def note_seen(actor: Actor, now: datetime, touched_at: datetime | None = None) -> None:
    """Remember that a clerk, a machine or another system is there, in a transaction of its own, now
    and then; and when a person last touched the page that asks."""
    if actor.seen_at is None:
        return
    is_time = now - actor.seen_at >= SEEN_EVERY
    if actor.kind == "staff":
        _note_staff(actor, now if is_time else None, touched_at)
    elif is_time and actor.kind == "system":
        _note(update(KEYS).where(KEYS.c.id == actor.session).values(last_used_at=now))
    elif is_time:
        _note(update(DEVICES).where(DEVICES.c.id == actor.id).values(last_seen_at=now))


def _note_staff(actor: Actor, seen_at: datetime | None, touched_at: datetime | None) -> None:
    values = {"last_seen_at": seen_at} if seen_at else {}
    before = actor.active_at or actor.seen_at
    if touched_at and before and touched_at - before >= SEEN_EVERY:
        values["active_at"] = touched_at
    if values:
        _note(update(SESSIONS).where(SESSIONS.c.id == actor.session).values(values))


def _note(seen: Update) -> None:
    with transaction():
        db.session.execute(seen)


# Accounts


def add_staff(
    username: str,
    password: str,
    role: Role,
    hall: str,
    counter: str | None,
    act: Act,
    *,
    name: str = "",
    anew: bool = True,
) -> None:
    """Make an account, or, with `anew`, a retired one anew, whose password is good for signing in
    once and setting an own one.

    Raises UnknownHall, UnknownCounter, CounterNotForRole, UnfitName, UnfitPassword,
    UsernameTaken."""
    check_post(hall, role, counter)
    if not re.fullmatch(r"\S{1,64}", username):
        raise UnfitName("用户名应为 1 到 64 个字符，不含空白。")
    name = fit_name(name)
    kept = hash_password(username, password, name)
    over = ~STAFF.c.active if anew else false()
    staff = _put(username, kept, role, hall, counter, act, name=name, over=over, must_change=True)
    if staff is None:
        raise UsernameTaken
    second_factor.forget(staff)
    audit.note(act, hall, "account_added", username, role=role, counter=counter)


def check_post(hall: str, role: Role, counter: str | None) -> None:
    """Whether this role may be at this counter. Raises UnknownHall, UnknownCounter,
    CounterNotForRole."""
    plan = plan_of(hall)
    if counter is not None:
        counter_of(plan, counter)
        if role not in AT_COUNTERS:
            raise CounterNotForRole


def fit_name(name: str) -> str:
    """A name as colleagues use it, or none. Raises UnfitName."""
    name = name.strip()
    if len(name) > 60:
        raise UnfitName("姓名最多 60 个字。")
    return name


def hash_password(username: str, password: str, name: str = "") -> str:
    """What is kept of a password. Raises UnfitPassword."""
    wrong = fault(password, username, name)
    if wrong is not None:
        raise UnfitPassword(Said(wrong))
    return hashed(password)


def retire_staff(username: str, act: Act) -> None:
    """End an account and every session of it. Raises UnknownStaff."""
    retired = (
        update(STAFF)
        .where(STAFF.c.username == username, STAFF.c.active)
        .values(active=False)
        .returning(STAFF.c.id, STAFF.c.hall)
    )
    staff = db.session.execute(retired).one_or_none()
    if staff is None:
        raise UnknownStaff
    end_sessions(staff.id, act)
    audit.note(act, staff.hall, "account_disabled", username)


def end_sessions(staff: str, act: Act) -> None:
    """Sign somebody out wherever they are signed in, but not of the session that asks for it."""
    db.session.execute(
        update(SESSIONS)
        .where(
            SESSIONS.c.staff_id == staff,
            SESSIONS.c.ended_at.is_(None),
            SESSIONS.c.id != act.actor.session,
        )
        .values(ended_at=act.now)
    )


def put_staff(
    username: str, password_hash: str, role: Role, hall: str, counter: str | None, act: Act
) -> None:
    """Make or renew an account, whatever stood there."""
    _put(username, password_hash, role, hall, counter, act)


def _put(
    username: str,
    password_hash: str,
    role: Role,
    hall: str,
    counter: str | None,
    act: Act,
    *,
    name: str = "",
    over: ColumnElement[bool] | None = None,
    must_change: bool = False,
) -> str | None:
    """The account's id, if it was written: one that stands gives way only where `over` holds."""
    values = {
        "name": name,
        "password_hash": password_hash,
        "role": role,
        "hall": hall,
        "counter": counter,
        "active": True,
        "password_set_at": act.now,
        "must_change": must_change,
    }
    written = db.session.execute(
        insert_into(STAFF)
        .values(id=act.new_id(), username=username, **values)
        .on_conflict_do_update(index_elements=["username"], set_=values, where=over)
        .returning(STAFF.c.id)
    )
    staff: str | None = written.scalar_one_or_none()
    return staff


# Devices


@dataclass(frozen=True, slots=True)
class AddedDevice:
    """A fresh device; its token is told once."""

    id: str
    token: str


def add_device(kind: str, hall: str, name: str, act: Act, *, reader: bool = False) -> AddedDevice:
    """Register a machine of a hall under a new token. Raises UnknownHall, UnfitName,
    ReaderNotForKind."""
    plan_of(hall)
    name = device_name(name)
    refuse_reader(kind, reader)
    token = secrets.token_urlsafe(32)
    put_device(token, kind, hall, name, act, reader=reader)
    device = db.session.execute(select(DEVICES.c.id).where(DEVICES.c.token_hash == hash_of(token)))
    audit.note(act, hall, "device_added", name, kind=kind, reader=reader)
    return AddedDevice(device.scalar_one(), token)


def device_name(name: str) -> str:
    """How people call a machine. Raises UnfitName."""
    name = name.strip()
    if not 1 <= len(name) <= 60:
        raise UnfitName("设备名称应为 1 到 60 个字。")
    return name


def refuse_reader(kind: str, reader: bool) -> None:
    """Cards are read by number machines and cabinets alone. Raises ReaderNotForKind."""
    if reader and kind not in ("kiosk", "cabinet"):
        raise ReaderNotForKind


def revoke_device(device: str, act: Act, hall: str | None = None) -> None:
    """Have a device's token (of this hall) no longer hold. Raises UnknownDevice."""
    ours = DEVICES.c.hall == hall if hall is not None else true()
    revoked = (
        update(DEVICES)
        .where(DEVICES.c.id == device, ours, DEVICES.c.revoked_at.is_(None))
        .values(revoked_at=act.now)
        .returning(DEVICES.c.hall, DEVICES.c.name)
    )
    found = db.session.execute(revoked).one_or_none()
    if found is None:
        raise UnknownDevice
    audit.note(act, found.hall, "device_disabled", found.name)


def put_device(
    token: str, kind: str, hall: str, name: str, act: Act, *, reader: bool = False
) -> None:
    """Register a machine under its token; one that is there is told anew whether it has a
    reader."""
    db.session.execute(
        insert_into(DEVICES)
        .values(
            id=act.new_id(),
            token_hash=hash_of(token),
            kind=kind,
            hall=hall,
            name=name,
            reader=reader,
            created_at=act.now,
        )
        .on_conflict_do_update(index_elements=["token_hash"], set_={"reader": reader})
    )
