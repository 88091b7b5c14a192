"""The use cases of calling. Each runs inside the caller's transaction.

A call, step by step: the counter's row is locked; Redis claims the first ticket for it; the
ticket's row is written under the guard of its state and version; after commit the claim is
confirmed. Whatever dies on the way, the row says what is true, and `reconcile` makes it so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from app.calling import reconcile
from app.calling.counters import lock_open, require_seat
from app.calling.errors import CallUndelivered, CounterBusy
from app.calling.handling import end_by_next
from app.calling.queries import lock_held
from app.calling.records import add_call, announce, next_call, set_call
from app.calling.rules import why_next
from app.catalog.plan import Counter, HallPlan
from app.core.acts import Act
from app.core.counted import CLAIM_RACE, WAIT
from app.core.db import after_commit, after_rollback, transaction
from app.core.errors import SequenceNotReady
from app.core.idempotency import BeginAgain
from app.core.parts import parts
from app.tickets import queries as tickets
from app.tickets.errors import TicketChanged
from app.tickets.queries import Ticket
from app.tickets.service import mark_called
from app.tickets.states import Action, State, require
from app.tickets.telling import tell_called
from config import logged_about
from queueing.errors import NotReady, SequenceAway, SequenceError
from queueing.sequence import Claim, Sequence

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Called:
    """A ticket that was called, and why it and no other."""

    ticket: Ticket
    why: dict[str, Any]


def call_next(
    plan: HallPlan, no: str, act: Act, *, only_if_free: bool = False, reconciled: bool = False
) -> Called | None:
    """End what the counter holds, and call the first ticket it serves; None when none waits.

    A ticket called here whose answer never left the house is given first, once. `only_if_free`
    ends nothing: it is for whoever calls without having looked (CounterBusy).
    Raises CounterNotOpen, SequenceNotReady; BeginAgain where the sequence must be mended first.
    """
    require_seat(no, act)
    counter = lock_open(plan, no)
    held = lock_held(plan.code, no)
    if held is not None and only_if_free:
        raise CounterBusy(f"{held.number} 已在本窗口，没有再叫下一位。", number=held.number)
    if held is not None:
        undelivered = _undelivered(held)
        if undelivered is not None:
            return Called(held, undelivered)
        end_by_next(plan, held, act)
    again = partial(call_next, plan, no, act, only_if_free=only_if_free)
    return _call_first(plan, counter, act, again, reconciled)


def call_number(
    plan: HallPlan, no: str, number: str, reason: str, act: Act, *, reconciled: bool = False
) -> Called:
    """Call a certain waiting number, whatever its place; logged and public with the reason.

    Raises TicketNotFound, ActionNotAllowed, TicketChanged, CounterNotOpen, SequenceNotReady."""
    require_seat(no, act)
    counter = lock_open(plan, no)
    held = lock_held(plan.code, no)
    ticket = tickets.find_number(plan.code, plan.day_of(act.now).date, number)
    require(Action.CALL, ticket.state)
    if held is not None:
        if _undelivered(held) is not None:
            raise CallUndelivered(f"{held.number} 已叫到本窗口，请先处理。", number=held.number)
        end_by_next(plan, held, act)
    line = tickets.sequence_of(ticket.hall, ticket.day)
    token = f"{act.deed}:0"
    again = partial(call_number, plan, no, number, reason, act)
    with _sure_or_again(plan, ticket.day, act, again):
        now = plan.hall_day(ticket.day).ms(act.now)
        claim = _held(line, line.claim(counter.no, ticket.id, ticket.seq_version, token, now))
    if claim is None and not reconciled:
        mend = partial(reconcile.reconcile, plan, ticket.day, act.now)
        raise BeginAgain(mend, partial(again, reconciled=True))
    called = claim and _record_call(plan, counter, line, claim, act, reason)
    if not called:
        raise TicketChanged
    return called


def _call_first(
    plan: HallPlan, counter: Counter, act: Act, again: Callable[..., Any], reconciled: bool
) -> Called | None:
    day = plan.day_of(act.now)
    line = tickets.sequence_of(plan.code, day.date)
    now, overdue = day.ms(act.now), plan.rules.overdue_after
    tries = 0
    while True:
        token = f"{act.deed}:{tries}"
        with _sure_or_again(plan, day.date, act, again):
            claim = _held(line, line.claim_next(counter.no, counter.tiers, token, now, overdue))
        if claim is None:
            some = tickets.some_wait_for(plan.code, day.date, counter.no, counter.lanes)
            if some and not reconciled:
                mend = partial(reconcile.reconcile, plan, day.date, act.now)
                raise BeginAgain(mend, partial(again, reconciled=True))
            return None
        called = _record_call(plan, counter, line, claim, act, None)
        if called:
            return called
        tries += 1


def _record_call(
    plan: HallPlan, counter: Counter, line: Sequence, claim: Claim, act: Act, reason: str | None
) -> Called | None:
    """Write a claimed ticket's call. None: the row says otherwise, and the entry was mended."""
    ticket = mark_called(claim.entry.ticket, claim.entry.version, counter.no, next_call())
    if ticket is None:
        parts().tallies.count(CLAIM_RACE, plan.code)
        reconcile.repair_claimed(line, claim)
        return None
    day = plan.hall_day(ticket.day)
    why = why_next(ticket, claim, reason, day, plan)
    add_call(ticket, why, reason, claim.token, act)
    logged_about.add(ticket=ticket.id)
    announce(act, ticket, "called", 1)
    tell_called(ticket, plan, act)
    after_commit(lambda: _confirm(line, ticket, claim.token))
    after_commit(lambda: _count_wait(ticket, act))
    return Called(ticket, why)


def _count_wait(ticket: Ticket, act: Act) -> None:
    """From when they were there, or had been booked for, if that was later."""
    since = max(filter(None, (ticket.entered_at, ticket.slot_starts_at)), default=act.now)
    waited = max(0.0, (act.now - since).total_seconds())
    parts().tallies.time(WAIT, waited, ticket.hall, ticket.lane)


def _confirm(line: Sequence, ticket: Ticket, token: str) -> None:
    """Forget the claim. Where Redis cannot be told, the row remembers that the answer was given,
    so that nobody takes the claim that stays behind for a call that never reached its clerk."""
    try:
        line.confirm(ticket.id, token, ticket.seq_version)
    except SequenceError:
        log.warning("claim of %s not confirmed: left to the sweep", ticket.number)
        with transaction():
            set_call(ticket.call_id, delivery="answered")


def _undelivered(held: Ticket) -> dict[str, Any] | None:
    """Why the held ticket was called, if nobody was ever told; from now on somebody was."""
    if held.state != State.CALLED:
        return None
    if held.call_nth is None or held.call_nth > 1 or held.call_delivery in ("answered", "returned"):
        return None
    line = tickets.sequence_of(held.hall, held.day)
    if held.call_delivery == "sent":
        try:
            if not reconcile.claim_stands(line, held.id, held.call_token):
                return None
        except SequenceAway:
            raise SequenceNotReady from None
        after_commit(lambda: line.confirm(held.id, held.call_token, held.seq_version))
    set_call(held.call_id, delivery="returned")
    why: dict[str, Any] = held.call_why
    return why


def acknowledge(call_id: int) -> None:
    """A repeated request was given the stored answer: this call has reached its clerk."""
    set_call(call_id, delivery="answered")


def _held(line: Sequence, claim: Claim | None) -> Claim | None:
    """The claim, to be given back if this transaction comes to nothing."""
    if claim is not None:
        after_rollback(lambda: line.release(claim.entry.ticket, claim.token))
    return claim


@contextmanager
def _sure_or_again(plan: HallPlan, day: date, act: Act, again: Callable[[], Any]) -> Iterator[None]:
    """Around a claim: where the sequence is not ready, or there is reason to doubt what it said,
    leave the transaction, put that right, begin again. Doubt is asked for before as well: a claim
    that is given back lets another counter call past it."""
    doubted = BeginAgain(partial(reconcile.reconcile, plan, day, act.now), again)
    if reconcile.is_in_doubt(plan, day):
        raise doubted
    try:
        yield
    except NotReady:
        raise BeginAgain(partial(reconcile.make_ready, plan, day, act.now), again) from None
    except SequenceAway:
        raise SequenceNotReady from None
    # asked afterwards too: the claim itself may have been the first word on a new connection
    if reconcile.is_in_doubt(plan, day):
        raise doubted
