"""A hall at one moment, as the forecast sees it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from app.appointments.queries import booked_on
from app.calling.queries import calls_at, shifts_of
from app.catalog.plan import HallDay, HallPlan
from app.catalog.service import counter_statuses, promises_of_day
from app.core.db import db
from app.estimates.models import ForetoldRow
from app.tickets.queries import TABLE as TICKETS
from app.tickets.queries import Ticket, at_counters, waiting
from queueing.estimate import Booked, Desk, Serving, Situation, Waiting
from queueing.order import Slot

FORETOLD = ForetoldRow.__table__


def situation(plan: HallPlan, now: datetime) -> Situation:
    """Who waits, who is served and since when, who is booked, and which counters are open."""
    day = plan.day_of(now)
    promises = promises_of_day(plan, day)
    return Situation(
        now=day.ms(now),
        waiting=[
            Waiting(
                ticket=ticket.id,
                lane=ticket.lane,
                item=ticket.item,
                due=ticket.due_ms,
                serial=ticket.serial,
                entered=day.ms(ticket.entered_at or ticket.taken_at),
                counter=ticket.bound_to,
                more=_more(ticket),
            )
            for ticket in waiting(plan.code, day.date)
        ],
        desks=_desks(plan, day, now),
        booked=[
            Booked(
                booking.lane,
                booking.items[0],
                Slot(day.ms(booking.slot_starts_at), day.ms(booking.slot_ends_at)),
                tuple(booking.items[1:]),
            )
            for booking in booked_on(plan.code, day.date)
        ],
        promises=promises.hall,
        walk_in_promises=dict(promises.lane_walk_in),
        overdue_after=plan.rules.overdue_after,
    )


def _desks(plan: HallPlan, day: HallDay, now: datetime) -> list[Desk]:
    statuses = counter_statuses(plan)
    shifts = shifts_of(plan, day, day.ms(now))
    tickets = at_counters(plan.code, frozenset(plan.lanes))
    began = calls_at([ticket.call_id for ticket in tickets])
    serving = {
        ticket.counter: Serving(
            ticket.lane, ticket.item, day.ms(began[ticket.call_id]), _more(ticket)
        )
        for ticket in tickets
        if ticket.call_id in began
    }
    return [
        Desk(
            no=counter.no,
            tiers=counter.tiers,
            open_since=_open_since(statuses.get(counter.no), day),
            serving=serving.get(counter.no),
            was_open=counter.no in shifts,
        )
        for counter in plan.counters.values()
    ]


def _more(ticket: Ticket) -> tuple[str, ...]:
    """What comes after the item in hand."""
    return tuple(ticket.items[ticket.items.index(ticket.item) + 1 :])


def _open_since(status: tuple[str, datetime | None] | None, day: HallDay) -> int | None:
    if status is None or status[0] != "open":
        return None
    return 0 if status[1] is None else max(day.ms(status[1]), 0)


def foretold_on(hall: str, day: date) -> dict[str, tuple[datetime, float, float]]:
    """Ticket -> when it was first told how long it waits, and the two numbers in seconds."""
    rows = db.session.execute(
        select(FORETOLD.c.ticket_id, FORETOLD.c.at, FORETOLD.c.p50_s, FORETOLD.c.p90_s)
        .join(TICKETS, TICKETS.c.id == FORETOLD.c.ticket_id)
        .where(TICKETS.c.hall == hall, TICKETS.c.day == day)
    )
    return {row.ticket_id: (row.at, row.p50_s, row.p90_s) for row in rows}
