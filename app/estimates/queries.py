"""A hall at one moment, as the forecast sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select

from app.appointments.queries import booked_on
from app.calling.queries import calls_at, last_busy, shifts_of
from app.catalog.plan import HallDay, HallPlan
from app.catalog.service import counter_statuses, promises_of_day
from app.core.db import db
from app.estimates.models import ForetoldRow
from app.tickets.queries import TABLE as TICKETS
from app.tickets.queries import Ticket, at_counters, waiting_for_estimate
from queueing.estimate import Booked, Desk, Serving, Situation, Waiting
from queueing.order import MINUTE, Slot

NOBODY_THERE = 3 * MINUTE
"""A counter that is open, free, and has let somebody it serves wait for so long has nobody at it:
longer than any clerk tidies up between two calls."""
FORETOLD = ForetoldRow.__table__


def situation(plan: HallPlan, now: datetime) -> Situation:
    """Who waits, who is served and since when, who is booked, and which counters are open."""
    day = plan.day_of(now)
    promises = promises_of_day(plan, day)
    wait = [
        Waiting(
            ticket=ticket.id,
            lane=ticket.lane,
            item=ticket.item,
            due=ticket.due_ms,
            serial=ticket.serial,
            entered=day.ms(ticket.entered_at),
            counter=ticket.bound_to,
            more=_more(ticket) if ticket.items else (),
        )
        for ticket in waiting_for_estimate(plan.code, day.date)
    ]
    return Situation(
        now=day.ms(now),
        waiting=wait,
        desks=_attended(plan, day, now, _desks(plan, day, now), wait),
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


def _attended(
    plan: HallPlan, day: HallDay, now: datetime, desks: Sequence[Desk], wait: Sequence[Waiting]
) -> list[Desk]:
    """The desks, those as closed at which nobody is seen to work."""
    first: dict[str, int] = {}
    for one in wait:
        if one.counter is None:
            first[one.lane] = min(one.entered, first.get(one.lane, one.entered))
    let_wait = {
        desk.no: min(first[lane] for lane in desk.lanes & first.keys())
        for desk in desks
        if desk.open_since is not None and desk.serving is None
        if desk.lanes & first.keys()
    }
    long_ago = day.ms(now) - NOBODY_THERE
    idle = [desk.no for desk in desks if let_wait.get(desk.no, long_ago + 1) <= long_ago]
    busy = last_busy(plan.code, day.date, idle) if idle else {}
    return [
        replace(desk, open_since=None, was_open=True)
        if desk.no in idle
        and max(desk.open_since or 0, day.ms(busy.get(desk.no, day.starts_at))) <= long_ago
        else desk
        for desk in desks
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
