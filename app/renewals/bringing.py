"""Papers that a person asked for besides, and how they come into the hall: into a box of its
cabinet, by a code. What became of them is read from deliveries, which keep the boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from app.core.acts import Act
from app.deliveries import papers
from app.deliveries.queries import papers_for
from app.deliveries.rules import is_over
from app.deliveries.states import Use
from app.renewals.asked import asked_of
from app.renewals.errors import NoPapersAskedFor
from app.renewals.handing import SUBJECT
from app.renewals.holding import held
from app.renewals.mine import renewal_of_citizen
from app.renewals.queries import events_of
from app.renewals.states import State


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody was asked to bring and is not here yet."""

    papers: Sequence[str]
    since: datetime
    """When something was asked for last."""


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened to papers, told like an event of the renewal's own."""

    at: datetime
    what: str
    actor: str
    note: Mapping[str, str] = field(default_factory=dict)


def wanted(row: Row[Any]) -> Wanted | None:
    """The papers a renewal waits for; None: for none."""
    asked = asked_of(row) if row.state == State.CONFIRMED else None
    return Wanted(asked.missing, asked.at) if asked and asked.missing else None


def drop_off(id: str, act: Act) -> Row[Any]:
    """A code by which whoever may renew it lays its papers into a cabinet of its hall; the same one
    again while that is good.

    Raises RenewalNotFound, NoPapersAskedFor, NoCabinet, TooManyDropOffs."""
    renewal_of_citizen(id, act.actor.id, act.now)
    row = held(id, may_issue=False).row
    asked = wanted(row)
    if asked is None:
        raise NoPapersAskedFor
    theirs = (use for use in since(row, asked) if use.citizen_id == act.actor.id)
    if not any(is_awaited(use, act.now) for use in theirs):
        named = {"subject": SUBJECT, "subject_id": id}
        papers.invite(act.actor.id, row.hall, asked.papers, row.code, act, **named)
    return row


def since(row: Row[Any], asked: Wanted) -> list[Row[Any]]:
    """Codes for what was asked for last, and papers that came since."""
    uses = papers_for(SUBJECT, row.id)
    return [use for use in uses if max(use.created_at, use.in_at or use.created_at) >= asked.since]


def is_awaited(use: Row[Any], now: datetime) -> bool:
    """Whether papers may be laid in by this code."""
    return use.state == Use.FILLING or (
        use.state == Use.INVITED and not is_over(use.expires_at, now)
    )


def lies_there(use: Row[Any]) -> bool:
    """Whether the hall has still to take these papers out."""
    return use.state in (Use.IN, Use.EMPTYING)


def waits_for_applicant(row: Row[Any]) -> bool:
    """Whether something was asked for, and no paper came since; not who is visited by the hall."""
    asked = asked_of(row) if row.state == State.CONFIRMED else None
    if asked is None or asked.is_done:
        return False
    papers = wanted(row)
    if papers is None:
        return asked.visit or not asked.site_check
    return not any(use.in_at for use in since(row, papers))


def history_of(row: Row[Any]) -> Sequence[Row[Any] | Happened]:
    """What happened to a renewal and to papers that were asked for, oldest first."""
    own = events_of(row.id)
    if row.asked_for_sealed is None:
        return own
    theirs = [each for use in papers_for(SUBJECT, row.id) for each in _happened(use)]
    return sorted([*own, *theirs], key=lambda each: each.at)


def _happened(use: Row[Any]) -> list[Happened]:
    if use.in_at is None:
        return []
    laid_in = Happened(use.in_at, "laid_in", f"citizen:{use.citizen_id}", {"box": use.box})
    if use.over_at is None:
        return [laid_in]
    return [laid_in, Happened(use.over_at, "taken_out", use.ended_by)]
