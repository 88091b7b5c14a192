"""Changing a ticket that stands, by its holder, by a counter, by the end of its day. Each runs
inside the caller's transaction."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select, update

from app.catalog.plan import HallPlan
from app.catalog.service import promises_of_day
from app.citizens.queries import is_elderly
from app.core.acts import Act
from app.core.db import MEETS_NOTHING_LEFT, db
from app.tickets.errors import DayOver, NoPriority, TicketChanged
from app.tickets.following import forget_followers
from app.tickets.placing import due_at_arrival, due_behind
from app.tickets.queries import TABLE, Ticket, bound_to, find, in_states
from app.tickets.recording import record, tell_sequence
from app.tickets.rules import Arrival
from app.tickets.series import next_serial
from app.tickets.states import LIVE, Action, State, require
from app.tickets.telling import mark_if_near, take_back
from queueing import order

# Made once: making a statement takes longer than running it, and each call runs it.
CHANGE = (
    update(TABLE)
    .where(
        TABLE.c.id == bindparam("ticket"),
        TABLE.c.seq_version == bindparam("as_read"),
        TABLE.c.state == bindparam("state_was"),
    )
    .values(seq_version=TABLE.c.seq_version + 1)
    .returning(*TABLE.c)
    .execution_options(**MEETS_NOTHING_LEFT)
)


def change(ticket: Ticket, act: Act, kind: str, /, note: str = "", **values: Any) -> Ticket:
    """Write values onto a ticket as it was read, raise its version, and record it as `kind`.

    Keys that are columns are written; `note` goes to the event.
    Raises TicketChanged when somebody else was faster."""
    as_read = {"ticket": ticket.id, "as_read": ticket.seq_version, "state_was": ticket.state}
    changed = db.session.execute(CHANGE, as_read | values).one_or_none()
    if changed is None:
        raise TicketChanged
    record(act, changed, kind, note)
    if changed.state != ticket.state:
        take_back(changed, act)
    tell_sequence(changed, waited=ticket.state == State.WAITING)
    return changed


def refuse_past_day(ticket: Ticket, plan: HallPlan, now: datetime) -> None:
    """Nobody is called on a day that is over, so nobody is sent to wait on it. Raises DayOver."""
    if ticket.day != plan.day_of(now).date:
        raise DayOver


def mark_called(
    ticket_id: str, version: int, counter: str, call: ColumnElement[int]
) -> Ticket | None:
    """The guarded write of a call: waiting, and still of this version; else None. `call`: where the
    id of its row comes from.

    Tells the sequence nothing: the claim that led here is confirmed by who made it."""
    as_read = {"ticket": ticket_id, "as_read": version, "state_was": State.WAITING}
    called = {"state": State.CALLED, "counter": counter, "bound_to": None}
    return db.session.execute(_called_as(call), as_read | called).one_or_none()


@cache
def _called_as(call: ColumnElement[int]) -> Any:
    return CHANGE.values(call_id=call)


def check_in(ticket: Ticket, priority: str | None, act: Act, plan: HallPlan) -> Ticket:
    """The holder of a number from afar stands in the hall; that they are elderly is told by the
    number it was taken for. Raises ActionNotAllowed."""
    require(Action.CHECK_IN, ticket.state)
    refuse_past_day(ticket, plan, act.now)
    if priority is None and ticket.person_id is not None:
        priority = "elderly" if is_elderly(ticket.person_id, ticket.day) else None
    day = plan.hall_day(ticket.day)
    arrival = Arrival(ticket.origin, ticket.taken_at, act.now, None, priority)
    due = due_at_arrival(plan, day, ticket.lane, arrival, act.now)
    entered = change(
        ticket,
        act,
        "checked_in",
        state=State.WAITING,
        entered_at=act.now,
        priority=priority,
        due_ms=due.at,
        due_why=due.why,
    )
    mark_if_near(entered, plan, act)
    return entered


def rejoin(ticket: Ticket, act: Act, plan: HallPlan) -> Ticket:
    """Back in line after a pass, with a new serial. Raises ActionNotAllowed."""
    ticket = find(ticket.hall, id=ticket.id, lock=True)
    require(Action.REJOIN, ticket.state)
    refuse_past_day(ticket, plan, act.now)
    day = plan.hall_day(ticket.day)
    promises = promises_of_day(plan, day).for_lane(ticket.lane)
    behind = due_behind(plan, day, ticket.lane, promises.rejoin_behind, act.now)
    due = order.rejoin(
        ticket.due_ms,
        day.ms(ticket.stopped_at),
        ticket.passes,
        day.ms(act.now),
        behind,
        promises,
    )
    return change(
        ticket,
        act,
        "rejoined",
        state=State.WAITING,
        due_ms=due.at,
        due_why=due.why,
        serial=next_serial(ticket.hall, ticket.day, act.now)[0],
        counter=None,
        bound_to=None,
    )


def leave(ticket: Ticket, act: Act) -> Ticket:
    """The holder gives up. Raises ActionNotAllowed."""
    require(Action.LEAVE, ticket.state)
    return change(
        ticket, act, "left", state=State.LEFT, stopped_at=act.now, stopped_from=ticket.state
    )


def strike_priority(ticket: Ticket, reason: str, act: Act, plan: HallPlan) -> Ticket:
    """Take a priority back that was not due; the ticket stands where it would without it.

    Raises ActionNotAllowed, also when there is no priority to strike."""
    require(Action.STRIKE_PRIORITY, ticket.state)
    if ticket.priority is None or ticket.priority_struck is not None:
        raise NoPriority
    due = order.Due(ticket.due_ms, order.Why(ticket.due_why))
    if due.why == order.Why.PRIORITY:
        slot = (ticket.slot_starts_at, ticket.slot_ends_at) if ticket.slot_starts_at else None
        arrival = Arrival(ticket.origin, ticket.taken_at, ticket.entered_at, slot)
        due = due_at_arrival(plan, plan.hall_day(ticket.day), ticket.lane, arrival, act.now)
    return change(
        ticket,
        act,
        "priority_struck",
        priority_struck=reason,
        due_ms=due.at,
        due_why=due.why,
        note=reason,
    )


def reprint(ticket: Ticket, act: Act) -> Ticket:
    """The same number on paper once more. Raises ActionNotAllowed."""
    require(Action.REPRINT, ticket.state)
    record(act, ticket, "reprinted")
    return ticket


def give_back_bound(plan: HallPlan, counter: str, act: Act) -> int:
    """Tickets only this counter could call may be called by every counter of their lanes; how many
    there were."""
    bound = bound_to(plan.code, counter)
    for ticket in bound:
        change(ticket, act, "unbound", bound_to=None)
    return len(bound)


def close_day(plan: HallPlan, before: date, act: Act) -> int:
    """Close what earlier days left behind, and forget who followed what; how many tickets there
    were. Never calls one."""
    leftovers = db.session.execute(
        select(*TABLE.c)
        .where(TABLE.c.hall == plan.code, TABLE.c.day < before, in_states(*LIVE))
        .order_by(TABLE.c.id)
        .with_for_update()  # two nights at once close them one after the other
    ).all()
    for ticket in leftovers:
        change(
            ticket,
            act,
            "closed",
            state=State.CLOSED,
            stopped_at=act.now,
            stopped_from=ticket.state,
            note=ticket.state,
        )
    forget_followers(plan.code, before)
    return len(leftovers)
