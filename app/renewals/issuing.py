"""What was granted is issued: the new licence, the end of the old one and the beginning of its
delivery, in the transaction of the decision."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from app.core.acts import Act
from app.core.handover import Address
from app.core.said import Both
from app.deliveries import service as deliveries
from app.deliveries.service import Names
from app.licences import service as licences
from app.licences.rules import NewTerm
from app.renewals.application import application_kept
from app.renewals.handing import SUBJECT, note_handed_over
from app.renewals.holding import Held
from app.renewals.queries import TABLE, renewal
from app.renewals.records import move
from app.renewals.rules import day_of
from app.renewals.states import State
from app.renewals.stored import opened
from app.renewals.watch.reminding import forget_reminders


def issue(granted: Held, act: Act) -> Row[Any]:
    """The new licence of a granted renewal. It holds from the day of the decision, so that there is
    no day without one, until the end of the term that was asked for (ADR 17)."""
    row, old = granted.row, granted.licence
    decided_on = day_of(row.decided_at)
    begins, ends = application_kept(opened(row, "shown")).term.days(decided_on)
    today = day_of(act.now)
    forget_reminders(old.id, act)
    term = NewTerm(issued_on=today, valid_from=decided_on, valid_until=ends)
    new = licences.renew(old, term, act, f"renewal {row.code}")
    (issued,) = move(
        TABLE.c.id == row.id,
        State.ISSUED,
        act,
        issued_at=act.now,
        new_licence_id=new,
        term_begins=begins,
        term_ends=ends,
        delivery_id=_deliver(granted, act),
    )
    note_handed_over(issued.id, act)
    return renewal(row.id)


def _deliver(granted: Held, act: Act) -> str:
    row, kind = granted.row, granted.kind
    handing = opened(row, "handing")
    title = Both(f"《{kind.name}》", kind.name_en)
    return deliveries.begin(
        SUBJECT,
        row.id,
        row.holder_id,
        row.confirmed_by,
        row.hall,
        row.way,
        handing["address"] and Address(**handing["address"]),
        handing["cabinet"],
        [f"《{kind.name}》{granted.licence.number}"],
        Names(title, granted.licence.holder_name),
        act,
    )
