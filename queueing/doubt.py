"""Whether Redis may have forgotten something since a sequence was last compared with its rows.

A connection made anew, or made to another run of the server, is a reason to doubt: the server may
have begun with an older file, or another took its place; and what was sent last may not have
arrived. Of a cluster only another run counts, and what a hall asked in vain: its client makes each
connection anew whenever one shard is away, which is nothing to the halls of the others. Doubt is
one process's own: each compares for itself before it believes again, and one that has just begun
has compared nothing yet.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from typing import Any
from weakref import WeakSet

from queueing.scripts import text

RUN_ID = re.compile(r"run_id:(\w+)")
HISTORY = re.compile(r"master_replid:(\w+)")
"""Changes when a replica takes the place of its master, also of one that ran before."""


class Doubt:
    """Counts the reasons to doubt, and up to which of them each sequence has been compared."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: WeakSet[Any] = WeakSet()
        self._runs: set[str] = set()
        self._reasons = 1
        self._in_vain: Counter[str] = Counter()
        """Reasons of one hall's own."""
        self._settled: dict[tuple[str, str], int] = {}

    def connected(self, connection: Any) -> None:
        """Look at a connection (redis-py's) that was just made, before anything else uses it."""
        run = _told(connection, "server", RUN_ID)
        with self._lock:
            if connection in self._known or run not in self._runs:
                self._reasons += 1
            self._known.add(connection)
            self._runs.add(run)

    def cut_off(self) -> None:
        """Something was not even sent: the server was believed to be away."""
        with self._lock:
            self._reasons += 1

    def connected_to_node(self, connection: Any) -> None:
        """The same for one of the many connections to a cluster."""
        run = _told(connection, "server", RUN_ID) + _told(connection, "replication", HISTORY)
        with self._lock:
            if run not in self._runs:
                self._reasons += 1
            self._runs.add(run)

    def asked_in_vain(self, hall: str) -> None:
        """What was to be told to a hall's sequence may not have arrived."""
        with self._lock:
            self._in_vain[hall] += 1

    def about(self, hall: str, day: str) -> bool:
        """Whether this sequence must be compared with its rows before it is believed."""
        return self._settled.get((hall, day), 0) < self.reasons(hall)

    def reasons(self, hall: str) -> int:
        """How many there have been: ask before comparing."""
        return self._reasons + self._in_vain[hall]

    def settle(self, hall: str, day: str, reasons: int) -> None:
        """The sequence was compared after so many reasons."""
        self._settled[hall, day] = reasons


def _told(connection: Any, section: str, wanted: re.Pattern[str]) -> str:
    connection.send_command("INFO", section)
    found = wanted.search(text(connection.read_response()))
    return found[1] if found else ""
