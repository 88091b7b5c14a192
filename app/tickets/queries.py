"""Reading tickets. Other features read them here, and change them through `service`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Row, and_, bindparam, case, func, or_, select

from app.catalog.plan import HallDay, HallPlan
from app.catalog.service import revision_of
from app.core import events
from app.core.acts import Actor
from app.core.db import MEETS_NOTHING_LEFT, db
from app.core.parts import parts
from app.tickets.errors import TicketNotFound
from app.tickets.models import FollowerRow, TicketRow
from app.tickets.states import AT_COUNTER, LIVE, State
from queueing.sequence import Sequence

Ticket = Row[Any]
"""A row of `tickets` as it was read: immutable, its columns as attributes."""

TABLE = TicketRow.__table__
FOLLOWERS = FollowerRow.__table__


def in_states(*states: State, of: Any = TABLE) -> Any:
    """The condition that a ticket is in one of these states, written out: a database uses an index
    of such tickets only if it can read in the statement that they are meant."""
    return of.c.state.in_(bindparam(None, states, expanding=True, literal_execute=True))


def _waits(hall: Any) -> Any:
    return and_(TABLE.c.hall == hall, in_states(State.WAITING))


def waiting_in(hall: Any, day: Any) -> Any:
    """The condition that a ticket of this hall and day waits."""
    return and_(_waits(hall), TABLE.c.day == day)


# Made once: every call or number runs one, and making a statement takes longer than running it.
AHEAD = (
    select(func.count())
    .select_from(TABLE)
    .where(
        waiting_in(bindparam("at_hall"), bindparam("on")),
        TABLE.c.lane == bindparam("in_lane"),
        or_(
            TABLE.c.due_ms < bindparam("due"),
            and_(TABLE.c.due_ms == bindparam("due"), TABLE.c.serial < bindparam("its_serial")),
        ),
    )
    .execution_options(**MEETS_NOTHING_LEFT)
)
OTHER = TABLE.alias("other")
BEFORE = (
    select(func.count())
    .select_from(OTHER)
    .where(
        OTHER.c.hall == TABLE.c.hall,
        OTHER.c.day == TABLE.c.day,
        in_states(State.WAITING, of=OTHER),
        OTHER.c.lane == TABLE.c.lane,
        or_(
            OTHER.c.due_ms < TABLE.c.due_ms,
            and_(OTHER.c.due_ms == TABLE.c.due_ms, OTHER.c.serial < TABLE.c.serial),
        ),
    )
    .scalar_subquery()
)
PLACED = select(*TABLE.c, case((TABLE.c.state == State.WAITING, BEFORE)).label("before"))
"""A ticket with what `ahead` says of it."""
BEARER = PLACED.add_columns(revision_of(TABLE.c.hall).label("revision")).where(
    TABLE.c.token == bindparam("shown")
)
FOR_ESTIMATE = (
    select(
        TABLE.c.id,
        TABLE.c.lane,
        TABLE.c.item,
        TABLE.c.due_ms,
        TABLE.c.serial,
        TABLE.c.bound_to,
        func.coalesce(TABLE.c.entered_at, TABLE.c.taken_at).label("entered_at"),
        case((func.json_array_length(TABLE.c["items"]) > 1, TABLE.c["items"])).label("items"),
    )
    .where(waiting_in(bindparam("at_hall"), bindparam("on")))
    .order_by(TABLE.c.due_ms, TABLE.c.serial)
)
HELD = select(*TABLE.c).where(
    TABLE.c.hall == bindparam("at_hall"),
    TABLE.c.counter == bindparam("at_counter"),
    in_states(*AT_COUNTER),
)


def sequence_of(hall: str, day: date) -> Sequence:
    """The sequence of this hall and day."""
    return parts().sequence(hall, f"{day:%Y%m%d}")


def find(hall: str | None, *, lock: bool = False, **column: Any) -> Ticket:
    """One ticket by one of its columns (id, token). Of another hall, or none: TicketNotFound.

    With `lock`, nobody else changes it until this transaction ends."""
    ((name, value),) = column.items()
    ticket = db.session.execute(_by(name, lock=lock), {"value": value}).one_or_none()
    if ticket is None or (hall is not None and ticket.hall != hall):
        raise TicketNotFound
    return ticket


@cache
def _by(name: str, *, lock: bool) -> Any:
    query = select(*TABLE.c).where(TABLE.c[name] == bindparam("value"))
    return query.with_for_update() if lock else query


def find_all(ids: Iterable[str]) -> dict[str, Ticket]:
    """Tickets by their ids; one that is not there is left out."""
    query = select(*TABLE.c).where(TABLE.c.id.in_(list(ids)))
    return {row.id: row for row in db.session.execute(query)}


def find_number(hall: str, day: date, number: str, *, lock: bool = False) -> Ticket:
    """One ticket of a hall's day by its number. Raises TicketNotFound."""
    number = number.strip().upper()
    query = select(*TABLE.c).where(
        TABLE.c.hall == hall, TABLE.c.day == day, TABLE.c.number == number
    )
    ticket = db.session.execute(query.with_for_update() if lock else query).one_or_none()
    if ticket is None:
        raise TicketNotFound(f"今天没有号票 {number}。")
    return ticket


def expected_of(hall: str, day: date, person: str) -> Ticket | None:
    """A person's number from afar that waits to be checked in."""
    query = select(*TABLE.c).where(
        TABLE.c.person_id == person,
        TABLE.c.hall == hall,
        TABLE.c.day == day,
        TABLE.c.state == State.EXPECTED,
    )
    return db.session.execute(query.order_by(TABLE.c.serial).limit(1)).one_or_none()


def live_of_person(hall: str, day: date, person: str) -> list[Ticket]:
    """A person's tickets of a hall's day that are not done with, oldest first."""
    query = select(*TABLE.c).where(
        TABLE.c.person_id == person,
        TABLE.c.hall == hall,
        TABLE.c.day == day,
        in_states(*LIVE),
    )
    return list(db.session.execute(query.order_by(TABLE.c.serial)).all())


def owned_by(ticket: Ticket, actor: Actor) -> bool:
    """Whether the caller bears this ticket's token, took it by their account, or is surely its
    person."""
    if actor.kind == "citizen":
        is_its_person = actor.person is not None and actor.person == ticket.person_id
        return ticket.citizen_id == actor.id or is_its_person
    return actor.kind == "ticket" and actor.id == ticket.id


def live_of(actor: Actor) -> list[Ticket]:
    """The tickets of a citizen that are not done with, on any day, oldest first."""
    owned = TABLE.c.citizen_id == actor.id
    if actor.person is not None:
        owned = or_(owned, TABLE.c.person_id == actor.person)
    query = select(*TABLE.c).where(owned, in_states(*LIVE))
    return list(db.session.execute(query.order_by(TABLE.c.taken_at, TABLE.c.serial)).all())


def actor_of_token(token: str) -> Actor | None:
    """The bearer of a ticket's token, as a caller. Who bears one looks at it, so it is read with
    them: see `borne`."""
    ticket = db.session.execute(BEARER, {"shown": token}).one_or_none()
    if ticket is None:
        return None
    return Actor("ticket", ticket.id, ticket.hall, revision=ticket.revision, bears=ticket)


def borne(ticket_id: str, asker: Actor) -> Ticket | None:
    """This ticket, with what is before it, if it is its bearer who asks: as it was when they were
    recognised, so for who looks only."""
    if (asker.kind, asker.id) != ("ticket", ticket_id):
        return None
    found: Ticket | None = asker.bears
    return found


def at_counter(hall: str, counter: str) -> Ticket | None:
    """The ticket this counter has called or serves."""
    return db.session.execute(HELD, {"at_hall": hall, "at_counter": counter}).one_or_none()


def held_of(people: Iterable[str]) -> list[Ticket]:
    """The tickets of these people that counters have called or serve."""
    query = select(*TABLE.c).where(in_states(*AT_COUNTER), TABLE.c.person_id.in_(set(people)))
    return list(db.session.execute(query).all())


@dataclass(frozen=True, slots=True)
class Announced:
    """How often a call has been announced, and when last."""

    nth: int | None
    at: datetime | None


def announced(ticket: Ticket) -> Announced:
    """The last announcement of its call; none of a ticket that is not called."""
    if ticket.state != State.CALLED:
        return Announced(None, None)
    made = events.TABLE.c
    query = select(made.nth, made.at).where(
        events.of_ticket(ticket.id, ticket.taken_at),
        made.call_id == ticket.call_id,
        made.nth.is_not(None),
    )
    last = db.session.execute(query.order_by(made.nth.desc()).limit(1)).one_or_none()
    return Announced(*last) if last else Announced(None, None)


def ahead(ticket: Ticket) -> int | None:
    """How many waiting tickets of its lane stand before it; None when it does not wait."""
    if ticket.state != State.WAITING:
        return None
    place = {
        "at_hall": ticket.hall,
        "on": ticket.day,
        "in_lane": ticket.lane,
        "due": ticket.due_ms,
        "its_serial": ticket.serial,
    }
    return db.session.execute(AHEAD, place).scalar_one()


def coming_near(hall: str, day: date, at_most: int) -> list[tuple[str, int]]:
    """(id, how many stand before it) of the waiting tickets with that many or fewer before them in
    their lane whose phones were not told so yet; called before are none of them."""
    place = func.row_number().over(
        partition_by=TABLE.c.lane, order_by=(TABLE.c.due_ms, TABLE.c.serial)
    )
    line = select(*TABLE.c, (place - 1).label("before")).where(waiting_in(hall, day)).subquery()
    near = select(line.c.id, line.c.before).where(
        line.c.before <= at_most,
        line.c.near_at.is_(None),
        line.c.call_id.is_(None),
        or_(line.c.citizen_id.is_not(None), line.c.follow_token.is_not(None)),
    )
    return [(row.id, row.before) for row in db.session.execute(near.order_by(line.c.id))]


def followers_of(ticket: Ticket) -> list[str]:
    """The accounts that follow a ticket, the first first."""
    if ticket.follow_token is None:
        return []
    query = select(FOLLOWERS.c.citizen_id).where(FOLLOWERS.c.ticket_id == ticket.id)
    return list(db.session.execute(query.order_by(FOLLOWERS.c.since)).scalars())


def followed_by(citizen: str) -> list[Ticket]:
    """The tickets of others that an account follows, on any day, the first followed first."""
    query = (
        select(*TABLE.c)
        .join(FOLLOWERS, FOLLOWERS.c.ticket_id == TABLE.c.id)
        .where(FOLLOWERS.c.citizen_id == citizen, TABLE.c.follow_token.is_not(None))
    )
    return list(db.session.execute(query.order_by(FOLLOWERS.c.since)).all())


def waiting(
    hall: str, day: date, limit: int | None = None, lanes: frozenset[str] | None = None
) -> list[Ticket]:
    """Who waits, in the order of the sequence; `lanes` None: in all."""
    query = select(*TABLE.c).where(waiting_in(hall, day))
    if lanes is not None:
        query = query.where(TABLE.c.lane.in_(lanes))
    return list(
        db.session.execute(query.order_by(TABLE.c.due_ms, TABLE.c.serial).limit(limit)).all()
    )


def waiting_for_estimate(hall: str, day: date) -> list[Ticket]:
    """Who waits, as far as an estimate asks, in the order of the sequence: the facts of a
    `queueing.estimate.Waiting`. `entered_at` is when it was taken where it never entered; `items`
    None where it has no more than one."""
    return list(db.session.execute(FOR_ESTIMATE, {"at_hall": hall, "on": day}).all())


def some_wait_for(hall: str, day: date, counter: str, lanes: frozenset[str]) -> bool:
    """Whether any row waits that this counter may call."""
    return (
        db.session.execute(
            select(TABLE.c.id)
            .where(
                waiting_in(hall, day),
                or_(
                    TABLE.c.bound_to == counter,
                    and_(TABLE.c.bound_to.is_(None), TABLE.c.lane.in_(lanes)),
                ),
            )
            .limit(1)
        ).first()
        is not None
    )


def bound_to(hall: str, counter: str) -> list[Ticket]:
    """The waiting tickets only this counter may call."""
    return list(
        db.session.execute(
            select(*TABLE.c)
            .where(
                TABLE.c.hall == hall,
                in_states(State.WAITING),
                TABLE.c.bound_to == counter,
            )
            .order_by(TABLE.c.id)
            .with_for_update()
        ).all()
    )


def counters_with_bound(hall: str) -> list[str]:
    """The counters for which alone somebody waits."""
    bound = select(TABLE.c.bound_to).where(_waits(hall), TABLE.c.bound_to.is_not(None))
    return list(db.session.execute(bound.distinct().order_by(TABLE.c.bound_to)).scalars())


def parked_in(hall: str, day: date, lanes: frozenset[str]) -> list[Ticket]:
    """Parked tickets of these lanes, first parked first."""
    return list(
        db.session.execute(
            select(*TABLE.c)
            .where(
                TABLE.c.hall == hall,
                TABLE.c.day == day,
                TABLE.c.state == State.PARKED,
                TABLE.c.lane.in_(lanes),
            )
            .order_by(TABLE.c.stopped_at)
        ).all()
    )


def passed_in(hall: str, day: date, lanes: frozenset[str], limit: int) -> list[Ticket]:
    """Passed tickets of these lanes, last passed first."""
    return list(
        db.session.execute(
            select(*TABLE.c)
            .where(
                TABLE.c.hall == hall,
                TABLE.c.day == day,
                in_states(*LIVE),  # for its index
                TABLE.c.state == State.PASSED,
                TABLE.c.lane.in_(lanes),
            )
            .order_by(TABLE.c.stopped_at.desc())
            .limit(limit)
        ).all()
    )


def at_counters(hall: str, lanes: frozenset[str]) -> list[Ticket]:
    """The tickets of these lanes that counters have called or serve, longest there first."""
    return list(
        db.session.execute(
            select(*TABLE.c)
            .where(TABLE.c.hall == hall, in_states(*AT_COUNTER), TABLE.c.lane.in_(lanes))
            .order_by(TABLE.c.call_id)
        ).all()
    )


def waiting_by_lane(hall: str, day: date) -> dict[str, int]:
    """Letters -> how many wait."""
    return _by_lane(waiting_in(hall, day))


def waiting_everywhere(days: Mapping[str, date]) -> dict[str, dict[str, int]]:
    """Hall -> letters -> how many wait; `days`: hall -> the day it has."""
    rows = db.session.execute(
        select(TABLE.c.hall, TABLE.c.day, TABLE.c.lane, func.count())
        .where(TABLE.c.hall.in_(days.keys()), in_states(State.WAITING))
        .group_by(TABLE.c.hall, TABLE.c.day, TABLE.c.lane)
    )
    found: dict[str, dict[str, int]] = {hall: {} for hall in days}
    for hall, day, lane, count in rows:
        if day == days[hall]:
            found[hall][lane] = count
    return found


def live_by_lane(hall: str) -> dict[str, int]:
    """Letters -> how many are not done with, on any day: they may still come back to their lane."""
    return _by_lane(and_(TABLE.c.hall == hall, in_states(*LIVE)))


def _by_lane(condition: Any) -> dict[str, int]:
    rows = db.session.execute(
        select(TABLE.c.lane, func.count()).where(condition).group_by(TABLE.c.lane)
    )
    return {row[0]: row[1] for row in rows}


def by_state(hall: str, day: date) -> dict[str, int]:
    """State -> how many tickets of a hall's day are in it."""
    query = select(TABLE.c.state, func.count()).where(TABLE.c.hall == hall, TABLE.c.day == day)
    return {row[0]: row[1] for row in db.session.execute(query.group_by(TABLE.c.state))}


def oldest_wait(hall: str, day: date, now: datetime) -> timedelta:
    """How long the one who waits longest has waited, as `rules.waits_since` counts it; zero when
    nobody waits."""
    is_early = TABLE.c.slot_starts_at > TABLE.c.entered_at
    begins = case((is_early, TABLE.c.slot_starts_at), else_=TABLE.c.entered_at)
    since: datetime | None = db.session.execute(
        select(func.min(begins)).where(waiting_in(hall, day))
    ).scalar_one()
    return max(now - since, timedelta()) if since else timedelta()


def waiting_minutes(plan: HallPlan, day: HallDay) -> dict[str, int]:
    """Letters -> the minutes of work that wait there, by what the items usually take."""
    rows = db.session.execute(
        select(TABLE.c.lane, TABLE.c.item, func.count())
        .where(waiting_in(plan.code, day.date))
        .group_by(TABLE.c.lane, TABLE.c.item)
    )
    work: dict[str, int] = {}
    for lane, code, count in rows:
        work[lane] = work.get(lane, 0) + count * plan.item_coded(code).minutes
    return work


def of_day(hall: str, day: date) -> list[Ticket]:
    """Every ticket of a hall's day, whatever became of it."""
    query = select(*TABLE.c).where(TABLE.c.hall == hall, TABLE.c.day == day)
    return list(db.session.execute(query.order_by(TABLE.c.serial)).all())


def live_days(hall: str, before: date | None = None) -> list[date]:
    """The days of this hall that have tickets in a live state, oldest first."""
    query = select(TABLE.c.day).where(TABLE.c.hall == hall, in_states(*LIVE))
    if before is not None:
        query = query.where(TABLE.c.day < before)
    return list(db.session.execute(query.distinct().order_by(TABLE.c.day)).scalars())
