"""Reminders of a booking: notices written with it that nobody hears of before their time, and
withdrawn as soon as it is not what it was."""

from __future__ import annotations

from itertools import pairwise

from app.appointments.queries import Appointment
from app.appointments.rules import reminders_of
from app.appointments.states import State
from app.appointments.words import Who, facts_of, reminder_words
from app.catalog.plan import HallPlan
from app.core.acts import Act
from app.notices.service import Link, notify, withdraw


def forget_reminders(appointment_id: str, act: Act) -> None:
    """Remind no longer of what a booking was."""
    withdraw(f"reminder:{appointment_id}:", act)


def remind(
    plan: HallPlan, appointment: Appointment, event: int, who: Who, act: Act, link: Link
) -> None:
    """Remind of a booking as it stands since this event, if it does.

    Each is worth nothing once the next is due; the last, once the booked time begins."""
    if appointment.state != State.BOOKED:
        return
    starts_at = appointment.slot_starts_at
    moments = reminders_of(plan, starts_at, act.now)
    for nth, (moment, until) in enumerate(pairwise([*moments, starts_at])):
        notify(
            appointment.citizen_id,
            "reminder",
            reminder_words(plan, appointment, who),
            f"reminder:{appointment.id}:{event}:{nth}",
            act,
            facts=facts_of(plan, appointment, "reminder", "", who),
            link=link,
            not_before=moment,
            not_after=until,
            hall=plan.code,
        )
