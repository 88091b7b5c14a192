"""Whose deliveries an account may see, and whom they are told to: whoever may act for their holder
at that moment, whoever began them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from app.citizens.errors import IdentityNeeded, PersonNotFound
from app.citizens.rules import BEIJING
from app.deliveries import queries
from app.deliveries.errors import DeliveryNotFound
from app.deliveries.queries import Delivery
from app.licences.errors import IdentityUnverified
from app.licences.rights import accounts_acting, holders_of, reading_right


def delivery_of_citizen(id: str, citizen: str, now: datetime) -> Delivery:
    """A delivery an account may see. Raises DeliveryNotFound, whatever the reason."""
    row = queries.line(id)
    if not _may_see(citizen, row.holder_id, now):
        raise DeliveryNotFound
    return queries.opened_of(row)


def deliveries_of_citizen(citizen: str, now: datetime, limit: int) -> list[Delivery]:
    """All an account may see, the newest first."""
    rights = [holder.right for holder in holders_of(citizen, now)]
    theirs = [right.person for right in rights if right.reads_licences]
    return queries.of_holders(theirs, limit)


def account_told(row: Row[Any], now: datetime) -> str | None:
    """The account that chose the way, while it may see the delivery; else the one that was last
    used of its holder or who acts for it by law, else of whom it authorised."""
    if row.citizen_id is not None and _may_see(row.citizen_id, row.holder_id, now):
        return str(row.citizen_id)
    today = now.astimezone(BEIJING).date()
    return accounts_acting([row.holder_id], today).get(row.holder_id)


def _may_see(citizen: str, holder: str, now: datetime) -> bool:
    try:
        reading_right(citizen, holder, now)
    except (IdentityNeeded, IdentityUnverified, PersonNotFound):
        return False
    return True
