"""How often somebody may give a name that is not of the number beside it.

Whoever may try without end learns whose a number is, and from there what is that person's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import delete, func, insert, select

from app.citizens.errors import TooManyWrongNames
from app.citizens.models import NameTryRow
from app.core.acts import Act
from app.core.db import db, hold, transaction

TRIES = NameTryRow.__table__

WITHIN = timedelta(hours=1)
AT_MOST = {"citizen": 10, "kiosk": 20, "staff": 20}
"""Wrong names one account, machine or member of staff may give WITHIN: at a desk people come and
go. The house itself gives none."""


@contextmanager
def counted(act: Act) -> Iterator[None]:
    """Compare a name with a number in here, outside transactions: IdentityMismatch counts.

    It is counted before the comparison, so that many at once are not let through together.
    Raises TooManyWrongNames."""
    if act.actor.kind not in AT_MOST:
        yield
        return
    tried = _count(act)
    yield
    _forget(tried)


def _count(act: Act) -> int:
    """In a transaction of its own, so that no refusal takes it back."""
    actor = str(act.actor)
    with transaction():
        hold(f"names:{actor}", alone=True)
        theirs = TRIES.c.actor == actor
        db.session.execute(delete(TRIES).where(theirs, TRIES.c.at <= act.now - WITHIN))
        tries = select(func.count()).select_from(TRIES).where(theirs)
        if db.session.execute(tries).scalar_one() >= AT_MOST[act.actor.kind]:
            raise TooManyWrongNames
        made = insert(TRIES).values(actor=actor, at=act.now).returning(TRIES.c.id)
        tried: int = db.session.execute(made).scalar_one()
    return tried


def _forget(tried: int) -> None:
    with transaction():
        db.session.execute(delete(TRIES).where(TRIES.c.id == tried))
