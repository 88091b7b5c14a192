"""Whether Redis may have forgotten something since a sequence was last compared with its rows.

A connection made anew, or made to another run of the server, is a reason to doubt: the server may
have begun with an older file, or another took its place; and what was sent last may not have
arrived. Doubt is one process's own: each compares for itself before it believes again, and one that
has just begun has compared nothing yet.
"""

from __future__ import annotations

import re
import threading
from typing import Any
from weakref import WeakSet

from queueing.scripts import text

RUN_ID = re.compile(r"run_id:(\w+)")


class Doubt:
    """Counts the reasons to doubt, and up to which of them each sequence has been compared."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: WeakSet[Any] = WeakSet()
        self._runs: set[str] = set()
        self._reasons = 1
        self._settled: dict[tuple[str, str], int] = {}

    def connected(self, connection: Any) -> None:
        """Look at a connection (redis-py's) that was just made, before anything else uses it."""
        connection.send_command("INFO", "server")
        found = RUN_ID.search(text(connection.read_response()))
        run = found[1] if found else ""
        with self._lock:
            if connection in self._known or run not in self._runs:
                self._reasons += 1
            self._known.add(connection)
            self._runs.add(run)

    def about(self, hall: str, day: str) -> bool:
        """Whether this sequence must be compared with its rows before it is believed."""
        return self._settled.get((hall, day), 0) < self._reasons

    def reasons(self) -> int:
        """How many there have been: ask before comparing."""
        return self._reasons

    def settle(self, hall: str, day: str, reasons: int) -> None:
        """The sequence was compared after so many reasons."""
        self._settled[hall, day] = reasons
