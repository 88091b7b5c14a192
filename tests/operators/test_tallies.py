"""What processes count is added up on Redis: once, and whatever becomes of them."""

from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis
from redis.exceptions import ConnectionError

from app.core.clock import SetClock
from app.core.tallies import ALIVE_FOR, PROCESSES, REMEMBERED_FOR, Tallies, Tally

CALLS = Tally("test_calls", "Calls.", ("hall",))
TOOK = Tally("test_took_seconds", "Time.", ("hall",), (0.1, 1.0))


class LosesAnswers:
    """A Redis that does what it is told; `lost` answers never arrive."""

    def __init__(self, redis):
        self.redis, self.lost = redis, 0

    def __getattr__(self, name):
        return getattr(self.redis, name)

    def eval(self, *args):
        answer = self.redis.eval(*args)
        if self.lost:
            self.lost -= 1
            raise ConnectionError("the answer was lost")
        return answer


@pytest.fixture
def redis(every_redis):
    with Redis.from_url(every_redis.url) as client:
        yield LosesAnswers(client)


@pytest.fixture
def clock():
    return SetClock(datetime(2026, 11, 23, 1, tzinfo=UTC))


def test_what_two_processes_counted_is_one_sum(redis, clock):
    one, other = Tallies(redis, clock.now), Tallies(redis, clock.now)
    one.be("web")
    one.count(CALLS, "t")
    other.count(CALLS, "t", by=2)
    other.count(CALLS, "u")
    for tallies in (one, other, one):
        assert tallies.tell()
    assert one.all() == {("test_calls", "", "t"): 3, ("test_calls", "", "u"): 1}
    one.leave()
    assert other.all()["test_calls", "", "t"] == 3, "it outlives who counted it"


def test_times_fall_into_their_buckets(redis, clock):
    tallies = Tallies(redis, clock.now)
    for seconds in (0.1, 0.5, 30):
        tallies.time(TOOK, seconds, "t")
    tallies.tell()
    parts = {part: n for (_, part, _), n in tallies.all().items()}
    assert parts == {"0": 1, "1": 1, "2": 1, "sum": 30_600_000}


def test_a_batch_whose_answer_was_lost_is_added_once(redis, clock):
    tallies = Tallies(redis, clock.now)
    tallies.be("web")
    tallies.count(CALLS, "t", by=5)
    redis.lost = 2
    assert [tallies.tell(), tallies.tell()] == [False, False]
    tallies.count(CALLS, "t")
    assert [tallies.tell(), tallies.tell()] == [True, True]
    assert tallies.all() == {("test_calls", "", "t"): 6}


def test_a_forked_process_tells_only_its_own(redis, clock):
    tallies = Tallies(redis, clock.now)
    tallies.be("worker")
    tallies.count(CALLS, "t", by=5)
    tallies.begin_anew()
    tallies.count(CALLS, "t")
    tallies.tell()
    assert tallies.all() == {("test_calls", "", "t"): 1}
    assert tallies.processes() == []


def test_who_leaves_no_word_is_gone_and_is_forgotten_later(redis, clock):
    dies, looks = Tallies(redis, clock.now), Tallies(redis, clock.now)
    dies.be("schedule")
    dies.gauge("streams", lambda: 3)
    dies.tell()
    ((kind, gauges),) = [(process.kind, process.gauges) for process in looks.processes()]
    assert (kind, gauges) == ("schedule", {"streams": 3})
    clock.at += ALIVE_FOR + timedelta(seconds=1)
    assert looks.processes() == []
    assert redis.hlen(PROCESSES) == 1
    clock.at += REMEMBERED_FOR
    looks.processes()
    assert redis.hlen(PROCESSES) == 0
