"""Rows 1 and 2: one connection that claims the next and confirms, over and over."""

from __future__ import annotations

import tempfile
from pathlib import Path

from redis import Redis

from app.factory import REDIS_TIMEOUT_S
from bench.hall import Bench
from bench.pairs import Measure, paired
from bench.sequences import DAY, Taking, app_client, by_bare, by_engine, filled
from bench.table import Result
from embedded.redis_server import private_redis
from queueing.redis_sequence import RedisSequence

TIMES = 300
"""Of one run."""
SIZES = (100, 10_000, 1_000_000)
PAIRS = 21


def measure(bench: Bench) -> list[Result]:
    with (
        tempfile.TemporaryDirectory(prefix="shunhao-bench-") as name,
        private_redis(Path(name)) as server,
        Redis.from_url(server.url, socket_timeout=60) as filler,
        app_client(server.url) as ours,
        Redis.from_url(server.url, socket_timeout=REDIS_TIMEOUT_S) as bare,
    ):
        results = [beside_bare(ours, bare, filler)]
        takings = []
        for size in SIZES:
            hall = f"of-{size}"
            bench.say(f"{size:,} come in")
            filled(filler, hall, size)
            takings.append(by_engine(RedisSequence(ours, hall, DAY)))
        first, *others = takings
        for letter, size, taking in zip("ab", SIZES[1:], others, strict=True):
            results.append(beside_few(letter, size, taking, first))
        return results


def beside_bare(ours: Redis, bare: Redis, filler: Redis) -> Result:
    filled(filler, "ours", 1_000)
    filled(filler, "bare", 1_000)
    engine, scripts = by_engine(RedisSequence(ours, "ours", DAY)), by_bare(bare, "bare")
    found = paired(rate(engine), rate(scripts), pairs=PAIRS)
    return Result(
        row="1",
        ours="claim and confirm through the Python engine, one connection",
        beside="the same Lua by EVALSHA from redis-py",
        ours_median=f"{found.ours:,.0f}/s",
        beside_median=f"{found.beside:,.0f}/s",
        ratio=found.ratio,
        low=found.low,
        high=found.high,
        goal="≥ 0.8",
        met=found.ratio >= 0.8,
        note=f"{PAIRS} pairs of {TIMES:,} calls; 1,000 wait; both under the same time limit",
    )


def beside_few(letter: str, size: int, taking: Taking, few: Taking) -> Result:
    found = paired(milliseconds(taking), milliseconds(few), pairs=PAIRS)
    return Result(
        row=f"2{letter}",
        ours=f"the same with {size:,} waiting",
        beside=f"with {SIZES[0]} waiting",
        ours_median=f"{found.ours:.2f} ms",
        beside_median=f"{found.beside:.2f} ms",
        ratio=found.ratio,
        low=found.low,
        high=found.high,
        goal="≤ 1.3",
        met=found.ratio <= 1.3,
        note=f"{PAIRS} pairs of {TIMES:,} calls, each confirmed",
    )


def rate(taking: Taking) -> Measure:
    return lambda: TIMES / taking.seconds(TIMES)


def milliseconds(taking: Taking) -> Measure:
    return lambda: 1_000 * taking.seconds(TIMES) / TIMES
