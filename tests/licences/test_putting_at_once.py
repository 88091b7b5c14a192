"""Two who bring the same licences in at the same moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from app.core.acts import SYSTEM, Act
from app.licences import service
from app.licences.service import Outcome
from tests.house import id_number
from tests.licences.conftest import Library, record
from tests.stores import on_postgresql

RECORDS = [record(serial=str(n), holder=id_number(series=n)) for n in range(1, 9)]
MEETING_S = 60
"""How long one who has read waits for the other to have read as well."""
KEPT_OUT_S = 0.5
"""The same where the other is kept out."""


def unguarded(name: str, *, alone: bool) -> None:
    """The library is held by nobody."""


def both_bring(
    library: Library, monkeypatch: pytest.MonkeyPatch, meeting_s: float
) -> list[list[Outcome]]:
    """Two bring the same at once, and write when both have read, if they can; what became of each.
    Their holders are known: new ones would be waited for, guard or none."""
    others = [record(serial=f"9{n}", holder=id_number(series=n)) for n in range(1, 9)]
    library.put_all(*others)
    real, meeting = service._held, threading.Barrier(2)

    def met(*given: Any) -> Any:
        found = real(*given)
        with suppress(threading.BrokenBarrierError):  # the other is kept out
            meeting.wait(meeting_s)
        return found

    monkeypatch.setattr(service, "_held", met)
    judged = [library.judged(one) for one in RECORDS]
    act = Act(library.house.clock.now(), SYSTEM)

    def bring(nth: int) -> list[Outcome]:
        puts = library.house.within(lambda: service.put(judged, act, f"test {nth}"))
        return [put.outcome for put in puts]

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(bring, range(2)))


@on_postgresql
def test_what_two_bring_at_once_is_new_once(every_library, monkeypatch):
    told = both_bring(every_library, monkeypatch, KEPT_OUT_S)
    assert sorted(told) == [[Outcome.NEW] * len(RECORDS), [Outcome.SAME] * len(RECORDS)]


@on_postgresql
def test_without_the_guard_it_is_new_twice(every_library, monkeypatch):
    """The control: the test above can fail. Nothing is written: of two who write one row at the
    same instant the table refuses one, and of two a little apart none."""
    monkeypatch.setattr(service, "hold", unguarded)
    monkeypatch.setattr(service, "_write", lambda _rows: None)
    told = both_bring(every_library, monkeypatch, MEETING_S)
    assert told == [[Outcome.NEW] * len(RECORDS)] * 2
