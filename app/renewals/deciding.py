"""A renewal is decided: by the rule that was published, by a person, or by the law where nobody did
in time. A rule and the law grant; only a person refuses, and says why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from app.core.acts import Act
from app.renewals.asked import Asked, asked_of, kept
from app.renewals.errors import AlreadyDecided, NotAskedFor, NotOfThisHall, ReasonMissing
from app.renewals.handing import close
from app.renewals.holding import Held, held, require_open_decision, require_renewable
from app.renewals.issuing import issue
from app.renewals.queries import NOTHING_TO_DECIDE, TABLE, is_contested, renewal
from app.renewals.records import change, move, record
from app.renewals.rules import By, by_whom, day_of, end_of
from app.renewals.states import State
from app.renewals.stored import sealed_in
from app.renewals.telling import ASKED_FOR, BY_LAW, GRANTED, REFUSED, tell


def rule_decides(confirmed: Held, act: Act) -> Row[Any]:
    """Every check of a confirmed renewal said yes: grant it."""
    granted = _decided(confirmed, By.RULE, act.now, act, granted=True)
    return _issued(granted, GRANTED, act)


def law_decides(confirmed: Held, act: Act) -> Row[Any]:
    """Nobody decided by the end of its licence's last day: it counts as granted from the moment
    that day is over (行政许可法第五十条第二款), whenever that is found."""
    at = end_of(confirmed.row.valid_until)
    granted = _decided(confirmed, By.LAW, at, act, granted=True)
    return _issued(granted, BY_LAW, act)


def decide(id: str, granted: bool, reason: str, act: Act) -> Row[Any]:
    """A person of its hall grants a confirmed renewal, or refuses it for a reason.

    Raises RenewalNotFound, ReasonMissing, LicenceEnded, HolderChanged, and AlreadyDecided also
    where the law has granted it by now."""
    if not granted and not reason.strip():
        raise ReasonMissing
    now = _held_here(id, act)
    if granted:
        require_renewable(now, day_of(act.now))
    answered = _contest_answered(now.row, act)
    if reason.strip():
        answered |= sealed_in(id, reason=reason.strip())
    decided = _decided(now, str(act.actor), act.now, act, granted=granted, **answered)
    if granted:
        return _issued(decided, GRANTED, act)
    close(decided.row, act)
    tell(decided.row, REFUSED, act, "decided")
    return renewal(id)


def ask_for(
    id: str,
    words: str,
    papers: Sequence[str],
    visit: bool,
    act: Act,
    *,
    site_check: bool = False,
) -> Row[Any]:
    """A person asks for what is missing: papers, or that its holder comes; or tells them that the
    hall comes to them (`site_check`), which is no trip of theirs. The clock of the law goes on.
    What was asked for before still is.

    Raises as `decide`."""
    if not words.strip():
        raise ReasonMissing
    now = _held_here(id, act)
    more = words.strip(), list(dict.fromkeys(papers)), visit, site_check, act.now
    before = asked_of(now.row)
    asked = before.and_also(*more) if before else Asked(*more, received=[], came=False)
    row = change(id, **sealed_in(id, asked_for=kept(asked)))
    record(id, "asked_for", act, papers=len(papers), visit=int(visit))
    tell(now.row, ASKED_FOR, act, f"asked_for:{act.deed[:8]}")
    return row


def received(id: str, papers: Sequence[str], came: bool, act: Act) -> Row[Any]:
    """Papers that were asked for are here, or somebody came. Each counts against the zeros.

    Raises as `ask_for`, and NotAskedFor."""
    now = _held_here(id, act)
    asked = asked_of(now.row)
    if asked is None or not (papers or came) or not set(papers) <= set(asked.missing):
        raise NotAskedFor
    row = change(
        id,
        files_uploaded=TABLE.c.files_uploaded + len(set(papers)),
        trips=TABLE.c.trips + int(came),
        **sealed_in(id, asked_for=kept(asked.but(list(dict.fromkeys(papers)), came))),
    )
    record(id, "received", act, papers=len(set(papers)), came=int(came))
    return row


def _held_here(id: str, act: Act) -> Held:
    """A renewal that waits for a decision of the hall of whoever acts."""
    found = held(id)
    if found.row.hall != act.actor.hall:
        raise NotOfThisHall
    require_open_decision(found, day_of(act.now))
    return found


def _contest_answered(row: Row[Any], act: Act) -> dict[str, Any]:
    """Whoever decides has thereby looked at what was contested."""
    return {"contest_answered_at": act.now, "needs_person": False} if is_contested(row) else {}


def _decided(
    confirmed: Held, by: str, at: datetime, act: Act, *, granted: bool, **values: Any
) -> Held:
    moved = move(
        TABLE.c.id == confirmed.row.id,
        State.DECIDED,
        act,
        {"granted": int(granted), "by": by_whom(by)},
        decided_at=at,
        decided_by=by,
        granted=granted,
        **{**NOTHING_TO_DECIDE, **values},
    )
    if not moved:
        raise AlreadyDecided(state=confirmed.row.state)
    return Held(moved[0], confirmed.licence)


def _issued(granted: Held, words: str, act: Act) -> Row[Any]:
    row = issue(granted, act)
    tell(row, words, act, "decided")
    return row
