"""Eight counters press next at once: each ticket is called once, in order, and none is lost."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from sqlalchemy import update

from app.calling import service as calling
from app.core.db import db
from app.core.events import TABLE as EVENTS
from queueing.redis_sequence import RedisSequence
from queueing.sequence import Claim
from tests.crowd import TICKETS, called_twice, calls, faults, fill, numbers, rows
from tests.house import House
from tests.processes import together
from tests.stores import each_store_in_time, on_postgresql

COUNTERS = [str(no) for no in range(1, 9)]
WHOLE_DAY = 4000
SOME = 300
BREATH_S = 0.01


def call_until_nobody_waits(house: House, go: Any, no: str) -> tuple[list[str], int]:
    """The numbers called at this counter, and how many still waited when none was given."""
    clerk = house.clerk(no)
    go()
    called = []
    while (answer := clerk.next()) is not None:
        called.append(answer["ticket"]["number"])
    return called, len(rows(house, state="waiting"))


def call_everybody(settings, house, count, limit_s=120):
    fill(house, count)
    in_order = numbers(house)
    deeds = ((call_until_nobody_waits, no) for no in COUNTERS)
    results = together(settings, *deeds, limit_s=limit_s)

    called = [number for numbers_called, _ in results for number in numbers_called]
    assert sorted(called) == sorted(in_order), "each ticket once, none lost"
    assert called_twice(house) == []
    assert len(calls(house)) == count
    place = {number: place for place, number in enumerate(in_order)}
    for numbers_called, still_waiting in results:
        assert numbers_called == sorted(numbers_called, key=place.__getitem__), "in due order"
        assert still_waiting < len(COUNTERS), "only what others were just calling"
    assert rows(house, state="waiting") == []
    assert faults(house) == []


@each_store_in_time
def test_eight_counters_call_each_ticket_once(busy_settings, busy_house):
    call_everybody(busy_settings, busy_house, SOME)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_eight_counters_call_a_whole_day(busy_settings, busy_house):
    call_everybody(busy_settings, busy_house, WHOLE_DAY, limit_s=580)


def first_call_of_a_process(house: House, go: Any) -> list[str]:
    """Tickets whose claim a process gives back when it calls for the first time."""
    given_back = []
    release = RedisSequence.release

    def noted(self: RedisSequence, ticket: str, token: str) -> Any:
        given_back.append(ticket)
        return release(self, ticket, token)

    RedisSequence.release = noted
    go()
    assert house.clerk("1").next() is not None
    return given_back


@each_store_in_time
def test_a_process_that_has_just_begun_compares_before_it_claims(busy_settings, busy_house):
    fill(busy_house, 5)
    assert together(busy_settings, (first_call_of_a_process,)) == [[]]


# The same without the guards


def read_then_take(
    self: RedisSequence, counter: str, tiers: Any, token: str, now: int, overdue_after: int
) -> Claim | None:
    """`claim_next` as two words with Redis instead of one."""
    lanes = {letters for tier in tiers for letters in tier}
    entries = [entry for entry in self.snapshot().entries if entry.lane in lanes]
    if not entries:
        return None
    time.sleep(BREATH_S)
    self.remove(entries[0].ticket, entries[0].version + 1)
    return Claim(entries[0], token, counter, now, 1, False, len(entries) - 1)


def unguarded_mark_called(ticket_id: str, version: int, counter: str, call: Any) -> Any:
    """`mark_called` that does not look at state and version."""
    return db.session.execute(
        update(TICKETS)
        .where(TICKETS.c.id == ticket_id)
        .values(
            state="called", counter=counter, call_id=call, seq_version=TICKETS.c.seq_version + 1
        )
        .returning(*TICKETS.c)
    ).one_or_none()


def call_without(house: House, go: Any, no: str, guards: tuple[str, ...]) -> Any:
    if "claim" in guards:
        RedisSequence.claim_next = read_then_take
    if "row" in guards:
        calling.mark_called = unguarded_mark_called
    return call_until_nobody_waits(house, go, no)


@on_postgresql
@pytest.mark.parametrize(
    ("without", "is_safe"), [(("claim",), True), (("row",), True), (("claim", "row"), False)]
)
def test_only_without_both_guards_a_ticket_is_called_twice(
    busy_settings, busy_house, without, is_safe
):
    """The claim in Redis and the guarded row each suffice while nothing else goes wrong."""
    fill(busy_house, 40)
    together(busy_settings, *((call_without, no, without) for no in COUNTERS[:4]))
    assert (called_twice(busy_house) == []) is is_safe


# All at once


def everybody_done(house: House, expected: int) -> bool:
    """Whom somebody still holds may yet be sent on to a counter that has stopped looking."""
    states = [row.state for row in rows(house)]
    return len(states) == expected and set(states) == {"finished"}


def keep_calling(house: House, go: Any, no: str, expected: int) -> None:
    clerk = house.clerk(no)
    go()
    while clerk.next() is not None or not everybody_done(house, expected):
        time.sleep(BREATH_S)


def pick_by_hand(house: House, go: Any, no: str, expected: int, times: int) -> int:
    """Picks the last in line rather than the first; how often nobody was quicker."""
    clerk = house.clerk(no)
    go()
    answers = []
    for _ in range(times):
        line = clerk.see()["next"]
        if line:
            body = {"number": line[-1]["number"], "reason": "老人身体不适"}
            answers.append(clerk.do("call", body).status_code)
    assert set(answers) <= {200, 409}, answers
    keep_calling(house, lambda: None, no, expected)
    return answers.count(200)


def park_and_resume(house: House, go: Any, no: str, expected: int, times: int) -> int:
    """Calls two, sets the first aside meanwhile, and goes on with it; how often."""
    clerk = house.clerk(no)
    go()
    done = 0
    for _ in range(times):
        first = clerk.next()
        if first is None or clerk.handle(first["ticket"], "park").status_code != 200:
            continue
        clerk.next()
        resumed = clerk.handle(first["ticket"], "resume")
        assert resumed.status_code == 200, resumed.get_data(as_text=True)
        done += 1
    keep_calling(house, lambda: None, no, expected)
    return done


def transfer_on(house: House, go: Any, no: str, expected: int, times: int) -> int:
    """Sends on whom it calls: to the other lane, to another counter, to be called now."""
    clerk = house.clerk(no)
    go()
    done = 0
    for turn in range(times):
        called = clerk.next()
        if called is None:
            continue
        where = [{"lane": "B"}, {"counter": "1"}, {"when": "now"}][turn % 3]
        sent = clerk.handle(called["ticket"], "transfer", {**where, "reason": "材料在那边"})
        assert sent.status_code == 200, sent.get_data(as_text=True)
        done += 1
    keep_calling(house, lambda: None, no, expected)
    return done


def give_numbers(house: House, go: Any, times: int) -> int:
    go()
    return len([house.take("id-card") for _ in range(times)])


LIVES = re.compile(r"(taken )?(called (parked resumed )?(transferred )?)+finished ")
OF_A_TICKET = ("taken", "called", "parked", "resumed", "transferred", "finished")


@each_store_in_time
def test_by_hand_parked_transferred_and_new_ones_all_at_once(busy_settings, busy_house):
    filled, new, times = 120, 30, 15
    fill(busy_house, filled)
    total = filled + new
    picked, parked, sent, given, *_ = together(
        busy_settings,
        (pick_by_hand, "2", total, times),
        (park_and_resume, "3", total, times),
        (transfer_on, "4", total, times),
        (give_numbers, new),
        *((keep_calling, no, total) for no in ("1", "5", "6", "7")),
        limit_s=120,
    )
    assert min(picked, parked, sent, given) > 0, "each did what it came for"
    tickets = rows(busy_house)
    assert len({row.number for row in tickets}) == total
    history = dict.fromkeys((row.id for row in tickets), "")
    for event in sorted(rows(busy_house, EVENTS), key=lambda row: row.id):
        if event.kind in OF_A_TICKET:
            history[event.ticket_id] += f"{event.kind} "
    assert [life for life in history.values() if not LIVES.fullmatch(life)] == []
    assert {row.state for row in tickets} == {"finished"}
    assert faults(busy_house) == []
