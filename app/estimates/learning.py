"""From a day's rows to what they teach: services, patience, punctuality, who enters, who opens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import select

from app.appointments import queries as appointments
from app.appointments.states import State as BookingState
from app.calling.queries import Call, calls_of, shifts_of
from app.catalog.plan import HallDay, HallPlan
from app.catalog.rules import opening
from app.core.db import db
from app.estimates.models import ForetoldRow
from app.tickets.queries import TABLE as TICKETS
from app.tickets.queries import Ticket, of_day
from app.tickets.states import State
from queueing.habits import Entered, Habits, Kept, Served, Waited

FORETOLD = ForetoldRow.__table__
ENDED_SERVED = ("finished", "by_next", "transferred", "parked")
"""How a call ends whose person was there: a parked one's first part is a service, too."""


def habits_of_day(plan: HallPlan, day: date, until: datetime) -> Habits:
    """What a hall day teaches, up to a moment."""
    hall_day = plan.hall_day(day)
    end = min(hall_day.ms(until), hall_day.ms(plan.hall_day(day + timedelta(days=1)).starts_at))
    tickets, calls = of_day(plan.code, day), calls_of(plan.code, day)
    return Habits.of_day(
        served=_served(hall_day, calls, until),
        waited=_waited(tickets, calls, until),
        kept=_kept(plan, hall_day, tickets, end),
        entered=[
            Entered(ticket.lane, ticket.priority is not None, hall_day.ms(ticket.entered_at))
            for ticket in tickets
            if ticket.origin in ("walk_in", "paper") and ticket.entered_at is not None
        ],
        open_hours=[
            (hall_day.ms(opens), min(hall_day.ms(closes), end))
            for opens, closes in opening(plan, hall_day)
            if hall_day.ms(opens) < end
        ],
        shifts=shifts_of(plan, hall_day, end),
    )


def outcomes_of_day(plan: HallPlan, day: date, until: datetime) -> list[tuple[float, float]]:
    """The seconds waited since they were first told, and what was simulated; nobody who left.

    A wait counts once what was simulated has passed, over or not: of those just told, only the
    shortest waits are over, and they alone would make every estimate look too long."""
    first_calls = _first_calls(calls_of(plan.code, day))
    rows = db.session.execute(
        select(FORETOLD.c.ticket_id, FORETOLD.c.at, FORETOLD.c.simulated_p90_s, TICKETS.c.state)
        .join(TICKETS, TICKETS.c.id == FORETOLD.c.ticket_id)
        .where(TICKETS.c.hall == plan.code, TICKETS.c.day == day)
        .order_by(FORETOLD.c.at, TICKETS.c.serial)
    )
    return [
        ((first_calls.get(row.ticket_id, until) - row.at).total_seconds(), row.simulated_p90_s)
        for row in rows
        if row.ticket_id in first_calls or row.state == State.WAITING
        if (until - row.at).total_seconds() >= row.simulated_p90_s
    ]


def _first_calls(calls: Iterable[Call]) -> dict[str, datetime]:
    """Ticket -> when it was first called."""
    first: dict[str, datetime] = {}
    for call in calls:
        first.setdefault(call.ticket_id, call.called_at)
    return first


def _served(day: HallDay, calls: Iterable[Call], until: datetime) -> Iterator[Served]:
    """From the call to its end: what the counter was taken for, walking there included. Those
    under way count as well: early in a day only the shortest services are over."""
    for call in calls:
        over = call.ended_as in ENDED_SERVED
        if call.item is not None and (over or call.ended_at is None):
            seconds = ((call.ended_at or until) - call.called_at).total_seconds()
            counter = call.now_at or call.counter
            yield Served(call.lane, call.item, counter, day.ms(call.called_at), seconds, over)


def _waited(tickets: Iterable[Ticket], calls: Iterable[Call], now: datetime) -> Iterator[Waited]:
    first_calls = _first_calls(calls)
    for ticket in tickets:
        if ticket.entered_at is None:
            continue
        left = ticket.state == State.LEFT and ticket.id not in first_calls
        waits = ticket.state == State.WAITING
        until = ticket.stopped_at if left else first_calls.get(ticket.id, now if waits else None)
        if until is not None:
            yield Waited((until - ticket.entered_at).total_seconds(), left)


def _kept(plan: HallPlan, day: HallDay, tickets: Iterable[Ticket], end: int) -> Iterator[Kept]:
    """Bookings, and whether they were checked in."""
    entered = {ticket.id: ticket.entered_at for ticket in tickets}
    for booking in appointments.of_day(plan.code, day.date):
        starts = day.ms(booking.slot_starts_at)
        if booking.state == BookingState.CHECKED_IN:
            yield Kept(starts, day.ms(entered[booking.ticket_id]), True)
        elif booking.state in (BookingState.MISSED, BookingState.BOOKED):
            yield Kept(starts, end, False)
