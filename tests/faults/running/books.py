"""Whether a hall's books balance after a fault: what was asked for against what was done.

with Load(hall) as load: …
assert balance(hall, load) == []        each difference is a sentence

The installation must be whole again. It waits until the sequence has settled, and in the end
lets the day pass, so that afterwards the hall is of no more use.
"""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

from app.appointments.queries import TABLE as BOOKINGS
from app.calling import reconcile
from app.catalog.plan import HallPlan
from app.commands import commands
from app.core import idempotency
from app.core.clock import SetClock
from app.core.db import transaction
from app.core.parts import parts
from app.factory import create_app
from app.notices.queries import ATTEMPTS
from app.notices.rules import Outcome
from app.notices.sending import LEASE, send_next
from app.tickets.states import LIVE
from tests.bookings import assert_balanced
from tests.crowd import CALLS, TICKETS, faults, rows
from tests.faults.conftest import leave
from tests.faults.running.installation import Installation
from tests.faults.running.load import Load, Request, Screen
from tests.house import HALL, House

SETTLES_WITHIN_S = 45.0
"""A claim of a killed process is settled after 15 s, by the next sweep; schedules may have to be
started first."""
SETTLED_S = 6.0
"""What the sweep has to mend, it mends within so many seconds: it comes every five."""
CLAIM_LASTS_S = 21.0
"""A ticket that a killed process had claimed may be called again after the 15 s of the claim."""
HEARD_WITHIN_S = 2.0
DONE_AS = {"start": "started_at", "pass": "passed", "finish": "finished"}


@dataclass(frozen=True)
class Kept:
    """What the database says of a request that was done."""

    kind: str
    body: Any


@dataclass(frozen=True)
class Books:
    """The rows of a hall, and the requests of its people."""

    plan: HallPlan
    tickets: dict[str, Any]
    calls: list[Any]
    bookings: dict[str, Any]
    kept: dict[str, Kept]
    """By their keys."""
    attempts: list[Any]
    load: Load

    def of(self, kind: str) -> list[Request]:
        return [request for request in self.load.requests if request.kind == kind]

    def seconds(self, at: Any) -> float:
        """Since the load began."""
        return (at - self.load.began_at).total_seconds()


def balance(hall: Installation, load: Load) -> list[str]:
    """Every difference, in words; empty where the books balance."""
    unsettled = _settle(hall.house)
    books = read(hall, load)
    return [
        *unsettled,
        *judged(books),
        *_outbox(hall),
        *_sold(hall.house),
        *_commands(hall.house),
        *_night(hall),
    ]


def judged(books: Books) -> list[str]:
    """What does not agree within the books."""
    return [difference for judge in JUDGES for difference in judge(books)]


def read(hall: Installation, load: Load) -> Books:
    """The books as they are now."""
    house = hall.house
    kept = rows(house, idempotency.TABLE)
    with house.app.app_context():
        seal = parts().seal
        answers = {
            row.key: Kept(row.path, json.loads(seal.open(idempotency.ANSWER, row.answer_sealed)))
            for row in kept
        }
    return Books(
        plan=house.plan,
        tickets={row.id: row for row in rows(house, TICKETS, hall=HALL)},
        calls=sorted(rows(house, CALLS, hall=HALL), key=lambda call: (call.called_at, call.id)),
        bookings={row.id: row for row in rows(house, BOOKINGS)},
        kept=answers,
        attempts=rows(house, ATTEMPTS),
        load=load,
    )


def _settle(house: House) -> Iterator[str]:
    """Until Redis and the rows agree: claims settled, events copied."""
    limit = time.monotonic() + SETTLES_WITHIN_S
    found = _unlike(house)
    while found and time.monotonic() < limit:
        time.sleep(0.5)
        found = _unlike(house)
    yield from (f"after {SETTLES_WITHIN_S:g} s still: {difference}" for difference in found)


def _unlike(house: House) -> list[Any]:
    try:
        return faults(house)
    except Exception as error:  # whatever is still away
        return [error]


# Judges


def answered(books: Books) -> Iterator[str]:
    """Whoever is refused for want of a store is told when to come back, and nothing breaks."""
    for request in books.load.requests:
        for each in request.tries:
            if each.status is not None and each.status >= 500 and each.status != 503:
                yield f"{request.kind} by {request.who} was answered {each.status} {each.code}"
            if each.status == 503 and not each.retry_after:
                yield f"{request.kind} by {request.who}: 503 {each.code} without Retry-After"


def done_once(books: Books) -> Iterator[str]:
    """What was accepted is kept under its key as it was answered, what was refused is not kept."""
    for request in books.load.requests:
        kept = books.kept.get(request.key)
        if request.accepted and kept is None:
            yield f"{request.kind} by {request.who} was accepted, and nobody knows of it"
        if request.refused and kept is not None:
            yield f"{request.kind} by {request.who} was refused, and done"
        if request.accepted and kept and _id(kept.body) != _id(request.answer):
            yield f"{request.kind} by {request.who} was answered in two ways"


def taken_once(books: Books) -> Iterator[str]:
    """Each number that was given is a ticket, and each ticket was given once."""
    yield from _made_once(books, "take", set(books.tickets), "ticket")
    for what in ("number", "serial"):
        given = Counter((row.day, getattr(row, what)) for row in books.tickets.values())
        yield from (f"{what} {one} was given twice" for (_, one), n in given.items() if n > 1)


def booked_once(books: Books) -> Iterator[str]:
    yield from _made_once(books, "book", set(books.bookings), "booking")
    for request in books.of("cancel"):
        row = books.bookings.get(request.path.split("/")[2])
        if request.accepted and (row is None or row.state != "cancelled"):
            yield f"booking {request.path} was cancelled, and is {row and row.state}"


def _made_once(books: Books, kind: str, there: set[str], what: str) -> Iterator[str]:
    """What is there was made by one request each, and all that was made is there."""
    makers = Counter(_id(books.kept[r.key].body) for r in books.of(kind) if r.key in books.kept)
    yield from (f"{what} {one} was given to {n}" for one, n in makers.items() if n > 1)
    yield from (f"{what} {one} was given, and is lost" for one in makers.keys() - there)
    yield from (f"nobody asked for {what} {one}" for one in there - makers.keys())


def called_once(books: Books) -> Iterator[str]:
    """No number at two counters, and no counter with two numbers; nobody called whom no clerk has
    asked for, and nothing told to a clerk that was not called."""
    times = Counter(call.ticket_id for call in books.calls)
    for call in books.calls:
        if times.get(call.ticket_id, 0) > 1:
            yield f"{call.number} was called {times[call.ticket_id]} times, to {call.counter}"
        if call.ticket_id not in books.tickets:
            yield f"{call.number} was called, and there is no such ticket"
    known = {(call.counter, call.ticket_id) for call in books.calls}
    told = Counter(
        (request.who, request.answer["ticket"]["id"])
        for request in books.of("call")
        if request.accepted and request.answer
    )
    yield from (
        f"counter {no} was told of {one} {n} times" for (no, one), n in told.items() if n > 1
    )
    yield from (f"counter {no} was told of {one}, never called" for no, one in told.keys() - known)
    lost = {request.who for request in books.of("call") if request.unanswered}
    yield from (
        f"{one} was called to counter {no}, which never heard of it"
        for no, one in known - told.keys()
        if no not in lost
    )


def one_at_a_time(books: Books) -> Iterator[str]:
    at_counter = defaultdict(list)
    for call in books.calls:
        at_counter[call.counter].append(call)
    for no, made in at_counter.items():
        for one, after in pairwise(made):
            if one.ended_at is None or one.ended_at > after.called_at:
                yield f"counter {no} called {after.number} while it held {one.number}"


def handled(books: Books) -> Iterator[str]:
    """What a clerk was told is done stands in the call's row."""
    of_ticket = {call.ticket_id: call for call in books.calls}
    for kind, so in DONE_AS.items():
        for request in books.of(kind):
            call = of_ticket.get(request.path.split("/")[2])
            done = call and (call.started_at if kind == "start" else call.ended_as == so)
            if request.accepted and not done:
                yield f"{kind} of {request.path} was accepted, and is not done"


def in_order(books: Books) -> Iterator[str]:
    """Nobody was called past somebody who waited for that counter in a tier as early, with an
    earlier place; but whom a killed process had claimed, for as long as a claim lasts."""
    called_at = {call.ticket_id: books.seconds(call.called_at) for call in books.calls}
    load = books.load
    excused = set()
    for call in books.calls:
        now, one = called_at[call.ticket_id], books.tickets.get(call.ticket_id)
        for other in books.tickets.values():
            waited = now - books.seconds(other.entered_at)
            waits_on = called_at.get(other.id, float("inf")) - now
            if one is None or min(waited, waits_on) < SETTLED_S:
                continue
            if not _comes_before(other, one, books.plan.counters[call.counter].tiers):
                continue
            if load.broken_at - SETTLED_S < now < load.mended_at + CLAIM_LASTS_S:
                excused.add(other.number)
            else:
                yield f"{one.number} was called to {call.counter} before {other.number}"
    if len(excused) > len(books.plan.counters):
        yield f"more were called past than were claimed: {sorted(excused)}"


def _comes_before(other: Any, one: Any, tiers: Any) -> bool:
    def tier(lane: str) -> float:
        return next((n for n, lanes in enumerate(tiers) if lane in lanes), float("inf"))

    earlier = (other.due_ms, other.serial) < (one.due_ms, one.serial)
    return earlier and tier(other.lane) <= tier(one.lane) < float("inf")


def told_once(books: Books) -> Iterator[str]:
    tried = Counter(attempt.notice_id for attempt in books.attempts if may_have_been_sent(attempt))
    yield from (f"notice {one} was tried {n} times" for one, n in tried.items() if n > 1)


def may_have_been_sent(attempt: Any) -> bool:
    """Not where WeChat's token could not be had: then nothing left, and it is tried again."""
    return bool(attempt.outcome != Outcome.LATER)


def announced(books: Books) -> Iterator[str]:
    """Each screen heard of each call, and spoke it once."""
    for n, screen in enumerate(books.load.screens, start=1):
        yield from (f"screen {n} {fault}" for fault in _of_screen(books, screen))


def _of_screen(books: Books, screen: Screen) -> Iterator[str]:
    spoken = Counter((one.call_id, one.nth) for one in screen.spoken)
    yield from (f"spoke {one} {times} times" for one, times in spoken.items() if times > 1)
    numbers = Counter(one.number for one in screen.spoken if one.nth == 1)
    yield from (f"called {one} {times} times" for one, times in numbers.items() if times > 1)
    if not screen.looked_at:
        yield "never saw the board"
        return
    for call in books.calls:
        at = books.seconds(call.called_at)
        if not screen.looked_at[0] < at < books.load.now() - HEARD_WITHIN_S:
            continue
        heard = any(one.call_id == call.id for one in screen.heard)
        if not heard and not any(one.kind == "resync" and one.at > at for one in screen.heard):
            yield f"never heard of {call.number}"
        if (call.id, 1) not in spoken:
            yield f"never spoke {call.number}, called {at:.1f} s after the beginning"
    yield from _heard_twice(screen)


def _heard_twice(screen: Screen) -> Iterator[str]:
    """But after a resync, which tells an event twice rather than never."""
    known: set[tuple[int | None, int | None]] = set()
    for one in screen.heard:
        if one.kind == "resync":
            known.clear()
        elif one.kind == "called":
            if (one.call_id, one.nth) in known:
                yield f"heard of call {one.call_id} twice"
            known.add((one.call_id, one.nth))


JUDGES: tuple[Callable[[Books], Iterator[str]], ...] = (
    answered,
    done_once,
    taken_once,
    booked_once,
    called_once,
    one_at_a_time,
    handled,
    in_order,
    told_once,
    announced,
)


# By the house's own means


def _sold(house: House) -> Iterator[str]:
    """What was sold of each slot is what is booked, and no more than it has."""
    try:
        assert_balanced(house)
    except AssertionError as error:
        yield f"slots and bookings differ: {error}"


def _commands(house: House) -> Iterator[str]:
    for command in commands:
        house.app.cli.add_command(command)
    for words in (["queue", "verify"], ["appointments", "check", HALL]):
        ended = house.app.test_cli_runner().invoke(args=words)
        if ended.exit_code:
            yield f"flask {' '.join(words)}: {ended.output.strip() or ended.exception!r}"


def _outbox(hall: Installation) -> Iterator[str]:
    """An attempt whose worker was killed is given up once its lease is over, and never made again:
    WeChat was given no more messages than there are notices that were tried."""
    later = _later(hall, LEASE + timedelta(seconds=1))
    with later.app.app_context():
        while send_next():
            pass
    tried = Counter(
        attempt.notice_id for attempt in rows(later, ATTEMPTS) if may_have_been_sent(attempt)
    )
    leave(later)
    yield from (f"notice {one} was tried {n} times in the end" for one, n in tried.items() if n > 1)
    sent = len(hall.wechat.sent())
    if sent > len(tried):
        yield f"WeChat was given {sent} messages of {len(tried)} notices"


def _night(hall: Installation) -> Iterator[str]:
    """The day passes, and no ticket is left without its end."""
    night = _later(hall, timedelta(days=1))
    plan = night.plan
    with night.app.app_context(), transaction():
        reconcile.close_night(plan, night.clock.now())
    left = [row.number for row in rows(night, TICKETS, hall=HALL) if row.state in LIVE]
    leave(night)
    yield from (f"{number} has no end" for number in left)


def _later(hall: Installation, by: timedelta) -> House:
    """The same hall, some time from now."""
    settings = hall.house.app.extensions["parts"].settings
    return House(create_app(settings, SetClock(hall.house.clock.now() + by)))


def _id(body: Any) -> Any:
    """What tells one answer from another: whose ticket, which booking; None where nobody waited."""
    if not isinstance(body, dict):
        return None
    return (body.get("ticket") or body)["id"]
