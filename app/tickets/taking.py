"""Taking a number: on site, from afar, for an appointment. Each runs inside the caller's
transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.catalog import rules as hours
from app.catalog.plan import WHOLE_HALL, HallDay, HallPlan, Item
from app.citizens.rules import id_number as judge_id_number
from app.citizens.service import lock_person, person_of
from app.core.acts import Act
from app.core.db import db
from app.core.language import named
from app.core.said import Said
from app.tickets.errors import (
    HallClosed,
    LaneClosed,
    LastNumberGiven,
    LiveTicketHeld,
    NumbersOnSiteOnly,
    NumbersStopped,
)
from app.tickets.queries import TABLE, Ticket, in_states, waiting_minutes
from app.tickets.recording import record, tell_sequence
from app.tickets.rules import Arrival, number_text
from app.tickets.series import next_number, past_paper
from app.tickets.states import LIVE, State
from app.tickets.telling import mark_if_near
from app.tickets.writing import insert_ticket, items_of, of_arrival


def take_number(
    plan: HallPlan,
    item_codes: list[str],
    act: Act,
    *,
    priority: str | None = None,
    id_number: str | None = None,
    phone: str | None = None,
) -> Ticket:
    """A number taken on site. The ID, where the machine read one, tells the person and whether
    they are elderly.

    Raises UnknownItem, ItemsOfSeveralLanes, IdNumberWrong, HallClosed, LaneClosed,
    NumbersStopped, LastNumberGiven, QuotaUsedUp, LiveTicketHeld."""
    person = None
    if id_number is not None:
        today = act.now.astimezone(plan.zone).date()
        number = judge_id_number(id_number, today)
        person = person_of(number, phone, act)
        if priority is None and number.is_elderly_on(today):
            priority = "elderly"
    items = items_of(plan, item_codes)
    _refuse_when_closed(plan, items[0].lane, act.now)
    _refuse_when_stopped(plan, items[0].lane)
    _refuse_last_number(plan, items, act.now)
    return admit(plan, items, Arrival("walk_in", act.now, act.now, None, priority), act, person)


def take_from_afar(
    plan: HallPlan, item_codes: list[str], act: Act, person: str, citizen: str
) -> Ticket:
    """A number that an account takes outside the hall for a person: expected, and in nobody's way
    until its holder checks in.

    Raises NumbersOnSiteOnly, and what `take_number` raises."""
    if not plan.rules.numbers_from_afar:
        raise NumbersOnSiteOnly
    items = items_of(plan, item_codes)
    _refuse_when_closed(plan, items[0].lane, act.now)
    _refuse_when_stopped(plan, items[0].lane)
    _refuse_last_number(plan, items, act.now)
    return admit(plan, items, Arrival("afar", act.now, None), act, person, citizen)


def admit(
    plan: HallPlan,
    items: list[Item],
    arrival: Arrival,
    act: Act,
    person: str | None = None,
    citizen: str | None = None,
) -> Ticket:
    """Give a number, and to somebody who stands in the hall a place in the order. `citizen`: the
    account it belongs to.

    Raises QuotaUsedUp (not for appointments) and LiveTicketHeld."""
    day = plan.day_of(act.now)
    lane = plan.lanes[items[0].lane]
    _refuse_second_ticket(plan, day, lane.letters, person, arrival)
    serial, at, count = next_number(plan, day.date, lane, act.now, booked=bool(arrival.slot))
    arrival = arrival.at_the_earliest(at)
    count = past_paper(plan, day.date, lane.letters, count)
    ticket = insert_ticket(
        act,
        **of_arrival(plan, day, items, arrival, at),
        number=number_text(lane.letters, count),
        serial=serial,
        state=State.EXPECTED if arrival.entered_at is None else State.WAITING,
        person_id=person,
        citizen_id=citizen,
    )
    record(act, ticket, "taken")
    mark_if_near(ticket, plan, act)
    tell_sequence(ticket, waited=False)
    return ticket


def _refuse_when_closed(plan: HallPlan, letters: str, now: datetime) -> None:
    if not hours.gives_numbers_at(plan, now):
        raise HallClosed
    if not hours.is_lane_served(plan, letters, now):
        raise LaneClosed


def _refuse_when_stopped(plan: HallPlan, letters: str) -> None:
    why = plan.why_stopped(letters)
    if why is None:
        return
    if WHOLE_HALL in plan.stops:
        raise NumbersStopped(Said("大厅现在停止取号：%(why)s。", {"why": why.rstrip("。")}))
    said = {"lane": named(plan.lanes[letters]), "why": why.rstrip("。")}
    raise NumbersStopped(Said("“%(lane)s”现在停止取号：%(why)s。", said))


def _refuse_last_number(plan: HallPlan, items: list[Item], now: datetime) -> None:
    """Source: observed practice; the machine stops when the hall could not serve before closing."""
    if not plan.rules.last_number:
        return
    minutes = sum(item.minutes for item in items)
    waiting = waiting_minutes(plan, plan.day_of(now))
    if not hours.can_still_be_served(plan, items[0].lane, minutes, waiting, now):
        raise LastNumberGiven


def _refuse_second_ticket(
    plan: HallPlan, day: HallDay, letters: str, person: str | None, arrival: Arrival
) -> None:
    """Where the hall asks for it; of numbers from afar one a lane in any hall: they cost nobody the
    way, and a phone could take all there are."""
    rule = plan.rules.one_live_ticket
    if arrival.origin == "afar" and rule == "off":
        rule = "per_lane"
    if rule == "off" or person is None:
        return
    lock_person(person)
    held = select(TABLE.c.number).where(
        TABLE.c.person_id == person,
        TABLE.c.hall == plan.code,
        TABLE.c.day == day.date,
        in_states(*LIVE),
    )
    if rule == "per_lane":
        held = held.where(TABLE.c.lane == letters)
    number = db.session.execute(held.limit(1)).scalar_one_or_none()
    if number is not None:
        raise LiveTicketHeld(f"您已取号 {number}，请先办完或放弃后再取。", number=number)
