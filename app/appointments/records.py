"""The row of a booking: written, changed, and what happened to it recorded and told."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, update

from app.appointments.errors import (
    SecondBooking,
)
from app.appointments.queries import (
    EVENTS,
    TABLE,
    Appointment,
    active_on,
)
from app.appointments.reminders import forget_reminders, remind
from app.appointments.rules import (
    Visit,
    code_of,
)
from app.appointments.states import State
from app.appointments.words import NOTICE_OF, YOU, facts_of, told
from app.catalog.plan import HallPlan
from app.citizens.rules import masked_name
from app.core.acts import Act
from app.core.db import db, insert_into
from app.core.parts import parts
from app.core.said import Masked
from app.notices.service import Link, notify, withdraw

NAME = "appointments.name"
"""The column a sealed name belongs to."""


def put_booking(
    plan: HallPlan,
    visit: Visit,
    items: Sequence[str],
    person: str,
    act: Act,
    citizen: str | None,
    name: str | None,
) -> Appointment:
    """The row, unless this person has one for the day. Raises SecondBooking.

    A code that is in use already is as good a conflict as a second booking, so the day is asked
    which of them it was."""
    day = plan.day_of(visit.starts_at).date
    values = {
        "id": act.new_id(),
        "hall": plan.code,
        "day": day,
        "slot_id": visit.id,
        "slot_starts_at": visit.starts_at,
        "slot_ends_at": visit.ends_at,
        "lane": visit.lane,
        "items": list(items),
        "person_id": person,
        "name_sealed": parts().seal.seal(NAME, name) if name else None,
        "citizen_id": citizen,
        "booked_by": str(act.actor),
        "state": State.BOOKED,
        "booked_at": act.now,
    }
    while True:
        values["code"] = code_of(act.new_id())
        put = insert_into(TABLE).values(values).on_conflict_do_nothing().returning(*TABLE.c)
        made = db.session.execute(put).one_or_none()
        if made is not None:
            return made
        if active_on(plan.code, day, person):
            raise SecondBooking


def change(appointment: Appointment, **values: object) -> Appointment:
    return db.session.execute(
        update(TABLE).where(TABLE.c.id == appointment.id).values(**values).returning(*TABLE.c)
    ).one()


def record(
    plan: HallPlan,
    appointment: Appointment,
    kind: str,
    act: Act,
    note: str = "",
    before: Appointment | None = None,
) -> None:
    """Write what happened to a booking, and tell the account that made it, now and when its time
    comes near. `before`: as it was."""
    event = db.session.execute(
        insert(EVENTS)
        .values(
            appointment_id=appointment.id,
            at=act.now,
            kind=kind,
            actor=str(act.actor),
            note=note,
        )
        .returning(EVENTS.c.id)
    ).scalar_one()
    if appointment.citizen_id is None:
        return
    sealed = appointment.name_sealed
    name = sealed and masked_name(parts().seal.open(NAME, sealed))
    who = Masked(name, appointment.person_id) if name else YOU
    link = Link("pages/appointment/index", {"id": appointment.id})
    about = f"appointment:{appointment.id}:"
    if kind != "booked":
        forget_reminders(appointment.id, act)
        withdraw(about, act)  # or the quiet hours might keep it until after what is told now
    remind(plan, appointment, event, who, act, link)
    words = told(plan, appointment, kind, note, who, before)
    if words is not None:
        notify(
            appointment.citizen_id,
            NOTICE_OF[kind],
            words,
            f"{about}{event}",
            act,
            facts=facts_of(plan, appointment, kind, note, who),
            link=link,
            hall=plan.code,
        )
