"""Who does what when: deeds wait for their time, and threads with a connection each do them."""

from __future__ import annotations

import heapq
import http.client
import itertools
import json
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

TIMEOUT_S = 60.0
AGAIN_S = 0.5

Deed = Callable[["Wire"], None]


class Wire:
    """One connection that is kept; nobody else uses it."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._connection: http.client.HTTPConnection | None = None

    def get(self, path: str, token: str | None = None) -> tuple[int, Any]:
        return self._ask("GET", path, token, None, "")

    def post(self, path: str, token: str | None = None, body: Any = None) -> tuple[int, Any]:
        """Status and body. Sent again under its key where nobody answers, or says to come back."""
        key = secrets.token_hex(16)
        while True:
            status, told = self._ask("POST", path, token, {} if body is None else body, key)
            if status not in (0, 503):
                return status, told
            time.sleep(AGAIN_S)

    def _ask(
        self, method: str, path: str, token: str | None, body: Any, key: str
    ) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if key:
            headers["Idempotency-Key"] = key
        sent = None if body is None else json.dumps(body).encode()
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection(self._address, timeout=TIMEOUT_S)
            self._connection.request(method, f"/api/v1{path}", sent, headers)
            answer = self._connection.getresponse()
            told = answer.read()
        except (OSError, http.client.HTTPException):
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            return 0, None
        return answer.status, json.loads(told) if told else None


class Agenda:
    """Deeds by their time, in seconds since it was opened."""

    def __init__(self, address: str, threads: int) -> None:
        self._due: list[tuple[float, int, Deed]] = []
        self._count = itertools.count()
        self._changed = threading.Condition()
        self._open = True
        self._address = address
        self.began = time.monotonic()
        self.behind_s = 0.0
        """The longest that a deed came after its time."""
        self.faults: list[Exception] = []
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(threads)]

    def now(self) -> float:
        return time.monotonic() - self.began

    def start(self) -> None:
        self.began = time.monotonic()
        for thread in self._threads:
            thread.start()

    def after(self, seconds: float, deed: Deed) -> None:
        """Have it done so many seconds from now."""
        self.at(self.now() + seconds, deed)

    def at(self, when: float, deed: Deed) -> None:
        with self._changed:
            heapq.heappush(self._due, (when, next(self._count), deed))
            self._changed.notify()

    def close(self) -> None:
        """What waits is not done any more; what was begun is waited for."""
        with self._changed:
            self._open = False
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(TIMEOUT_S)

    def _work(self) -> None:
        wire = Wire(self._address)
        while (deed := self._next()) is not None:
            try:
                deed(wire)
            except Exception as error:
                self.faults.append(error)

    def _next(self) -> Deed | None:
        with self._changed:
            while self._open:
                wait = self._due[0][0] - self.now() if self._due else None
                if wait is not None and wait <= 0:
                    self.behind_s = max(self.behind_s, -wait)
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)
            return None
