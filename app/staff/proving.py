"""Who somebody is: a password, and where the account has one a second factor. To be asked before
any transaction, since a password takes its time by design."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from app.core.acts import Act
from app.core.auth import hash_of
from app.core.db import db, transaction
from app.staff import second_factor
from app.staff.errors import SecondFactorNeeded, WrongPassword
from app.staff.hashing import fits, in_line
from app.staff.queries import STAFF, account
from app.staff.tries import Place, counted


def prove(username: str, password: str, code: str, place: Place, act: Act) -> Row[Any]:
    """The account of this name and password, and of this code where it has a second factor.
    Raises TooManyTries, SignInsBusy, WrongPassword, SecondFactorNeeded, WrongCode."""
    with in_line(), counted(username, place, act):
        who = check_password(username, password)
        _take(who, code, act)
    return who


def prove_code(staff: str, seal: str, code: str, place: Place, act: Act) -> Row[Any]:
    """The same account, whose password was right a moment ago, when this was its `seal_of`. Raises
    TooManyTries, WrongPassword, SecondFactorNeeded, WrongCode."""
    who = account(staff)
    if who is None or not who.active or seal_of(who) != seal:
        raise WrongPassword
    with counted(who.username, place, act):
        _take(who, code, act)
    return who


def seal_of(who: Row[Any]) -> str:
    """Another one as soon as the password is."""
    return hash_of(who.password_hash)


def check_password(username: str, password: str) -> Row[Any]:
    """The account in use of this name and password. Raises WrongPassword."""
    named = select(*STAFF.c).where(STAFF.c.username == username, STAFF.c.active)
    who = db.session.execute(named).one_or_none()
    db.session.remove()  # no connection is kept while a password is looked at
    # an unknown name costs as much time as a wrong password, so names cannot be probed
    if not fits(password, who.password_hash if who else None) or who is None:
        raise WrongPassword
    return who


def _take(who: Row[Any], code: str, act: Act) -> None:
    if who.totp_since is None:
        return
    if not code:
        raise SecondFactorNeeded(who)
    with transaction():
        second_factor.use(who, code, act)
