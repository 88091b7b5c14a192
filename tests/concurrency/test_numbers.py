"""Eight machines give numbers at once: none twice, none left out, never more than the quota."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from app.catalog.models import HallRow, LaneRow
from app.core.db import db
from app.tickets import taking
from app.tickets.errors import QuotaUsedUp
from app.tickets.series import SERIALS, SERIES, next_number
from tests.crowd import rows
from tests.house import HALL, KIOSK_TOKEN, House, open_house
from tests.processes import together
from tests.stores import each_store_in_time, on_postgresql

MACHINES = 8
A_FEW = 4
EACH = 12
QUOTA = 50
FEW = 2
GRANDMOTHER = "110101195001011001"
PAUSE_S = 0.3


def take_numbers(house: House, go: Any, times: int, **body: Any) -> tuple[list[str], list[str]]:
    """The numbers a machine gave, and the codes of its refusals."""
    go()
    answers = [
        house.post("/kiosk/tickets", KIOSK_TOKEN, {"item": "id-card", **body}) for _ in range(times)
    ]
    given = [answer.json["number"] for answer in answers if answer.status_code == 201]
    return given, [answer.json["code"] for answer in answers if answer.status_code != 201]


def gathered(results: list[Any]) -> tuple[list[str], list[str]]:
    given = [number for numbers, _ in results for number in numbers]
    return given, [code for _, codes in results for code in codes]


@each_store_in_time
def test_no_number_twice_and_none_left_out(busy_settings, busy_house):
    results = together(busy_settings, *[(take_numbers, EACH)] * MACHINES)
    given, refused = gathered(results)
    assert refused == []
    assert sorted(given) == [f"A{count:03d}" for count in range(1, MACHINES * EACH + 1)]
    serials = sorted(row.serial for row in rows(busy_house))
    assert serials == list(range(1, MACHINES * EACH + 1))


def read_then_count(plan: Any, day: Any, lane: Any, now: Any, **_: Any) -> tuple[int, Any, int]:
    """`next_number` as looks and writes instead of one statement."""
    serial = read_then_count_on(plan.code, day, SERIALS)
    return serial, now, read_then_count_on(plan.code, day, lane.letters)


def read_then_count_on(hall: str, day: Any, letters: str) -> int:
    of_lane = (SERIES.c.hall == hall) & (SERIES.c.day == day) & (SERIES.c.lane == letters)
    found = db.session.execute(select(SERIES).where(of_lane)).one()
    time.sleep(0.01)
    db.session.execute(
        update(SERIES).where(of_lane).values(last=found.last + 1, walk_ins=SERIES.c.walk_ins + 1)
    )
    return int(found.last) + 1


def take_without_guard(house: House, go: Any, times: int) -> Any:
    taking.next_number = read_then_count
    return take_numbers(house, go, times)


def begin_series(house: House) -> None:
    with house.app.app_context():
        day = house.plan.day_of(house.clock.now()).date
        db.session.rollback()
        start = [{"hall": HALL, "day": day, "lane": lane, "last": 0} for lane in ("", "A")]
        db.session.execute(insert(SERIES), start)
        db.session.commit()


@on_postgresql
def test_without_the_one_statement_two_are_given_the_same_number(busy_settings, busy_house):
    """Only the tables' unique numbers keep the second paper from being printed."""
    begin_series(busy_house)
    results = together(busy_settings, *[(take_without_guard, 4)] * A_FEW)
    _, refused = gathered(results)
    assert "conflict" in refused


def limit_lane(house: House, quota: int) -> None:
    """A quota for lane A from now on."""
    with house.app.app_context():
        db.session.execute(update(LaneRow.__table__).values(walk_in_quota=quota))
        hall = HallRow.__table__
        db.session.execute(update(hall).values(revision=hall.c.revision + 1))
        db.session.commit()


@each_store_in_time
def test_the_quota_is_met_and_never_passed(busy_settings, busy_house):
    limit_lane(busy_house, QUOTA)
    given, refused = gathered(together(busy_settings, *[(take_numbers, EACH)] * MACHINES))
    assert len(given) == QUOTA
    assert refused == ["quota_used_up"] * (MACHINES * EACH - QUOTA)


def look_then_count(
    plan: Any, day: Any, lane: Any, now: Any, *, booked: bool
) -> tuple[int, Any, int]:
    """The quota asked as a question of its own, before the row that is locked."""
    of_lane = (SERIES.c.hall == plan.code) & (SERIES.c.day == day) & (SERIES.c.lane == "A")
    if (db.session.scalar(select(SERIES.c.walk_ins).where(of_lane)) or 0) >= FEW:
        raise QuotaUsedUp
    time.sleep(PAUSE_S)
    return next_number(plan, day, replace(lane, walk_in_quota=None), now, booked=booked)


def take_asking_first(house: House, go: Any) -> Any:
    taking.next_number = look_then_count
    return take_numbers(house, go, 1)


@on_postgresql
def test_a_quota_that_is_asked_before_is_passed(busy_settings, busy_house):
    limit_lane(busy_house, FEW)
    given, _ = gathered(together(busy_settings, *[(take_asking_first,)] * A_FEW))
    assert len(given) > FEW


@pytest.fixture
def one_each(busy_settings) -> House:
    """A hall that allows one live ticket a person, and a grandmother it knows."""
    house = open_house(busy_settings, one_live_ticket="per_hall")
    ticket = house.take("id-card", id_number=GRANDMOTHER)
    assert house.post(f"/tickets/{ticket['id']}/leave", ticket["token"]).status_code == 200
    return house


@each_store_in_time
def test_one_person_at_eight_machines_holds_one_ticket(busy_settings, one_each):
    deeds = [(take_for_grandmother,)] * MACHINES
    given, refused = gathered(together(busy_settings, *deeds))
    assert len(given) == 1
    assert refused == ["live_ticket_held"] * (MACHINES - 1)


def take_for_grandmother(house: House, go: Any) -> Any:
    return take_numbers(house, go, 1, id_number=GRANDMOTHER)


def take_for_her_without_lock(house: House, go: Any) -> Any:
    def slowly(*args: Any, **kwargs: Any) -> tuple[int, Any, int]:
        time.sleep(PAUSE_S)
        return next_number(*args, **kwargs)

    taking.lock_person = lambda person: None
    taking.next_number = slowly
    return take_for_grandmother(house, go)


@on_postgresql
def test_without_the_lock_she_holds_several(busy_settings, one_each):
    deeds = [(take_for_her_without_lock,)] * A_FEW
    given, _ = gathered(together(busy_settings, *deeds))
    assert len(given) > 1
