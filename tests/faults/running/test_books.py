"""The books of a small morning balance, and stop doing so with each thing that may be wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from app.catalog.hall_file import parse_hall
from app.notices.rules import Outcome
from tests.faults.running import table
from tests.faults.running.books import Books, Kept, judged
from tests.faults.running.load import Heard, Load, Request, Spoken, Try
from tests.house import HALL_FILE, MORNING

YES = Try(1, 0.1, 200, "", retry_after=False)
LOST = Try(1, 30, None, "", retry_after=False)
BUSY = Try(1, 0.1, 503, "store_busy", retry_after=True)
NO = Try(1, 0.1, 409, "full", retry_after=False)


def at(seconds: float) -> Any:
    return MORNING + timedelta(seconds=seconds)


def ticket(serial: int, entered: float, lane: str = "A") -> Any:
    return SimpleNamespace(
        id=f"t{serial}",
        day=MORNING.date(),
        number=f"{lane}{serial:03d}",
        serial=serial,
        lane=lane,
        due_ms=round(1000 * entered) + 1_800_000,
        entered_at=at(entered),
    )


def call(number: int, of: Any, counter: str, began: float, ended: float | None) -> Any:
    return SimpleNamespace(
        id=number,
        ticket_id=of.id,
        number=of.number,
        counter=counter,
        called_at=at(began),
        started_at=at(began + 1),
        ended_at=None if ended is None else at(ended),
        ended_as="finished" if ended else None,
    )


def request(kind: str, who: str, path: str, answer: Any, *tries: Try) -> Request:
    key = f"{kind} {who} {path} {answer}"
    return Request(kind, who, path, {}, key, list(tries), answer)


@pytest.fixture
def books() -> Books:
    """Three numbers are taken, the first two called, the first finished; one place is booked."""
    one, two, three = ticket(1, 1), ticket(2, 2), ticket(3, 3)
    load: Any = SimpleNamespace(
        requests=[
            request("take", "m", "/kiosk/tickets", {"id": "t1"}, YES),
            request("take", "m", "/kiosk/tickets", {"id": "t2"}, LOST, BUSY, YES),
            request("take", "m", "/kiosk/tickets", None, LOST),
            request("call", "1", "/counters/1/call-next", {"ticket": {"id": "t1"}}, YES),
            request("call", "2", "/counters/2/call-next", {"ticket": {"id": "t2"}}, YES),
            request("start", "1", "/tickets/t1/start", {"id": "t1"}, YES),
            request("finish", "1", "/tickets/t1/finish", {"id": "t1"}, YES),
            request("book", "li", "/appointments", {"id": "b1", "ticket": None}, YES),
            request("book", "li", "/appointments", {"code": "full"}, NO),
        ],
        screens=[
            SimpleNamespace(
                looked_at=[0.5],
                heard=[Heard(20, "called", 1, 1, 1), Heard(40, "resync", None, None, 2)],
                spoken=[Spoken(20, 1, 1, "A001"), Spoken(41, 2, 1, "A002")],
            )
        ],
        broken_at=100.0,
        mended_at=100.0,
        began_at=MORNING,
        now=lambda: 60.0,
    )
    given = {one.key: Kept(one.kind, one.answer) for one in load.requests if one.accepted}
    return Books(
        plan=parse_hall(
            str(HALL_FILE).replace("True", "true").replace("False", "false").encode()
        ).plan,
        tickets={each.id: each for each in (one, two, three)},
        calls=[call(1, one, "1", 20, 25), call(2, two, "2", 30, None)],
        bookings={"b1": SimpleNamespace(id="b1", state="booked")},
        kept={**given, load.requests[2].key: Kept("take", {"id": "t3"})},
        attempts=[
            SimpleNamespace(notice_id="n1", outcome=Outcome.LATER),
            SimpleNamespace(notice_id="n1", outcome=Outcome.SENT),
        ],
        load=load,
    )


def test_they_balance(books):
    assert judged(books) == []


def lose_a_ticket(books: Books) -> None:
    del books.tickets["t3"]


def find_a_ticket(books: Books) -> None:
    books.tickets["t4"] = ticket(4, 4)


def forget_what_was_accepted(books: Books) -> None:
    del books.kept[books.load.requests[0].key]


def do_what_was_refused(books: Books) -> None:
    books.kept[books.load.requests[-1].key] = Kept("book", {"id": "b2"})
    books.bookings["b2"] = SimpleNamespace(id="b2", state="booked")


def give_a_ticket_twice(books: Books) -> None:
    books.kept[books.load.requests[2].key] = Kept("take", {"id": "t1"})
    del books.tickets["t3"]


def give_a_number_twice(books: Books) -> None:
    books.tickets["t3"].number = "A001"


def call_twice(books: Books) -> None:
    books.calls.append(call(3, books.tickets["t1"], "3", 50, None))


def call_unasked(books: Books) -> None:
    books.calls.append(call(3, books.tickets["t3"], "3", 50, None))


def tell_of_no_call(books: Books) -> None:
    books.calls.pop()


def hold_two(books: Books) -> None:
    books.calls[1].counter = "1"
    books.calls[0].ended_at = at(31)


def forget_that_it_was_finished(books: Books) -> None:
    books.calls[0].ended_as = "passed"


def forget_that_it_began(books: Books) -> None:
    books.calls[0].started_at = None


def call_past(books: Books) -> None:
    books.tickets["t3"].due_ms = 0


def keep_what_was_cancelled(books: Books) -> None:
    cancelled = request("cancel", "li", "/appointments/b1/cancel", {"id": "b1"}, YES)
    books.load.requests.append(cancelled)
    books.kept[cancelled.key] = Kept("cancel", {"id": "b1"})


def try_a_notice_twice(books: Books) -> None:
    books.attempts.append(books.attempts[-1])


def break_down(books: Books) -> None:
    books.load.requests[2].tries.append(Try(2, 0.1, 500, "internal", retry_after=False))


def refuse_without_a_time(books: Books) -> None:
    books.load.requests[2].tries.append(Try(2, 0.1, 503, "store_busy", retry_after=False))


def never_speak(books: Books) -> None:
    books.load.screens[0].spoken.pop()


def speak_twice(books: Books) -> None:
    books.load.screens[0].spoken.append(Spoken(50, 1, 1, "A001"))


def never_hear(books: Books) -> None:
    books.load.screens[0].heard.pop()


def hear_twice(books: Books) -> None:
    books.load.screens[0].heard.insert(1, Heard(21, "called", 1, 1, 1))


WRONGS = (
    lose_a_ticket, find_a_ticket, forget_what_was_accepted, do_what_was_refused,
    give_a_ticket_twice, give_a_number_twice, call_twice, call_unasked, tell_of_no_call, hold_two,
    forget_that_it_was_finished, forget_that_it_began, call_past, keep_what_was_cancelled,
    try_a_notice_twice, break_down, refuse_without_a_time, never_speak, speak_twice, never_hear,
    hear_twice,
)  # fmt: skip


@pytest.mark.parametrize("wrong", WRONGS, ids=lambda wrong: wrong.__name__)
def test_they_tell(books, wrong: Callable[[Books], None]):
    wrong(books)
    assert judged(books) != []


def test_whom_the_dead_had_claimed_may_be_called_past_for_a_while(books):
    call_past(books)
    books.load.broken_at = books.load.mended_at = 15.0
    assert judged(books) == []
    books.load.broken_at = books.load.mended_at = 0.0
    assert judged(books) == ["A002 was called to 2 before A003"]


def test_service_is_back_when_a_number_was_given_and_one_was_called(books):
    load: Any = books.load
    load.mended_at = 0.5
    assert Load.back_after(load) == pytest.approx(0.6)
    row = table.row_of(
        SimpleNamespace(**vars(load), back_after=lambda: Load.back_after(load)), "a fault", []
    )
    assert (row.requests, row.accepted, row.refused, row.unanswered) == (9, 7, 1, 2)
    load.mended_at = 2
    assert Load.back_after(load) is None
