"""Recorded days made up for tests, and the way from such a day to what became of it."""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from app.core.clock import SetClock
from app.replay.reading import read_rows
from app.replay.simulation import replay_days
from app.replay.stores import own_stores
from app.replay.writing import write_rows

COLUMNS = (
    *("day", "joined_s", "slot_s", "lane", "priority"),
    *("outcome", "waited_s", "served_s", "server"),
)


def replayed(
    file: Path, out: Path, stretch: float = 1.0, environ: Mapping[str, str] | None = None
) -> list[dict[str, str]]:
    """Replay FILE as the command does; the lines of OUT."""
    clock = SetClock(datetime(1970, 1, 1, tzinfo=UTC))
    with own_stores(clock, environ or {}) as stores:
        days = replay_days(read_rows(file), stretch, stores.hall, clock)
        write_rows(out, [each for _, told in days for each in told])
    with out.open(newline="") as lines:
        return list(csv.DictReader(lines))


def write_busy_days(file: Path, people: int = 400, seed: int = 19990201) -> None:
    """Two days like those of a real desk: four servers who share lanes in part, people who give
    up, priorities, appointments kept early and late, and work that goes on past midnight."""
    rng = random.Random(seed)  # noqa: S311 (the same days each time)
    rows = [row for day in ("1999-02-01", "1999-02-02") for row in _day(day, people // 2, rng)]
    with file.open("w", newline="") as lines:
        table = csv.DictWriter(lines, COLUMNS)
        table.writeheader()
        table.writerows(rows)


def _day(day: str, people: int, rng: random.Random) -> list[dict[str, object]]:
    serves = {"C01": "PQ", "C02": "P", "NO_SERVER": "PQR", "C03": "R"}
    rows: list[dict[str, object]] = []
    for joined in sorted(rng.choices(range(82_000, 86_400), k=people)):
        server, lanes = rng.choice(list(serves.items()))
        left = rng.random() < 0.25
        rows.append(
            {
                "day": day,
                "joined_s": joined,
                "slot_s": _slot(joined, rng) if rng.random() < 0.3 else "",
                "lane": rng.choice(lanes),
                "priority": rng.choice([0, 0, 1, 2]),
                "outcome": "left" if left else "served",
                "waited_s": rng.choice([0, rng.randrange(600)]),
                "served_s": "" if left else rng.randrange(10, 180),
                "server": "" if left else server,
            }
        )
    return rows


def _slot(joined: int, rng: random.Random) -> int:
    """Half an hour to come, up to over an hour past."""
    return (joined + rng.randrange(-5400, 1800)) // 900 * 900
