"""Eight processes take from one sequence at once; beside it, the race without the script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
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
    sequence.enter_all(people())
    return sequence


def people() -> Iterator[Entry]:
    return (Entry(f"t{n}", 1, LANES[n % 4], due=n // 10, serial=n) for n in range(TICKETS))


def test_each_ticket_is_taken_exactly_once(redis: Redis, every_redis: RunningRedis) -> None:
    sequence = fill(redis)
    taken = all_at_once(take_by_sequence, every_redis.url)
    assert taken == {f"t{n}": 1 for n in range(TICKETS)}
    left = sequence.snapshot()
    assert (left.entries, left.claims) == ((), ())


def enter_late(url: str, _me: int, together: Barrier) -> list[str]:
    """A builder whose lease has run out: it goes on with what it read before anybody was called."""
    sequence = RedisSequence(connect(url), HALL, DAY)
    together.wait()
    while sequence.snapshot().entries:
        sequence.enter_all(people())
    return []


def take_or_enter_late(url: str, me: int, together: Barrier) -> list[str]:
    return (take_by_sequence if me % 4 else enter_late)(url, me, together)


def test_who_is_called_is_not_entered_again_by_a_late_builder(
    redis: Redis, every_redis: RunningRedis
) -> None:
    sequence = fill(redis)
    taken = all_at_once(take_or_enter_late, every_redis.url)
    assert taken == {f"t{n}": 1 for n in range(TICKETS)}
    assert sequence.enter_all(people()) == 0
    left = sequence.snapshot()
    assert (left.entries, left.claims) == ((), ())


def test_without_versions_a_late_builder_enters_all_of_them_again(
    redis: Redis, every_redis: RunningRedis
) -> None:
    sequence = fill(redis)
    all_at_once(take_by_sequence, every_redis.url)
    redis.delete(Keys(HALL, DAY).own[2])
    assert sequence.enter_all(people()) == TICKETS


def test_without_the_script_one_ticket_goes_to_all(redis: Redis, every_redis: RunningRedis) -> None:
    fill(redis)
    assert list(all_at_once(take_by_reading_and_removing, every_redis.url).values()) == [PROCESSES]
