"""Reading bookings and slots."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from flask import current_app
from sqlalchemy import ColumnElement, Row, String, and_, bindparam, exists, func, or_, select

from app.appointments.bans import Mark, standing
from app.appointments.errors import AppointmentNotFound
from app.appointments.models import AppointmentEventRow, AppointmentRow, PlaceRow, SlotRow
from app.appointments.rules import (
    Pool,
    Slot,
    Visit,
    has_closed,
    is_released,
    places_left,
    slots_of,
    visits,
)
from app.appointments.states import ACTIVE, State
from app.appointments.waiting.queries import Waiting, waiting_between, waiting_for, wish_of
from app.appointments.waiting.rules import kept_for
from app.catalog.plan import HallPlan, Item
from app.catalog.service import revision_of
from app.core.acts import Actor
from app.core.db import db

T = TypeVar("T")

Appointment = Row[Any]
"""A row of `appointments` as it was read: immutable, its columns as attributes."""

TABLE = AppointmentRow.__table__
SLOTS = SlotRow.__table__
PLACES = PlaceRow.__table__
EVENTS = AppointmentEventRow.__table__
TAKEN = select(SLOTS.c.id, SLOTS.c.taken).where(
    SLOTS.c.hall == bindparam("at_hall"),
    SLOTS.c.day.between(bindparam("first"), bindparam("last")),
)
"""Made once, like all that everybody asks at once."""
ASKED = select(
    revision_of(bindparam("at_hall", type_=String)).label("revision"),
    waiting_for(bindparam("at_hall"), bindparam("on")).label("anybody_waits"),
).subquery("asked")
AT_A_LOOK = select(ASKED, SLOTS.c.id, SLOTS.c.taken).select_from(
    ASKED.outerjoin(
        SLOTS, and_(SLOTS.c.hall == bindparam("at_hall"), SLOTS.c.day == bindparam("on"))
    )
)
"""A row for each slot of which something is sold, one at least."""
KEPT_AT_MOST = 1_000
"""Days whose slots, and items whose visits there, a process keeps: some halls × their horizon."""

OVER_AT_MOST = 50
"""Bookings that are over, in an account's list."""


def in_states(*states: State) -> ColumnElement[bool]:
    """The condition that a booking is in one of these states, written out for its index."""
    return TABLE.c.state.in_(bindparam(None, states, expanding=True, literal_execute=True))


def slots_on(plan: HallPlan, day: date) -> Mapping[str, Slot]:
    """The slots of a hall day, made once for each revision of the hall."""
    return _kept((plan.id, plan.revision, day), lambda: slots_of(plan, plan.hall_day(day)))


def visits_on(plan: HallPlan, day: date, items: Sequence[Item], pool: Pool) -> tuple[Visit, ...]:
    """The times at which a visit for these items could begin, sold or not; made as often."""
    key = plan.id, plan.revision, day, tuple(item.code for item in items), pool
    return _kept(key, lambda: tuple(visits(plan, slots_on(plan, day).values(), items, pool)))


def _kept(key: Hashable, make: Callable[[], T]) -> T:
    """What this process has made under this key, or makes now."""
    kept: dict[Hashable, T] = current_app.extensions.setdefault("slots", {})
    made = kept.get(key)
    if made is None:
        made = make()
        if len(kept) >= KEPT_AT_MOST:
            kept.clear()
        kept[key] = made
    return made  # another thread may have cleared what is kept


@dataclass(frozen=True, slots=True)
class DayLook:
    """A day's bookings as one statement saw them."""

    hall: str
    day: date
    revision: int | None
    """Of the hall; None: there is none of this code."""
    taken: Mapping[str, int]
    """Slot id -> units sold."""
    anybody_waits: bool


def look_at(hall: str, day: date) -> DayLook:
    """What is sold of a day, whether anybody waits for it, and whether its hall has changed."""
    rows = db.session.execute(AT_A_LOOK, {"at_hall": hall, "on": day}).all()
    taken = {row.id: row.taken for row in rows if row.id is not None}
    return DayLook(hall, day, rows[0].revision, taken, bool(rows[0].anybody_waits))


def taken_on(hall: str, day: date) -> dict[str, int]:
    """Slot id -> units sold, of the slots of a day of which any were."""
    return taken_between(hall, day, day)


def taken_between(hall: str, first: date, last: date) -> dict[str, int]:
    """The same of several days, both ends included."""
    rows = db.session.execute(TAKEN, {"at_hall": hall, "first": first, "last": last})
    return {row.id: row.taken for row in rows}


def free_visits(
    plan: HallPlan,
    items: Sequence[Item],
    day: date,
    pools: Iterable[Pool],
    now: datetime,
    *,
    full: bool = False,
    before_waiting: bool = False,
    look: DayLook | None = None,
) -> Iterator[tuple[Visit, int]]:
    """The times of a day that can be booked now, in their order, and how many such visits each
    still has room for; with `full` also those that have none left. Whoever asks for a day far away
    costs nothing.

    What somebody on the waiting list is about to be offered is full for others;
    `before_waiting`: for whom it is not, since the hall took from them what they had. `look`: what
    was seen of the day, from who looked just now."""
    if day < plan.day_of(now).date or not is_released(plan, day, now):
        return iter(())
    look = look or look_at(plan.code, day)
    taken = look.taken
    kept = frozenset() if before_waiting else kept_at(plan, look, now)
    found = [
        (visit, left)
        for pool in pools
        for visit in visits_on(plan, day, items, pool)
        if ((left := _left(visit, taken, kept)) > 0 or full) and not has_closed(plan, visit, now)
    ]
    return iter(sorted(found, key=lambda each: (each[0].starts_at, each[0].id)))


def _left(visit: Visit, taken: Mapping[str, int], kept: frozenset[str]) -> int:
    is_kept = any(part.slot.id in kept for part in visit.parts)
    return 0 if is_kept else places_left(visit, taken)


def kept_at(plan: HallPlan, look: DayLook, now: datetime, *, but_for: str = "") -> frozenset[str]:
    """The same as `kept_on`, of a day that was looked at."""
    if not look.anybody_waits:
        return frozenset()
    return kept_on(plan, look.day, look.taken, now, but_for=but_for)


def kept_on(
    plan: HallPlan, day: date, taken: Mapping[str, int], now: datetime, *, but_for: str = ""
) -> frozenset[str]:
    """The slots of a day that are kept for who waits for it; `but_for`: a person who may have
    them."""
    waiting = first_come(plan, day, day, now).get(day, [])
    others = [each for each in waiting if each.person_id != but_for]
    return kept_for_waiting(plan, day, others, taken, now)


def kept_for_waiting(
    plan: HallPlan, day: date, waiting: Sequence[Waiting], taken: Mapping[str, int], now: datetime
) -> frozenset[str]:
    """The slots of a day that are kept for these of its waiting list."""
    if not waiting:
        return frozenset()
    return kept_for(plan, slots_on(plan, day), map(wish_of, waiting), taken, now)


def first_come(plan: HallPlan, first: date, last: date, now: datetime) -> dict[date, list[Waiting]]:
    """Day -> who waits for it and may be offered a place, first come first: who was banned
    meanwhile may not, as long as that lasts."""
    lists = waiting_between(plan.code, first, last)
    if not lists or not plan.booking.bans:
        return lists
    marks = marks_of(each.person_id for waiting in lists.values() for each in waiting)
    banned = {who for who, of in marks.items() if standing(plan.booking.bans, of, now).ban}
    return {
        day: [each for each in waiting if each.person_id not in banned]
        for day, waiting in lists.items()
    }


def find(*, lock: bool = False, **column: Any) -> Appointment:
    """One booking by one of its columns (id, code). Raises AppointmentNotFound."""
    ((name, value),) = column.items()
    query = select(*TABLE.c).where(TABLE.c[name] == value)
    found = db.session.execute(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise AppointmentNotFound
    return found


def owned_by(appointment: Appointment, actor: Actor) -> bool:
    """Whether a citizen made this booking by their account, or it is surely for them: the rule of
    tickets (`tickets/queries.py`)."""
    is_its_person = actor.person is not None and actor.person == appointment.person_id
    return appointment.citizen_id == actor.id or is_its_person


def of_citizen(actor: Actor) -> list[Appointment]:
    """The bookings of a citizen: all that is still to come, the next first, then what is over, the
    latest first, as far back as OVER_AT_MOST."""
    owned = TABLE.c.citizen_id == actor.id
    if actor.person is not None:
        owned = or_(owned, TABLE.c.person_id == actor.person)
    own = select(*TABLE.c).where(owned)
    live = own.where(TABLE.c.state == State.BOOKED).order_by(TABLE.c.slot_starts_at)
    over = own.where(TABLE.c.state != State.BOOKED).order_by(TABLE.c.slot_starts_at.desc())
    found = [live, over.limit(OVER_AT_MOST)]
    return [row for query in found for row in db.session.execute(query)]


def of_person(hall: str, person: str, since: date) -> list[Appointment]:
    """A person's bookings in a hall for this hall day and later, the earliest day first."""
    query = select(*TABLE.c).where(
        TABLE.c.hall == hall, TABLE.c.person_id == person, TABLE.c.day >= since
    )
    return list(db.session.execute(query.order_by(TABLE.c.day, TABLE.c.booked_at)).all())


def of_day(hall: str, day: date) -> list[Appointment]:
    """Every booking of a hall day, in the order of their times."""
    query = select(*TABLE.c).where(TABLE.c.hall == hall, TABLE.c.day == day)
    return list(db.session.execute(query.order_by(TABLE.c.slot_starts_at, TABLE.c.id)).all())


def booked_on(hall: str, day: date) -> list[Appointment]:
    """Who is booked for this hall day and has not come yet, in the order of their times."""
    query = select(*TABLE.c).where(
        TABLE.c.hall == hall, TABLE.c.day == day, in_states(State.BOOKED)
    )
    return list(db.session.execute(query.order_by(TABLE.c.slot_starts_at, TABLE.c.id)).all())


def booked_days(hall: str, since: date) -> list[date]:
    """The hall days from this one on for which somebody is booked."""
    query = select(TABLE.c.day).where(
        TABLE.c.hall == hall, TABLE.c.day >= since, in_states(State.BOOKED)
    )
    return list(db.session.execute(query.distinct().order_by(TABLE.c.day)).scalars())


def active_in_order(hall: str, day: date) -> list[Appointment]:
    """A day's bookings that stand, come or not yet, in the order in which they were made."""
    query = select(*TABLE.c).where(TABLE.c.hall == hall, TABLE.c.day == day, in_states(*ACTIVE))
    return list(db.session.execute(query.order_by(TABLE.c.booked_at, TABLE.c.id)).all())


def active_on(hall: str, day: date, person: str) -> bool:
    """Whether this person has a booking that day, still to come or checked in."""
    held = select(TABLE.c.id).where(
        TABLE.c.hall == hall, TABLE.c.day == day, TABLE.c.person_id == person, in_states(*ACTIVE)
    )
    return db.session.execute(held.limit(1)).first() is not None


def marks_of(people: Iterable[str]) -> dict[str, list[Mark]]:
    """Person -> what counts against them, in whatever hall, the oldest first: bookings they missed,
    and those cancelled for no reason of the hall's. With one, the event has a note."""
    rows = db.session.execute(
        select(TABLE.c.person_id, EVENTS.c.kind, EVENTS.c.at)
        .join(EVENTS, EVENTS.c.appointment_id == TABLE.c.id)
        .where(
            TABLE.c.person_id.in_(set(people)),
            in_states(State.MISSED, State.CANCELLED),
            EVENTS.c.kind == TABLE.c.state,
            EVENTS.c.note == "",
        )
        .order_by(EVENTS.c.at, EVENTS.c.id)
    )
    marks: dict[str, list[Mark]] = {}
    for row in rows:
        marks.setdefault(row.person_id, []).append(Mark(row.kind, row.at))
    return marks


def live_of_citizen(citizen: str) -> int:
    """How many bookings of this account keep others from a place: those still to come, and those
    of which freed places are held back, so that booking and cancelling in turn drains no hall."""
    held_back = exists().where(
        PLACES.c.appointment_id == TABLE.c.id, PLACES.c.held_until.is_not(None)
    )
    count: int = db.session.execute(
        select(func.count())
        .select_from(TABLE)
        .where(TABLE.c.citizen_id == citizen, or_(TABLE.c.state == State.BOOKED, held_back))
    ).scalar_one()
    return count


def history_of(hall: str, day: date, ticket: str) -> list[Row[Any]]:
    """Everything that happened to the booking a ticket of this day came by, oldest first; empty
    where it came by none."""
    query = select(*EVENTS.c).join(TABLE, TABLE.c.id == EVENTS.c.appointment_id)
    booked = query.where(TABLE.c.hall == hall, TABLE.c.day == day, TABLE.c.ticket_id == ticket)
    return list(db.session.execute(booked.order_by(EVENTS.c.id)).all())


def needs_of(appointments: Iterable[str]) -> dict[str, dict[str, int]]:
    """Appointment -> slot id -> units it has there, held-back ones left out."""
    wanted = list(appointments)
    needs: dict[str, dict[str, int]] = {each: {} for each in wanted}
    rows = db.session.execute(
        select(PLACES.c.appointment_id, PLACES.c.slot_id, PLACES.c.units).where(
            PLACES.c.appointment_id.in_(wanted), PLACES.c.held_until.is_(None)
        )
    )
    for row in rows:
        needs[row.appointment_id][row.slot_id] = row.units
    return needs
