"""Event streams to screens, consoles and phones (server-sent events).

One reader a hall, in each process, follows its events and hands them to its listeners. A listener
that cannot keep up, or whose last event is of another generation or no longer kept, is given the
present instead (`resync`): shown, never spoken.

What a stream says is the same wherever it is served: by a thread of its own (`messages`), or with
many others by a server that keeps no thread for it (`carrying.py`).
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from app.core.clock import Clock
from app.core.counted import STREAM_DROPPED, STREAM_RESYNC
from app.core.errors import Unavailable
from app.core.tallies import Tallies
from queueing.errors import SequenceAway
from queueing.events import RedisEvents, StreamEvent

log = logging.getLogger(__name__)

HEARTBEAT_S = 15.0
WAITING_EVENTS = 256
"""How many events may wait for one listener before it is given the present instead."""
GATHERED_S = 0.5
"""Changes that come together are told together."""
MISSED_AT_MOST = 500
"""Who missed more than this is given the present instead of all of it."""
AWAY_S = 2.0
"""How long a stream waits before it looks again at a database that is away."""
PICTURE_S = 1.0
"""How old a picture of the present may be: what is no event may have changed since."""
COPIED_AFTER_S = 60.0
"""What a Redis that was away for longer was not told, the sweep may never copy."""
RESYNC = "resync"
TICKET = "ticket"
STILL_HERE = ": still here\n\n"

P = TypeVar("P")
Snapshot = Callable[[], dict[str, Any]]
Present = Callable[[], dict[str, Any] | None]
Place = tuple[int, int]
"""A stream id of Redis, to be compared."""
BEGINNING: Place = (0, 0)


class TooManyStreams(Unavailable):
    code = "too_many_streams"
    detail = "实时连接已满，请稍候自动重试。"
    retry_after = 10


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a hall, as its streams tell it."""

    place: Place
    number: str | None
    """Whose, where it was a ticket's."""
    message: str


class Lost(Enum):
    """Instead of events: some are missing, tell the present."""

    EVENTS = "events"


class Look(Enum):
    """What a stream wants to do about something it heard."""

    AT_ONCE = "at once"
    SOON = "soon"
    """With what else comes within GATHERED_S."""


Heard = Happened | Lost


class Listener:
    """What one stream has yet to hear."""

    __slots__ = ("_on_heard", "_rung", "_waiting")

    def __init__(self) -> None:
        self._waiting: deque[Heard] = deque()
        self._rung: threading.Event | None = threading.Event()
        self._on_heard: Callable[[], object] = self._rung.set

    def put(self, heard: Heard) -> bool:
        """Never waits. False: there was no room for it, nor is there for what waited."""
        has_room = len(self._waiting) < WAITING_EVENTS
        if not has_room:
            heard = Lost.EVENTS
        if heard is Lost.EVENTS:
            self._waiting.clear()  # the present has it all
        self._waiting.append(heard)
        self._on_heard()
        return has_room

    def take(self) -> Heard | None:
        """The next, if something waits."""
        try:
            return self._waiting.popleft()
        except IndexError:
            return None

    def get(self, timeout: float) -> Heard | None:
        """The next; None when nothing came in time."""
        assert self._rung is not None  # noqa: S101 (who is told at once waits for nothing)
        self._rung.clear()
        heard = self.take()
        if heard is None:
            self._rung.wait(timeout)
            heard = self.take()
        return heard

    def drain(self) -> None:
        """Forget what waits."""
        self._waiting.clear()

    def tell_at_once(self, on_heard: Callable[[], object]) -> None:
        """Whenever something is put, and for what waits now."""
        self._on_heard = on_heard
        self._rung = None
        if self._waiting:
            on_heard()


class Streams:
    """The readers of this process, and its listeners."""

    def __init__(
        self,
        events: Callable[[str], RedisEvents],
        clock: Clock,
        at_most: int,
        tallies: Tallies,
    ) -> None:
        self._tallies = tallies
        self._events = events
        self._clock = clock
        self._at_most = at_most
        self._lock = threading.Lock()
        self._listeners: dict[str, set[Listener]] = {}
        self._open = 0
        self._pictures = Pictures()

    @property
    def open(self) -> int:
        """How many listen."""
        return self._open

    def of_hall(
        self, hall: str, last_event_id: str | None, snapshot: Snapshot, language: str
    ) -> HallStream:
        """A hall's events from where a listener left off, or from the present on, which is told in
        this language. Raises TooManyStreams."""
        return HallStream(self, hall, last_event_id, snapshot, language)

    def of_ticket(self, hall: str, number: str, present: Present) -> TicketStream:
        """One ticket's state, for as long as `present` gives one. Raises TooManyStreams."""
        return TicketStream(self, hall, number, present)

    def join(self, hall: str) -> Listener:
        """Take part in a hall's events. Raises TooManyStreams."""
        listener = Listener()
        # Looked up before anybody of this hall listens: whatever comes later is handed on, and what
        # was before is in each listener's first picture.
        here = None if hall in self._listeners else self.here(hall)
        with self._lock:
            if self._open >= self._at_most:
                raise TooManyStreams
            self._open += 1
            first = hall not in self._listeners
            self._listeners.setdefault(hall, set()).add(listener)
        if first:
            threading.Thread(target=self._follow, args=(hall, here), daemon=True).start()
        return listener

    def leave(self, hall: str, listener: Listener) -> None:
        with self._lock:
            self._open -= 1
            self._listeners[hall].discard(listener)

    def missed(self, hall: str, last_event_id: str | None) -> list[Happened] | None:
        """What came after this id; None when that cannot be told."""
        if not last_event_id:
            return None
        generation, _, after = last_event_id.partition(":")
        events = self._events(hall)
        try:
            if generation != events.ensure_generation(secrets.token_hex(8)):
                return None
            first = events.first_id()
            if not _is_stream_id(after) or first is None or place(first) > place(after):
                return None
            missed = events.read(after, 0, MISSED_AT_MOST)
        except SequenceAway:
            return None
        if len(missed) == MISSED_AT_MOST:
            return None
        return [self._happened(event, generation) for event in missed]

    def resync(self, hall: str, snapshot: Snapshot, language: str) -> str:
        """The present of the whole hall."""
        self._tallies.count(STREAM_RESYNC)
        # The id first: an event that comes in between is told twice rather than never.
        here = self.here(hall)
        return self._pictures.of(
            (hall, language), here, lambda: self.present(RESYNC, here, snapshot())
        )

    def present(self, kind: str, here: tuple[str, str] | None, what: dict[str, Any]) -> str:
        """A picture of the present, as it was at this place of the stream."""
        told = {"event": kind, "server_time": self._clock.now().isoformat(), **what}
        last = f"id: {here[0]}:{here[1]}\n" if here else ""
        return f"event: {kind}\n{last}data: {json.dumps(told, ensure_ascii=False)}\n\n"

    def here(self, hall: str) -> tuple[str, str] | None:
        """Generation and last id of a hall's stream; None while Redis is away."""
        events = self._events(hall)
        try:
            generation = events.ensure_generation(secrets.token_hex(8))
            return generation, events.last_id() or "0-0"
        except SequenceAway:
            return None

    def _happened(self, event: StreamEvent, generation: str) -> Happened:
        payload = json.loads(event.payload)
        payload["server_time"] = self._clock.now().isoformat()
        data = json.dumps(payload, ensure_ascii=False)
        message = f"event: {payload['event']}\nid: {generation}:{event.id}\ndata: {data}\n\n"
        return Happened(place(event.id), payload.get("number"), message)

    def _follow(self, hall: str, here: tuple[str, str] | None) -> None:
        """Hand a hall's events to its listeners, until nobody listens."""
        events = self._events(hall)
        generation, last = here or ("", "")
        lost_at: float | None = None
        while True:
            with self._lock:
                if not self._listeners.get(hall):
                    self._listeners.pop(hall, None)
                    return
            try:
                now_is = events.ensure_generation(secrets.token_hex(8))
                if now_is != generation:
                    generation, last = now_is, events.last_id() or "0-0"
                    self._tell(hall, Lost.EVENTS)
                elif lost_at is not None and time.monotonic() - lost_at > COPIED_AFTER_S:
                    self._tell(hall, Lost.EVENTS)
                lost_at = None
                for event in events.read(last, 1000):
                    last = event.id
                    self._tell(hall, self._happened(event, generation))
            except SequenceAway:
                log.warning("events of %s: Redis is away", hall)
                lost_at = lost_at or time.monotonic()
                threading.Event().wait(1.0)
            except Exception:
                log.exception("events of %s could not be read", hall)
                threading.Event().wait(1.0)

    def _tell(self, hall: str, heard: Heard) -> None:
        with self._lock:
            listeners = list(self._listeners.get(hall, ()))
        for listener in listeners:
            if not listener.put(heard):
                self._tallies.count(STREAM_DROPPED, by=WAITING_EVENTS)


class Stream(ABC):
    """One open stream."""

    def __init__(self, streams: Streams, hall: str) -> None:
        self.listener = streams.join(hall)
        self.is_over = False
        """Whether it has no more to tell."""
        self._streams = streams
        self._hall = hall
        self._at_close = ExitStack()
        self._at_close.callback(streams.leave, hall, self.listener)

    def keep(self, give_back: Callable[[], object]) -> None:
        """Call this once the stream is closed."""
        self._at_close.callback(give_back)

    def close(self) -> None:
        """It is listened to no more. Safe to repeat."""
        self._at_close.close()

    def messages(self) -> Iterator[str]:
        """The whole stream, for a thread that has nothing else to do."""
        try:
            yield from self.opening()
            while not self.is_over:
                yield from self._next()
        finally:
            self.close()

    @abstractmethod
    def opening(self) -> Iterator[str]:
        """What is said at once; the listener has the rest."""

    @abstractmethod
    def on(self, heard: Heard) -> str | Look:
        """What to say to this ("": nothing), or that it has to be looked at. Never waits."""

    @abstractmethod
    def look(self) -> Iterator[str]:
        """What is to be said after a look at the database."""

    @abstractmethod
    def on_silence(self) -> Look | None:
        """What to do besides a sign of life."""

    @abstractmethod
    def _next(self) -> Iterator[str]: ...


class HallStream(Stream):
    """Everything that happens in a hall."""

    def __init__(
        self,
        streams: Streams,
        hall: str,
        last_event_id: str | None,
        snapshot: Snapshot,
        language: str,
    ) -> None:
        super().__init__(streams, hall)
        self._last_event_id = last_event_id
        self._snapshot = snapshot
        self._language = language
        self._sent = BEGINNING

    def opening(self) -> Iterator[str]:
        yield STILL_HERE  # at once: who missed nothing should see that the stream stands
        missed = self._streams.missed(self._hall, self._last_event_id)
        if missed is None:
            self.listener.put(Lost.EVENTS)
        for happened in missed or ():
            yield self._told(happened)

    def on(self, heard: Heard) -> str | Look:
        if isinstance(heard, Lost):
            return Look.AT_ONCE
        return self._told(heard)

    def look(self) -> Iterator[str]:
        self._sent = BEGINNING
        yield (
            yield from _looked(
                lambda: self._streams.resync(self._hall, self._snapshot, self._language)
            )
        )

    def on_silence(self) -> Look | None:
        return None

    def _next(self) -> Iterator[str]:
        heard = self.listener.get(HEARTBEAT_S)
        said = STILL_HERE if heard is None else self.on(heard)
        if isinstance(said, Look):
            yield from self.look()
        elif said:
            yield said

    def _told(self, happened: Happened) -> str:
        """It, unless it was told already: who comes back hears what they missed first."""
        if happened.place <= self._sent:
            return ""
        self._sent = happened.place
        return happened.message


class TicketStream(Stream):
    """One ticket's state, told anew whenever something in its hall may have changed it. Whoever
    comes back, with whatever id, is told the present: of a state nothing is missed.

    Ends once `present` gives None: whoever listened may not see it any more."""

    def __init__(self, streams: Streams, hall: str, number: str, present: Present) -> None:
        super().__init__(streams, hall)
        self._number = number
        self._present = present
        self._before = ""

    def opening(self) -> Iterator[str]:
        self.listener.put(Lost.EVENTS)
        yield from ()

    def on(self, heard: Heard) -> str | Look:
        is_own = isinstance(heard, Lost) or heard.number == self._number
        return Look.AT_ONCE if is_own else Look.SOON

    def look(self) -> Iterator[str]:
        now = yield from _looked(self._present)
        if now is None:
            self.is_over = True
            return
        state = json.dumps(now)
        if state == self._before:
            yield STILL_HERE
        else:
            yield self._streams.present(TICKET, self._streams.here(self._hall), now)
        self._before = state

    def on_silence(self) -> Look | None:
        return Look.SOON

    def _next(self) -> Iterator[str]:
        if not isinstance(self.listener.get(HEARTBEAT_S), Lost):
            time.sleep(GATHERED_S)
            self.listener.drain()
        yield from self.look()


class Pictures:
    """What many ask for at one moment, made once for all of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[tuple[str, str], _Picture] = {}

    def of(
        self, name: tuple[str, str], here: tuple[str, str] | None, make: Callable[[], str]
    ) -> str:
        """One that was begun after it was asked for, or a little before and nothing happened since:
        the stream was at the same place."""
        asked_at = time.monotonic()
        with self._lock:
            picture = self._made.setdefault(name, _Picture())
        with picture.lock:
            is_fresh = here is not None and here == picture.here
            if picture.begun_at < asked_at - (PICTURE_S if is_fresh else 0):
                begun_at = time.monotonic()
                picture.text = make()
                picture.begun_at, picture.here = begun_at, here
            return picture.text


class _Picture:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.begun_at = float("-inf")
        self.here: tuple[str, str] | None = None
        self.text = ""


def _looked(present: Callable[[], P]) -> Generator[str, None, P]:
    """What is there. While the database is away, all there is to tell is that the stream stands."""
    while True:
        try:
            return present()
        except SQLAlchemyError as error:
            log.warning("a stream waits for the database: %s", error)
        yield STILL_HERE
        time.sleep(AWAY_S)


def place(stream_id: str) -> Place:
    """Raises ValueError for what is none."""
    milliseconds, _, count = stream_id.partition("-")
    return int(milliseconds), int(count or 0)


def _is_stream_id(text: str) -> bool:
    """Two 64-bit numbers, as Redis counts."""
    found = re.fullmatch(r"([0-9]{1,20})-([0-9]{1,20})", text)
    return found is not None and all(int(part) < 2**64 for part in found.groups())
