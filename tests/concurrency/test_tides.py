"""Which lanes counters serve changes while they call, and several who lead change it at once."""

from __future__ import annotations

import time
from typing import Any

import pytest

from app.catalog import adjusting
from app.catalog.adjusted import TABLE as ADJUSTMENTS
from app.catalog.service import plan_of
from tests.crowd import LANES, called_twice, calls, faults, fill, numbers, rows
from tests.house import House
from tests.processes import together
from tests.stores import each_store_in_time, on_postgresql

COUNTERS = ["1", "2", "3"]
TICKETS = 150
TURNS = 20
TIDES = ([["A"], ["B"]], [["B"], ["A"]], [["B"]], [["A", "B"], ["J"]])
AT_A_TIME = 40
A_WHILE_S = 0.5


def lead_of(house: House) -> str:
    return house.sign_in("supervisor")


def turn_the_tide(house: House, go: Any, nos: list[str]) -> list[int]:
    token = lead_of(house)
    go()
    answers = [
        house.post(
            f"/staff/counters/{nos[turn % len(nos)]}/tiers",
            token,
            {"tiers": TIDES[turn % len(TIDES)]},
        )
        for turn in range(TURNS)
    ]
    return [answer.status_code for answer in answers]


def call_until_nobody_is_left(house: House, go: Any, no: str) -> list[str]:
    """The numbers called here. Who finds nobody goes on while others may still wait for a turn of
    the tide."""
    clerk = house.clerk(no)
    go()
    called = []
    while rows(house, state="waiting"):
        for _ in range(AT_A_TIME):
            answer = clerk.next()
            if answer is None:
                break
            called.append(answer["ticket"]["number"])
    return called


@each_store_in_time
def test_a_tide_loses_nobody_and_changes_nobodys_order(busy_settings, busy_house):
    fill(busy_house, TICKETS)
    in_order = numbers(busy_house)
    place = {number: place for place, number in enumerate(in_order)}
    tide = (turn_the_tide, COUNTERS[:2])  # the third calls whoever is left
    callers = [(call_until_nobody_is_left, no) for no in COUNTERS]
    statuses, *results = together(busy_settings, tide, *callers, limit_s=120)
    assert set(statuses) == {200}
    called = [number for numbers_called in results for number in numbers_called]
    assert sorted(called) == sorted(in_order), "each once, none lost"
    assert called_twice(busy_house) == []
    assert len(calls(busy_house)) == TICKETS
    for numbers_called in results:
        for lane in LANES:
            of_lane = [number for number in numbers_called if number.startswith(lane)]
            assert of_lane == sorted(of_lane, key=place.__getitem__), "in due order in its lane"
    assert faults(busy_house) == []


# Two who take the same lane from two counters


def take_lane_away(house: House, go: Any, no: str, without_hold: bool) -> int:
    if without_hold:
        adjusting.held_plan = held_by_nobody
    token = lead_of(house)
    house.get("/staff/hall", token)
    go()
    return house.post(f"/staff/counters/{no}/tiers", token, {"tiers": [["A", "B"]]}).status_code


def held_by_nobody(hall: str, *, alone: bool) -> Any:
    """`held_plan` that holds nothing, and is slow enough for the other to read the same."""
    plan = plan_of(hall)
    time.sleep(A_WHILE_S)
    return plan


@on_postgresql
@pytest.mark.parametrize(("without_hold", "statuses"), [(False, [200, 409]), (True, [200, 200])])
def test_two_at_once_do_not_leave_a_lane_without_a_counter(
    busy_settings, busy_house, without_hold, statuses
):
    """J is served first by two counters; whoever comes second may not take it from the last."""
    busy_house.reload(lambda file: file["counters"][0].update(tiers=[["J", "A", "B"]]))
    deeds = [(take_lane_away, no, without_hold) for no in ("1", "9")]
    assert sorted(together(busy_settings, *deeds)) == statuses
    standing = [row for row in rows(busy_house, ADJUSTMENTS) if row.ended_at is None]
    assert len(standing) == statuses.count(200)
