"""Reading a day for its report. Nobody is named in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from app.appointments import queries as appointments
from app.calling.queries import Call, calls_of, shifts_of
from app.catalog.plan import HallDay, HallPlan
from app.core.language import named
from app.estimates.queries import foretold_on
from app.ratings.queries import counts
from app.reports.rules import BookedTime, DayReport, Told, Visit, Work, report
from app.tickets.queries import Ticket, of_day

KIND_OF = {"paper": "walk_in"}
"""Who got a number on paper came to the hall like anybody who takes one at the machine."""
Foretold = Mapping[str, tuple[datetime, float, float]]


def report_of(plan: HallPlan, day: date, now: datetime) -> DayReport:
    """A hall day as far as it has come."""
    hall_day = plan.hall_day(day)
    calls = calls_of(plan.code, day)
    booked = [
        BookedTime(hall_day.ms(booking.slot_starts_at), booking.state)
        for booking in appointments.of_day(plan.code, day)
    ]
    visits = _visits(hall_day, calls, now)
    return report(visits, _work(plan, hall_day, calls, now), booked, counts(plan.code, day, day))


def visits_of(plan: HallPlan, day: date, now: datetime) -> list[Visit]:
    """The day's tickets in the order of their serials, each with what became of it."""
    return _visits(plan.hall_day(day), calls_of(plan.code, day), now)


def _visits(day: HallDay, calls: Iterable[Call], now: datetime) -> list[Visit]:
    by_ticket: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        by_ticket[call.ticket_id].append(call)
    foretold = foretold_on(day.hall, day.date)
    return [
        _visit(day, ticket, by_ticket[ticket.id], foretold, now)
        for ticket in of_day(day.hall, day.date)
    ]


def _visit(
    day: HallDay, ticket: Ticket, calls: list[Call], foretold: Foretold, now: datetime
) -> Visit:
    has_priority = ticket.priority is not None and ticket.priority_struck is None
    told = foretold.get(ticket.id)
    return Visit(
        number=ticket.number,
        lane=ticket.lane,
        items=tuple(ticket.items),
        kind="priority" if has_priority else KIND_OF.get(ticket.origin, ticket.origin),
        state=ticket.state,
        entered=None if ticket.entered_at is None else day.ms(ticket.entered_at),
        called=day.ms(calls[0].called_at) if calls else None,
        ended=None if ticket.stopped_at is None else day.ms(ticket.stopped_at),
        counter=ticket.counter,
        passes=ticket.passes,
        served_s=sum(
            ((call.ended_at or now) - call.called_at).total_seconds()
            for call in calls
            if call.ended_as not in ("passed", "closed")
        ),
        told=None if told is None else Told(day.ms(told[0]), told[1], told[2]),
    )


def _work(plan: HallPlan, day: HallDay, calls: Iterable[Call], now: datetime) -> list[Work]:
    """Today's counters, and those that worked that day and are gone."""
    end = min(day.ms(now), day.ms(plan.hall_day(day.date + timedelta(days=1)).starts_at))
    shifts = shifts_of(plan, day, end)
    done: dict[str, list[tuple[int, int, str | None]]] = defaultdict(list)
    for call in calls:
        ended = end if call.ended_at is None else day.ms(call.ended_at)
        done[call.now_at or call.counter].append((day.ms(call.called_at), ended, call.ended_as))
    names = {counter.no: named(counter) for counter in plan.counters.values()}
    gone = sorted((shifts.keys() | done.keys()) - names.keys())
    return [
        Work(no, names.get(no, ""), shifts.get(no, []), done.get(no, [])) for no in [*names, *gone]
    ]
