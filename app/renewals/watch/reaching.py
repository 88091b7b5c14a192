"""Who is told of a licence, and by what: asked for many holders together, since it costs the
database hardly more than for one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.core.db import db, hold_each
from app.licences.rights import accounts_acting
from app.renewals.watch.models import ReminderStopRow

STOPS = ReminderStopRow.__table__
ALL = ""
"""Instead of a kind."""


@dataclass(frozen=True, slots=True)
class Reachable:
    """How holders are reached who want to be."""

    stops: Collection[tuple[str, str]]
    """Holder and kind of which they want no reminders."""
    accounts: Mapping[str, str]
    """By holder: the account that was last used of its own or of who acts for it by law; else of
    whom it authorised."""

    def wants_none(self, holder: str, kind: str) -> bool:
        """Whether a holder wants no reminders of this kind of licence."""
        return (holder, ALL) in self.stops or (holder, kind) in self.stops


def reachable(holders: Collection[str], today: date) -> Reachable:
    """What is known of these; until the transaction ends, none of them stops reminders."""
    if not holders:
        return Reachable((), {})
    hold_each([stopping(holder) for holder in holders], alone=False)
    return Reachable(stopped_of(holders), accounts_acting(holders, today))


def stopping(holder: str) -> str:
    """What is held while a holder is reminded, and alone by who stops it: afterwards nothing more
    is said."""
    return f"reminders of {holder}"


def stopped_of(holders: Collection[str]) -> set[tuple[str, str]]:
    """Holder and kind of which they want no reminders."""
    query = select(STOPS.c.holder_id, STOPS.c.kind).where(STOPS.c.holder_id.in_(holders))
    return {(row.holder_id, row.kind) for row in db.session.execute(query)}
