"""Whether the morning was right: nobody called twice, the order kept, everybody told."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bench.city.morning import Played
from bench.city.town import Town

SETTLED = timedelta(seconds=3)
"""A row is committed a moment before its ticket stands in the line, and a call after it was
claimed: what is closer together than this has no order."""

CALLED = """
    SELECT c.hall, t.due_ms, t.serial, t.entered_at, c.called_at, c.number
      FROM calls c JOIN tickets t ON t.id = c.ticket_id ORDER BY c.hall, c.called_at
"""
WAITING = """
    SELECT hall, due_ms, serial, entered_at, NULL, number
      FROM tickets WHERE state = 'waiting' ORDER BY hall
"""


@dataclass(frozen=True, slots=True)
class Waited:
    """One ticket's place, and its time in the line."""

    place: tuple[int, int]
    """due, serial"""
    entered_at: datetime
    called_at: datetime | None
    number: str


def faults(town: Town, played: Played) -> list[str]:
    """What is wrong, in words; none where all is right."""
    return [
        *_called_twice(town),
        *_told(town, played),
        *_heard(town, played),
        *(fault for hall in town.halls for fault in _order(town, hall.code)),
        *_verified(town),
    ]


def overtaken(line: Iterable[Waited]) -> Iterator[str]:
    """Who was called before somebody that waited, with an earlier place, at the same counters."""
    tickets = list(line)
    called = sorted((one.called_at, one.place, one) for one in tickets if one.called_at is not None)
    coming = iter(sorted(tickets, key=lambda one: one.entered_at))
    next_one = next(coming, None)
    first: list[tuple[tuple[int, int], int, Waited]] = []
    for called_at, _, one in called:
        while next_one is not None and next_one.entered_at < called_at - SETTLED:
            heapq.heappush(first, (next_one.place, id(next_one), next_one))
            next_one = next(coming, None)
        while first and _gone(first[0][2], called_at + SETTLED):
            heapq.heappop(first)
        if first and first[0][0] < one.place:
            yield f"{one.number} was called before {first[0][2].number}"


def _gone(one: Waited, by: datetime) -> bool:
    return one.called_at is not None and one.called_at <= by


def _called_twice(town: Town) -> Iterator[str]:
    query = "SELECT hall, number, count(*) FROM calls GROUP BY hall, number HAVING count(*) > 1"
    for hall, number, times in town.rows(query):
        yield f"{hall}: {number} was called {times} times"


def _told(town: Town, played: Played) -> Iterator[str]:
    """Each call was told to the clerk of its counter, once, and no other was."""
    called = Counter(town.rows("SELECT hall, counter, ticket_id FROM calls"))
    told = Counter(played.told)
    for one in (called - told) + (told - called):
        yield f"{one[0]}: counter {one[1]} called {called[one]} times, was told {told[one]} times"


def _heard(town: Town, played: Played) -> Iterator[str]:
    if played.resyncs > len(town.halls):  # each screen is given the present once, at first
        return
    for hall, calls in town.rows("SELECT hall, count(*) FROM calls GROUP BY hall"):
        if played.heard[hall] != calls:
            yield f"{hall}: a screen heard of {played.heard[hall]} calls of {calls}"


def _order(town: Town, hall: str) -> Iterator[str]:
    rows = [row for query in (CALLED, WAITING) for row in town.rows(query) if row[0] == hall]
    line = [Waited((row[1], row[2]), row[3], row[4], row[5]) for row in rows]
    yield from (f"{hall}: {fault}" for fault in overtaken(line))


def _verified(town: Town) -> Iterator[str]:
    ended = town.flask("queue", "verify")
    if ended.returncode:
        yield f"flask queue verify: {ended.stdout.strip()} {ended.stderr.strip()[-500:]}"
