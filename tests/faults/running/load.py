"""People at a hall's machines, phones, counters and screens, at a steady rate, over HTTP.

with Load(hall) as load:        they begin; leaving the block, they stop, and finish what they had
    load.run(5)                 seconds go by
    load.broken()               notes that the fault begins
    …
    load.mended()               notes that it ends; without it, it ended as it began
    load.until_back()           waits until a number was given and one called since

Everybody asks as they do in a hall: a machine sends a tap again under its key until its person
walks away, a console until it is answered and then reads its counter, a screen listens from where
it left off and reads the board whenever that rings. `requests` keeps everything that was asked,
with every try; times in it are seconds since the load began.
"""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from random import Random
from typing import Any

from app.citizens import service as accounts
from app.citizens.rules import id_number
from app.core.acts import SYSTEM, Act
from app.core.identity import Level
from app.notices import grants
from tests.faults.running.installation import Installation
from tests.house import HALL, KIOSK_TOKEN, Citizen
from wechat.gateway import Login
from wechat.sandbox.people import openid_of

TIMEOUT_S = 30.0
"""Longer than any answer may take: what takes longer was never answered."""
AGAIN_S = 0.5
WALKS_AWAY_S = 8.0
"""How long a person waits at a machine that does not answer."""
FINISHES_WITHIN_S = 10.0
"""How long, once the load has stopped, a console goes on asking for the answer it lacks."""
BACK_WITHIN_S = 60.0
LISTENS_S = 20.0
"""A screen hears something of its stream at least every 15 seconds, or takes it for cut."""
LOOKS_S = 0.3
YOUNG = timedelta(seconds=60)
ITEMS = ("id-card", "id-card", "passport", "pension", "pension", "permit")
COUNTERS = tuple(str(no) for no in range(1, 10))
SEED = 20261123
BOOKED_DAYS = (1, 2)
"""How many days from today phones book: few, so that slots sell out."""


@dataclass(frozen=True)
class Try:
    """One time a request was sent."""

    at: float
    took: float
    status: int | None
    """None: no answer."""
    code: str
    """Of the refusal; "" where it was none."""
    retry_after: bool

    @property
    def accepted(self) -> bool:
        return self.status is not None and self.status < 300

    @property
    def answered_at(self) -> float:
        return self.at + self.took


@dataclass
class Request:
    """What somebody asked for under one key, as often as they sent it."""

    kind: str
    """take, book, cancel, call, start, pass, finish."""
    who: str
    path: str
    body: Any
    key: str
    tries: list[Try] = field(default_factory=list)
    answer: Any = None
    """The body of the last answer."""

    @property
    def accepted(self) -> bool:
        return any(each.accepted for each in self.tries)

    @property
    def refused(self) -> bool:
        """Told for good that it will not be done."""
        last = self.tries[-1].status
        return last is not None and 400 <= last < 500

    @property
    def unanswered(self) -> bool:
        """Nobody knows whether it was done."""
        return not self.accepted and not self.refused


@dataclass(frozen=True)
class Heard:
    """What a screen was told by its stream."""

    at: float
    kind: str
    call_id: int | None
    nth: int | None
    line: int
    """Which connection of this screen told it."""


@dataclass(frozen=True)
class Spoken:
    """What a screen said aloud."""

    at: float
    call_id: int
    nth: int
    number: str


class Load:
    def __init__(
        self,
        hall: Installation,
        *,
        takes_per_s: float = 3.0,
        bookings_per_s: float = 1.0,
        visit_s: float = 2.5,
        counters: tuple[str, ...] = COUNTERS,
        machines: int = 2,
        phones: int = 2,
        citizens: int = 40,
        screens: int = 2,
        address: str | None = None,
    ) -> None:
        """Rates are those of all machines, and of all phones, together; `address` where the web is
        reached by another way than its own port."""
        self.hall = hall
        self.requests: list[Request] = []
        self.screens: list[Screen] = []
        self.broken_at = self.mended_at = 0.0
        self._stopped_at = 0.0
        self._address = address or hall.address
        self._began, self.began_at = time.monotonic(), hall.house.clock.now()
        self._stopped = threading.Event()
        self._rng = Random(SEED)  # noqa: S311 (it plays people)
        self._today = hall.house.plan.day_of(self.began_at).date
        clerks = {no: hall.house.clerk(no).token for no in counters}
        booking = _citizens(hall, citizens)
        users = [
            *(self._machine(machines / takes_per_s) for _ in range(machines)),
            *(self._phone(booking[n::phones], phones / bookings_per_s) for n in range(phones)),
            *(self._clerk(no, token, visit_s) for no, token in clerks.items()),
        ]
        self._threads = [threading.Thread(target=user, daemon=True) for user in users]
        for _ in range(screens):
            screen = Screen(self._address, self.now)
            self.screens.append(screen)
            self._threads += [
                threading.Thread(target=screen.listen, daemon=True),
                threading.Thread(target=screen.look, daemon=True),
            ]

    def now(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self._began

    def __enter__(self) -> Load:
        self._began, self.began_at = time.monotonic(), self.hall.house.clock.now()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped_at = self.now()
        self._stopped.set()
        for thread in self._threads[: -2 * len(self.screens) or None]:
            thread.join(TIMEOUT_S + FINISHES_WITHIN_S)
        self.run(2 * LOOKS_S)  # screens hear of the last call
        for screen in self.screens:
            screen.stop()
        for thread in self._threads:
            thread.join(TIMEOUT_S)
            assert not thread.is_alive(), "somebody still asks"

    def run(self, seconds: float) -> None:
        time.sleep(seconds)

    def broken(self) -> None:
        self.broken_at = self.mended_at = self.now()

    def mended(self) -> None:
        self.mended_at = self.now()

    def until_back(self, within_s: float = BACK_WITHIN_S) -> None:
        """Wait until service was back; for what the table says, that it was not is one difference
        more, not an error here."""
        limit = time.monotonic() + within_s
        while self.back_after() is None and time.monotonic() < limit:
            time.sleep(0.05)

    def back_after(self) -> float | None:
        """Seconds from the end of the fault until a number was given and one was called; None:
        until now neither, or only one of them."""
        firsts = [
            min(
                (
                    each.answered_at
                    for request in list(self.requests)
                    if request.kind == kind
                    for each in list(request.tries)
                    if each.status in (200, 201) and each.answered_at > self.mended_at
                ),
                default=None,
            )
            for kind in ("take", "call")
        ]
        if None in firsts:
            return None
        return max(firsts) - self.mended_at

    # Who is there

    def _machine(self, every_s: float) -> Callable[[], None]:
        rng = self._dice()

        def taps() -> None:
            wire = Wire(self._address)
            while not self._stopped.wait(rng.expovariate(1 / every_s)):
                body: dict[str, Any] = {"item": rng.choice(ITEMS)}
                if rng.random() < 0.1:
                    body["priority"] = "elderly"
                request = self._request("take", "machine", "/kiosk/tickets", body, rng)
                self._insist(wire, request, KIOSK_TOKEN, WALKS_AWAY_S)

        return taps

    def _phone(self, citizens: list[Citizen], every_s: float) -> Callable[[], None]:
        rng = self._dice()

        def taps() -> None:
            wire = Wire(self._address)
            booked: list[tuple[Citizen, str]] = []
            while not self._stopped.wait(rng.expovariate(1 / every_s)):
                if booked and rng.random() < 0.4:
                    citizen, booking = booked.pop(rng.randrange(len(booked)))
                    path = f"/appointments/{booking}/cancel"
                    request = self._request("cancel", citizen.name, path, None, rng)
                    self._insist(wire, request, citizen.token, WALKS_AWAY_S)
                    continue
                citizen = rng.choice(citizens)
                slot = self._slot(wire, citizen, rng)
                if slot is not None:
                    body = {"slot": slot, "item": "id-card"}
                    request = self._request("book", citizen.name, "/appointments", body, rng)
                    self._insist(wire, request, citizen.token, WALKS_AWAY_S)
                    if request.accepted:
                        booked.append((citizen, request.answer["id"]))

        return taps

    def _slot(self, wire: Wire, citizen: Citizen, rng: Random) -> str | None:
        """One of the first that are left on a day to come."""
        day = self._today + timedelta(days=rng.choice(BOOKED_DAYS))
        path = f"/halls/{HALL}/slots?item=id-card&date={day}"
        status, _, slots = wire.ask("GET", path, citizen.token)
        return rng.choice(slots[:3])["id"] if status == 200 and slots else None

    def _clerk(self, no: str, token: str, visit_s: float) -> Callable[[], None]:
        rng = self._dice()

        def works() -> None:
            wire = Wire(self._address)

            def do(kind: str, path: str) -> Any:
                """The answer; after anything but one, what the counter holds."""
                request = self._request(kind, no, path, {}, rng)
                self._insist(wire, request, token)
                if request.tries[-1].accepted:
                    return request.answer and request.answer.get("ticket", request.answer)
                return self._held(wire, no, token)

            held = None
            while not self._stopped.wait(rng.uniform(0, 0.4)):
                held = held or do("call", f"/counters/{no}/call-next")
                if held is None or held["state"] not in ("called", "serving"):
                    held = None
                elif held["state"] == "called":
                    action = "pass" if rng.random() < 0.15 else "start"
                    held = do(action, f"/tickets/{held['id']}/{action}")
                else:
                    self._stopped.wait(rng.uniform(0.5, 1.5) * visit_s)
                    held = do("finish", f"/tickets/{held['id']}/finish")

        return works

    def _held(self, wire: Wire, no: str, token: str) -> Any:
        """What the console reads after an error, as soon as it can."""
        while not self._gives_up():
            status, _, told = wire.ask("GET", f"/counters/{no}", token)
            if status == 200:
                return told["ticket"]
            time.sleep(AGAIN_S)
        return None

    def _gives_up(self, until: float = inf) -> bool:
        """Whether somebody who waits for an answer stops asking: then, or soon after the end."""
        over = self._stopped.is_set() and self.now() > self._stopped_at + FINISHES_WITHIN_S
        return over or self.now() > until

    def _dice(self) -> Random:
        """Chance for one user."""
        return Random(self._rng.random())  # noqa: S311

    def _request(self, kind: str, who: str, path: str, body: Any, rng: Random) -> Request:
        request = Request(kind, who, path, body, f"{rng.getrandbits(128):032x}")
        self.requests.append(request)
        return request

    def _insist(self, wire: Wire, request: Request, token: str, patience_s: float = inf) -> None:
        """Send it again under its key while it is not answered, or told to come back."""
        until = self.now() + patience_s
        while True:
            at = self.now()
            status, headers, told = wire.ask("POST", request.path, token, request.body, request.key)
            code = told.get("code", "") if isinstance(told, dict) and (status or 0) >= 400 else ""
            request.answer = told
            request.tries.append(
                Try(at, self.now() - at, status, code, retry_after="Retry-After" in headers)
            )
            if status not in (None, 503) or self._gives_up(until):
                return
            time.sleep(AGAIN_S)


class Wire:
    """One connection that is kept while it works; nobody else uses it."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._connection: http.client.HTTPConnection | None = None

    def ask(
        self, method: str, path: str, token: str | None = None, body: Any = None, key: str = ""
    ) -> tuple[int | None, dict[str, str], Any]:
        """Status, headers and body of the answer; None where there was none."""
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
            is_json = "json" in answer.headers.get("Content-Type", "")
            return answer.status, dict(answer.headers), json.loads(told) if is_json else None
        except (OSError, http.client.HTTPException):
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            return None, {}, None


class Screen:
    """A wall: its stream rings, and then it reads the board and speaks what is new on it."""

    def __init__(self, address: str, now: Callable[[], float]) -> None:
        self.heard: list[Heard] = []
        self.spoken: list[Spoken] = []
        self.looked_at: list[float] = []
        self._address = address
        self._now = now
        self._rings = threading.Event()
        self._stopped = threading.Event()
        self._known: set[tuple[int, int]] | None = None
        self._missed_at: float | None = None
        self._socket: socket.socket | None = None
        self._last = ""
        """Id of the last event heard."""

    def stop(self) -> None:
        self._stopped.set()
        self._rings.set()
        with suppress(OSError, AttributeError):
            self._socket.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]

    def listen(self) -> None:
        line = 0
        while not self._stopped.is_set():
            line += 1
            with suppress(OSError, http.client.HTTPException, ValueError):
                for kind, told in self._events():
                    call = told.get("call_id"), told.get("nth")
                    self.heard.append(Heard(self._now(), kind, *call, line))
                    self._rings.set()
            self._stopped.wait(AGAIN_S)

    def _events(self) -> Iterator[tuple[str, Any]]:
        """Each event's name and data, from where it left off, until the line breaks."""
        connection = http.client.HTTPConnection(self._address, timeout=LISTENS_S)
        try:
            connection.connect()
            self._socket = connection.sock
            headers = {"Last-Event-ID": self._last} if self._last else {}
            connection.request("GET", f"/api/v1/halls/{HALL}/events", headers=headers)
            answer = connection.getresponse()
            event: dict[str, str] = {}
            while answer.status == 200 and (line := answer.readline()):
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    event[name] = value
                elif "data" in event:
                    self._last = event.get("id", self._last)
                    yield event["event"], json.loads(event["data"])
                    event = {}
        finally:
            connection.close()

    def look(self) -> None:
        """Reads the board when the stream has rung, as app/static/screen/news.js does."""
        wire = Wire(self._address)
        self._rings.set()
        while not self._stopped.is_set():
            self._rings.wait()
            self._rings.clear()
            status, _, board = wire.ask("GET", f"/halls/{HALL}/board")
            if status == 200:
                self._news(board)
            else:
                self._missed_at = self._missed_at or self._now()
                self._rings.set()
            self._stopped.wait(LOOKS_S)

    def _news(self, board: Any) -> None:
        was_away = self._missed_at is not None and self._now() - self._missed_at >= 60
        before = None if was_away else self._known
        self._missed_at = None
        self._known = {(made["call_id"], made["nth"]) for made in board["calls"]}
        self.looked_at.append(self._now())
        if before is None:
            return
        now = datetime.fromisoformat(board["server_time"])
        for made in board["calls"]:
            young = now - datetime.fromisoformat(made["last_at"]) < YOUNG
            if young and (made["call_id"], made["nth"]) not in before:
                at = self._now()
                self.spoken.append(Spoken(at, made["call_id"], made["nth"], made["number"]))


def _citizens(hall: Installation, count: int) -> list[Citizen]:
    """People who are signed in, have said who they are, and let themselves be sent everything."""
    house = hall.house
    templates = house.app.extensions["parts"].settings.templates.values()

    def made(name: str) -> Citizen:
        act = Act(house.clock.now(), SYSTEM)
        signed_in = accounts.sign_in(Login(openid_of(name)), act)
        citizen = Citizen(house, name, signed_in.token)
        number = id_number(citizen.id_number, act.now.date())
        accounts.set_identity(
            signed_in.citizen.id, accounts.Identity("李小明", number, Level.DECLARED), act
        )
        for template in templates:
            grants.accept(signed_in.citizen.id, template.id, long_term=True, now=act.now)
        return citizen

    names = [f"load-{n}" for n in range(count)]
    found = house.within(lambda: [made(name) for name in names])
    for name in names:
        for template in templates:
            hall.wechat.grant(name, template.id, None)
    return found
