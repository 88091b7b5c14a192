"""Whose renewals an account may see and confirm: those of holders whose licences it reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, select

from app.citizens.errors import IdentityNeeded, PersonNotFound
from app.citizens.queries import citizen_of
from app.core.acts import Act
from app.core.db import db
from app.core.said import Said
from app.licences.errors import IdentityUnverified
from app.licences.queries import Licence, kinds
from app.licences.rights import Ground, Right, holders_of, reading_right
from app.licences.shares import share
from app.renewals.errors import RenewalNotFound
from app.renewals.queries import TABLE, renewal
from app.renewals.states import ASKING, State

LISTED = 50
TO_DO = (*ASKING, State.CONFIRMED, State.DECIDED, State.DECLINED)
RENEWED_BY_AGENT = Said("代办证照延续")


def renewal_of_citizen(id: str, citizen: str, now: datetime) -> tuple[Row[Any], Right]:
    """A renewal an account may see, and why. Raises RenewalNotFound, whatever the reason."""
    row = renewal(id)
    try:
        right = reading_right(citizen, row.holder_id, now)
    except (IdentityNeeded, IdentityUnverified, PersonNotFound):
        raise RenewalNotFound from None
    if not right.reads(kinds()[row.kind]):
        raise RenewalNotFound
    return row, right


def renewals_of_citizen(citizen: str, now: datetime) -> list[Row[Any]]:
    """The renewals an account may see: what is still to be done, then what is to be fetched, each
    with the most urgent first; then what is over, the last first."""
    known = kinds()
    rights = {holder.right.person: holder.right for holder in holders_of(citizen, now)}
    theirs = [person for person, right in rights.items() if right.reads_licences]
    query = select(*TABLE.c).where(TABLE.c.holder_id.in_(theirs))
    rank = case((TABLE.c.state.in_(TO_DO), 0), (TABLE.c.state == State.ISSUED, 1), else_=2)
    order = (rank, case((rank < 2, TABLE.c.valid_until)), TABLE.c.valid_until.desc(), TABLE.c.id)
    rows = db.session.execute(query.order_by(*order).limit(LISTED))
    return [row for row in rows if rights[row.holder_id].reads(known[row.kind])]


def applicant_of(right: Right, act: Act) -> str:
    """The name of who applies for the holder; "" where that is the holder or who represents it."""
    return (citizen_of(act.actor.id).name or "") if right.ground is Ground.AUTHORISED else ""


def note_use(licence: Licence, right: Right, fields: list[str], act: Act) -> None:
    """An agent's use of a licence, which its holder sees."""
    if right.ground is Ground.AUTHORISED:
        share([licence], RENEWED_BY_AGENT, fields, act)
