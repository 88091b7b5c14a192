"""What only the real sequence has: a server that can be away, emptied, full or a cluster."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
import time
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import BusyLoadingError, ResponseError

from embedded.redis_server import RunningRedis, private_redis
from queueing.errors import NotReady, SequenceAway
from queueing.events import CopiedEvent, RedisEvents
from queueing.keys import EventKeys, Keys
from queueing.redis_sequence import RedisSequence
from queueing.scripts import our_errors
from queueing.sequence import Entry, Tiers
from tests.queueing.conftest import DAY, HALL, binary_of, build, connect

A: Tiers = (("A",),)


def entry(n: int, lane: str = "A", counter: str | None = None) -> Entry:
    return Entry(f"t{n}", 1, lane, n, n, counter)


def walk_through(sequence: RedisSequence) -> None:
    """Every transition once."""
    build(sequence)
    for n in range(6):
        sequence.enter(entry(n, counter="2" if n == 5 else None))
    for token in "wxy":
        assert sequence.claim_next("1", A, token, 0, 0)
    assert sequence.claim("1", "t5", 1, "z", 0)
    assert sequence.confirm("t0", "w", 2)
    assert sequence.release("t1", "x")
    sequence.repair("t2", "y", entry(2), 1)
    assert sequence.remove("t3", 2)
    assert sequence.position("t4") == 2
    assert len(sequence.expired_claims(1)) == 1
    assert [e.ticket for e in sequence.snapshot().entries] == ["t1", "t2", "t4"]


# -- Keys


def test_all_keys_of_a_hall_carry_its_tag(redis: Redis) -> None:
    walk_through(RedisSequence(redis, HALL, DAY))
    events = RedisEvents(redis, HALL)
    events.ensure_generation("g")
    events.copy(CopiedEvent(1, 0, "{}"))
    keys = {key.decode() for key in redis.keys("*")}
    assert all(key.startswith("sh:{demo}:") for key in keys)
    assert Keys(HALL, DAY).lane("A") in keys
    assert EventKeys(HALL).stream in keys


def test_score_and_member_are_due_and_padded_serial(redis: Redis) -> None:
    sequence = RedisSequence(redis, HALL, DAY)
    sequence.enter(Entry("t", 1, "A", -(2**52), 42))
    [(member, score)] = redis.zrange("sh:{demo}:20261121:lane:A", 0, -1, withscores=True)
    assert (member, int(score)) == (b"00000042:t", -(2**52))


def test_halls_and_days_do_not_meet(redis: Redis) -> None:
    sequence = RedisSequence(redis, HALL, DAY)
    build(sequence)
    sequence.enter(entry(1))
    for other in (RedisSequence(redis, HALL, "20261122"), RedisSequence(redis, "east", DAY)):
        build(other)
        assert other.claim_next("1", A, "x", 0, 0) is None
        other.drop()
    assert sequence.claim_next("1", A, "x", 0, 0)


def test_dropping_leaves_nothing_behind(redis: Redis) -> None:
    sequence = RedisSequence(redis, HALL, DAY)
    walk_through(sequence)
    sequence.drop()
    assert redis.dbsize() == 0


def test_every_kind_of_client(every_redis: RunningRedis, redis: Redis) -> None:
    for options in ({"decode_responses": True}, {"protocol": 3}, {"protocol": 2}):
        redis.flushall()
        with Redis.from_url(every_redis.url, **options) as client:
            walk_through(RedisSequence(client, HALL, DAY))


def test_on_a_cluster(cluster_node: Redis) -> None:
    cluster_node.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
    while b"cluster_state:ok" not in cluster_node.execute_command("CLUSTER", "INFO"):
        time.sleep(0.05)
    walk_through(RedisSequence(cluster_node, HALL, DAY))
    assert RedisEvents(cluster_node, HALL).copy(CopiedEvent(1, 0, "{}"))


def test_a_cluster_that_is_down(cluster_node: Redis) -> None:
    with pytest.raises(SequenceAway):
        RedisSequence(cluster_node, HALL, DAY).enter(entry(1))


# -- Cost


def calls_of_one_claim(redis: Redis, tiers: Tiers, waiting: int) -> int:
    """How many commands a claim runs inside the server."""
    redis.flushall()
    sequence = RedisSequence(redis, HALL, DAY)
    build(sequence)
    for n in range(waiting):
        sequence.enter(entry(n, lane=tiers[0][n % len(tiers[0])]))
    redis.config_resetstat()
    assert sequence.claim_next("1", tiers, "x", 0, 10**9)
    return sum(stat["calls"] for stat in redis.info("commandstats").values())


def test_a_claim_costs_the_same_however_many_wait(redis: Redis) -> None:
    lanes = tuple("ABCDEFGHIJKL")
    assert calls_of_one_claim(redis, (lanes,), 24) == calls_of_one_claim(redis, (lanes,), 2400)
    assert calls_of_one_claim(redis, (lanes,), 24) - calls_of_one_claim(redis, A, 24) <= 2 * 11


# -- Away


@pytest.fixture
def own(own_redis: Redis) -> Redis:
    """A server of this test's own, with one ticket waiting."""
    sequence = RedisSequence(own_redis, HALL, DAY)
    build(sequence)
    sequence.enter(entry(1))
    return own_redis


def test_a_server_that_forgot_the_scripts(own: Redis) -> None:
    own.script_flush()
    assert RedisSequence(own, HALL, DAY).claim_next("1", A, "x", 0, 0)


def test_an_emptied_server_is_not_ready(own: Redis) -> None:
    own.flushall()
    with pytest.raises(NotReady):
        RedisSequence(own, HALL, DAY).claim_next("1", A, "x", 0, 0)


def test_a_server_that_stopped(own: Redis) -> None:
    own.shutdown(nosave=True)
    sequence, events = RedisSequence(own, HALL, DAY), RedisEvents(own, HALL)
    for asked in (
        lambda: sequence.claim_next("1", A, "x", 0, 0),
        sequence.snapshot,
        lambda: events.copy(CopiedEvent(1, 0, "{}")),
        lambda: events.read("0-0", 10),
    ):
        with pytest.raises(SequenceAway):
            asked()


def test_a_server_that_does_not_answer(own: Redis) -> None:
    own.client_pause(1500, all=True)
    with pytest.raises(SequenceAway):
        RedisSequence(own, HALL, DAY).claim_next("1", A, "x", 0, 0)


class LosesOneAnswer(socketserver.BaseRequestHandler):
    """Stands before a server, and hangs up once instead of passing on an answer."""

    server: LossyServer

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.behind)) as behind:
            while request := self.request.recv(65536):
                behind.sendall(request)
                answer = behind.recv(65536)
                if b"claimed_at" in answer and not self.server.lost.is_set():
                    self.server.lost.set()
                    return
                self.request.sendall(answer)


class LossyServer(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, behind: int) -> None:
        self.behind, self.lost = behind, threading.Event()
        super().__init__(("127.0.0.1", 0), LosesOneAnswer)


def test_a_claim_whose_answer_was_lost_is_made_once(redis: Redis) -> None:
    for n in (1, 2):
        RedisSequence(redis, HALL, DAY).enter(entry(n))
    build(RedisSequence(redis, HALL, DAY))
    with LossyServer(redis.get_connection_kwargs()["port"]) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        with connect(f"redis://127.0.0.1:{proxy.server_address[1]}/0", retries=1) as client:
            claim = RedisSequence(client, HALL, DAY).claim_next("1", A, "x", 0, 0)
        proxy.shutdown()
    assert proxy.lost.is_set()
    snapshot = RedisSequence(redis, HALL, DAY).snapshot()
    assert snapshot.claims == (claim,)
    assert snapshot.entries == (entry(2),)


def test_a_replica(own: Redis) -> None:
    own.replicaof("127.0.0.1", 1)
    with pytest.raises(SequenceAway):
        RedisSequence(own, HALL, DAY).enter(entry(2))


def test_a_full_server(own: Redis) -> None:
    own.config_set("maxmemory", 1)
    with pytest.raises(SequenceAway):
        RedisSequence(own, HALL, DAY).enter(entry(2))


def test_a_server_without_its_replicas(own: Redis) -> None:
    own.config_set("min-replicas-to-write", 1)
    with pytest.raises(SequenceAway):
        RedisSequence(own, HALL, DAY).enter(entry(2))


def test_a_server_that_is_loading() -> None:
    with pytest.raises(SequenceAway), our_errors():
        raise BusyLoadingError("Redis is loading the dataset in memory")


def test_a_fault_of_our_own_is_not_hidden(own: Redis) -> None:
    own.flushall()
    own.set("sh:{demo}:20261121:versions", "no hash")
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        RedisSequence(own, HALL, DAY).enter(entry(2))


# -- Restart


def test_a_server_killed_and_restarted_loses_nothing_of_its_file(
    every_redis: RunningRedis, tmp_path: Path
) -> None:
    """What a file lacks that is written once a second, tests/faults/test_redis_lost.py has."""
    binary = binary_of(every_redis)
    with private_redis(tmp_path, binary=binary, persist=True) as server:
        with connect(server.url) as redis:
            redis.config_set("appendfsync", "always")
            sequence = RedisSequence(redis, HALL, DAY)
            walk_through(sequence)
            before = sequence.snapshot()
        server.process.kill()
        server.process.wait()
    with private_redis(tmp_path, binary=binary, persist=True) as server:
        redis = connect(server.url)
        assert RedisSequence(redis, HALL, DAY).snapshot() == before
        redis.close()


def test_what_lies_in_redis_can_be_read_by_people(redis: Redis) -> None:
    sequence = RedisSequence(redis, HALL, DAY)
    build(sequence)
    sequence.enter(entry(1))
    sequence.claim_next("1", A, "x", 9, 0)
    claim = json.loads(redis.hget("sh:{demo}:20261121:claims", "t1") or "")
    assert claim == {
        "token": "x",
        "counter": "1",
        "claimed_at": 9,
        "tier": 1,
        "overdue": False,
        "others": 0,
    }
