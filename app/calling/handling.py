"""What happens to a ticket at its counter. Each runs inside the caller's transaction."""

from __future__ import annotations

from typing import Any

from app.calling.counters import CLOSED, lock_open, seat_of
from app.calling.errors import (
    ClerkPresent,
    CounterHoldsTicket,
    CounterNotOpen,
    ItemNotOfVisit,
    LaneNotServed,
    NotAtThisCounter,
    NothingToTransfer,
)
from app.calling.queries import call
from app.calling.records import announce, end_call, set_call
from app.calling.rules import check_recall, check_undo
from app.catalog.plan import HallPlan
from app.catalog.service import counter_of, item_of, lane_of, lock_counter
from app.core.acts import Act
from app.staff.queries import silent_for
from app.tickets import queries as tickets
from app.tickets.queries import Ticket
from app.tickets.service import change, refuse_past_day
from app.tickets.states import Action, State, refusal, require
from app.tickets.telling import mark_if_near, tell_passed
from queueing import order

THIRD_PASS = 3


def recall(ticket: Ticket, act: Act, plan: HallPlan) -> Ticket:
    """Call the same number again. Raises ActionNotAllowed, RecallsUsedUp, RecallTooSoon."""
    ticket = tickets.find(plan.code, id=ticket.id, lock=True)  # its row is not written here
    require(Action.RECALL, ticket.state)
    _require_here(ticket, act)
    made = call(ticket.call_id, lock=True)
    if made is None:
        raise refusal(Action.RECALL, ticket.state)
    check_recall(made.nth, made.last_at, act.now, plan.rules)
    set_call(made.id, nth=made.nth + 1, last_at=act.now)
    announce(act, ticket, "recalled", made.nth + 1)
    return ticket


def start(ticket: Ticket, act: Act) -> Ticket:
    """The person is here and is served."""
    require(Action.START, ticket.state)
    _require_here(ticket, act)
    started = change(ticket, act, "started", state=State.SERVING)
    set_call(ticket.call_id, started_at=act.now)
    return started


def pass_over(ticket: Ticket, act: Act, plan: HallPlan) -> Ticket:
    """Nobody came. The third pass closes the ticket."""
    _require_here(ticket, act)
    return _pass(ticket, act, plan)


def _pass(ticket: Ticket, act: Act, plan: HallPlan) -> Ticket:
    require(Action.PASS, ticket.state)
    passes = ticket.passes + 1
    last = passes >= THIRD_PASS
    passed = change(
        ticket,
        act,
        "passed",
        state=State.CLOSED if last else State.PASSED,
        passes=passes,
        stopped_at=act.now,
        stopped_from=ticket.state,
    )
    end_call(ticket, act, "passed")
    tell_passed(passed, plan, act)
    return passed


def park(ticket: Ticket, act: Act) -> Ticket:
    """Set aside while a paper is fetched; the counter is free for the next."""
    require(Action.PARK, ticket.state)
    _require_here(ticket, act)
    parked = change(
        ticket,
        act,
        "parked",
        state=State.PARKED,
        stopped_at=act.now,
        stopped_from=ticket.state,
    )
    end_call(ticket, act, "parked")
    return parked


def resume(ticket: Ticket, act: Act, plan: HallPlan) -> Ticket:
    """Go on with a parked ticket: served at once, or bound to this counter where it holds another.

    Raises LaneNotServed, CounterNotOpen, ActionNotAllowed."""
    no = seat_of(act)
    require(Action.RESUME, ticket.state)
    refuse_past_day(ticket, plan, act.now)
    if ticket.lane not in lock_open(plan, no).lanes:
        raise LaneNotServed
    return _back_to(ticket, no, State.SERVING, act, "resumed", plan)


def finish(ticket: Ticket, act: Act) -> Ticket:
    """Done."""
    _require_here(ticket, act)
    return _finish(ticket, act, "finished")


def _finish(ticket: Ticket, act: Act, how: str) -> Ticket:
    require(Action.FINISH, ticket.state)
    finished = change(
        ticket,
        act,
        "finished",
        state=State.FINISHED,
        stopped_at=act.now,
        stopped_from=ticket.state,
        note=how,
    )
    end_call(ticket, act, how)
    return finished


def transfer(
    ticket: Ticket,
    act: Act,
    plan: HallPlan,
    *,
    reason: str,
    lane: str | None = None,
    counter: str | None = None,
    item: str | None = None,
    now: bool = False,
) -> Ticket:
    """To another lane, to one counter, to the next item of the visit, or to be called now; the
    promise stays what it was.

    Raises UnknownLane, UnknownCounter, ItemNotOfVisit, CounterNotOpen, NothingToTransfer,
    ActionNotAllowed."""
    require(Action.TRANSFER, ticket.state)
    refuse_past_day(ticket, plan, act.now)
    _require_here(ticket, act)
    if not (lane or counter or item or now):
        raise NothingToTransfer
    if item is not None:
        if item not in ticket.items or item == ticket.item:
            raise ItemNotOfVisit
        lane = lane or item_of(plan, item).lane
    if lane is not None:
        lane_of(plan, lane)
    if counter is not None and lock_counter(counter_of(plan, counter)) == CLOSED:
        raise CounterNotOpen(f"{counter} 号窗口没有开放，不能转过去。")
    due_ms, due_why = ticket.due_ms, ticket.due_why
    if now:
        due = order.transfer_now(due_ms, plan.hall_day(ticket.day).ms(act.now))
        due_ms, due_why = due.at, due.why
    transferred = change(
        ticket,
        act,
        "transferred",
        state=State.WAITING,
        lane=lane or ticket.lane,
        item=item or ticket.item,
        bound_to=counter,
        counter=None,
        call_id=None,
        due_ms=due_ms,
        due_why=due_why,
        note=reason,
    )
    end_call(ticket, act, "transferred")
    mark_if_near(transferred, plan, act)
    return transferred


def undo(ticket: Ticket, act: Act, plan: HallPlan) -> Ticket:
    """Take back a pass or a finish: to the counter if it is free, else bound to it.

    Raises ActionNotAllowed, UndoTooLate, NotAtThisCounter, CounterNotOpen, DayOver."""
    require(Action.UNDO, ticket.state)
    _require_here(ticket, act)
    no = seat_of(act)
    if lock_counter(counter_of(plan, no)) == CLOSED:
        raise CounterNotOpen(state=CLOSED)
    by_pass = ticket.state == State.PASSED or ticket.passes >= THIRD_PASS
    if ticket.state == State.CLOSED and not by_pass:
        raise refusal(Action.UNDO, ticket.state)
    refuse_past_day(ticket, plan, act.now)
    check_undo(ticket.stopped_at, act.now, plan.rules)
    passes = ticket.passes - 1 if ticket.state != State.FINISHED else ticket.passes
    return _back_to(ticket, no, ticket.stopped_from, act, "undone", plan, passes=passes)


def take_over(ticket: Ticket, act: Act, plan: HallPlan) -> Ticket:
    """Go on with the ticket of a clerk who has vanished.

    Raises ClerkPresent, CounterHoldsTicket, CounterNotOpen, ActionNotAllowed."""
    no = seat_of(act)
    require(Action.TAKE_OVER, ticket.state)
    lock_open(plan, no)
    if tickets.at_counter(plan.code, no) is not None:
        raise CounterHoldsTicket
    silent = silent_for(plan.code, ticket.counter, act.now)
    if silent is not None and silent < plan.rules.vanished_after:
        raise ClerkPresent
    taken = change(ticket, act, "taken_over", counter=no, note=f"{ticket.counter} -> {no}")
    set_call(ticket.call_id, now_at=no)
    return taken


def _back_to(
    ticket: Ticket, no: str, state: str, act: Act, kind: str, plan: HallPlan, **values: Any
) -> Ticket:
    """To the counter if it is free, so that its call goes on there; else waiting for it alone, with
    its old due and serial."""
    if tickets.at_counter(plan.code, no) is None:
        back = change(ticket, act, kind, state=state, counter=no, bound_to=None, **values)
        set_call(ticket.call_id, now_at=no, ended_at=None, ended_as=None)
        return back
    return change(ticket, act, kind, state=State.WAITING, counter=None, bound_to=no, **values)


def end_by_next(plan: HallPlan, held: Ticket, act: Act) -> None:
    """Calling the next ends what the counter holds, the way the hall chose."""
    if plan.rules.unstarted_on_next == "passed" and held.state == State.CALLED:
        _pass(held, act, plan)
    else:
        _finish(held, act, "by_next")


def _require_here(ticket: Ticket, act: Act) -> None:
    seat = seat_of(act)
    if ticket.counter is not None and ticket.counter != seat:
        raise NotAtThisCounter(f"该号在 {ticket.counter} 号窗口，不能在这里操作。")
