"""Eight processes take from one sequence at once; beside it, the race without the script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from typing import Any

from redis import Redis

from embedded.redis_server import RunningRedis
from queueing.keys import Keys
from queueing.redis_sequence import RedisSequence
from queueing.sequence import Entry
from tests.queueing.conftest import DAY, HALL, build, connect

PROCESSES = 8
TICKETS = 2000
LANES = "ABCD"


def take_by_sequence(url: str, me: int, together: Barrier) -> list[str]:
    """Calls until nobody waits: every third call fails and is released, the others count."""
    sequence = RedisSequence(connect(url), HALL, DAY)
    tiers = ((LANES[me % 4],), tuple(LANES))
    taken, tries = [], 0
    together.wait()
    while claim := sequence.claim_next(str(me), tiers, f"{me}-{tries}", tries, 10**9):
        tries += 1
        if tries % 3 == 0:
            assert sequence.release(claim.entry.ticket, claim.token)
        else:
            assert sequence.confirm(claim.entry.ticket, claim.token, claim.entry.version + 1)
            taken.append(claim.entry.ticket)
    return taken


def take_by_reading_and_removing(url: str, _me: int, together: Barrier) -> list[str]:
    """The same two steps without the script, all reading before anyone removes."""
    redis, lane = connect(url), Keys(HALL, DAY).lane(LANES[0])
    [first] = redis.zrange(lane, 0, 0)
    together.wait()
    redis.zrem(lane, first)
    return [first.decode()]


def _process(
    take: Callable[[str, int, Barrier], list[str]], url: str, me: int, together: Barrier, out: Any
) -> None:
    out.put(take(url, me, together))


def all_at_once(take: Callable[[str, int, Barrier], list[str]], url: str) -> Counter[str]:
    """How often each ticket was taken."""
    context = get_context("fork")
    together, out = context.Barrier(PROCESSES), context.SimpleQueue()
    processes = [
        context.Process(target=_process, args=(take, url, me, together, out))
        for me in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    taken = Counter(ticket for _ in processes for ticket in out.get())
    for process in processes:
        process.join()
    return taken


def fill(redis: Redis) -> RedisSequence:
    sequence = RedisSequence(redis, HALL, DAY)
    build(sequence)
    for n in range(TICKETS):
        sequence.enter(Entry(f"t{n}", 1, LANES[n % 4], due=n // 10, serial=n))
    return sequence


def test_each_ticket_is_taken_exactly_once(redis: Redis, every_redis: RunningRedis) -> None:
    sequence = fill(redis)
    taken = all_at_once(take_by_sequence, every_redis.url)
    assert taken == {f"t{n}": 1 for n in range(TICKETS)}
    left = sequence.snapshot()
    assert (left.entries, left.claims) == ((), ())


def test_without_the_script_one_ticket_goes_to_all(redis: Redis, every_redis: RunningRedis) -> None:
    fill(redis)
    assert list(all_at_once(take_by_reading_and_removing, every_redis.url).values()) == [PROCESSES]
