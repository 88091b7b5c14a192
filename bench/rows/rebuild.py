"""Row 12: a hall's sequence made anew from its rows after FLUSHALL. Whoever calls meanwhile waits
for it, and no longer than two seconds."""

from __future__ import annotations

import json
import logging
import secrets
import time
from datetime import timedelta
from statistics import median
from typing import Any

from redis import Redis
from sqlalchemy import select

from app.calling import reconcile
from app.catalog.hall_file import parse_hall
from app.catalog.service import plan_of
from app.core.acts import SYSTEM, Act
from app.core.db import db, transaction
from app.core.parts import parts
from app.tickets.queries import TABLE as TICKETS
from app.tickets.queries import sequence_of
from app.tickets.service import take_number
from bench.hall import Bench, Installation, installation
from bench.library import copied
from bench.table import Result
from tests.house import HALL, HALL_FILE

SIZES = (200, 2_000)
TURNS = 7
CALLERS_WAIT_S = 2.0


def measure(bench: Bench) -> list[Result]:
    logging.getLogger(reconcile.__name__).setLevel(logging.ERROR)  # it warns of each rebuild
    with installation(parse_hall(json.dumps(HALL_FILE).encode())) as hall, hall.app.app_context():
        results = []
        there = 0
        for size in SIZES:
            wait(size - there)
            there = size
            bench.say(f"{size:,} wait")
            results.append(result(size, [rebuilt(hall, size) for _ in range(TURNS)]))
        return results


def wait(more: int) -> None:
    """One takes a number; the others are copies of that row."""
    plan, now = plan_of(HALL), parts().clock.now()
    with transaction():
        first = take_number(plan, ["id-card"], Act(now, SYSTEM))
    row = dict(db.session.execute(select(TICKETS).where(TICKETS.c.id == first.id)).mappings().one())

    serials = 1_000 * more  # apart from those of numbers yet to be taken

    def copies() -> Any:
        for nth in range(1, more):
            yield row | {
                "id": secrets.token_hex(16),
                "token": secrets.token_hex(16),
                "number": f"C{serials + nth}",
                "serial": serials + nth,
                "due_ms": row["due_ms"] + nth,
                "entered_at": row["entered_at"] + timedelta(milliseconds=nth),
            }

    with transaction():
        copied(db.session.connection().connection.driver_connection, TICKETS, copies())


def rebuilt(hall: Installation, size: int) -> float:
    """Seconds."""
    with Redis.from_url(hall.redis_url) as redis:
        redis.flushall()
    plan, now = plan_of(HALL), parts().clock.now()
    day = plan.day_of(now).date
    began = time.monotonic()
    if not reconcile.rebuild(plan, day, now):
        raise RuntimeError("another is at it")
    took = time.monotonic() - began
    held = len(sequence_of(HALL, day).snapshot().entries)
    if held != size:
        raise RuntimeError(f"{held} wait in the sequence, and {size} by their rows")
    return took


def result(size: int, took: list[float]) -> Result:
    return Result(
        row="12" if size == SIZES[-1] else "12b",
        ours=f"a hall of {size:,} waiting rebuilt after FLUSHALL",
        beside="–",
        ours_median=f"{median(took):.2f} s",
        beside_median="–",
        ratio=None,
        low=None,
        high=None,
        goal=f"≤ {CALLERS_WAIT_S:.0f} s, as callers wait",
        met=median(took) <= CALLERS_WAIT_S,
        note=f"{len(took)} times, {min(took):.2f} to {max(took):.2f} s;"
        f" {1000 * median(took) / size:.2f} ms a ticket",
    )
