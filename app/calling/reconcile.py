"""The sequence kept equal to the rows: the database remembers, Redis decides who is next.

Nothing here deletes under writers: an entry is only ever replaced by what its row, read again,
says. All of it may run at any time, twice, and in several processes at once.
"""

from __future__ import annotations

import logging
import secrets
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import update

from app.calling.queries import CALLS
from app.calling.records import end_calls
from app.catalog.plan import HallPlan
from app.catalog.service import counter_statuses, lock_counter
from app.core import events
from app.core.acts import SYSTEM, Act
from app.core.counted import CLAIM_SETTLED, MENDED, NOT_READY, REBUILT
from app.core.db import after_commit, db, transaction
from app.core.errors import SequenceNotReady
from app.core.parts import parts
from app.staff.queries import silent_for
from app.tickets import queries as tickets
from app.tickets.errors import TicketNotFound
from app.tickets.rules import entry_of
from app.tickets.service import close_day, give_back_bound
from app.tickets.states import State
from queueing.errors import SequenceAway
from queueing.sequence import Claim, Entry, Sequence

log = logging.getLogger(__name__)

CLAIM_LIVES = 15_000
"""Milliseconds after which a claim is settled by its row: longer than any transaction lasts."""
BUILD_LEASE = 5_000
READY_WITHIN = 2.0
"""Seconds a caller waits for the sequence before it is told to come back."""
LOOKED_EVERY = 0.02
TRIED_EVERY = 0.1
"""Seconds: how often it looks whether another has built it, and whether Redis is back."""
FAR = 2**52
FORGOTTEN_DAYS = 7
"""So many days back each night forgets sequences: also those of days on which nobody was left, and
of nights on which it was killed half way."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where Redis and the rows disagree."""

    what: str
    """missing, surplus, stale, claim, not_ready, event."""
    ticket: str
    detail: str = ""


def make_ready(plan: HallPlan, day: date, now: datetime) -> None:
    """Rebuild an emptied sequence, or wait for who does. Raises SequenceNotReady after 2 s."""
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until:
        try:
            if tickets.sequence_of(plan.code, day).snapshot().ready or rebuild(plan, day, now):
                return
            time.sleep(LOOKED_EVERY)
        except SequenceAway:
            time.sleep(TRIED_EVERY)
    log.warning("sequence of %s %s: not ready, or Redis is away", plan.code, day)
    parts().tallies.count(NOT_READY, plan.code)
    raise SequenceNotReady


def rebuild(plan: HallPlan, day: date, now: datetime) -> bool:
    """Make an emptied sequence equal to the rows and ready. False: another is at it.

    Writers go on meanwhile: every waiting row is entered, then whatever no longer waits by its
    row, read again, is taken out, and only while our lease stands is it declared ready."""
    line = tickets.sequence_of(plan.code, day)
    token = secrets.token_hex(8)
    if not line.begin_build(token, plan.hall_day(day).ms(now), BUILD_LEASE):
        return False
    line.enter_all(entry_of(ticket) for ticket in tickets.waiting(plan.code, day))
    for difference in differences(plan, day):
        _mend(line, difference.ticket)
    db.session.rollback()
    done = line.finish_build(token, secrets.token_hex(8))
    if done:
        log.warning("sequence of %s %s rebuilt from its rows", plan.code, day)
        parts().tallies.count(REBUILT, plan.code)
    return done


def reconcile(plan: HallPlan, day: date, now: datetime) -> int:
    """Mend every difference between the sequence and the rows, settle expired claims;
    how many there were. Raises SequenceNotReady where Redis stays away."""
    line = tickets.sequence_of(plan.code, day)
    try:
        make_ready(plan, day, now)
        # so far: the first word may have been a reason itself
        reasons = parts().doubt.reasons(plan.code)
        settled = settle_claims(plan, day, now)
        differing = differences(plan, day)
        for difference in differing:
            _mend(line, difference.ticket)
    except SequenceAway:
        raise SequenceNotReady from None
    finally:
        db.session.rollback()
    parts().doubt.settle(plan.code, f"{day:%Y%m%d}", reasons)
    if differing:
        log.warning("sequence of %s %s: %d entries mended", plan.code, day, len(differing))
        parts().tallies.count(MENDED, plan.code, by=len(differing))
    return settled + len(differing)


def is_in_doubt(plan: HallPlan, day: date) -> bool:
    """Whether Redis was away or began anew since the sequence was last compared with its rows."""
    return parts().doubt.about(plan.code, f"{day:%Y%m%d}")


def differences(plan: HallPlan, day: date) -> list[Difference]:
    """Where the sequence and the rows of a day disagree. Claims that live count as being there:
    their rows are about to change."""
    snapshot = tickets.sequence_of(plan.code, day).snapshot()
    entries = {entry.ticket: entry for entry in snapshot.entries}
    claimed = {claim.entry.ticket for claim in snapshot.claims}
    db.session.rollback()
    rows = {row.id: entry_of(row) for row in tickets.waiting(plan.code, day)}
    found = []
    for ticket, row in rows.items():
        if ticket in claimed:
            continue
        if ticket not in entries:
            found.append(Difference("missing", ticket, "waits, and is not in the sequence"))
        elif entries[ticket] != row:
            found.append(Difference("stale", ticket, f"{entries[ticket]} for {row}"))
    found += [
        Difference("surplus", ticket, "is in the sequence, and does not wait")
        for ticket in entries.keys() - rows.keys()
    ]
    return found


def settle_claims(plan: HallPlan, day: date, now: datetime) -> int:
    """Settle claims whose process died, each by its row: released, mended, or recorded as a call
    whose answer never left the house."""
    line = tickets.sequence_of(plan.code, day)
    expired = line.expired_claims(plan.hall_day(day).ms(now) - CLAIM_LIVES)
    for claim in expired:
        settle_claim(line, claim)
    if expired:
        parts().tallies.count(CLAIM_SETTLED, plan.code, by=len(expired))
    return len(expired)


def settle_claim(line: Sequence, claim: Claim) -> None:
    """One claim, by its row."""
    with transaction():
        row = _row(claim.entry.ticket, lock=True)
        if row is not None and row.state == State.CALLED:
            db.session.execute(
                update(CALLS)
                .where(
                    CALLS.c.id == row.call_id,
                    CALLS.c.claim_token == claim.token,
                    CALLS.c.delivery == "sent",
                    CALLS.c.nth == 1,
                )
                .values(delivery="undelivered")
            )
    if row is not None and (row.state, row.seq_version) == (State.WAITING, claim.entry.version):
        line.release(row.id, claim.token)
    else:
        repair_claimed(line, claim)
    log.warning(
        "claim of %s at counter %s settled: %s",
        claim.entry.ticket,
        claim.counter,
        row.state if row is not None else "it has no row",
    )


def repair_claimed(line: Sequence, claim: Claim) -> None:
    """Put in a claim's place what its row says."""
    entry, version = _told_by_row(claim.entry.ticket)
    line.repair(claim.entry.ticket, claim.token, entry, version)


def claim_stands(line: Sequence, ticket: str, token: str) -> bool:
    """Whether the process that claimed has not come to confirm: it died, or was cut off."""
    claims = line.expired_claims(FAR)
    return any(claim.entry.ticket == ticket and claim.token == token for claim in claims)


def _mend(line: Sequence, ticket_id: str) -> None:
    """Make one entry what its row, read now, says; a version that was overtaken changes nothing,
    unless it is the row that has gone back, in a restored or failed-over database."""
    db.session.rollback()
    entry, version = _told_by_row(ticket_id)
    if not (line.enter(entry) if entry else line.remove(ticket_id, version)):
        db.session.rollback()
        if _told_by_row(ticket_id) == (entry, version):
            line.repair(ticket_id, None, entry, version)


def _told_by_row(ticket_id: str) -> tuple[Entry | None, int]:
    """The entry a row asks for now, if it waits, and the row's version; 0 where there is none."""
    row = _row(ticket_id)
    if row is None:
        return None, 0
    return entry_of(row) if row.state == State.WAITING else None, row.seq_version


def _row(ticket_id: str, *, lock: bool = False) -> tickets.Ticket | None:
    """A ticket's row; None where a restored database has lost it."""
    try:
        return tickets.find(None, id=ticket_id, lock=lock)
    except TicketNotFound:
        return None


# Every few seconds


def sweep(plan: HallPlan, now: datetime) -> None:
    """Everything that must be put right soon, for one hall."""
    for day in {plan.day_of(now).date, *tickets.live_days(plan.code)}:
        try:
            reconcile(plan, day, now)
        except SequenceNotReady:
            log.warning("sweep of %s %s: the sequence is away", plan.code, day)
    give_back_stranded(plan, now)
    events.copy_missing(plan.code, now)
    db.session.rollback()


def give_back_stranded(plan: HallPlan, now: datetime) -> None:
    """Tickets bound to a counter that will not call them go back to their lanes: it is closed, has
    paused too long, has left the hall file, or nobody sits there any more."""
    act = Act(now, SYSTEM)
    for no in tickets.counters_with_bound(plan.code):
        with transaction():
            if _will_not_call(plan, no, now):
                give_back_bound(plan, no, act)


def _will_not_call(plan: HallPlan, no: str, now: datetime) -> bool:
    counter = plan.counters.get(no)
    if counter is None:
        return True
    status = lock_counter(counter)
    since = counter_statuses(plan)[no][1]
    paused_before = now - timedelta(milliseconds=plan.rules.pause_keeps_bound)
    paused_long = status == "paused" and since is not None and since <= paused_before
    return status == "closed" or paused_long or silent_for(plan.code, no, now) is None


def close_night(plan: HallPlan, now: datetime) -> int:
    """Inside the caller's transaction: close what earlier days left; how many tickets there were.
    Their sequences are forgotten once that is committed."""
    today = plan.day_of(now).date
    days = {today - timedelta(days=ago) for ago in range(1, FORGOTTEN_DAYS + 1)}
    days.update(tickets.live_days(plan.code, before=today))
    closed = close_day(plan, today, Act(now, SYSTEM))
    end_calls(plan.code, today, now)
    for day in days:
        after_commit(tickets.sequence_of(plan.code, day).drop)
    return closed


# By hand


def verify(plan: HallPlan, now: datetime) -> list[Difference]:
    """Redis and stream against the rows, for every day with live tickets, changing nothing."""
    found: list[Difference] = []
    for day in {plan.day_of(now).date, *tickets.live_days(plan.code)}:
        line = tickets.sequence_of(plan.code, day)
        if not line.snapshot().ready:
            found.append(Difference("not_ready", "", f"{day}: the sequence is not ready"))
            continue
        found += differences(plan, day)
        expired = line.expired_claims(plan.hall_day(day).ms(now) - CLAIM_LIVES)
        found += [Difference("claim", c.entry.ticket, "claim expired") for c in expired]
    found += [
        Difference("event", row["ticket_id"] or "", f"event {row['id']} is not in the stream")
        for row in events.missing(plan.code, now)
    ]
    return found


def rebuild_from_rows(plan: HallPlan, now: datetime) -> None:
    """After a restore or a failover, when rows may have gone back: drop the hall's keys and build
    them anew, under a new generation, so that every screen takes a fresh picture."""
    for day in {plan.day_of(now).date, *tickets.live_days(plan.code)}:
        tickets.sequence_of(plan.code, day).drop()
        make_ready(plan, day, now)
    parts().events(plan.code).drop()
    parts().events(plan.code).ensure_generation(secrets.token_hex(8))
    events.copy_missing(plan.code, now)
