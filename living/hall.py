"""The hall's API, spoken as by any machine, phone or console: one request after the other."""

from __future__ import annotations

import asyncio
import http.client
import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from random import Random
from typing import Any
from urllib.parse import urlsplit

from living.clock import Clock

log = logging.getLogger("living")

A_SECOND = 20.0
"""Requests at most."""
TIMEOUT_S = 30.0
AGAIN = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE)
DELAYS = (0.3, 0.6, 1.2, 2.5, 5.0, 10.0)
"""Seconds between two tries at a hall that does not answer; the last goes on for ever."""


class Refused(Exception):
    """The hall said no."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.code: str = problem.get("code", "")
        self.detail: str = problem.get("detail", "")
        super().__init__(f"{status} {self.code}: {self.detail}")


class Hall:
    """One connection, kept open. Nothing asked is lost: it is sent again, under its key, until it
    is answered, so it is done once."""

    def __init__(self, base_url: str, clock: Clock, rng: Random) -> None:
        self._address = urlsplit(base_url).netloc
        self._clock, self._rng = clock, rng
        self._connection: http.client.HTTPConnection | None = None
        self._turn = asyncio.Lock()
        self._free_at = clock.elapsed()
        self._gap = 1 / A_SECOND
        self._resting = False

    async def rest(self) -> None:
        """Let the request under way be answered, and send none after it until `hurry`."""
        self._resting = True
        async with self._turn:
            return

    def hurry(self) -> None:
        """From now on without a pause between two requests."""
        self._resting = False
        self._gap = 0.0

    async def get(self, path: str, token: str | None = None) -> Any:
        """What a GET answers. Raises Refused, as do the others here."""
        return await self._insist("GET", path, token, None)

    async def post(self, path: str, token: str | None = None, body: Any = None) -> Any:
        """What a POST answers; None for 204."""
        return await self._insist("POST", path, token, {} if body is None else body)

    async def put(self, path: str, token: str, body: Any) -> Any:
        return await self._insist("PUT", path, token, body)

    async def delete(self, path: str, token: str) -> Any:
        return await self._insist("DELETE", path, token, None)

    async def _insist(self, method: str, path: str, token: str | None, body: Any) -> Any:
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if method == "POST":
            headers["Idempotency-Key"] = f"{self._rng.getrandbits(128):032x}"
        sent = None if body is None else json.dumps(body).encode()
        async with self._turn:  # while one waits for the hall, all wait
            if not self._resting:
                return await self._answered(method, path, headers, sent)
        return await asyncio.Event().wait()  # until cancelled

    async def _answered(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Any:
        tries = 0
        while True:
            status, answer = await self._ask(method, path, headers, body)
            if status < HTTPStatus.BAD_REQUEST:
                return answer
            if status not in AGAIN:
                raise Refused(status, answer or {})
            if tries == 0:
                log.info("the hall does not answer (%d); waiting", status)
            await self._clock.sleep(DELAYS[min(tries, len(DELAYS) - 1)])
            tries += 1

    async def _ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, Any]:
        """Status and body; 503 where nobody answers."""
        await self._clock.sleep(self._free_at - self._clock.elapsed())
        self._free_at = self._clock.elapsed() + self._gap
        try:
            return await asyncio.to_thread(self._exchange, method, path, headers, body)
        except (OSError, http.client.HTTPException, ValueError):
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            return HTTPStatus.SERVICE_UNAVAILABLE, None

    def _exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, Any]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._address, timeout=TIMEOUT_S)
        self._connection.request(method, f"/api/v1{path}", body, dict(headers))
        response = self._connection.getresponse()
        told = response.read()
        return response.status, json.loads(told) if told else None
