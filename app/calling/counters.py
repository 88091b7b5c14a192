"""A counter opens, pauses and closes; whoever works it holds its row first.

Locks are taken in one order, so that nobody waits in a circle: counters by number, then
tickets, then their calls, then the series of numbers.
"""

from __future__ import annotations

from dataclasses import asdict

from app.calling.errors import CounterHoldsTicket, CounterNotOpen, NotAtThisCounter
from app.catalog import service as catalog
from app.catalog.plan import AutoCall, Counter, HallPlan
from app.catalog.service import auto_call_of, counter_of, lock_counter, set_counter_status
from app.core import events
from app.core.acts import Act, Role
from app.tickets import queries as tickets
from app.tickets.service import give_back_bound

OPEN, PAUSED, CLOSED = "open", "paused", "closed"
KINDS = {OPEN: "counter_opened", PAUSED: "counter_paused", CLOSED: "counter_closed"}


def open_counter(plan: HallPlan, no: str, act: Act) -> None:
    """Ready to call. Raises UnknownCounter, NotAtThisCounter, as do the others here."""
    _turn_own(plan, no, OPEN, act)


def pause_counter(plan: HallPlan, no: str, act: Act) -> None:
    """Away for a moment; a long pause gives bound tickets back (reconcile.sweep)."""
    _turn_own(plan, no, PAUSED, act)


def close_counter(plan: HallPlan, no: str, act: Act) -> None:
    """Gone for now: tickets bound to it go back to their lanes. Raises CounterHoldsTicket."""
    _turn_own(plan, no, CLOSED, act)


def turn_counter(plan: HallPlan, no: str, status: str, act: Act) -> None:
    """Open, pause or close a counter, whoever sits there: for those who lead the hall.

    Raises UnknownCounter, CounterHoldsTicket."""
    counter = counter_of(plan, no)
    was = lock_counter(counter)
    if status == CLOSED:
        if tickets.at_counter(plan.code, no) is not None:
            raise CounterHoldsTicket
        give_back_bound(plan, no, act)
    if status == was:
        return
    set_counter_status(counter, status, act.now)
    events.record(act, plan.code, plan.day_of(act.now).date, KINDS[status], counter=no)


def set_auto_call(plan: HallPlan, no: str, auto: AutoCall, act: Act) -> None:
    """Have the counter's console call the next by itself, or no longer; a clerk only at their own.

    Raises UnknownCounter, NotAtThisCounter."""
    counter = counter_of(plan, no)
    if act.actor.role == Role.CLERK:
        require_seat(no, act)
    lock_counter(counter)
    if auto_call_of(counter) == auto:
        return
    catalog.set_auto_call(counter, auto)
    kind, day = "counter_auto_call", plan.day_of(act.now).date
    events.record(act, plan.code, day, kind, counter=no, **asdict(auto))


def lock_open(plan: HallPlan, no: str) -> Counter:
    """Hold a counter that must be open. Raises UnknownCounter, CounterNotOpen."""
    counter = counter_of(plan, no)
    status = lock_counter(counter)
    if status != OPEN:
        raise CounterNotOpen(state=status)
    return counter


def require_seat(no: str, act: Act) -> None:
    """Only who sits at a counter works it. Raises NotAtThisCounter."""
    if act.actor.counter != no:
        raise NotAtThisCounter


def seat_of(act: Act) -> str:
    """The counter this clerk sits at. Raises NotAtThisCounter."""
    if act.actor.counter is None:
        raise NotAtThisCounter("您还没有登录窗口，请先在窗口登录。")
    return act.actor.counter


def _turn_own(plan: HallPlan, no: str, status: str, act: Act) -> None:
    counter_of(plan, no)
    require_seat(no, act)
    turn_counter(plan, no, status, act)
