"""A booking as the outside sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from app.appointments.bans import Mark, Standing, standing
from app.appointments.days import BookingDay
from app.appointments.queries import Appointment, marks_of
from app.appointments.records import NAME
from app.appointments.rules import Visit, check_in_opens, last_cancel, may_cancel
from app.appointments.states import State
from app.appointments.words import SOMEBODY, YOU, banned_words, cancelling_words, near_words
from app.catalog.plan import HallPlan
from app.catalog.rules import opening
from app.catalog.service import promises_shown
from app.citizens.queries import citizen_of
from app.citizens.rules import masked_name
from app.core.http import wire_time
from app.core.language import tell
from app.core.parts import parts
from app.core.said import Both, Said
from app.tickets.queries import Ticket
from app.tickets.queries import find_all as find_tickets
from queueing.order import Promises


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


def appointment_out(
    appointment: Appointment, plan: HallPlan, reader: str | None = None
) -> dict[str, Any]:
    """A booking, for who made it, whose it is, and staff. `reader`: the account that reads it; the
    name is masked for all but the one that gave it."""
    (shown,) = appointments_out([appointment], {plan.code: plan}, reader)
    return shown


def appointments_out(
    found: Sequence[Appointment], plans: Mapping[str, HallPlan], reader: str | None = None
) -> list[dict[str, Any]]:
    """Bookings of these halls (code -> plan), as each by itself: numbers, promises, and what counts
    against people are read once for all."""
    now = parts().clock.now()
    tickets = find_tickets({each.ticket_id for each in found if each.ticket_id is not None})
    days = {(each.hall, each.day) for each in found}
    promises = {
        (hall, day): promises_shown(plans[hall], plans[hall].hall_day(day)).hall
        for hall, day in days
    }
    people = {each.person_id for each in found if each.state == State.BOOKED}
    marks = marks_of(people) if people else {}
    own = citizen_of(reader).person if reader else None
    shown = []
    for each in found:
        plan, name = plans[each.hall], _name(each, reader)
        who = YOU if reader and each.person_id == own else (reader and name) or SOMEBODY
        shown.append(
            {
                **_out(each, plan, promises[each.hall, each.day]),
                "person": {"id": each.person_id, "name": name},
                "ticket": _ticket(tickets.get(each.ticket_id)),
                **_warnings(each, plan, marks.get(each.person_id, []), now, who),
            }
        )
    return shown


def days_out(plan: HallPlan, days: Iterable[BookingDay]) -> list[dict[str, Any]]:
    """The calendar's days."""
    return [
        {
            "date": day.date.isoformat(),
            "weekday": day.date.isoweekday(),
            "state": day.state,
            "left": day.left,
            "releases_at": day.releases_at and wire_time(day.releases_at, plan.zone),
            "reason": day.reason,
        }
        for day in days
    ]


def standing_out(found: Standing, zone: tzinfo, who: Said | Both | str) -> dict[str, Any]:
    """What is counted against somebody, and what follows."""
    ban, near = found.ban, found.near("missed", "cancelled")
    return {
        "banned_until": ban and wire_time(ban.until, zone),
        "reason": ban and tell(banned_words(ban, zone, who)),
        "counts": [
            {
                "what": each.rule.what,
                "count": each.count,
                "limit": each.rule.count,
                "within_days": each.rule.within_days,
                "ban_days": each.rule.ban_days,
            }
            for each in found.counts
        ],
        "warning": near and tell(near_words(near, who)),
    }


def _name(appointment: Appointment, reader: str | None) -> str | None:
    if appointment.name_sealed is None:
        return None
    name = parts().seal.open(NAME, appointment.name_sealed)
    return name if reader and appointment.citizen_id == reader else masked_name(name)


def _warnings(
    appointment: Appointment,
    plan: HallPlan,
    marks: Sequence[Mark],
    now: datetime,
    who: Said | Both | str,
) -> dict[str, str | None]:
    """What whoever holds a booking should know before they cancel it or stay away: that the person
    is banned, or would be."""
    if appointment.state != State.BOOKED:
        return {"warning": None, "cancel_warning": None}
    found = standing(plan.booking.bans, marks, now)
    if found.ban is not None:
        banned = tell(banned_words(found.ban, plan.zone, who))
        return {"warning": banned, "cancel_warning": None}
    cancels = may_cancel(plan, appointment.slot_starts_at, now)
    last = found.near("cancelled") if cancels else None
    near = last or found.near("missed")
    return {
        "warning": tell(near_words(near, who)) if near else None,
        "cancel_warning": tell(cancelling_words(last)) if last else None,
    }


def _out(appointment: Appointment, plan: HallPlan, promises: Promises) -> dict[str, Any]:
    starts_at, ends_at = appointment.slot_starts_at, appointment.slot_ends_at
    opens_at = check_in_opens(plan, starts_at, promises.check_in_opens)
    return {
        "id": appointment.id,
        "code": appointment.code,
        "state": appointment.state,
        "hall": appointment.hall,
        "date": appointment.day.isoformat(),
        "slot": {
            "id": appointment.slot_id,
            "starts_at": wire_time(starts_at, plan.zone),
            "ends_at": wire_time(ends_at, plan.zone),
        },
        "cancel_until": wire_time(last_cancel(plan, starts_at), plan.zone),
        "check_in_opens_at": wire_time(opens_at, plan.zone),
        "on_time_until": wire_time(_open_at(plan, appointment, promises.grace), plan.zone),
        "check_in_closes_at": wire_time(
            _open_at(plan, appointment, promises.late_until), plan.zone
        ),
        "lane": appointment.lane,
        "item": appointment.items[0],
        "items": appointment.items,
        "note": appointment.note,
    }


def _open_at(plan: HallPlan, appointment: Appointment, after: int) -> datetime:
    """So many milliseconds after the slot, but no later than the hall closes."""
    later: datetime = appointment.slot_ends_at + timedelta(milliseconds=after)
    spans = opening(plan, plan.hall_day(appointment.day))
    return min(later, spans[-1][1]) if spans else later


def _ticket(ticket: Ticket | None) -> dict[str, str] | None:
    """The number it became."""
    if ticket is None:
        return None
    return {"id": ticket.id, "number": ticket.number, "state": ticket.state}
