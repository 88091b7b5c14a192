"""Judges what a replay wrote by the rules alone: reads both files, knows nothing of the engine.

All times here are milliseconds of the recorded day.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

MINUTE = 60_000
FOREVER = math.inf


@dataclass(frozen=True)
class Person:
    row: int
    lane: str
    joined: int
    due: int
    leaves: float
    """When patience ends; FOREVER for who was served in the data."""
    service: int | None
    """None: nobody was served in this lane that day, so that nobody can be called."""
    told_due: int | None
    called: int | None
    finished: int | None
    counter: str
    outcome: str

    @property
    def key(self) -> tuple[int, int, int]:
        return self.due, self.joined, self.row

    @property
    def waits_until(self) -> float:
        """The moment at whose end this person no longer waits."""
        if self.called is not None:
            return self.called
        return self.leaves if self.outcome == "left" else FOREVER


@dataclass(frozen=True)
class Server:
    name: str
    lanes: set[str]
    first: int
    last: int


def broken_rules(asked: Path, told: Path, stretch: float = 1.0) -> list[str]:
    """Every rule broken, in words; empty for a true replay."""
    with asked.open(newline="") as one, told.open(newline="") as other:
        rows, answers = list(csv.DictReader(one)), list(csv.DictReader(other))
    if [answer["row"] for answer in answers] != [str(n) for n in range(1, len(rows) + 1)]:
        return ["there is not one line for each row, in order"]
    broken = []
    for day in sorted({row["day"] for row in rows}):
        chosen = [n for n, row in enumerate(rows) if row["day"] == day]
        servers = _servers([rows[n] for n in chosen])
        usual = _usual([rows[n] for n in chosen])
        people = [_person(n + 1, rows[n], answers[n], usual, stretch) for n in chosen]
        for judge in (_judge_each, _judge_counters, _judge_order, _judge_idle):
            broken += [f"{day}: {fault}" for fault in judge(people, servers)]
    return broken


def _judge_each(people: list[Person], servers: dict[str, Server]) -> list[str]:
    gone = max((server.last for server in servers.values()), default=FOREVER)
    return [
        f"row {one.row} {fault}"
        for one in people
        for fault in (
            _faults_of_call(one, servers) if one.called is not None else _faults_of_rest(one, gone)
        )
    ] + [
        f"row {one.row} is due {one.due}, not {one.told_due}"
        for one in people
        if one.told_due != one.due
    ]


def _faults_of_call(one: Person, servers: dict[str, Server]) -> list[str]:
    faults = []
    if one.outcome != "served":
        faults.append(f"was called and is {one.outcome}")
    if one.called < one.joined:
        faults.append("was called before joining")
    if one.called >= one.leaves:
        faults.append(f"was called at {one.called}, and had gone at {one.leaves}")
    if one.service is None or one.finished != one.called + one.service:
        faults.append(f"was served from {one.called} to {one.finished}, not for {one.service}")
    server = servers.get(one.counter)
    if server is None or one.lane not in server.lanes:
        faults.append(f"was called to {one.counter}, which does not serve {one.lane}")
    elif not server.first <= one.called <= server.last:
        faults.append(f"was called at {one.called}, when {server} was off duty")
    return faults


def _faults_of_rest(one: Person, gone: float) -> list[str]:
    faults = []
    if one.finished is not None or one.counter:
        faults.append("was never called, and has a counter or an end")
    closed = one.leaves == FOREVER or one.joined <= gone < one.leaves
    if one.outcome != ("closed" if closed else "left"):
        faults.append(f"was never called, and is {one.outcome}")
    return faults


def _judge_counters(people: list[Person], servers: dict[str, Server]) -> list[str]:
    return [
        f"{name} called row {after.row} while it served row {before.row}"
        for name in servers
        for calls in [_calls_of(name, people)]
        for before, after in pairwise(calls)
        if before.finished > after.called
    ]


def _judge_order(people: list[Person], servers: dict[str, Server]) -> list[str]:
    """Each call took the first of those who waited for its counter; of calls at one moment the
    longest idle counter's came first."""
    free_since = {name: server.first for name, server in servers.items()}
    faults = []
    called = [one for one in people if one.called is not None and one.counter in servers]
    coming = sorted(people, key=lambda one: one.joined, reverse=True)
    line: dict[int, Person] = {}
    for moment in sorted({one.called for one in called}):
        while coming and coming[-1].joined <= moment:
            joins = coming.pop()
            line[joins.row] = joins
        # who leaves at this moment is gone before anybody is called
        line = {
            row: one
            for row, one in line.items()
            if one.called is not None or one.waits_until > moment
        }
        now = [one for one in called if one.called == moment]
        for one in sorted(now, key=lambda each: (free_since[each.counter], each.counter)):
            lanes = servers[one.counter].lanes
            earlier = [
                each.row for each in line.values() if each.lane in lanes and each.key < one.key
            ]
            if earlier:
                faults.append(f"{one.counter} called row {one.row} before rows {earlier}")
            line.pop(one.row, None)
            free_since[one.counter] = one.finished
    return faults


def _judge_idle(people: list[Person], servers: dict[str, Server]) -> list[str]:
    """At the end of no moment does a counter on duty hold nobody while somebody it serves waits."""
    faults = []
    waits = [(one.joined, one.waits_until, one) for one in people if one.waits_until > one.joined]
    for server in servers.values():
        calls = _calls_of(server.name, people)
        begins = [server.first, *(one.finished for one in calls)]
        ends = [*(one.called for one in calls), server.last + 1]
        for begin, end in zip(begins, ends, strict=True):
            faults += [
                f"{server.name} was idle while row {one.row} waited"
                for joined, until, one in waits
                if one.lane in server.lanes and max(begin, joined) < min(end, until)
            ]
    return faults


def _calls_of(name: str, people: list[Person]) -> list[Person]:
    calls = [one for one in people if one.counter == name and one.called is not None]
    return sorted(calls, key=lambda one: (one.called, one.finished))


def _servers(rows: list[dict[str, str]]) -> dict[str, Server]:
    spans = defaultdict(list)
    for row in rows:
        if row["outcome"] == "served":
            start = int(row["joined_s"]) + int(row["waited_s"])
            spans[row["server"]].append((start, start + int(row["served_s"]), row["lane"]))
    return {
        name: Server(
            name,
            {lane for _, _, lane in its},
            1000 * min(start for start, _, _ in its),
            1000 * max(end for _, end, _ in its),
        )
        for name, its in spans.items()
    }


def _usual(rows: list[dict[str, str]]) -> dict[str, float]:
    """Lane -> the median service."""
    times = defaultdict(list)
    for row in rows:
        if row["outcome"] == "served":
            times[row["lane"]].append(int(row["served_s"]))
    return {lane: median(its) for lane, its in times.items()}


def _person(
    number: int,
    row: dict[str, str],
    answer: dict[str, str],
    usual: dict[str, float],
    stretch: float,
) -> Person:
    joined, left = int(row["joined_s"]) * 1000, row["outcome"] == "left"
    needs = usual.get(row["lane"]) if left else int(row["served_s"])
    return Person(
        row=number,
        lane=row["lane"],
        joined=joined,
        due=_due(joined, row.get("slot_s") or "", row["priority"] == "2"),
        leaves=joined + int(row["waited_s"]) * 1000 if left else FOREVER,
        service=None if needs is None else round(needs * stretch * 1000),
        told_due=_ms(answer["due_s"]),
        called=_ms(answer["called_s"]),
        finished=_ms(answer["finished_s"]),
        counter=answer["counter"],
        outcome=answer["outcome"],
    )


def _due(joined: int, slot: str, priority: bool) -> int:
    due = joined + 30 * MINUTE
    if slot:
        starts = int(slot) * 1000
        late = joined - (starts + 15 * MINUTE)
        if late <= 10 * MINUTE:
            due = min(due, max(starts, joined))
        elif late <= 60 * MINUTE:
            due = joined + 15 * MINUTE
    return min(due, joined + 5 * MINUTE) if priority else due


def _ms(seconds: str) -> int | None:
    return round(float(seconds) * 1000) if seconds else None
