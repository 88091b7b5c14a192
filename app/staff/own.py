"""What members of staff do with their own account: a password of their own, and where they are
signed in. Each runs inside the caller's transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, insert, select, update

from app.core import audit
from app.core.acts import Act
from app.core.db import db
from app.staff.errors import PasswordUsedBefore, UnknownSession, WrongOldPassword
from app.staff.hashing import fits
from app.staff.passwords import LAST_ONES
from app.staff.queries import FORMER_PASSWORDS as FORMER
from app.staff.queries import SESSIONS, STAFF, live
from app.staff.service import end_sessions, hash_password


def change_password(old: str, new: str, act: Act) -> None:
    """Another password for whoever acts; wherever else they are signed in, they are signed out.
    Raises WrongOldPassword, UnfitPassword, PasswordUsedBefore."""
    mine = STAFF.c.id == act.actor.id
    who = db.session.execute(select(*STAFF.c).where(mine).with_for_update()).one()
    if not fits(old, who.password_hash):
        raise WrongOldPassword
    kept = hash_password(who.username, new, who.name)
    if any(fits(new, one) for one in (who.password_hash, *_former(who.id))):
        raise PasswordUsedBefore
    keep_former(who, act)
    db.session.execute(
        update(STAFF)
        .where(mine)
        .values(password_hash=kept, password_set_at=act.now, must_change=False)
    )
    end_sessions(who.id, act)
    audit.note(act, who.hall, "password_changed", who.username)


def keep_former(who: Row[Any], act: Act) -> None:
    """Remember the password an account has, which is about to be replaced."""
    former = {"staff_id": who.id, "password_hash": who.password_hash, "at": act.now}
    db.session.execute(insert(FORMER).values(former))


def end_session(session: str, act: Act, *, staff: str = "", hall: str = "") -> None:
    """Sign out one of `staff`, or of a hall. Raises UnknownSession."""
    whose = SESSIONS.c.staff_id == staff if staff else SESSIONS.c.hall == hall
    ended = (
        update(SESSIONS)
        .where(SESSIONS.c.id == session, whose, live(act.now))
        .values(ended_at=act.now)
        .returning(SESSIONS.c.staff_id, SESSIONS.c.hall)
    )
    found = db.session.execute(ended).one_or_none()
    if found is None:
        raise UnknownSession
    name = select(STAFF.c.username).where(STAFF.c.id == found.staff_id)
    audit.note(act, found.hall, "session_ended", db.session.execute(name).scalar_one())


def _former(staff: str) -> list[str]:
    """What is kept of the last passwords but the present one, the latest first."""
    query = select(FORMER.c.password_hash).where(FORMER.c.staff_id == staff)
    return list(db.session.scalars(query.order_by(FORMER.c.id.desc()).limit(LAST_ONES - 1)))
