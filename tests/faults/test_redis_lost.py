"""Redis emptied, restarted, rolled back, frozen, cut off (rules 2 to 5)."""

from __future__ import annotations

import os
import shutil
import signal
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from redis import Redis

from queueing.scripts import _script
from tests.crowd import called_twice, calls, faults, fill, numbers, rows
from tests.faults.conftest import leave
from tests.faults.test_killed import numbers_of, sweep_now
from tests.house import KIOSK_TOKEN, House, open_house
from tests.processes import together
from tests.stores import each_store_in_time, on, on_sqlite

GIVES_UP_WITHIN_S = 5
MANY = 4000
EACH = 15
COUNTERS = ("1", "2", "3", "4")
on_each_redis = on(("sqlite", "valkey"), ("sqlite", "redis"))
"""Where it is Redis that is broken, and any database will do."""


# Emptied


@each_store_in_time
def test_an_emptied_redis_is_rebuilt_by_its_first_caller(hall):
    fill(hall, MANY)
    before, clerk = numbers(hall), hall.clerk("1")
    hall.app.extensions["parts"].redis.flushall()
    called = clerk.next()
    assert called["ticket"]["number"] == before[0]
    tickets = {row.id: row.number for row in rows(hall)}
    assert [tickets[entry.ticket] for entry in hall.sequence.snapshot().entries] == before[1:]


def call_so_often(house: House, go: Any, no: str, times: int) -> list[str]:
    clerk = house.clerk(no)
    go()
    called = []
    for _ in range(times):
        answer = clerk.do("call-next")
        while is_restoring(answer):  # as a console does
            answer = clerk.do("call-next")
        assert answer.status_code == 200, "told that nobody waits while hundreds do"
        called.append(answer.json["ticket"]["number"])
    return called


def is_restoring(answer: Any) -> bool:
    return answer.status_code == 503 and answer.json["code"] == "sequence_not_ready"


def give_numbers(house: House, go: Any, times: int) -> list[str]:
    go()
    return [house.take("pension")["number"] for _ in range(times)]


def empty_again_and_again(house: House, go: Any, times: int) -> None:
    redis = house.app.extensions["parts"].redis
    go()
    for _ in range(times):
        time.sleep(0.3)
        redis.flushall()


@each_store_in_time
def test_emptied_again_and_again_while_people_come_and_are_called(hall):
    fill(hall, 120)
    *called, new, _ = together(
        hall.app.extensions["parts"].settings,
        *((call_so_often, no, EACH) for no in COUNTERS),
        (give_numbers, EACH),
        (empty_again_and_again, 3),
    )
    called_here = [number for one in called for number in one]
    assert len(called_here) == len(set(called_here)) == len(calls(hall)) == EACH * len(COUNTERS)
    assert called_twice(hall) == []
    sweep_now(hall)
    assert faults(hall) == []
    waiting = numbers(hall, state="waiting")
    assert set(new) <= set(waiting) | set(called_here)
    tickets = {row.id: row.number for row in rows(hall)}
    assert [tickets[entry.ticket] for entry in hall.sequence.snapshot().entries] == waiting


@each_store_in_time
def test_after_being_emptied_the_order_is_what_it_was(hall):
    fill(hall, 30)
    before = numbers(hall)
    called = []
    for turn in range(30):
        if turn % 7 == 3:
            hall.app.extensions["parts"].redis.flushall()
        called.append(hall.clerk(str(turn % 3 + 1)).next()["ticket"]["number"])
    assert called == before
    assert hall.clerk("1").next() is None


# Killed and started again


@on_each_redis
def test_redis_dies_and_comes_back_with_its_file(own_hall, own_redis):
    morning_with_a_crash(own_hall, own_redis)


@on_each_redis
def test_redis_dies_and_comes_back_with_nothing(own_hall, own_redis):
    def lose_everything():
        for file in own_redis.data.iterdir():
            shutil.rmtree(file) if file.is_dir() else file.unlink()

    morning_with_a_crash(own_hall, own_redis, lose_everything)


def morning_with_a_crash(hall: House, redis: Any, meanwhile: Any = lambda: None) -> None:
    for _ in range(4):
        hall.take("id-card")
    assert numbers_of([hall.clerk("1").next(), hall.clerk("2").next()]) == ["A001", "A002"]
    redis.kill()
    assert hall.take("id-card")["number"] == "A005"
    refused = hall.clerk("1").do("call-next")
    assert refused.status_code == 503
    assert refused.json["code"] == "sequence_not_ready"
    assert hall.clerk("1").see()["ticket"]["number"] == "A001", "what it held it holds"
    meanwhile()
    redis.start()
    wait_until_up(redis.url)
    called = [hall.clerk(no).next() for no in ("2", "1", "3", "4")]
    assert numbers_of(called) == ["A003", "A004", "A005", None]
    assert called_twice(hall) == []
    sweep_now(hall)
    assert faults(hall) == []


def wait_until_up(url: str) -> None:
    until = time.monotonic() + 30
    with Redis.from_url(url) as client:
        while time.monotonic() < until:
            try:
                client.ping()
            except Exception:
                time.sleep(0.02)
            else:
                return
    raise AssertionError("Redis does not come up")


@on_each_redis
def test_a_file_that_lost_the_last_second_is_not_believed(own_hall, own_redis, tmp_path):
    hall, redis = own_hall, own_hall.app.extensions["parts"].redis
    redis.config_set("appendfsync", "always")
    leaver, *_ = [hall.take("id-card") for _ in range(4)]
    shutil.copytree(own_redis.data, tmp_path / "a second ago")

    hall.post(f"/tickets/{leaver['id']}/leave", leaver["token"])
    assert hall.clerk("1").next()["ticket"]["number"] == "A002"
    first = hall.take("id-card", priority="elderly")

    own_redis.kill()
    shutil.rmtree(own_redis.data)
    shutil.copytree(tmp_path / "a second ago", own_redis.data)
    own_redis.start()
    wait_until_up(own_redis.url)
    called = [hall.clerk(no).next() for no in ("2", "3", "4", "5")]
    assert numbers_of(called) == [first["number"], "A003", "A004", None]
    assert called_twice(hall) == []
    sweep_now(hall)
    assert faults(hall) == []


@on_each_redis
def test_a_process_that_starts_after_the_crash_does_not_believe_it_either(
    own_hall, own_redis, beside_own
):
    first, _ = own_hall.take("id-card"), own_hall.take("id-card")
    own_hall.sequence.remove(first["id"], 1_000)  # as a file that lost a second has it
    assert beside_own().clerk("1").next()["ticket"]["number"] == "A001"


# Frozen, cut off


@contextmanager
def frozen(process: Any) -> Any:
    os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGCONT)


@on_each_redis
def test_a_frozen_redis_is_not_waited_for(own_hall, own_redis):
    own_hall.take("id-card")
    clerk = own_hall.clerk("1")
    with frozen(own_redis.process):
        began = time.monotonic()
        refused = clerk.do("call-next")
        assert time.monotonic() - began < GIVES_UP_WITHIN_S
        assert (refused.status_code, refused.json["code"]) == (503, "sequence_not_ready")
        assert int(refused.headers["Retry-After"]) > 0
        began = time.monotonic()
        taken = own_hall.post("/kiosk/tickets", KIOSK_TOKEN, {"item": "id-card"})
        assert taken.status_code == 201
        assert time.monotonic() - began < GIVES_UP_WITHIN_S
    # what was sent while it was frozen is done now: the claim of an answer nobody waited for
    own_hall.clock.advance(seconds=16)
    sweep_now(own_hall)
    assert numbers_of([clerk.next(), clerk.next(), clerk.next()]) == ["A001", "A002", None]
    assert called_twice(own_hall) == []
    assert faults(own_hall) == []


@on_each_redis
def test_a_confirmation_that_was_lost_is_no_call_that_was_lost(hall, beside, redis_wire):
    """Passed and back in line, the ticket is called anew, and nothing of the old claim is left."""
    for _ in range(2):
        hall.take("id-card")
    proxy, url = redis_wire
    through = beside(redis_url=url)
    token = hall.clerk("1").token
    # the first word makes the connection, so that only the confirmation is lost
    assert through.post("/counters/1/call-next", token).json["ticket"]["number"] == "A001"
    proxy.cut_at(_script("confirm").digest.encode(), sent=False, for_good=True)
    called = through.post("/counters/1/call-next", token)
    assert proxy.done.wait(30)
    assert called.status_code == 200
    ticket = called.json["ticket"]
    assert ticket["number"] == "A002"
    assert len(hall.sequence.snapshot().claims) == 1
    assert [call.delivery for call in calls(hall)] == ["sent", "answered"]

    proxy.mend()
    assert through.post(f"/tickets/{ticket['id']}/pass", token).status_code == 200
    assert through.post(f"/tickets/{ticket['id']}/rejoin", token).status_code == 200
    assert hall.sequence.snapshot().claims == ()
    assert through.post("/counters/1/call-next", token).json["ticket"]["number"] == "A002"
    assert through.post("/counters/1/call-next", token).status_code == 204
    sweep_now(hall)
    assert faults(hall) == []


@on_each_redis
def test_after_a_lost_confirmation_next_is_the_next(hall, beside, redis_wire):
    """The clerk had the answer: the claim left behind must not be taken for a lost call."""
    for _ in range(3):
        hall.take("id-card")
    proxy, url = redis_wire
    through = beside(redis_url=url)
    token = hall.clerk("1").token
    through.post("/counters/1/call-next", token)
    proxy.cut_at(_script("confirm").digest.encode(), sent=False, for_good=True)
    through.post("/counters/1/call-next", token)
    assert proxy.done.wait(30)
    proxy.mend()
    assert through.post("/counters/1/call-next", token).json["ticket"]["number"] == "A003"


@on_each_redis
def test_whoever_was_cut_off_compares_before_calling(hall, beside, redis_wire):
    """What this process could not tell Redis is told before its next claim."""
    hall.take("id-card")
    proxy, url = redis_wire
    through = beside(redis_url=url)
    token = hall.clerk("1").token
    assert through.post("/counters/1/call-next", token).status_code == 200
    hall.take("id-card")
    proxy.cut()
    first = through.take("id-card", priority="elderly")
    proxy.mend()
    called = through.post("/counters/1/call-next", token)
    assert called.json["ticket"]["number"] == first["number"]


@on_sqlite
def test_a_hall_begins_while_its_cluster_is_away(every_settings):
    """Each process, and the first question of each to any of the nodes it was told of."""
    settings = replace(every_settings, redis_url="redis+cluster://127.0.0.1:1,127.0.0.1:2")
    house = open_house(settings)
    assert house.take("id-card")["number"] == "A001"
    refused = house.clerk("1").do("call-next")
    assert (refused.status_code, refused.json["code"]) == (503, "sequence_not_ready")
    assert house.app.test_client().get("/readyz").status_code == 503
    leave(house)
