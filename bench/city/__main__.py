"""`python -m bench.city`: play the morning with 5, 10 and 20 halls, judge it, reckon the city."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from datetime import UTC, datetime
from typing import Any

from bench.city import judge, report
from bench.city.demand import BOOKED, STREET, some
from bench.city.history import by_day, fill
from bench.city.morning import Morning, Played, percentile
from bench.city.prices import PHONES, prices
from bench.city.processes import Used, memory_mb
from bench.city.town import Town, town
from config.settings import ROOT

OUT = ROOT / "docs" / "city.json"
PAGE = ROOT / "docs" / "scale.md"
LOOK_S = 60.0
"""How long the smaller parts of the city are played."""
IDLE_HALLS = 200
IDLE_S = 45.0
STORED = ("tickets", "calls", "events", "idempotency_keys", "appointments", "places", "notices")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="of the largest morning")
    parser.add_argument("--halls", default="5,10,20", help="how many, one town after the other")
    parser.add_argument("--pace", type=float, default=6, help="times as fast as life")
    parser.add_argument("--workers", type=int, default=2, help="web processes")
    parser.add_argument("--print", action="store_true", help="change no page")
    parser.add_argument("--again", action="store_true", help="only the page, from docs/city.json")
    given = parser.parse_args()
    made = json.loads(OUT.read_text()) if given.again else _measured(given)
    if not given.print:
        OUT.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n")
        PAGE.write_text(report.written_into(PAGE.read_text(), made))
    print(report.tables(made))
    return int(any(run["faults"] for run in made["runs"]))


def _measured(given: argparse.Namespace) -> dict[str, Any]:
    counts = [int(count) for count in given.halls.split(",")]
    runs = []
    for count in counts:
        last = count == counts[-1]
        seconds = given.minutes * 60 if last else min(LOOK_S, given.minutes * 60)
        runs.append(_one(count, seconds, given.pace, given.workers, history=last))
        _say(report.line(runs[-1]))
    _say(f"{IDLE_HALLS} halls in which nobody is …")
    idle = _idle(IDLE_HALLS, given.workers)
    _say("a table a day …")
    return {"made": _made(given), "runs": runs, "idle": idle, "events": by_day()}


def _one(
    count: int, seconds: float, pace: float, workers: int, *, history: bool
) -> dict[str, Any]:
    """One town, its morning, its prices."""
    kinds = some(count)
    _say(f"{count} halls for {seconds:g} s at {pace:g} times the pace of life …")
    visits = sum(kind.visits_a_second() for kind in kinds) * seconds * pace
    with town(kinds, int(visits * BOOKED) + 2 * PHONES + 50, workers) as here:
        memory = _redis_bytes(here)
        wal = _wal(here)
        used = Used(here.pids)
        played = Morning(here, seconds, pace).play()
        cpu = used.seconds()
        wal = _wal(here) - wal
        memory = _redis_bytes(here) - memory
        held = {name: round(sum(map(memory_mb, pids)), 1) for name, pids in here.pids.items()}
        faults = judge.faults(here, played)
        stored = _stored(here)
        shards = [0] * len(here.cluster.masters)
        for hall in here.halls:
            shards[here.cluster.shard_of(hall.code)] += 1
        for name in ("schedule", "worker"):
            here.stop(name)
        return {
            "halls": count,
            "counters": sum(len(hall.clerks) for hall in here.halls),
            "seconds": round(played.seconds, 1),
            "pace": pace,
            "asked": dict(sorted(played.asked.items())),
            "refused": dict(played.refused),
            "took_ms": _took(played),
            "behind_s": round(played.behind_s, 2),
            "resyncs": played.resyncs,
            "cpu_s": {name: round(cpu[name], 2) for name in cpu},
            "memory_mb": held,
            "redis_bytes": memory,
            "shards": shards,
            "wal_bytes": wal,
            "stored": stored,
            "faults": faults,
            "prices": prices(here),
            **(_with_history(here) if history else {}),
        }


def _with_history(here: Town) -> dict[str, Any]:
    """The same prices with months behind them."""
    _say("the same with a history …")
    return {"tickets_before": fill(here), "prices_after": prices(here)}


def _idle(count: int, workers: int) -> dict[str, Any]:
    """What halls cost while nobody is there: what the schedule does for each."""
    with town([STREET] * count, 0, workers, seated=False) as here:
        time.sleep(15)  # the first rounds read every hall's file
        used = Used(here.pids)
        time.sleep(IDLE_S)
        cpu = used.seconds()
        held = {name: round(sum(map(memory_mb, pids)), 1) for name, pids in here.pids.items()}
    return {
        "halls": count,
        "seconds": IDLE_S,
        "cpu_s": {name: round(cpu[name], 3) for name in cpu},
        "memory_mb": held,
    }


def _took(played: Played) -> dict[str, list[float]]:
    """Median and 99th percentile."""
    return {
        kind: [round(percentile(took, 0.5), 1), round(percentile(took, 0.99), 1)]
        for kind, took in sorted(played.took_ms.items())
    }


def _stored(here: Town) -> dict[str, list[int]]:
    """Table -> rows, bytes with its indexes."""
    return {
        table: [
            int(here.rows(f"SELECT count(*) FROM {table}")[0][0]),
            int(here.rows(f"SELECT pg_total_relation_size('{table}')")[0][0]),
        ]
        for table in STORED
    }


def _wal(here: Town) -> int:
    return int(here.rows("SELECT pg_current_wal_lsn() - '0/0'")[0][0])


def _redis_bytes(here: Town) -> int:
    return sum(int(each.client.info("memory")["used_memory"]) for each in here.cluster.masters)


def _made(given: argparse.Namespace) -> dict[str, Any]:
    return {
        "on": f"{datetime.now(UTC):%Y-%m-%d}",
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[2], 1),
        "python": platform.python_version(),
        "workers": given.workers,
        "minutes": given.minutes,
    }


def _say(sentence: str) -> None:
    print(f"· {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
