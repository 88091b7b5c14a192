"""A licence shown to somebody: a code they check themselves, good for two minutes.

Each showing has a code of its own, so that a picture of an earlier one shows nothing any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, insert, select, update

from app.core.acts import Act
from app.core.codes import code_of, code_read
from app.core.db import db
from app.core.parts import parts
from app.core.said import Said
from app.licences.errors import ShowingNotFound
from app.licences.models import LicenceShowRow
from app.licences.queries import Licence, licence
from app.licences.shares import share

TABLE = LicenceShowRow.__table__

CODE = "licence_shows.code"
LASTS = timedelta(minutes=2)
KEPT = timedelta(days=1)
"""For so long a code that is over is told to be over, and after that is none."""
SOME = 1000
"""Codes forgotten at once."""
LENGTH = 8
"""40 bits: among a thousand codes that are good at once, one guess in a billion finds one."""

SHOWN = Said("出示给对方核验")
CHECKED = Said("对方核验了出示的证照")


@dataclass(frozen=True, slots=True)
class Showing:
    """A code to show."""

    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """What a code stands for."""

    licence: Licence
    shown_at: datetime
    expires_at: datetime

    def is_current(self, now: datetime) -> bool:
        """Whether it still shows anything."""
        return now < self.expires_at


def show(shown: Licence, act: Act) -> Showing:
    """Make a code for whoever is shown this licence."""
    code, expires_at = code_of(act.new_id(), LENGTH), act.now + LASTS
    db.session.execute(
        insert(TABLE).values(
            id=act.new_id(),
            licence_id=shown.id,
            code_index=parts().seal.find(CODE, code),
            shown_at=act.now,
            expires_at=expires_at,
        )
    )
    share([shown], SHOWN, (), act)
    return Showing(code, expires_at)


def shown_by(code: str) -> Shown:
    """What somebody is shown. Raises ShowingNotFound."""
    row = db.session.execute(select(*TABLE.c).where(_bears(code))).one_or_none()
    if row is None:
        raise ShowingNotFound
    return Shown(licence(row.licence_id), row.shown_at, row.expires_at)


def check(code: str, act: Act) -> Shown:
    """The same for somebody who looked at it, which is written down once. Raises
    ShowingNotFound."""
    shown = shown_by(code)
    if shown.is_current(act.now):
        first = update(TABLE).where(_bears(code), TABLE.c.verified_at.is_(None))
        looked = first.values(verified_at=act.now).returning(TABLE.c.id)
        if db.session.execute(looked).first() is not None:
            share([shown.licence], CHECKED, (), act)
    return shown


def forget_shows(now: datetime) -> int:
    """Forget codes that nobody can use any more, some at a time; how many. That they were shown,
    and checked, stays with the licence's uses."""
    over = select(TABLE.c.id).where(TABLE.c.expires_at < now - KEPT).limit(SOME)
    gone = delete(TABLE).where(TABLE.c.id.in_(over)).returning(TABLE.c.id)
    return len(db.session.execute(gone).all())


def _bears(code: str) -> ColumnElement[bool]:
    return TABLE.c.code_index == parts().seal.find(CODE, code_read(code))
