"""Everybody wants the same half hour: 10,000 people for 50 places, beside a guarded UPDATE."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from typing import Any

import psycopg

from app.core.clock import HouseClock
from bench.hall import Bench
from bench.load import Load, Request, load
from bench.pairs import paired
from bench.table import Result
from config.settings import load_settings
from tests.bookings import citizens
from tests.house import open_house

PEOPLE, PLACES, AT_ONCE = 10_000, 50, 200
PAIRS = 3
GOAL = 0.6
BUSY = 503
"""Told to try again in a moment, for the lock of the slot was waited for too long."""
ANSWERS = frozenset({201, 409, BUSY})
ITEM = {"code": "quick", "name": "领取证件", "department": "ga", "lane": "A", "minutes": 1}
"""84 minutes of eight counters in half an hour, three fifths of them the public's: 50 places."""
WRITTEN = (
    "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables"
    " WHERE relname <> 'bare_slots'"
)


def measure(bench: Bench) -> list[Result]:
    with bench.installation() as at:
        house = open_house(load_settings(at.environ), HouseClock(lambda: None))
        house.reload(_with_fifty_places)
        bench.say(f"{PEOPLE:,} people sign in")
        people = citizens(house, PEOPLE)
        today = house.plan.day_of(house.clock.now()).date
        # each run another day: nobody has a second booking on one
        slots = (
            house.slots("quick", (today + timedelta(days=n)).isoformat())[0]
            for n in itertools.count(1)
        )
        bare_slots = itertools.count()
        runs: list[dict[str, int]] = []
        with (
            psycopg.connect(at.database_url.replace("+psycopg", ""), autocommit=True) as line,
            at.serve() as url,
            at.serve("bench.bare.rush:app") as bare_url,
        ):
            line.execute("CREATE TABLE bare_slots (id int PRIMARY KEY, capacity int, taken int)")

            def booked() -> float:
                slot = next(slots)
                if slot["left"] != PLACES:
                    raise RuntimeError(f"a slot of {slot['left']} places")
                body = json.dumps({"slot": slot["id"], "item": "quick"}).encode()
                asked = [
                    Request(
                        "POST", "/api/v1/appointments", body,
                        {"Authorization": f"Bearer {one.token}"}, True, ANSWERS,
                    )
                    for one in people
                ]  # fmt: skip
                before = _written(line)
                found = load(url, asked, connections=AT_ONCE, count=PEOPLE)
                runs.append(
                    {
                        "sold": _sold(line, slot["id"]),
                        "written": _written(line) - before,
                        "put off": found.statuses.get(BUSY, 0),
                    }
                )
                return _rate(found)

            def sold_barely() -> float:
                slot = next(bare_slots)
                line.execute("INSERT INTO bare_slots VALUES (%s, %s, 0)", (slot, PLACES))
                asked = Request("POST", f"/book/{slot}", b"{}", statuses=ANSWERS)
                return _rate(load(bare_url, [asked], connections=AT_ONCE, count=PEOPLE))

            found = paired(booked, sold_barely, pairs=PAIRS)
    sold = {run["sold"] for run in runs}
    rows = ", ".join(f"{run['written']:,}" for run in runs)
    put_off = sum(run["put off"] for run in runs)
    return [
        Result(
            "6", f"{PEOPLE:,} people for {PLACES} places, {AT_ONCE} at a time",
            "bare Flask: the guarded UPDATE", f"{found.ours:.0f}/s", f"{found.beside:.0f}/s",
            found.ratio, found.low, found.high, f"≥ {GOAL}, none oversold",
            found.ratio >= GOAL and sold == {PLACES},
            f"{PAIRS} pairs; sold in each run: {sorted(sold)}; rows written in each: {rows};"
            f" told to try again, and not counted: {put_off} of {len(runs) * PEOPLE:,}",
        )
    ]  # fmt: skip


def _with_fifty_places(file: dict[str, Any]) -> None:
    file["items"].append(ITEM)
    file["hall"]["booking"].update(walk_in_share="0.2", staff_share="0.2")


def _rate(found: Load) -> float:
    if found.statuses.get(201) != PLACES:
        raise RuntimeError(f"not {PLACES} were booked: {found.statuses}")
    return (found.answers - found.statuses.get(BUSY, 0)) / found.seconds


def _sold(line: psycopg.Connection[Any], slot: str) -> int:
    (sold,) = line.execute("SELECT taken FROM slots WHERE id = %s", (slot,)).fetchone() or (0,)
    return int(sold)


def _written(line: psycopg.Connection[Any]) -> int:
    """Rows written so far, also those that were taken back."""
    (written,) = line.execute(WRITTEN).fetchone() or (0,)
    return int(written)
