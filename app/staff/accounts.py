"""Accounts, as the administrator of a hall handles them: their own hall's, and never so that
nobody is left to administer it. Each runs inside the caller's transaction.

Who changes accounts holds those of the hall alone first: two administrators who disable each other
at once leave one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, func, select, update

from app.core import audit
from app.core.acts import Act, Role
from app.core.db import db, hold
from app.staff.errors import LastAdministrator, OwnAccount, UnknownStaff
from app.staff.queries import STAFF, account
from app.staff.service import check_post, end_sessions, fit_name, hash_password


def change_account(
    staff: str, hall: str, *, name: str, role: Role, counter: str | None, act: Act
) -> None:
    """Another name, role or usual counter. A new role begins with a new sign-in.

    Raises UnknownStaff, UnknownCounter, CounterNotForRole, UnfitName, OwnAccount,
    LastAdministrator."""
    held = _held(staff, hall)
    check_post(hall, role, counter)
    if role != held.role:
        _require_dispensable(held, act)
        end_sessions(staff, act)
    _write(staff, name=fit_name(name), role=role, counter=counter)
    audit.note(act, hall, "account_changed", held.username, role=role, counter=counter)


def reset_password(staff: str, hall: str, password: str, act: Act) -> None:
    """Another password, told to nobody but its owner; whoever is signed in with the old one is
    signed out. Raises UnknownStaff, UnfitPassword."""
    held = _held(staff, hall)
    _write(staff, password_hash=hash_password(held.username, password))
    end_sessions(staff, act)
    audit.note(act, hall, "password_reset", held.username)


def disable_account(staff: str, hall: str, act: Act) -> None:
    """Out at once, and not in again until enabled. Raises UnknownStaff, OwnAccount,
    LastAdministrator."""
    held = _held(staff, hall)
    if not held.active:
        return
    _require_dispensable(held, act)
    _write(staff, active=False)
    end_sessions(staff, act)
    audit.note(act, hall, "account_disabled", held.username)


def enable_account(staff: str, hall: str, act: Act) -> None:
    """In again, with the password of before. Raises UnknownStaff, and UnknownCounter where the hall
    no longer has the usual counter."""
    held = _held(staff, hall)
    if held.active:
        return
    check_post(hall, Role(held.role), held.counter)
    _write(staff, active=True)
    audit.note(act, hall, "account_enabled", held.username)


def _held(staff: str, hall: str) -> Row[Any]:
    """An account of this hall, of which nothing changes until this transaction ends."""
    hold(f"staff:{hall}", alone=True)
    found = account(staff)
    if found is None or found.hall != hall:
        raise UnknownStaff("本大厅没有这个账号，请刷新后重试。")
    return found


def _require_dispensable(held: Row[Any], act: Act) -> None:
    if held.id == act.actor.id:
        raise OwnAccount
    others = select(func.count()).where(
        STAFF.c.hall == held.hall,
        STAFF.c.role == Role.ADMINISTRATOR,
        STAFF.c.active,
        STAFF.c.id != held.id,
    )
    if held.role == Role.ADMINISTRATOR and db.session.execute(others).scalar_one() == 0:
        raise LastAdministrator


def _write(staff: str, **values: Any) -> None:
    db.session.execute(update(STAFF).where(STAFF.c.id == staff).values(**values))
