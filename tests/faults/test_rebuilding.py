"""Rebuilding never deletes under writers, and two at once do not disturb each other (rule 5)."""

from __future__ import annotations

from typing import Any

from app.calling import reconcile
from tests.crowd import called_twice, faults, fill, numbers, rows
from tests.faults.test_killed import sweep_now
from tests.house import House
from tests.processes import together
from tests.stores import each_store_in_time

LEASE_S = 5


def empty(house: House) -> None:
    house.app.extensions["parts"].redis.flushall()


def rebuild(house: House) -> bool:
    with house.app.app_context():
        plan, now = house.plan, house.clock.now()
        return reconcile.rebuild(plan, plan.day_of(now).date, now)


def in_order(house: House) -> list[str]:
    known = {row.id: row.number for row in rows(house)}
    return [known[entry.ticket] for entry in house.sequence.snapshot().entries]


def sweep_together(house: House, go: Any) -> None:
    go()
    sweep_now(house)


def take_together(house: House, go: Any, times: int) -> None:
    go()
    for _ in range(times):
        house.take("id-card")


@each_store_in_time
def test_four_sweeps_over_an_empty_redis_while_numbers_are_taken(hall):
    fill(hall, 60)
    empty(hall)
    settings = hall.app.extensions["parts"].settings
    together(settings, *[(sweep_together,)] * 4, *[(take_together, 8)] * 2)
    sweep_now(hall)
    assert in_order(hall) == numbers(hall)
    assert len(rows(hall)) == 60 + 16
    assert faults(hall) == []


def while_rebuilding(monkeypatch: Any, meanwhile: Any) -> None:
    """Do something in the middle of the next rebuild: rows entered, not yet compared."""
    compare = reconcile.differences

    def and_then(*args: Any) -> Any:
        monkeypatch.setattr(reconcile, "differences", compare)
        meanwhile()
        return compare(*args)

    monkeypatch.setattr(reconcile, "differences", and_then)


@each_store_in_time
def test_writers_go_on_during_a_rebuild(hall, beside, monkeypatch):
    leaver, *_ = [hall.take("id-card") for _ in range(3)]
    other = beside()
    empty(hall)

    def meanwhile() -> None:
        other.take("id-card", priority="elderly")
        other.post(f"/tickets/{leaver['id']}/leave", leaver["token"])

    while_rebuilding(monkeypatch, meanwhile)
    assert rebuild(hall)
    assert in_order(hall) == numbers(hall, state="waiting") == ["A004", "A002", "A003"]


@each_store_in_time
def test_a_builder_whose_lease_ran_out_does_not_declare_it_ready(hall, beside, monkeypatch):
    for _ in range(3):
        hall.take("id-card")
    other = beside()
    token = other.clerk("1").token
    empty(hall)
    told = []

    def meanwhile() -> None:
        assert not rebuild(other), "the lease of the first stands"
        hall.clock.advance(seconds=LEASE_S + 1)
        told.append(rebuild(other))
        told.append(hall.sequence.snapshot().generation)
        assert other.post("/counters/1/call-next", token).json["ticket"]["number"] == "A001"

    while_rebuilding(monkeypatch, meanwhile)
    assert not rebuild(hall)
    assert told == [True, hall.sequence.snapshot().generation]
    assert in_order(hall) == ["A002", "A003"]
    assert called_twice(hall) == []
    sweep_now(hall)
    assert faults(hall) == []


@each_store_in_time
def test_a_builder_that_died_is_replaced_when_its_lease_ends(hall):
    hall.take("id-card")
    empty(hall)
    day = hall.plan.hall_day(hall.plan.day_of(hall.clock.now()).date)
    assert hall.sequence.begin_build("the dead", day.ms(hall.clock.now()), LEASE_S * 1000)
    refused = hall.clerk("1").do("call-next")
    assert (refused.status_code, refused.json["code"]) == (503, "sequence_not_ready")
    hall.clock.advance(seconds=LEASE_S + 1)
    assert hall.clerk("1").next()["ticket"]["number"] == "A001"


@each_store_in_time
def test_emptied_in_the_middle_of_a_rebuild_it_begins_again(hall, monkeypatch):
    for _ in range(3):
        hall.take("id-card")
    empty(hall)
    while_rebuilding(monkeypatch, lambda: empty(hall))
    assert hall.clerk("1").next()["ticket"]["number"] == "A001"
    assert in_order(hall) == ["A002", "A003"]
