"""The hall's event stream, on each server found."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from embedded.redis_server import RunningRedis
from queueing.events import KEPT, REMEMBERED, CopiedEvent, RedisEvents, StreamEvent
from queueing.keys import EventKeys
from tests.queueing.conftest import HALL, connect

T = 1_795_224_600_000


@pytest.fixture
def events(redis: Redis) -> RedisEvents:
    return RedisEvents(redis, HALL)


def ids(events: list[StreamEvent]) -> list[int]:
    return [event.event_id for event in events]


def test_an_event_arrives_once(events: RedisEvents) -> None:
    assert events.copy(CopiedEvent(7, T, '{"number": "A012"}'))
    assert not events.copy(CopiedEvent(7, T, '{"number": "A012"}'))
    [event] = events.read("0-0", 0)
    assert (event.event_id, event.at_ms, event.payload) == (7, T, '{"number": "A012"}')
    assert events.first_id() == events.last_id() == event.id


def test_in_the_order_of_copying(events: RedisEvents) -> None:
    for event_id in (3, 1, 2):
        events.copy(CopiedEvent(event_id, T + event_id, "{}"))
    stream = events.read("0-0", 0)
    assert ids(stream) == [3, 1, 2]
    assert events.read(stream[0].id, 0) == stream[1:]
    assert events.read("0-0", 0, at_most=2) == stream[:2]
    assert (events.first_id(), events.last_id()) == (stream[0].id, stream[2].id)


def test_an_empty_stream(events: RedisEvents) -> None:
    assert events.read("0-0", 0) == []
    assert events.read("0-0", 10) == []
    assert events.first_id() is events.last_id() is None
    assert events.seen_since(0) == set()


def test_what_was_seen_since(events: RedisEvents) -> None:
    for event_id in range(5):
        events.copy(CopiedEvent(event_id, T + event_id, "{}"))
    assert events.seen_since(T + 3) == {3, 4}


def test_copied_ids_are_forgotten_after_a_while(events: RedisEvents) -> None:
    events.copy(CopiedEvent(1, T, "{}"))
    events.copy(CopiedEvent(2, T + REMEMBERED, "{}"))
    assert events.seen_since(0) == {1, 2}
    events.copy(CopiedEvent(3, T + REMEMBERED + 1, "{}"))
    assert events.seen_since(0) == {2, 3}


def test_the_stream_stays_short(events: RedisEvents, redis: Redis) -> None:
    for event_id in range(KEPT + 500):
        events.copy(CopiedEvent(event_id, T, "{}"))
    assert KEPT <= redis.xlen(EventKeys(HALL).stream) <= KEPT + 200
    assert ids(events.read("0-0", 0, at_most=2 * KEPT))[-1] == KEPT + 499


def test_a_listener_waits_for_the_next(events: RedisEvents, every_redis: RunningRedis) -> None:
    def later() -> None:
        with connect(every_redis.url) as other:
            while not other.info("clients")["blocked_clients"]:
                time.sleep(0.01)
            RedisEvents(other, HALL).copy(CopiedEvent(1, T, "{}"))

    with ThreadPoolExecutor() as speaker, Redis.from_url(every_redis.url) as patient:
        speaking = speaker.submit(later)
        assert ids(RedisEvents(patient, HALL).read("0-0", 30_000)) == [1]
        speaking.result()


def test_the_generation_is_set_once_and_anew_after_a_drop(
    events: RedisEvents, redis: Redis
) -> None:
    assert events.ensure_generation("g1") == "g1"
    assert events.ensure_generation("g2") == "g1"
    events.copy(CopiedEvent(1, T, "{}"))
    events.drop()
    assert redis.dbsize() == 0
    assert events.ensure_generation("g2") == "g2"
    assert events.copy(CopiedEvent(1, T, "{}"))


@pytest.mark.parametrize("options", [{"decode_responses": True}, {"protocol": 3}])
def test_every_kind_of_client(every_redis: RunningRedis, options: dict[str, int]) -> None:
    with Redis.from_url(every_redis.url, **options) as client:
        events = RedisEvents(client, HALL)
        assert events.copy(CopiedEvent(1, T, "号"))
        [event] = events.read("0-0", 10)
        assert (event.event_id, event.payload) == (1, "号")
        assert events.read(event.id, 10) == []
        assert events.ensure_generation("g") == events.ensure_generation("h") == "g"


def test_the_events_of_a_deed_come_together_and_each_once(redis):
    events = RedisEvents(redis, HALL)
    events.copy(CopiedEvent(2, T, '"second"'))
    deed = [CopiedEvent(n, T + n, f'"{n}"') for n in range(1, 251)]
    assert events.copy(*deed) == 249
    assert events.copy(*deed) == 0
    assert [read.event_id for read in events.read("0-0", 0)] == [2, 1, *range(3, 251)]
