"""Accounts, as the security administrator of a hall handles them: their own hall's, and never so
that nobody is left to administer it. Each runs inside the caller's transaction.

Who changes accounts holds those of the hall alone first: two security administrators who disable
each other at once leave one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, func, select, update

from app.core import audit
from app.core.acts import Act, Role
from app.core.db import db, hold
from app.staff import second_factor
from app.staff.errors import LastAdministrator, OwnAccount, OwnPassword, UnknownStaff
from app.staff.own import keep_former
from app.staff.queries import STAFF, account, named
from app.staff.service import check_post, end_sessions, fit_name, hash_password

INDISPENSABLE = (Role.ADMINISTRATOR, Role.SECURITY)
"""Of these a hall always has one."""


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
    """A password for signing in once and setting an own one; whoever is signed in with the old one
    is signed out. Raises UnknownStaff, OwnPassword, UnfitPassword."""
    held = _held(staff, hall)
    if held.id == act.actor.id:
        raise OwnPassword
    kept = hash_password(held.username, password, held.name)
    keep_former(held, act)
    _write(staff, password_hash=kept, password_set_at=act.now, must_change=True)
    end_sessions(staff, act)
    audit.note(act, hall, "password_reset", held.username)


def reset_second_factor(staff: str, hall: str, act: Act) -> None:
    """Sign in without a code again; where a second factor is required, the next sign-in sets up
    another. Raises UnknownStaff, OwnPassword, NoSecondFactor."""
    held = _held(staff, hall)
    if held.id == act.actor.id:
        raise OwnPassword
    second_factor.reset(held, act)
    end_sessions(staff, act)


def reset_second_factor_of(username: str, act: Act) -> None:
    """The same from the command line. Raises UnknownStaff, NoSecondFactor."""
    held = named(username)
    reset_second_factor(held.id, held.hall, act)


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
        STAFF.c.role == held.role,
        STAFF.c.active,
        STAFF.c.id != held.id,
    )
    if held.role in INDISPENSABLE and db.session.execute(others).scalar_one() == 0:
        raise LastAdministrator


def _write(staff: str, **values: Any) -> None:
    db.session.execute(update(STAFF).where(STAFF.c.id == staff).values(**values))
