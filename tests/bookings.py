"""Many people who book, and whether what they hold is what was sold.

people = citizens(house, 50)            signed in and known by name, each somebody else
at_once(house, [("/appointments", token, body), …])   every request at one moment
assert_balanced(house)                  the books agree
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.appointments.checks import miscounts
from app.appointments.queries import EVENTS, PLACES, SLOTS, TABLE, slots_on
from app.appointments.states import ACTIVE
from app.citizens import service as accounts
from app.citizens.rules import id_number
from app.core.acts import SYSTEM, Act
from app.core.db import db
from app.core.identity import Level
from tests.crowd import rows
from tests.house import HALL, Citizen, House
from wechat.gateway import Login

TUESDAY = "2026-11-24"
"""The day after that of the house, wholly free."""
LIMIT_S = 50
THREADS = 96
"""Of one worker: config/gunicorn.py."""

Request = tuple[str, str, Any]
"""Path, token, body."""


@dataclass(frozen=True)
class Said:
    """What one request was answered."""

    status: int
    code: str
    """Of the refusal; "" where it was none."""
    body: Any

    @property
    def short(self) -> tuple[int, str]:
        return self.status, self.code


def citizens(house: House, count: int, name: str = "li") -> list[Citizen]:
    """So many people who have signed in and said who they are, without a request for each."""
    return house.within(lambda: [_citizen(house, f"{name}-{one}") for one in range(count)])


def _citizen(house: House, name: str) -> Citizen:
    act = Act(house.clock.now(), SYSTEM)
    signed_in = accounts.sign_in(Login(f"openid-of-{name}"), act)
    citizen = Citizen(house, name, signed_in.token)
    number = id_number(citizen.id_number, act.now.date())
    identity = accounts.Identity("李小明", number, Level.DECLARED)
    accounts.set_identity(signed_in.citizen.id, identity, act)
    return citizen


def at_once(house: House, requests: Iterable[Request], *, patient: bool = False) -> list[Said]:
    """Every POST in a thread and on a connection of its own, let go together; their answers in
    the order of the requests. `patient`: who hears 503 asks again with the same key."""
    sent = list(requests)
    return together([lambda one=one: send(house, *one, patient=patient) for one in sent])


def send(house: House, path: str, token: str, body: Any, *, patient: bool = False) -> Said:
    key = f"{path} {token} {body}"[:255] if patient else ""
    answer = house.post(path, token, body, key)
    while patient and answer.status_code == 503 and answer.json["code"] == "store_busy":
        answer = house.post(path, token, body, key)
    told = answer.json or {}
    return Said(answer.status_code, told.get("code", "") if answer.status_code > 299 else "", told)


def together(deeds: list[Callable[[], Any]]) -> list[Any]:
    """Each deed in a thread, let go together; what each returned. More than a worker has threads
    wait in line, as they do for it."""
    start = threading.Event()

    def do(deed: Callable[[], Any]) -> Any:
        start.wait(LIMIT_S)
        return deed()

    with ThreadPoolExecutor(min(len(deeds), THREADS)) as pool:
        results = pool.map(do, deeds, timeout=LIMIT_S)
        start.set()
        return list(results)


def booking(citizen: Citizen, slot: str, item: str = "id-card", **more: Any) -> Request:
    return "/appointments", citizen.token, {"slot": slot, "item": item, **more}


def moving(citizen: Citizen, booked: dict[str, Any], slot: str) -> Request:
    return f"/appointments/{booked['id']}/reschedule", citizen.token, {"slot": slot}


def cancelling(citizen: Citizen, booked: dict[str, Any]) -> Request:
    return f"/appointments/{booked['id']}/cancel", citizen.token, None


def row_of(house: House, booked: dict[str, Any]) -> Any:
    (row,) = rows(house, TABLE, id=booked["id"])
    return row


def live(house: House) -> list[Any]:
    """Every booking that stands."""
    return [row for row in rows(house, TABLE) if row.state in ACTIVE]


def taken(house: House, slot: str) -> int:
    """What was sold of a slot, in its units."""
    return sum(row.taken for row in rows(house, SLOTS, id=slot))


def happened(house: House, kind: str) -> Counter[str]:
    """Appointment -> how often this happened to it."""
    return Counter(row.appointment_id for row in rows(house, EVENTS, kind=kind))


def assert_balanced(house: House) -> None:
    """What was sold of each slot is what is booked there, and no more than it has, where it still
    is one; each booking that stands has just what its items take; nobody is booked twice a day."""
    plan = house.plan
    with house.app.app_context():
        assert miscounts(HALL, date.min) == []
        for row in rows(house, SLOTS):
            slot = slots_on(plan, row.day).get(row.id)
            assert 0 <= row.taken <= (slot.capacity if slot else row.taken), row
        db.session.remove()
    own = Counter[str]()
    for place in rows(house, PLACES):
        own[place.appointment_id] += place.units if place.held_until is None else 0
    standing = live(house)
    for row in standing:
        of_event = row.slot_id.count(".") == 5
        minutes = sum(plan.items[item].minutes for item in row.items)
        assert own[row.id] == (1 if of_event else minutes), row
    assert len({(row.day, row.person_id) for row in standing}) == len(standing)
