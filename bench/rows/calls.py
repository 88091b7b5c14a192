"""Calling the next over HTTP, beside the same rows and scripts with nothing around them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import psycopg

from app.core.clock import HouseClock
from bench import bare
from bench.hall import Bench
from bench.load import Request, load
from bench.pairs import paired
from bench.table import Result, of_rates
from config.settings import load_settings
from queueing.redis_sequence import RedisSequence
from queueing.sequence import Entry
from tests.house import HALL, House, open_house

COUNTERS = [str(no) for no in range(1, 9)]
CALLS = 400
"""In one run, of all counters together."""
WAITING = """
    INSERT INTO tickets (id, token, hall, day, number, serial, lane, item, items, state,
                         seq_version, due_ms, due_why, origin, given_by, taken_at, entered_at,
                         passes)
    SELECT md5(%(run)s || n), md5('t' || %(run)s || n), %(hall)s, %(day)s,
           'A' || (%(first)s + n), %(first)s + n, 'A', 'id-card', '["id-card"]', 'waiting',
           1, %(first)s + n, 'walk_in', 'walk_in', 'device:1', %(now)s, %(now)s, 0
      FROM generate_series(1, %(count)s) n
 RETURNING id, serial, due_ms
"""


class Queue:
    """One hall's waiting tickets, as many as a run will call."""

    def __init__(self, house: House, hall: str, day: str) -> None:
        self._url = house.app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
        self._hall, self._day = hall, day
        self._sequence: RedisSequence = house.app.extensions["parts"].sequence(hall, day)
        self._sequence.begin_build("bench", 0, 60_000)
        self._sequence.finish_build("bench", "bench")
        self._first = 0

    def fill(self, count: int = CALLS) -> None:
        values = {
            "run": uuid.uuid4().hex, "hall": self._hall, "day": self._day, "count": count,
            "first": self._first, "now": datetime.now(UTC),
        }  # fmt: skip
        with psycopg.connect(self._url, autocommit=True) as line:
            rows = line.execute(WAITING, values).fetchall()
        self._sequence.enter_all(
            Entry(ticket, 1, "A", due, serial, None) for ticket, serial, due in rows
        )
        self._first += count


def measure(bench: Bench) -> list[Result]:
    with bench.installation() as at:
        house = open_house(load_settings(at.environ), HouseClock(lambda: None))
        ours, theirs = Queue(house, HALL, house.day), Queue(house, bare.HALL, bare.KEYS.day)
        calls = [
            Request(
                "POST", f"/api/v1/counters/{no}/call-next", b"{}",
                {"Authorization": f"Bearer {house.clerk(no).token}"}, keyed=True,
            )
            for no in COUNTERS
        ]  # fmt: skip
        with at.serve() as url, at.serve("bench.bare.calls:app") as bare_url:

            def called() -> float:
                ours.fill()
                return load(url, calls, connections=len(COUNTERS), count=CALLS).rate

            def bare_calls(what: str) -> float:
                theirs.fill()
                asked = [Request("POST", f"/{what}/{no}", b"{}") for no in COUNTERS]
                return load(bare_url, asked, connections=len(COUNTERS), count=CALLS).rate

            same = paired(called, lambda: bare_calls("call"))
            least = paired(called, lambda: bare_calls("least"))
    note = f"{len(same.each)} pairs, {len(COUNTERS)} counters at once, {CALLS} calls a run"
    return [
        of_rates("3", "POST call-next", "bare Flask: the same rows and scripts", same, 0.7, note),
        of_rates("3b", "POST call-next", "bare Flask: one script, UPDATE, INSERT", least, 0.45),
    ]
