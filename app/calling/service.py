"""The use cases at a counter. Each runs inside the caller's transaction.

Locks are taken in one order, so that nobody waits in a circle: counters by number, then
tickets, then the series of numbers.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import insert, select, update

from app.calling import reconcile
from app.calling.errors import (
    ClerkPresent,
    CounterHoldsTicket,
    CounterNotOpen,
    LaneNotServed,
    NotAtThisCounter,
    NothingToTransfer,
    UnknownLane,
)
from app.calling.queries import CALLS, CLOSED, DUTY, call
from app.calling.rules import check_recall, check_undo, why_next
from app.catalog.plan import Counter, HallPlan
from app.catalog.service import counter_of
from app.core import events
from app.core.acts import Act
from app.core.db import after_commit, after_rollback, db, insert_into, transaction
from app.core.errors import SequenceNotReady
from app.core.idempotency import BeginAgain
from app.staff.queries import silent_for
from app.tickets import queries as tickets
from app.tickets.errors import ActionNotAllowed, TicketChanged
from app.tickets.queries import Ticket
from app.tickets.service import change, mark_called, set_call
from app.tickets.states import Action, State, require
from queueing import order
from queueing.errors import NotReady, SequenceAway, SequenceError
from queueing.sequence import Claim, Sequence

log = logging.getLogger(__name__)

OPEN, PAUSED = "open", "paused"
THIRD_PASS = 3


@dataclass(frozen=True, slots=True)
class Called:
    """A ticket that was called, and why it and no other."""

    ticket: Ticket
    why: dict[str, Any]


# The counter itself


def open_counter(plan: HallPlan, no: str, act: Act) -> str:
    """Ready to call."""
    return _set_status(plan, no, OPEN, act)


def pause_counter(plan: HallPlan, no: str, act: Act) -> str:
    """Away for a moment; a long pause gives bound tickets back (`give_back_after_pause`)."""
    return _set_status(plan, no, PAUSED, act)


def close_counter(plan: HallPlan, no: str, act: Act) -> str:
    """Gone for now: tickets bound to it go back to their lanes. Raises CounterHoldsTicket."""
    lock_counters(plan, act.now, no)
    if tickets.at_counter(plan.code, no) is not None:
        raise CounterHoldsTicket
    give_back_bound(plan, no, act)
    return _set_status(plan, no, CLOSED, act)


def give_back_bound(plan: HallPlan, no: str, act: Act) -> int:
    """Tickets only this counter could call may be called by every counter of their lanes."""
    bound = tickets.bound_to(plan.code, no)
    for ticket in bound:
        change(ticket, act, "unbound", bound_to=None)
    return len(bound)


def lock_counters(plan: HallPlan, now: datetime, *numbers: str) -> dict[str, str]:
    """Hold these counters until the transaction ends; number -> status. Raises UnknownCounter."""
    statuses = {}
    for no in sorted(set(numbers)):
        counter_of(plan, no)
        query = select(DUTY.c.status).where(DUTY.c.hall == plan.code, DUTY.c.counter == no)
        status = db.session.execute(query.with_for_update()).scalar_one_or_none()
        if status is None:
            db.session.execute(
                insert_into(DUTY)
                .values(hall=plan.code, counter=no, status=CLOSED, since=now)
                .on_conflict_do_nothing()
            )
            status = db.session.execute(query.with_for_update()).scalar_one()
        statuses[no] = status
    return statuses


def _set_status(plan: HallPlan, no: str, status: str, act: Act) -> str:
    before = lock_counters(plan, act.now, no)[no]
    if before != status:
        db.session.execute(
            update(DUTY)
            .where(DUTY.c.hall == plan.code, DUTY.c.counter == no)
            .values(status=status, since=act.now)
        )
        kind = {OPEN: "counter_opened", PAUSED: "counter_paused", CLOSED: "counter_closed"}[status]
        events.record(act, plan.code, plan.day_of(act.now).date, kind, counter=no)
    return status


# Calling


def call_next(plan: HallPlan, no: str, act: Act, *, reconciled: bool = False) -> Called | None:
    """End what the counter holds, and call the first ticket it serves; None when none waits.

    A ticket called here whose answer never left the house is given first, once.
    Raises CounterNotOpen, SequenceNotReady; BeginAgain where the sequence must be mended first.
    """
    counter = _open_counter(plan, no, act)
    held = tickets.at_counter(plan.code, no, lock=True)
    if held is not None:
        undelivered = _undelivered(held)
        if undelivered is not None:
            return Called(held, undelivered)
        _end_by_next(plan, held, act)
    return _call_first(plan, counter, act, reconciled)


def call_number(
    plan: HallPlan, no: str, number: str, reason: str, act: Act, *, reconciled: bool = False
) -> Called:
    """Call a certain waiting number, whatever its place; logged and public with the reason.

    Raises TicketNotFound, ActionNotAllowed, TicketChanged, CounterNotOpen, SequenceNotReady."""
    counter = _open_counter(plan, no, act)
    held = tickets.at_counter(plan.code, no, lock=True)
    ticket = tickets.find_number(plan.code, plan.day_of(act.now).date, number)
    require(Action.CALL, ticket.state)
    if held is not None:
        _end_by_next(plan, held, act)
    line = tickets.sequence_of(ticket.hall, ticket.day)
    token = f"{act.deed}:0"
    again = partial(call_number, plan, no, number, reason, act, reconciled=True)
    with _ready_or_again(plan, act, again):
        now = plan.hall_day(ticket.day).ms(act.now)
        claim = line.claim(counter.no, ticket.id, ticket.seq_version, token, now)
    if claim is None and not reconciled:
        raise BeginAgain(partial(reconcile.reconcile, plan, ticket.day, act.now), again)
    called = claim and _record_call(plan, counter, line, claim, act, reason)
    if not called:
        raise TicketChanged
    return called


def _call_first(plan: HallPlan, counter: Counter, act: Act, reconciled: bool) -> Called | None:
    day = plan.day_of(act.now)
    line = tickets.sequence_of(plan.code, day.date)
    again = partial(call_next, plan, counter.no, act, reconciled=True)
    tries = 0
    while True:
        token = f"{act.deed}:{tries}"
        with _ready_or_again(plan, act, again):
            claim = line.claim_next(
                counter.no, counter.tiers, token, day.ms(act.now), plan.rules.overdue_after
            )
        if claim is None:
            some = tickets.some_wait_for(plan.code, day.date, counter.no, counter.lanes)
            if some and not reconciled:
                raise BeginAgain(partial(reconcile.reconcile, plan, day.date, act.now), again)
            return None
        called = _record_call(plan, counter, line, claim, act, None)
        if called:
            return called
        tries += 1


def _record_call(
    plan: HallPlan, counter: Counter, line: Sequence, claim: Claim, act: Act, reason: str | None
) -> Called | None:
    """Write a claimed ticket's call. None: the row says otherwise, and the entry was mended."""
    entry = claim.entry
    after_rollback(lambda: line.release(entry.ticket, claim.token))
    ticket = mark_called(entry.ticket, entry.version, counter.no)
    if ticket is None:
        reconcile.repair_claimed(line, claim)
        return None
    day = plan.hall_day(ticket.day)
    why = why_next(ticket, claim, reason, day, plan)
    call_id = db.session.execute(
        insert(CALLS)
        .values(
            hall=ticket.hall,
            day=ticket.day,
            ticket_id=ticket.id,
            number=ticket.number,
            lane=ticket.lane,
            counter=counter.no,
            nth=1,
            called_at=act.now,
            last_at=act.now,
            by_hand=reason,
            why=why,
            claim_token=claim.token,
            delivery="sent",
        )
        .returning(CALLS.c.id)
    ).scalar_one()
    ticket = set_call(ticket, call_id)
    _announce(act, ticket, "called", 1)
    after_commit(lambda: _confirm(line, ticket, claim.token))
    return Called(ticket, why)


def _confirm(line: Sequence, ticket: Ticket, token: str) -> None:
    """Forget the claim. Where Redis cannot be told, the row remembers that the answer was given,
    so that nobody takes the claim that stays behind for a call that never reached its clerk."""
    try:
        line.confirm(ticket.id, token, ticket.seq_version)
    except SequenceError:
        log.warning("claim of %s not confirmed: left to the sweep", ticket.number)
        with transaction():
            _set_call(ticket.call_id, delivery="answered")


def _undelivered(held: Ticket) -> dict[str, Any] | None:
    """Why the held ticket was called, if nobody was ever told; from now on somebody was."""
    if held.state != State.CALLED:
        return None
    made = call(held.call_id)
    if made is None or made.nth > 1 or made.delivery in ("answered", "returned"):
        return None
    line = tickets.sequence_of(held.hall, held.day)
    if made.delivery == "sent":
        if not reconcile.claim_stands(line, held.id, made.claim_token):
            return None
        after_commit(lambda: line.confirm(held.id, made.claim_token, held.seq_version))
    _set_call(made.id, delivery="returned")
    why: dict[str, Any] = made.why
    return why


def acknowledge(call_id: int) -> None:
    """A repeated request was given the stored answer: this call has reached its clerk."""
    _set_call(call_id, delivery="answered")


def _end_by_next(plan: HallPlan, held: Ticket, act: Act) -> None:
    if plan.rules.unstarted_on_next == "passed" and held.state == State.CALLED:
        _pass(held, act)
    else:
        _finish(held, act, "by_next")


# What happens to a ticket at its counter


def recall(ticket: Ticket, act: Act, plan: HallPlan) -> Ticket:
    """Call the same number again. Raises ActionNotAllowed, RecallsUsedUp, RecallTooSoon."""
    _require_here(ticket, act)
    require(Action.RECALL, ticket.state)
    made = call(ticket.call_id, lock=True)
    if made is None:
        raise ActionNotAllowed
    check_recall(made.nth, made.last_at, act.now, plan.rules)
    _set_call(made.id, nth=made.nth + 1, last_at=act.now)
    _announce(act, ticket, "recalled", made.nth + 1)
    return ticket


def start(ticket: Ticket, act: Act) -> Ticket:
    """The person is here and is served."""
    _require_here(ticket, act)
    require(Action.START, ticket.state)
    _set_call(ticket.call_id, started_at=act.now)
    return change(ticket, act, "started", state=State.SERVING)


def pass_over(ticket: Ticket, act: Act) -> Ticket:
    """Nobody came. The third pass closes the ticket."""
    _require_here(ticket, act)
    return _pass(ticket, act)


def _pass(ticket: Ticket, act: Act) -> Ticket:
    require(Action.PASS, ticket.state)
    passes = ticket.passes + 1
    last = passes >= THIRD_PASS
    _end_call(ticket, act, "passed")
    return change(
        ticket,
        act,
        "passed",
        state=State.CLOSED if last else State.PASSED,
        passes=passes,
        stopped_at=act.now,
        stopped_from=ticket.state,
    )


def park(ticket: Ticket, act: Act) -> Ticket:
    """Set aside while a paper is fetched; the counter is free for the next."""
    _require_here(ticket, act)
    require(Action.PARK, ticket.state)
    _end_call(ticket, act, "parked")
    return change(
        ticket,
        act,
        "parked",
        state=State.PARKED,
        stopped_at=act.now,
        stopped_from=ticket.state,
    )


def resume(ticket: Ticket, act: Act, plan: HallPlan) -> Ticket:
    """Go on with a parked ticket: served at once, or bound to this counter where it holds another.

    Raises LaneNotServed, CounterNotOpen, ActionNotAllowed."""
    no = _seat(act)
    require(Action.RESUME, ticket.state)
    counter = counter_of(plan, no)
    if ticket.lane not in counter.lanes:
        raise LaneNotServed
    _require_open(plan, no, act)
    return _back_to(ticket, no, State.SERVING, act, "resumed", plan)


def finish(ticket: Ticket, act: Act) -> Ticket:
    """Done."""
    _require_here(ticket, act)
    return _finish(ticket, act, "finished")


def _finish(ticket: Ticket, act: Act, how: str) -> Ticket:
    require(Action.FINISH, ticket.state)
    _end_call(ticket, act, how)
    return change(
        ticket,
        act,
        "finished",
        state=State.FINISHED,
        stopped_at=act.now,
        stopped_from=ticket.state,
        note=how,
    )


def transfer(
    ticket: Ticket,
    act: Act,
    plan: HallPlan,
    *,
    reason: str,
    lane: str | None = None,
    counter: str | None = None,
    now: bool = False,
) -> Ticket:
    """To another lane, to one counter, or to be called now; the promise stays what it was.

    Raises UnknownLane, UnknownCounter, CounterNotOpen, NothingToTransfer, ActionNotAllowed."""
    _require_here(ticket, act)
    require(Action.TRANSFER, ticket.state)
    if not (lane or counter or now):
        raise NothingToTransfer
    if lane is not None and lane not in plan.lanes:
        raise UnknownLane(f"本大厅没有业务队列 {lane}。")
    if counter is not None and lock_counters(plan, act.now, counter)[counter] == CLOSED:
        raise CounterNotOpen(f"{counter} 号窗口没有开放，不能转过去。")
    due_ms, due_why = ticket.due_ms, ticket.due_why
    if now:
        due = order.transfer_now(due_ms, plan.hall_day(ticket.day).ms(act.now))
        due_ms, due_why = due.at, due.why
    _end_call(ticket, act, "transferred")
    return change(
        ticket,
        act,
        "transferred",
        state=State.WAITING,
        lane=lane or ticket.lane,
        bound_to=counter,
        counter=None,
        call_id=None,
        due_ms=due_ms,
        due_why=due_why,
        note=reason,
    )


def undo(ticket: Ticket, act: Act, plan: HallPlan) -> Ticket:
    """Take back a pass or a finish: to the counter if it is free, else bound to it.

    Raises ActionNotAllowed, UndoTooLate, NotAtThisCounter."""
    _require_here(ticket, act)
    require(Action.UNDO, ticket.state)
    by_pass = ticket.state == State.PASSED or ticket.passes >= THIRD_PASS
    if ticket.state == State.CLOSED and not by_pass:
        raise ActionNotAllowed
    check_undo(ticket.stopped_at, act.now, plan.rules)
    passes = ticket.passes - 1 if ticket.state != State.FINISHED else ticket.passes
    _set_call(ticket.call_id, ended_at=None, ended_as=None)
    return _back_to(ticket, _seat(act), ticket.stopped_from, act, "undone", plan, passes=passes)


def take_over(ticket: Ticket, act: Act, plan: HallPlan) -> Ticket:
    """Go on with the ticket of a clerk who has vanished.

    Raises ClerkPresent, CounterHoldsTicket, CounterNotOpen, ActionNotAllowed."""
    no = _seat(act)
    require(Action.TAKE_OVER, ticket.state)
    _require_open(plan, no, act)
    if tickets.at_counter(plan.code, no) is not None:
        raise CounterHoldsTicket
    silent = silent_for(plan.code, ticket.counter, act.now)
    if silent is not None and silent < plan.rules.vanished_after:
        raise ClerkPresent
    return change(ticket, act, "taken_over", counter=no, note=f"{ticket.counter} -> {no}")


def _back_to(
    ticket: Ticket, no: str, state: str, act: Act, kind: str, plan: HallPlan, **values: Any
) -> Ticket:
    """To the counter if it holds nothing; else waiting, for it alone, with its old due and serial."""
    if tickets.at_counter(plan.code, no) is None:
        return change(ticket, act, kind, state=state, counter=no, bound_to=None, **values)
    return change(ticket, act, kind, state=State.WAITING, counter=None, bound_to=no, **values)


# Helpers


@contextmanager
def _ready_or_again(plan: HallPlan, act: Act, again: Callable[[], Any]) -> Iterator[None]:
    """Around a word with the sequence that needs it ready: if not, leave the transaction, make
    it ready, begin again."""
    try:
        yield
    except NotReady:
        day = plan.day_of(act.now).date
        raise BeginAgain(partial(reconcile.make_ready, plan, day, act.now), again) from None
    except SequenceAway:
        raise SequenceNotReady from None


def _open_counter(plan: HallPlan, no: str, act: Act) -> Counter:
    if act.actor.kind == "staff" and act.actor.counter != no:
        raise NotAtThisCounter
    _require_open(plan, no, act)
    return counter_of(plan, no)


def _require_open(plan: HallPlan, no: str, act: Act) -> None:
    status = lock_counters(plan, act.now, no)[no]
    if status != OPEN:
        raise CounterNotOpen(status=status)


def _seat(act: Act) -> str:
    """The counter this clerk sits at. Raises NotAtThisCounter."""
    if act.actor.counter is None:
        raise NotAtThisCounter("您还没有在窗口登录，请先登录窗口。")
    return act.actor.counter


def _require_here(ticket: Ticket, act: Act) -> None:
    if ticket.counter is not None and ticket.counter != _seat(act):
        raise NotAtThisCounter(f"该号在 {ticket.counter} 号窗口，不能在这里操作。")


def _announce(act: Act, ticket: Ticket, kind: str, nth: int) -> None:
    events.record(
        act,
        ticket.hall,
        ticket.day,
        kind,
        ticket_id=ticket.id,
        number=ticket.number,
        counter=ticket.counter,
        call_id=ticket.call_id,
        nth=nth,
    )


def _end_call(ticket: Ticket, act: Act, how: str) -> None:
    _set_call(ticket.call_id, ended_at=act.now, ended_as=how)


def _set_call(call_id: int | None, **values: Any) -> None:
    db.session.execute(update(CALLS).where(CALLS.c.id == call_id).values(**values))
