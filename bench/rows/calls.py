"""Calling the next over HTTP, beside the same rows and scripts with nothing around them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import psycopg

from bench import bare
from bench.hall import Installation
from bench.load import Load, request, send
from bench.pairs import paired
from bench.table import Result
from queueing.redis_sequence import RedisSequence
from queueing.sequence import Entry
from tests.house import HALL

COUNTERS = [str(no) for no in range(1, 9)]
CALLS = 60
"""Of each counter in one run."""
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

    def __init__(self, at: Installation, hall: str, day: str) -> None:
        self._at, self._hall, self._day = at, hall, day
        self._sequence: RedisSequence = at.house.app.extensions["parts"].sequence(hall, day)
        self._sequence.begin_build("bench", 0, 60_000)
        self._sequence.finish_build("bench", "bench")
        self._first = 0

    def fill(self, count: int) -> None:
        values = {
            "run": uuid.uuid4().hex, "hall": self._hall, "day": self._day, "count": count,
            "first": self._first, "now": datetime.now(UTC),
        }  # fmt: skip
        with psycopg.connect(self._at.database_url, autocommit=True) as line:
            rows = line.execute(WAITING, values).fetchall()
        for ticket, serial, due in rows:
            self._sequence.enter(Entry(ticket, 1, "A", due, serial, None))
        self._first += count


def measure(at: Installation) -> list[Result]:
    house = at.house
    clerks = {no: house.clerk(no) for no in COUNTERS}
    ours, theirs = Queue(at, HALL, house.day), Queue(at, bare.HALL, bare.KEYS.day)

    def asked_of_us() -> list[list[bytes]]:
        return [
            [
                request(
                    "POST", f"/api/v1/counters/{no}/call-next", {},
                    {"Authorization": f"Bearer {clerk.token}", "Idempotency-Key": uuid.uuid4().hex},
                )
                for _ in range(CALLS)
            ]
            for no, clerk in clerks.items()
        ]  # fmt: skip

    def bare_of(what: str) -> list[list[bytes]]:
        return [[request("POST", f"/{what}/{no}")] * CALLS for no in COUNTERS]

    with at.serve() as url, at.serve("bench.bare.calls:app") as bare_url:

        def called() -> float:
            ours.fill(CALLS * len(COUNTERS))
            return _rate(send(url, asked_of_us()))

        def of_bare(what: str) -> float:
            theirs.fill(CALLS * len(COUNTERS))
            return _rate(send(bare_url, bare_of(what)))

        same = paired(called, lambda: of_bare("call"))
        least = paired(called, lambda: of_bare("least"))
    return [
        Result(
            "3", "POST call-next", "bare Flask: the same rows and scripts",
            f"{same.ours:.0f}/s", f"{same.beside:.0f}/s",
            same.ratio, same.low, same.high, "≥ 0.7", same.ratio >= 0.7,
            f"{len(COUNTERS)} counters at once, {CALLS} calls each, seven pairs of runs",
        ),
        Result(
            "3b", "POST call-next", "bare Flask: one script, UPDATE, INSERT",
            f"{least.ours:.0f}/s", f"{least.beside:.0f}/s",
            least.ratio, least.low, least.high, "≥ 0.45", least.ratio >= 0.45,
        ),
    ]  # fmt: skip


def _rate(load: Load) -> float:
    if set(load.statuses) != {200}:
        raise RuntimeError(f"not all were called: {load.statuses}")
    return load.rate
