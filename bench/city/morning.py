"""A morning in the town: everybody asks what they ask in life, `pace` times as fast as life."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from bench.city.agenda import Agenda, Wire
from bench.city.demand import (
    ABSENT,
    BOARD_EVERY_S,
    BOOKED,
    LOOKS,
    ON_A_PHONE,
    VISIT_S,
    arrivals,
)
from bench.city.town import ITEM, Hall, Town

SEED = 20261123
THREADS = 24
WALKS_S = 20.0
"""From the call to the chair, at the pace of life."""
WAITS_S = 120.0
"""Over so long, at the pace of life, a phone looks at its ticket a few times."""
NOBODY_S = 15.0
"""A console that heard of nobody asks again after so long."""
SERVICES = (0.2, 0.35, 0.5, 0.6, 0.75, 0.9, 1.1, 1.3, 1.7, 2.6)
"""Services as parts of their mean: tenths of the bank's, its longest cut off."""


@dataclass
class Played:
    """What a morning came to."""

    seconds: float = 0.0
    asked: Counter[str] = field(default_factory=Counter)
    """Accepted, by kind of request."""
    refused: Counter[str] = field(default_factory=Counter)
    """kind and code -> times."""
    told: list[tuple[str, str, str]] = field(default_factory=list)
    """(hall, counter, ticket) of each call that a clerk was told of."""
    took_ms: dict[str, list[float]] = field(default_factory=dict)
    heard: Counter[str] = field(default_factory=Counter)
    """Hall -> calls its screen heard of."""
    resyncs: int = 0
    behind_s: float = 0.0
    """The longest that somebody asked later than they wanted to: the player could not keep up."""


class Morning:
    def __init__(self, town: Town, seconds: float, pace: float) -> None:
        self.played = Played()
        self._town, self._seconds, self._pace = town, seconds, pace
        self._rng = Random(SEED)  # noqa: S311 (it plays people)
        self._agenda = Agenda(town.address, THREADS)
        self._lock = threading.Lock()
        self._idle: dict[str, deque[str]] = {hall.code: deque() for hall in town.halls}
        self._looking: set[str] = set()
        """Halls whose screen is about to read the board."""
        self._screens = [Screen(town.address, hall, self._rung) for hall in town.halls]

    def play(self) -> Played:
        """To its end; then nobody new comes, and nobody is called any more."""
        for hall in self._town.halls:
            for at in arrivals(hall.kind, self._seconds, self._pace, self._rng):
                self._agenda.at(at, partial(self._arrive, hall=hall))
            for no in hall.clerks:
                at = self._rng.uniform(0, VISIT_S / self._pace)
                self._agenda.at(at, partial(self._call, hall=hall, no=no))
        for screen in self._screens:
            screen.start()
        self._agenda.start()
        time.sleep(self._seconds)
        self._agenda.close()
        self.played.seconds = self._agenda.now()
        time.sleep(1)  # screens hear of the last calls
        for screen in self._screens:
            screen.stop()
            self.played.heard[screen.hall.code] = len(screen.calls)
            self.played.resyncs += screen.resyncs
        self.played.behind_s = self._agenda.behind_s
        if self._agenda.faults:
            raise self._agenda.faults[0]
        return self.played

    # Visitors

    def _arrive(self, wire: Wire, hall: Hall) -> None:
        if self._rng.random() < BOOKED and self._book(wire, hall):
            return
        item = ITEM if self._rng.random() < 0.8 else "pension"
        ticket = self._ask("take", wire, "/kiosk/tickets", hall.kiosk, {"item": item})
        self._waits(hall, ticket)

    def _book(self, wire: Wire, hall: Hall) -> bool:
        """A time today; who finds none takes a number."""
        with self._lock:
            if not self._town.phones:
                return False
            token = self._town.phones.pop()
        day = self._today(hall)
        slots = self._look("slots", wire, f"/halls/{hall.code}/slots?item={ITEM}&date={day}", token)
        if not slots:
            return False
        body = {"slot": slots[0]["id"], "item": ITEM}
        booking = self._ask("book", wire, "/appointments", token, body)
        if booking is None:
            return False
        self._soon(10, lambda wire: self._check_in(wire, hall, booking["code"]))
        return True

    def _check_in(self, wire: Wire, hall: Hall, code: str) -> None:
        ticket = self._ask("check_in", wire, "/kiosk/check-ins", hall.kiosk, {"code": code})
        self._waits(hall, ticket)

    def _waits(self, hall: Hall, ticket: Any) -> None:
        if ticket is None:
            return
        with self._lock:
            idle = self._idle[hall.code]
            no = idle.popleft() if idle else None
        if no is not None:
            self._agenda.after(0, lambda wire: self._call(wire, hall, no))
        if self._rng.random() < ON_A_PHONE:
            for n in range(LOOKS):
                self._soon(WAITS_S * n / LOOKS, lambda wire: self._look_at(wire, ticket))

    def _look_at(self, wire: Wire, ticket: Any) -> None:
        self._look("ticket", wire, f"/tickets/{ticket['id']}", ticket["token"])

    # Clerks

    def _call(self, wire: Wire, hall: Hall, no: str) -> None:
        token = hall.clerks[no]
        told = self._ask("call", wire, f"/counters/{no}/call-next", token)
        if told is None:
            with self._lock:
                self._idle[hall.code].append(no)
            self._agenda.after(NOBODY_S, lambda wire: self._call_if_idle(wire, hall, no))
            return
        ticket = told["ticket"]
        with self._lock:
            self.played.told.append((hall.code, no, ticket["id"]))
        self._soon(WALKS_S, lambda wire: self._receive(wire, hall, no, ticket["id"]))

    def _call_if_idle(self, wire: Wire, hall: Hall, no: str) -> None:
        with self._lock:
            if no not in self._idle[hall.code]:
                return
            self._idle[hall.code].remove(no)
        self._call(wire, hall, no)

    def _receive(self, wire: Wire, hall: Hall, no: str, ticket: str) -> None:
        if self._rng.random() < ABSENT:
            self._ask("pass", wire, f"/tickets/{ticket}/pass", hall.clerks[no])
            self._call(wire, hall, no)
            return
        self._ask("start", wire, f"/tickets/{ticket}/start", hall.clerks[no])
        lasts = VISIT_S * self._rng.choice(SERVICES)
        self._soon(lasts, lambda wire: self._call(wire, hall, no))

    # Screens

    def _rung(self, hall: Hall) -> None:
        with self._lock:
            if hall.code in self._looking:
                return
            self._looking.add(hall.code)
        self._agenda.after(BOARD_EVERY_S, lambda wire: self._read_board(wire, hall))

    def _read_board(self, wire: Wire, hall: Hall) -> None:
        with self._lock:
            self._looking.discard(hall.code)
        self._look("board", wire, f"/halls/{hall.code}/board")

    # What all of them do

    def _soon(self, seconds: float, deed: Callable[[Wire], None]) -> None:
        """After so many seconds of life."""
        self._agenda.after(seconds / self._pace, deed)

    def _ask(
        self, kind: str, wire: Wire, path: str, token: str, body: Any = None
    ) -> Any:
        return self._noted(kind, lambda: wire.post(path, token, body))

    def _look(self, kind: str, wire: Wire, path: str, token: str | None = None) -> Any:
        return self._noted(kind, lambda: wire.get(path, token))

    def _noted(self, kind: str, ask: Callable[[], tuple[int, Any]]) -> Any:
        began = time.monotonic()
        status, told = ask()
        took_ms = (time.monotonic() - began) * 1000
        with self._lock:
            self.played.took_ms.setdefault(kind, []).append(took_ms)
            if status == 204:
                self.played.asked["nobody"] += 1
            elif status < 300:
                self.played.asked[kind] += 1
            else:
                code = told.get("code", "") if isinstance(told, dict) else ""
                self.played.refused[f"{kind} {status} {code}".strip()] += 1
        return told if 200 <= status < 300 else None

    def _today(self, hall: Hall) -> str:
        return f"{self._town.day():%Y-%m-%d}"


class Screen:
    """One of a hall's screens: its stream rings, and it reads the board."""

    def __init__(self, address: str, hall: Hall, rung: Callable[[Hall], None]) -> None:
        self.hall = hall
        self.calls: set[tuple[int, int]] = set()
        self.resyncs = 0
        self._address, self._rung = address, rung
        self._stopped = False
        self._socket: socket.socket | None = None
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def start(self) -> None:
        """And wait until it listens."""
        self._thread.start()
        if not self._listening.wait(30):
            raise TimeoutError(f"the screen of {self.hall.code} has no stream")

    def stop(self) -> None:
        self._stopped = True
        with suppress(OSError, AttributeError):
            self._socket.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]
        self._thread.join(10)

    def _listen(self) -> None:
        last = ""
        while not self._stopped:
            with suppress(OSError, http.client.HTTPException, ValueError):
                last = self._follow(last)
            time.sleep(0.2)

    def _follow(self, last: str) -> str:
        connection = http.client.HTTPConnection(self._address, timeout=60)
        connection.connect()
        self._socket = connection.sock
        headers = {"Last-Event-ID": last} if last else {}
        connection.request("GET", f"/api/v1/halls/{self.hall.code}/events", headers=headers)
        answer = connection.getresponse()
        event: dict[str, str] = {}
        while answer.status == 200 and (line := answer.readline()):
            self._listening.set()
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name:
                event[name] = value
            elif "data" in event:
                last = event.get("id", last)
                self._heard(event["event"], json.loads(event["data"]))
                event = {}
        connection.close()
        return last

    def _heard(self, kind: str, told: dict[str, Any]) -> None:
        if kind == "called":
            self.calls.add((told["call_id"], told["nth"]))
        elif kind == "resync":
            self.resyncs += 1
        self._rung(self.hall)


def percentile(values: Sequence[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0
