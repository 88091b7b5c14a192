"""962 certificates in two days, in virtual time: a thousand people want one, some come early, late
or never, and five counters call them as the hall does."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from typing import Any

import pytest
from sqlalchemy import insert

from app.appointments import arriving, service
from app.appointments.errors import SlotFull
from app.appointments.queries import free_visits
from app.calling.counters import close_counter, open_counter
from app.calling.handling import finish
from app.calling.service import call_next
from app.catalog.service import plan_of
from app.citizens.queries import CITIZENS, NUMBERS, PEOPLE
from app.citizens.service import OPENID
from app.core.acts import Act, Actor, Role
from app.core.db import db, transaction
from app.core.idempotency import Answer, perform
from app.tickets.service import take_number
from tests.appointments.desk import miscounted, schedule_round, taken
from tests.crowd import faults, rows
from tests.house import HALL, House, id_number

DAYS = [date(2026, 11, 24), date(2026, 11, 25)]
PLACES, SLOTS_A_DAY = 37, 13
SOLD = PLACES * SLOTS_A_DAY * len(DAYS)
WANTING = 1000
COUNTERS = ("1", "2", "3", "4", "5")
MINUTE = timedelta(minutes=1)
BEST = f"{HALL}.20261124.A.1500.public.jiaoshi"
"""What the last ones try all the same."""
KIOSK = Actor("kiosk", "door", HALL)


def certificates(file: dict[str, Any]) -> None:
    """As in the hall of the demo: two days, 26 slots of 37."""
    day = ["09:00-12:00", "13:30-17:00"]
    file["items"].append(
        {"code": "cert", "name": "教师资格证书领取", "department": "ga", "lane": "A",
         "minutes": 3, "bookable": False}
    )  # fmt: skip
    file["hall"]["booking"]["events"] = [
        {"code": "jiaoshi", "name": "教师资格证书集中发放", "item": "cert",
         "dates": [str(day) for day in DAYS], "hours": day, "slot_minutes": 30, "places": PLACES}
    ]  # fmt: skip


def everybody(house: House) -> list[tuple[str, str]]:
    """A thousand accounts, each with the person it is, as if they had signed in one by one."""
    seal, now = house.app.extensions["parts"].seal, house.clock.now()
    ids = [(f"{n:032x}", f"{n + WANTING:032x}") for n in range(WANTING)]
    numbers = [id_number("19900401", n) for n in range(WANTING)]
    purpose = NUMBERS["person"]
    people = [
        {
            "id": person,
            "kind": "person",
            "number_sealed": seal.seal(purpose, number),
            "number_index": seal.find(purpose, number),
            "created_at": now,
        }
        for (_, person), number in zip(ids, numbers, strict=True)
    ]
    accounts = [
        {
            "id": citizen,
            "openid_sealed": seal.seal(OPENID, citizen),
            "openid_index": seal.find(OPENID, citizen),
            "person_id": person,
            "identity_level": "declared",
            "created_at": now,
        }
        for citizen, person in ids
    ]
    with transaction():
        db.session.execute(insert(PEOPLE), people)
        db.session.execute(insert(CITIZENS), accounts)
    return ids


def all_book(house: House, chance: random.Random) -> list[Any]:
    """Each tries the time they like best, then another, until one has a place or all are full;
    the bookings made."""
    plan, now, booked = plan_of(HALL), house.clock.now(), []
    items = [plan.items["cert"]]
    offered = [v.id for day in DAYS for v, _ in free_visits(plan, items, day, ("public",), now)]
    for citizen, person in everybody(house):
        act = Act(now, Actor("citizen", citizen))
        for slot in chance.sample(offered, len(offered)) or [BEST]:
            try:
                with transaction():
                    booked.append(service.book(slot, ["cert"], person, act, citizen=citizen))
                break
            except SlotFull:
                offered = [other for other in offered if other != slot]
    return booked


def arrives(booking: Any, chance: random.Random) -> datetime | None:
    """When somebody comes, as people do; None: never."""
    kind = chance.random()
    starts, ends = booking.slot_starts_at, booking.slot_ends_at
    if kind < 0.05:
        return None
    if kind < 0.15:
        return starts - chance.uniform(30, 60) * MINUTE
    if kind < 0.25:
        return ends + chance.uniform(10, 60) * MINUTE
    if kind < 0.27:
        return ends + chance.uniform(61, 90) * MINUTE
    return starts + chance.uniform(-25, 25) * MINUTE


@dataclass
class HallDay:
    """One day of the event. Of who is next it knows the rule: the least due, then the serial."""

    house: House
    plan: Any
    chance: random.Random
    agenda: list[tuple[datetime, int, str, Any]] = field(default_factory=list)
    waiting: dict[str, tuple[int, int]] = field(default_factory=dict)
    called: list[str] = field(default_factory=list)
    idle: set[str] = field(default_factory=set)

    def put(self, at: datetime, what: str, whom: Any) -> None:
        heappush(self.agenda, (at, len(self.agenda) + len(self.called) * 10_000, what, whom))

    def run(self, day: date, comings: list[tuple[datetime, str]]) -> None:
        opens = datetime.combine(day, datetime.min.time(), self.plan.zone) + 9 * 60 * MINUTE
        for no in COUNTERS:
            self.house.clock.at = min([opens, *(at for at, _ in comings)])
            with transaction():
                open_counter(self.plan, no, self.clerk(no))
        for at, booking in comings:
            self.put(at, "comes", booking)
        for half_hour in range(16):  # a few without a booking, all day
            self.put(opens + half_hour * 30 * MINUTE, "walks in", None)
        self.put(opens, "opens", None)
        while self.agenda:
            at, _, what, whom = heappop(self.agenda)
            self.house.clock.at = at
            self.happen(what, whom)
            while self.idle and self.waiting:
                self.call(min(self.idle))
        for no in COUNTERS:
            with transaction():
                close_counter(self.plan, no, self.clerk(no))

    def happen(self, what: str, whom: Any) -> None:
        act = Act(self.house.clock.now(), KIOSK)
        if what == "opens":
            self.idle = set(COUNTERS)
        elif what == "ends":
            no, ticket = whom
            with transaction():
                finish(ticket, self.clerk(no))
            self.idle.add(no)
        else:
            with transaction():
                if what == "comes":
                    ticket = arriving.check_in(self.plan, whom, act)
                else:
                    ticket = take_number(self.plan, ["id-card"], act)
            self.waiting[ticket.id] = ticket.due_ms, ticket.serial

    def call(self, no: str) -> None:
        clerk = self.clerk(no)
        called = perform(lambda: call_next(self.plan, no, clerk), Answer, None, clerk.now).body
        first = min(self.waiting, key=lambda each: self.waiting[each])
        assert called.ticket.id == first
        del self.waiting[first]
        self.called.append(first)
        self.idle.remove(no)
        lasts = self.chance.uniform(1.5, 4.5) * MINUTE
        self.put(clerk.now + lasts, "ends", (no, called.ticket))

    def clerk(self, no: str) -> Act:
        actor = Actor("staff", f"clerk{no}", HALL, Role.CLERK, counter=no)
        return Act(self.house.clock.now(), actor)


@pytest.mark.long
@pytest.mark.timeout(1_200)
def test_nobody_too_many_and_everybody_by_the_order(house):
    house.reload(certificates)
    chance = random.Random(962)  # noqa: S311 -- the same people each time
    with house.app.app_context():
        bookings = all_book(house, chance)
        db.session.rollback()
    assert len(bookings) == SOLD
    assert list(taken(house).values()) == [PLACES] * SLOTS_A_DAY * len(DAYS)
    assert miscounted(house) == []

    came = set()
    for day in DAYS:
        of_day = [each for each in bookings if each.day == day]
        comings = [(at, each.id) for each in of_day if (at := arrives(each, chance)) is not None]
        came |= {booking for _, booking in comings}
        with house.app.app_context():
            hall_day = HallDay(house, plan_of(HALL), chance)
            hall_day.run(day, comings)
            db.session.rollback()
        assert (len(hall_day.called), hall_day.waiting) == (len(comings) + 16, {})
        assert faults(house) == []
        tomorrow = datetime.combine(day, datetime.min.time(), house.plan.zone) + timedelta(days=1)
        house.clock.at = tomorrow + 3 * 60 * MINUTE
        queue = schedule_round(house)
        with house.app.app_context():
            for job in queue.get_jobs():
                job.func(*job.args)
                job.delete()

    ended = {row.id: row.state for row in rows(house, db.metadata.tables["appointments"])}
    assert ended == {each.id: "checked_in" if each.id in came else "missed" for each in bookings}
    assert {row.state for row in rows(house)} == {"finished"}
    assert miscounted(house, "2026-11-24") == []
