"""A calling sequence filled to a size, and what takes from it: our engine, or bare EVALSHA."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError
from redis.retry import Retry

from app.core.stores import guard_redis, redis_breaker
from app.factory import REDIS_TIMEOUT_S
from config.redis import connect
from queueing.keys import Keys
from queueing.redis_sequence import RedisSequence
from queueing.scripts import _script
from queueing.sequence import Entry, Tiers

DAY = "20261123"
LANES = ("A", "B", "C", "D")
TIERS: Tiers = (LANES[:3], LANES[3:])
COUNTER = "1"
PROMISE = 30 * 60_000
OVERDUE_AFTER = 15 * 60_000
NOW = PROMISE
AT_ONCE = 5_000


def app_client(url: str) -> Redis:
    """As the factory wires it: time limits, one retry, the breaker."""
    retry = Retry(ExponentialBackoff(cap=0.1, base=0.01), 1, supported_errors=(ConnectionError,))
    limits = {"socket_timeout": REDIS_TIMEOUT_S, "socket_connect_timeout": REDIS_TIMEOUT_S}
    made: Redis = guard_redis(connect(url, retry=retry, **limits), redis_breaker())
    return made


def entry(nth: int, version: int = 1) -> Entry:
    return Entry(f"{nth:032x}", version, LANES[nth % len(LANES)], NOW + nth, nth)


def filled(redis: Redis, hall: str, waiting: int) -> RedisSequence:
    """A ready sequence in which so many wait, written as `enter` would, some thousands at a time:
    a million by a script each would take minutes."""
    sequence = RedisSequence(redis, hall, DAY)
    sequence.begin_build("bench", 0, 60_000)
    keys = Keys(hall, DAY)
    held, versions, places = keys.own[1], keys.own[2], keys.own[6]
    for first in range(0, waiting, AT_ONCE):
        entries = [entry(nth) for nth in range(first, min(first + AT_ONCE, waiting))]
        with redis.pipeline(transaction=False) as pipe:
            pipe.hset(held, mapping={one.ticket: sequence._record(one) for one in entries})
            pipe.hset(versions, mapping={one.ticket: one.version for one in entries})
            for lane in {one.lane for one in entries}:
                members = {
                    f"{one.serial:08d}:{one.ticket}": one.due for one in entries if one.lane == lane
                }
                pipe.zadd(keys.lane(lane), members)  # type: ignore[arg-type]
                pipe.sadd(places, keys.lane(lane))
            pipe.execute()
    if not sequence.finish_build("bench", "bench"):
        raise RuntimeError("the sequence is not ready")
    if waiting > 1 and sequence.position(entry(waiting - 1).ticket) is None:
        raise RuntimeError("the last does not wait")
    return sequence


@dataclass
class Taking:
    """Claims and confirms over and over; whoever was called waits again, which is not timed."""

    sequence: RedisSequence
    take: Callable[[str], tuple[str, int]]
    """Token -> the ticket that was claimed and confirmed, and its version then."""
    taken: int = 0

    def seconds(self, times: int) -> float:
        spent = 0.0
        for _ in range(times):
            self.taken += 1
            token = f"{id(self):x}-{self.taken}"
            began = time.perf_counter()
            ticket, version = self.take(token)
            spent += time.perf_counter() - began
            if not self.sequence.enter(entry(int(ticket, 16), version + 1)):
                raise RuntimeError(f"{ticket} does not wait again")
        return spent


def by_engine(sequence: RedisSequence) -> Taking:
    def take(token: str) -> tuple[str, int]:
        claim = sequence.claim_next(COUNTER, TIERS, token, NOW, OVERDUE_AFTER)
        if claim is None:
            raise RuntimeError("nobody waits")
        version = claim.entry.version + 1
        sequence.confirm(claim.entry.ticket, token, version)
        return claim.entry.ticket, version

    return Taking(sequence, take)


def by_bare(redis: Redis, hall: str) -> Taking:
    """redis-py and the same two scripts; of the record nothing is read but what confirm needs."""
    keys = Keys(hall, DAY)
    tiers = [(keys.counter_bound(COUNTER), 1), *_tiers(keys)]
    claim_keys = (*keys.own, *(name for name, _ in tiers))
    numbers = tuple(tier for _, tier in tiers)
    claim_next, confirm = (_digest(redis, name) for name in ("claim_next", "confirm"))

    def take(token: str) -> tuple[str, int]:
        overdue = NOW - OVERDUE_AFTER
        reply: Any = redis.evalsha(
            claim_next, len(claim_keys), *claim_keys, COUNTER, token, NOW, overdue, *numbers
        )
        record = json.loads(reply[0])
        ticket, version = record["ticket"], record["version"] + 1
        redis.evalsha(confirm, len(keys.own), *keys.own, ticket, token, version)
        return ticket, version

    return Taking(RedisSequence(redis, hall, DAY), take)


def _tiers(keys: Keys) -> list[tuple[str, int]]:
    return [(keys.lane(lane), nth) for nth, tier in enumerate(TIERS, 1) for lane in tier]


def _digest(redis: Redis, name: str) -> str:
    digest: Any = redis.script_load(_script(name).text)
    return digest.decode() if isinstance(digest, bytes) else str(digest)
