"""A booking as the outside sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from app.appointments.queries import Appointment
from app.appointments.rules import Visit, check_in_opens
from app.appointments.service import NAME
from app.catalog.plan import HallPlan
from app.catalog.service import promises_shown
from app.citizens.rules import masked_name
from app.core.http import wire_time
from app.core.parts import parts
from app.tickets.queries import Ticket
from app.tickets.queries import find_all as find_tickets


def slots_out(plan: HallPlan, free: Iterable[tuple[Visit, int]]) -> list[dict[str, Any]]:
    """Times that can be booked, with the hall's offset."""
    return [
        {
            "id": visit.id,
            "starts_at": wire_time(visit.starts_at, plan.zone),
            "ends_at": wire_time(visit.ends_at, plan.zone),
            "left": left,
            "pool": visit.parts[0].slot.pool,
        }
        for visit, left in free
    ]


def appointment_out(appointment: Appointment, plan: HallPlan) -> dict[str, Any]:
    """A booking, for who made it, whose it is, and staff; the name only masked."""
    (shown,) = appointments_out([appointment], {plan.code: plan})
    return shown


def appointments_out(
    found: Sequence[Appointment], plans: Mapping[str, HallPlan]
) -> list[dict[str, Any]]:
    """Bookings of these halls (code -> plan), as each by itself: numbers and promises are read once
    for all."""
    tickets = find_tickets({each.ticket_id for each in found if each.ticket_id is not None})
    days = {(each.hall, each.day) for each in found}
    opens = {(hall, day): _check_in_opens_before(plans[hall], day) for hall, day in days}
    return [
        _out(each, plans[each.hall], opens[each.hall, each.day], tickets.get(each.ticket_id))
        for each in found
    ]


def _check_in_opens_before(plan: HallPlan, day: date) -> int:
    """Milliseconds before a slot."""
    return promises_shown(plan, plan.hall_day(day)).hall.check_in_opens


def _out(
    appointment: Appointment, plan: HallPlan, opens_before: int, ticket: Ticket | None
) -> dict[str, Any]:
    opens_at = check_in_opens(plan, appointment.slot_starts_at, opens_before)
    name = appointment.name_sealed
    return {
        "id": appointment.id,
        "code": appointment.code,
        "state": appointment.state,
        "hall": appointment.hall,
        "date": appointment.day.isoformat(),
        "slot": {
            "id": appointment.slot_id,
            "starts_at": wire_time(appointment.slot_starts_at, plan.zone),
            "ends_at": wire_time(appointment.slot_ends_at, plan.zone),
        },
        "check_in_opens_at": wire_time(opens_at, plan.zone),
        "lane": appointment.lane,
        "item": appointment.items[0],
        "items": appointment.items,
        "person": {
            "id": appointment.person_id,
            "name": masked_name(parts().seal.open(NAME, name)) if name else None,
        },
        "ticket": _ticket(ticket),
        "note": appointment.note,
    }


def _ticket(ticket: Ticket | None) -> dict[str, str] | None:
    """The number it became."""
    if ticket is None:
        return None
    return {"id": ticket.id, "number": ticket.number, "state": ticket.state}
