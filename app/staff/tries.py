"""Guessing a password takes years, and keeps nobody from their work.

Each try to sign in is counted before anybody looks at it, so that a thousand at once are a thousand
tries; one that was right is forgotten, with the failures before it at that place. Counted are an
account at a place, a place, and an account at all addresses together: each further failure waits
longer (rules.py: wait). A place is a browser that signed somebody of this hall in before, else an
address. What strangers do to an account therefore slows only strangers: not the browsers of the
hall, where its people sit, and nobody who is signed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, select

from app.core import audit
from app.core.acts import Act
from app.core.db import db, hold_each, transaction
from app.core.parts import parts
from app.core.said import Said
from app.staff.errors import TooManyTries, WrongCode, WrongOldPassword, WrongOwnCode, WrongPassword
from app.staff.queries import SIGN_IN_TRIES as TRIES
from app.staff.queries import STAFF, named
from app.staff.rules import (
    FREE_AMONG_STRANGERS,
    FREE_AT_A_PLACE,
    FREE_HERE,
    TRIES_KEPT,
    wait,
)

ADDRESS, BROWSER = "address:", "browser:"
"""With what the two kinds of place begin."""
MINUTE = timedelta(minutes=1)
WRONG = (WrongPassword, WrongCode, WrongOldPassword, WrongOwnCode)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody signs in."""

    address: str = ""
    device: str = ""
    """Browser and system, in words."""
    browser: str = ""
    """Who signed in first with this browser, and of which hall they were: else it is new."""
    hall: str = ""

    def as_seen_by(self, hall: str | None) -> str:
        """What it is counted as, for an account of this hall."""
        if self.browser and self.hall == hall:
            return BROWSER + self.browser
        return ADDRESS + self.address


@dataclass(frozen=True, slots=True)
class Try:
    """One that is under way."""

    id: int
    name: str
    """Blind index of the user name."""
    place: str
    waits: Row[Any] | None
    """The account whose next try has to wait if this one is wrong."""


@dataclass(frozen=True, slots=True)
class LockOut:
    """What has to wait: an account at a place, an account for strangers, a place for all."""

    username: str
    """Empty: whatever the account."""
    place: str
    """Empty: every address; as it is counted."""
    tries: int
    until: datetime


@contextmanager
def counted(username: str, place: Place, act: Act) -> Iterator[None]:
    """What runs within is a try: right when it ends, wrong when it raises one of WRONG, and else
    none. Raises TooManyTries."""
    tried = _count(username, place, act)
    try:
        yield
    except WRONG:
        _note_wait(tried, act)
        raise
    except BaseException:
        _forget(TRIES.c.id == tried.id)
        raise
    _forget((TRIES.c.name_index == tried.name) & (TRIES.c.place == tried.place))


def _count(username: str, place: Place, act: Act) -> Try:
    """In a transaction of its own, so that no refusal takes it back; what has to wait is not
    counted."""
    name = _index(username)
    named = select(STAFF.c.id, STAFF.c.hall, STAFF.c.username).where(STAFF.c.username == username)
    who = db.session.execute(named).one_or_none()
    here = place.as_seen_by(who.hall if who else None)
    with transaction():
        hold_each([f"sign-in:{name}", f"sign-in:{here}"], alone=True)
        db.session.execute(delete(TRIES).where(TRIES.c.at <= act.now - TRIES_KEPT))
        failures = [(_failures(which), free) for which, free in _counts(name, here)]
        until = max(_until(failed, free) or act.now for failed, free in failures)
        if until > act.now:
            raise _too_many(until - act.now)
        row = insert(TRIES).values(name_index=name, staff_id=who and who.id, place=here, at=act.now)
        made = db.session.execute(row.returning(TRIES.c.id)).scalar_one()
    waits = any(wait(failed.n + 1, free) for failed, free in failures)
    return Try(made, name, here, who if waits else None)


def _note_wait(tried: Try, act: Act) -> None:
    if tried.waits is not None:
        with transaction():
            hall, username = tried.waits.hall, tried.waits.username
            audit.note(act, hall, "sign_in_slowed", username, place=_told(tried.place))


def _forget(which: ColumnElement[bool]) -> None:
    with transaction():
        db.session.execute(delete(TRIES).where(which))


def lock_outs(hall: str, now: datetime) -> list[LockOut]:
    """Who has to wait now among the accounts of a hall, and at which places these were tried."""
    ours = (
        select(STAFF.c.username, TRIES.c.place, TRIES.c.name_index)
        .join(STAFF, STAFF.c.id == TRIES.c.staff_id)
        .where(STAFF.c.hall == hall, TRIES.c.at > now - TRIES_KEPT)
        .distinct()
    )
    tried = db.session.execute(ours).all()
    return sorted(_waiting(tried, now), key=lambda each: (each.username, each.place))


def lift(hall: str, username: str, place: str, act: Act) -> None:
    """Forget what makes an account (of this hall), a place, or the one at the other wait."""
    theirs = _lifted(hall, username, place)
    if theirs is not None:
        db.session.execute(delete(TRIES).where(theirs))
        audit.note(act, hall, "lock_out_lifted", username or _told(place) or "", place=_told(place))


def lift_of(username: str, act: Act) -> None:
    """The same of one account everywhere, from the command line. Raises UnknownStaff."""
    lift(named(username).hall, username, "", act)


def _lifted(hall: str, username: str, place: str) -> ColumnElement[bool] | None:
    if not username:
        everybody: ColumnElement[bool] = TRIES.c.place == place
        return everybody if place else None
    account = select(STAFF.c.id).where(STAFF.c.username == username, STAFF.c.hall == hall)
    of_account: ColumnElement[bool] = TRIES.c.staff_id.in_(account)
    return and_(of_account, TRIES.c.place == place) if place else of_account


def _waiting(tried: Sequence[Row[Any]], now: datetime) -> Iterator[LockOut]:
    for username, name in {(row.username, row.name_index) for row in tried}:
        strangers = (TRIES.c.name_index == name) & TRIES.c.place.startswith(ADDRESS)
        yield from _lock_out(username, "", strangers, FREE_AMONG_STRANGERS, now)
    for place in {row.place for row in tried}:
        yield from _lock_out("", place, TRIES.c.place == place, FREE_AT_A_PLACE, now)
    for row in tried:
        here = (TRIES.c.name_index == row.name_index) & (TRIES.c.place == row.place)
        yield from _lock_out(row.username, row.place, here, FREE_HERE, now)


def _lock_out(
    username: str, place: str, which: ColumnElement[bool], free: int, now: datetime
) -> Iterator[LockOut]:
    failures = _failures(which & (TRIES.c.at > now - TRIES_KEPT))
    until = _until(failures, free)
    if until is not None and until > now:
        yield LockOut(username, place, failures.n, until)


def _counts(name: str, here: str) -> list[tuple[ColumnElement[bool], int]]:
    """Which failures count against a try, and how many of them are free."""
    of_account, at_place = TRIES.c.name_index == name, TRIES.c.place == here
    counts = [(of_account & at_place, FREE_HERE), (at_place, FREE_AT_A_PLACE)]
    if here.startswith(ADDRESS):
        counts.append((of_account & TRIES.c.place.startswith(ADDRESS), FREE_AMONG_STRANGERS))
    return counts


def _failures(which: ColumnElement[bool]) -> Row[Any]:
    """How many, and the last."""
    counted = select(func.count().label("n"), func.max(TRIES.c.at).label("last")).where(which)
    return db.session.execute(counted).one()


def _until(failures: Row[Any], free: int) -> datetime | None:
    """Until when the next try waits, if it does."""
    waits = wait(failures.n, free)
    until: datetime | None = failures.last + waits if waits else None
    return until


def _too_many(left: timedelta) -> TooManyTries:
    minutes = -(-left // MINUTE)
    words = "输错次数过多，请 %(n)s 分钟后再试，或请安全管理员解除锁定。"
    return TooManyTries(Said(words, {"n": minutes}), retry_after=-(-left // timedelta(seconds=1)))


def _told(place: str) -> str | None:
    """A place as the log names it: an address, or that it was a browser of the hall."""
    kind, _, what = place.partition(":")
    return what if kind == "address" else kind or None


def _index(username: str) -> str:
    return parts().seal.find("sign_in_tries.username", username)
