"""The clock: the only place in the house where time is read."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """This moment, UTC."""


class HouseClock:
    """The database's time, carried on by this machine's monotonic clock.

    Processes on machines whose clocks differ or jump so agree on the order of things.
    `ask` gives the database's time, or None where it has none of its own (SQLite).
    """

    def __init__(self, ask: Callable[[], datetime | None], every_s: float = 60.0) -> None:
        self._ask = ask
        self._every_s = every_s
        self._lock = threading.Lock()
        # A time and the stopwatch's reading at that time: one value, since others read it while
        # it is corrected.
        self._set = datetime.now(UTC), time.monotonic()
        self._ask_at = self._set[1]

    def now(self) -> datetime:
        monotonic = time.monotonic()
        if monotonic >= self._ask_at and self._lock.acquire(blocking=False):
            try:
                self._correct(monotonic)
            finally:
                self._lock.release()
        at, stopwatch = self._set
        return at + timedelta(seconds=time.monotonic() - stopwatch)

    def _correct(self, monotonic: float) -> None:
        self._ask_at = monotonic + self._every_s
        before = time.monotonic()
        try:
            told = self._ask()
        except Exception:
            self._ask_at = monotonic + 5.0
            return
        after = time.monotonic()
        if told is None:
            self._set = datetime.now(UTC), time.monotonic()
        else:
            self._set = told, (before + after) / 2


class SetClock:
    """Stands where it is set: for recorded days and for tests."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at


def machine_time() -> datetime:
    """What this machine's own clock says: only to be compared with others'."""
    return datetime.now(UTC)


def seconds_until(moment: float) -> int:
    """How long until a moment that a library tells in seconds since 1970, by this machine."""
    return math.ceil(moment - time.time())
