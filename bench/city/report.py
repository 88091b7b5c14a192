"""The whole city from what was measured, as docs/scale.md shows it. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench.city.demand import CITY, PHONES, asked_a_second, asked_at_eight

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
KINDS = {
    "take": "取号 POST kiosk/tickets",
    "check_in": "签到 POST kiosk/check-ins",
    "call": "叫号 POST call-next",
    "start": "开始办理 POST start",
    "ticket": "看号 GET ticket",
    "board": "大屏 GET board",
    "slots": "看时段 GET slots",
    "book": "预约 POST appointments",
}
AS = {"check_in": "take", "pass": "start"}
"""What was not priced by itself costs what this one does: the same rows and the same words."""
STORES = ("web", "postgres", "redis")
FULL = 0.6
"""How busy a core may be in the busiest half hour: what is above is for what nobody foresaw."""


def line(run: Mapping[str, Any]) -> str:
    """What became of one town, while the next is built."""
    asked = ", ".join(f"{kind} {times}" for kind, times in run["asked"].items())
    wrong = f"; WRONG: {run['faults'][:5]}" if run["faults"] else "; all right"
    return f"{run['halls']} halls, {run['seconds']:g} s: {asked}{wrong}"


def written_into(page: str, made: Mapping[str, Any]) -> str:
    """A page with its measured part made anew."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{tables(made)}\n{END}{after}"


def tables(made: Mapping[str, Any]) -> str:
    parts = (
        _how(made), _mornings(made), _prices(made), _growth(made), _past(made), _idle(made),
        _busiest(made), _eight(made), _kept(made), _by_day(made),
    )  # fmt: skip
    return "\n\n".join("\n".join(part) for part in parts)


def price(run: Mapping[str, Any], kind: str, of: str) -> float:
    """Milliseconds of CPU (`wal`: bytes) that one request costs."""
    paid: float = run["prices"][AS.get(kind, kind)][of]
    return paid


def cores(run: Mapping[str, Any], asked: Mapping[str, float], of: str) -> float:
    """Cores kept busy by so much a second."""
    return sum(times * price(run, kind, of) for kind, times in asked.items()) / 1000


def _how(made: Mapping[str, Any]) -> Iterator[str]:
    how = made["made"]
    yield (
        f"Made by `make city MINUTES={how['minutes']:g}` on {how['on']}: {how['cores']} shared"
        f" cores (other work went on; load {how['load']:g}), Python {how['python']},"
        f" {how['workers']} web processes, PostgreSQL with `synchronous_commit` and `fsync` on,"
        " three masters of a Redis Cluster with append-only files, a Redis for RQ, worker and"
        " schedule."
        " CPU is that of the processes themselves; the player of the people is not counted."
    )


def _mornings(made: Mapping[str, Any]) -> Iterator[str]:
    yield "### The mornings"
    yield ""
    yield from _row(
        "halls", "counters", "halls a shard", "seconds", "taken + checked in", "called", "looks",
        "booked", "median / p99 of call-next", "order, calls, streams",
    )  # fmt: skip
    yield from _rule(10)
    for run in made["runs"]:
        asked = run["asked"]
        looks = sum(asked.get(kind, 0) for kind in ("ticket", "board", "slots"))
        took = run["took_ms"].get("call", [0, 0])
        yield from _row(
            run["halls"], run["counters"], " + ".join(map(str, run["shards"])),
            f"{run['seconds']:.0f}",
            asked.get("take", 0) + asked.get("check_in", 0), asked.get("call", 0), looks,
            asked.get("book", 0), f"{took[0]:.0f} / {took[1]:.0f} ms",
            f"{len(run['faults'])} wrong" if run["faults"] else "all right",
        )  # fmt: skip


def _prices(made: Mapping[str, Any]) -> Iterator[str]:
    run = made["runs"][-1]
    yield f"### What a request costs ({run['halls']} halls)"
    yield ""
    yield from _row("request", "web, ms", "PostgreSQL, ms", "Redis, ms", "WAL, bytes")
    yield from _rule(5)
    for kind, words in KINDS.items():
        if kind in run["prices"]:
            paid = (f"{price(run, kind, store):.2f}" for store in STORES)
            yield from _row(words, *paid, f"{price(run, kind, 'wal'):.0f}")


def _growth(made: Mapping[str, Any]) -> Iterator[str]:
    runs = made["runs"]
    yield "### The same with more halls"
    yield ""
    yield from _row("", *(f"{run['halls']} halls" for run in runs))
    yield from _rule(1 + len(runs))
    for kind in ("take", "call", "board", "ticket"):
        for store in STORES:
            paid = (f"{price(run, kind, store):.2f}" for run in runs)
            yield from _row(f"{kind}: {store}, ms", *paid)
    yield from _row(
        "schedule, ms of CPU a hall and second",
        *(f"{_a_hall(run, 'schedule'):.2f}" for run in runs),
    )
    yield from _row("worker, ms of CPU a call", *(f"{_a_call(run, 'worker'):.2f}" for run in runs))
    yield from _row("memory of web, MB", *(f"{run['memory_mb']['web']:.0f}" for run in runs))
    yield from _row(
        "Redis, KB a visit at the day's end",
        *(f"{run['redis_bytes'] / 1024 / _visits(run):.2f}" for run in runs),
    )
    yield from _row(
        "events a visit", *(f"{run['stored']['events'][0] / _visits(run):.1f}" for run in runs)
    )


def _past(made: Mapping[str, Any]) -> Iterator[str]:
    run = made["runs"][-1]
    after = {"prices": run["prices_after"]}
    yield f"### The same with {run['tickets_before']:,} tickets of days gone by"
    yield ""
    yield from _row("request", "web, ms", "then", "PostgreSQL, ms", "then")
    yield from _rule(5)
    for kind, words in KINDS.items():
        if kind in run["prices"]:
            paid = (
                f"{price(each, kind, store):.2f}"
                for store in ("web", "postgres")
                for each in (run, after)
            )
            yield from _row(words, *paid)


def _idle(made: Mapping[str, Any]) -> Iterator[str]:
    idle = made["idle"]
    yield f"### {idle['halls']} halls in which nobody is"
    yield ""
    yield from _row("", "CPU, % of a core", "memory, MB")
    yield from _rule(3)
    for name, cpu in idle["cpu_s"].items():
        busy = f"{cpu / idle['seconds'] * 100:.1f}"
        yield from _row(name, busy, f"{idle['memory_mb'][name]:.0f}")


def _busiest(made: Mapping[str, Any]) -> Iterator[str]:
    run, asked = made["runs"][-1], asked_a_second()
    yield "### The city's busiest half hour"
    yield ""
    yield from _row("request", "a second", "web, cores", "PostgreSQL, cores", "Redis, cores")
    yield from _rule(5)
    for kind, times in asked.items():
        busy = (f"{cores(run, {kind: times}, store):.2f}" for store in STORES)
        yield from _row(kind, f"{times:.0f}", *busy)
    all_of_it = [cores(run, asked, store) for store in STORES]
    yield from _row("**all**", "", *(f"**{busy:.2f}**" for busy in all_of_it))
    needed = (f"**{math.ceil(busy / FULL)}**" for busy in all_of_it)
    yield from _row(f"**cores to have at {FULL:.0%}**", "", *needed)


def _eight(made: Mapping[str, Any]) -> Iterator[str]:
    run, asked = made["runs"][-1], asked_at_eight()
    yield "### 08:00, when places are released"
    yield ""
    yield from _row("request", "a second", "web, cores", "PostgreSQL, cores", "Redis, cores")
    yield from _rule(5)
    for kind, times in asked.items():
        busy = (f"{cores(run, {kind: times}, store):.2f}" for store in STORES)
        yield from _row(kind, f"{times:.0f}", *busy)
    wal = asked["book"] * price(run, "book", "wal") / 1e6
    yield ""
    yield (
        f"{PHONES:,} phones, of which one in ten looks three times within five minutes; all places"
        f" are gone by then. PostgreSQL writes {wal:.1f} MB of WAL a second."
    )


def _kept(made: Mapping[str, Any]) -> Iterator[str]:
    run = made["runs"][-1]
    day = sum(kind.halls * kind.tickets for kind in CITY)
    yield "### What a day leaves behind"
    yield ""
    gb_a_day = f"GB a day of {day:,} visits"
    yield from _row("table", "rows a visit", "bytes a row, indexes too", gb_a_day)
    yield from _rule(4)
    for table, (rows, size) in run["stored"].items():
        if rows:
            gb = size / _visits(run) * day / 1e9
            yield from _row(table, f"{rows / _visits(run):.2f}", f"{size / rows:.0f}", f"{gb:.2f}")
    wal = run["wal_bytes"] / _visits(run) * day / 1e9
    yield from _row("WAL of all of it", "", "", f"{wal:.1f}")


def _by_day(made: Mapping[str, Any]) -> Iterator[str]:
    found = made["events"]
    one, daily = found["one"], found["daily"]
    yield f"### Events in one table, and in a table a day ({found['days']} days)"
    yield ""
    yield from _row("", "one table", "a table a day")
    yield from _rule(3)
    rows = f"{found['events_a_day']:,}"
    for words, name in (
        (f"to be rid of a day of {rows} events: CPU, ms", "rid_cpu_ms"),
        ("the same: WAL, MB", "rid_wal_mb"),
        ("the events of one ticket: CPU, ms", "lookup_ms"),
        ("the same, asked since when: CPU, ms", "lookup_since_ms"),
        ("a hall's last two minutes: CPU, ms", "recent_ms"),
    ):
        yield from _row(words, one[name], daily[name])


def _visits(run: Mapping[str, Any]) -> int:
    rows: int = run["stored"]["tickets"][0]
    return max(1, rows)


def _a_hall(run: Mapping[str, Any], program: str) -> float:
    busy: float = run["cpu_s"][program] * 1000 / run["seconds"] / run["halls"]
    return busy


def _a_call(run: Mapping[str, Any], program: str) -> float:
    busy: float = run["cpu_s"][program] * 1000 / max(1, run["asked"].get("call", 1))
    return busy


def _row(*cells: object) -> Sequence[str]:
    return [f"| {' | '.join(map(str, cells))} |"]


def _rule(columns: int) -> Sequence[str]:
    return [f"|{'---|' * columns}"]
