"""Two who do something to the same thing at the same moment: one wins, the other is told so, and
nothing is left between the two."""

from __future__ import annotations

import threading
from typing import Any

from app.calling import handling
from app.core.events import TABLE as EVENTS
from app.staff.queries import SESSIONS
from tests.bookings import at_once
from tests.crowd import calls, faults, rows
from tests.house import PASSWORD, House
from tests.processes import together
from tests.stores import each_store_in_time, on_postgresql

TIMES = 5
"""Each race is run so often: who is first differs."""


def send_all(house: House, go: Any, rounds: list[Any], place: int) -> list[int]:
    """This side of each round, the two sides of a round together."""
    house.get("/halls/t/board")
    answers = []
    for round_ in rounds:
        path, token, body = round_[place]
        go()
        answers.append(int(house.post(path, token, body).status_code))
    return answers


def race(settings: Any, rounds: list[Any], **options: Any) -> list[tuple[int, int]]:
    """Each round is two requests sent together; both answers of each."""
    sides = together(settings, (send_all, rounds, 0), (send_all, rounds, 1), **options)
    return list(zip(*sides, strict=True))


@each_store_in_time
def test_two_sign_in_at_one_counter(busy_settings, busy_house):
    def signing(username):
        return "/staff/session", None, {"username": username, "password": PASSWORD, "counter": "5"}

    answers = race(busy_settings, [(signing("clerk1"), signing("clerk2"))] * TIMES)
    assert {code for both in answers for code in both} <= {201, 409}
    assert all(201 in both for both in answers)
    live = [row for row in rows(busy_house, SESSIONS, counter="5") if row.ended_at is None]
    assert len(live) == 1


def held(house: House, no: str) -> tuple[str, dict[str, Any]]:
    """A clerk's token, and the ticket they have just called."""
    house.take("id-card")
    clerk = house.clerk(no)
    return clerk.token, clerk.next()["ticket"]


@each_store_in_time
def test_two_recalls_are_one(busy_settings, busy_house):
    rounds, tickets = [], []
    for no in map(str, range(1, TIMES + 1)):
        token, ticket = held(busy_house, no)
        tickets.append(ticket["id"])
        rounds.append([(f"/tickets/{ticket['id']}/recall", token, None)] * 2)
    busy_house.clock.advance(seconds=30)
    answers = race(busy_settings, rounds, at=busy_house.clock.now())
    assert [sorted(both) for both in answers] == [[200, 409]] * TIMES
    assert {call.nth for call in calls(busy_house)} == {2}


@each_store_in_time
def test_nobody_is_recalled_after_being_passed(busy_settings, busy_house):
    rounds, ids = [], []
    for no in map(str, range(1, TIMES + 1)):
        token, ticket = held(busy_house, no)
        ids.append(ticket["id"])
        paths = [f"/tickets/{ticket['id']}/{action}" for action in ("recall", "pass")]
        rounds.append([(path, token, None) for path in paths])
    busy_house.clock.advance(seconds=30)
    answers = race(busy_settings, rounds, at=busy_house.clock.now())
    assert set(answers) <= {(200, 200), (409, 200)}
    for ticket_id in ids:
        events = sorted(rows(busy_house, EVENTS, ticket_id=ticket_id), key=lambda row: row.id)
        assert events[-1].kind == "passed"


def unlocked(monkeypatch: Any, before_the_call: Any) -> None:
    """`recall` with rows merely read; `before_the_call` happens between them."""
    find, call = handling.tickets.find, handling.call

    def read_call(call_id: int, *, lock: bool = False) -> Any:
        before_the_call()
        return call(call_id)

    monkeypatch.setattr(
        handling.tickets, "find", lambda hall, *, lock=False, **column: find(hall, **column)
    )
    monkeypatch.setattr(handling, "call", read_call)


@on_postgresql
def test_of_rows_merely_read_a_number_is_recalled_after_being_passed(busy_house, monkeypatch):
    token, ticket = held(busy_house, "1")
    busy_house.clock.advance(seconds=30)

    def pass_meanwhile() -> None:
        passing = (f"/tickets/{ticket['id']}/pass", token, None)
        assert at_once(busy_house, [passing])[0].status == 200

    unlocked(monkeypatch, pass_meanwhile)
    assert busy_house.post(f"/tickets/{ticket['id']}/recall", token).status_code == 200
    events = sorted(rows(busy_house, EVENTS, ticket_id=ticket["id"]), key=lambda row: row.id)
    assert [event.kind for event in events][-2:] == ["passed", "recalled"]


@on_postgresql
def test_of_rows_merely_read_two_recalls_are_both_spoken(busy_house, monkeypatch):
    token, ticket = held(busy_house, "1")
    busy_house.clock.advance(seconds=30)
    unlocked(monkeypatch, threading.Barrier(2, timeout=10).wait)
    recall = (f"/tickets/{ticket['id']}/recall", token, None)
    assert [said.status for said in at_once(busy_house, [recall, recall])] == [200, 200]
    assert len(rows(busy_house, EVENTS, ticket_id=ticket["id"], kind="recalled")) == 2


@each_store_in_time
def test_pass_and_next(busy_settings, busy_house):
    rounds = []
    for no in map(str, range(1, TIMES + 1)):
        token, ticket = held(busy_house, no)
        rounds.append(
            [
                (f"/tickets/{ticket['id']}/pass", token, None),
                (f"/counters/{no}/call-next", token, None),
            ]
        )
    for _ in range(TIMES):
        busy_house.take("id-card")
    answers = race(busy_settings, rounds)
    assert set(answers) <= {(200, 200), (409, 200), (200, 409)}
    at_counters = [row.counter for row in rows(busy_house, state="called")]
    assert len(at_counters) == len(set(at_counters))
    assert faults(busy_house) == []


@each_store_in_time
def test_leaving_on_the_phone_while_being_called(busy_settings, busy_house):
    rounds, numbers = [], []
    for no in map(str, range(1, TIMES + 1)):
        ticket = busy_house.take("id-card")
        numbers.append(ticket["number"])
        rounds.append(
            [
                (f"/tickets/{ticket['id']}/leave", ticket["token"], None),
                (f"/counters/{no}/call-next", busy_house.clerk(no).token, None),
            ]
        )
    answers = race(busy_settings, rounds)
    assert {leaving for leaving, _ in answers} <= {200, 409}
    assert {calling for _, calling in answers} <= {200, 204}
    called = {call.number for call in calls(busy_house)}
    left = {row.number for row in rows(busy_house, state="left")}
    assert called.isdisjoint(left)
    assert called | left | {row.number for row in rows(busy_house, state="waiting")} == set(numbers)
    assert faults(busy_house) == []


@each_store_in_time
def test_a_ticket_sent_to_a_counter_that_closes_is_not_stranded(busy_settings, busy_house):
    rounds = []
    for no in ("1", "2", "3", "4"):
        token, ticket = held(busy_house, no)
        target = str(int(no) + 4)
        rounds.append(
            [
                (
                    f"/tickets/{ticket['id']}/transfer",
                    token,
                    {"counter": target, "reason": "材料在那边"},
                ),
                (f"/counters/{target}/close", busy_house.clerk(target).token, None),
            ]
        )
    answers = race(busy_settings, rounds)
    assert {transferring for transferring, _ in answers} <= {200, 409}
    assert {closing for _, closing in answers} == {200}
    assert [row for row in rows(busy_house, state="waiting") if row.bound_to is not None] == []
    sent = [answer for answer, _ in answers].count(200)
    assert len(rows(busy_house, state="waiting")) == sent
    for _ in range(sent):
        assert busy_house.clerk("1").next() is not None
    assert faults(busy_house) == []
