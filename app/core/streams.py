"""Event streams to screens, consoles and phones (server-sent events).

One reader a process follows the streams of the halls somebody listens to, and hands each event
to the listeners of its hall. A listener that cannot keep up, or whose last event is of another
generation or no longer kept, is given the present instead (`resync`): shown, never spoken.
"""

from __future__ import annotations

import json
import logging
import queue
import re
import secrets
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from app.core.clock import Clock
from app.core.counted import STREAM_DROPPED, STREAM_RESYNC
from app.core.db import db
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
COPIED_AFTER_S = 60.0
"""What a Redis that was away for longer was not told, the sweep may never copy."""
RESYNC = "resync"
TICKET = "ticket"
STILL_HERE = ": still here\n\n"

P = TypeVar("P")
Snapshot = Callable[[], dict[str, Any]]


class TooManyStreams(Unavailable):
    code = "too_many_streams"
    detail = "实时连接已满，请稍候自动重试。"
    retry_after = 10


class Listener:
    """One open stream."""

    def __init__(self) -> None:
        self._events: queue.Queue[tuple[str, str] | str] = queue.Queue(WAITING_EVENTS)
        self._overflowed = threading.Event()

    def put(self, event: tuple[str, str] | str) -> bool:
        """(stream id, message) or RESYNC; never waits. False: there was no room for it."""
        try:
            self._events.put_nowait(event)
        except queue.Full:
            self._overflowed.set()
            return False
        return True

    def get(self, timeout: float) -> tuple[str, str] | str | None:
        """The next event; None when none came in time."""
        if self._overflowed.is_set():
            self.drain()
            return RESYNC
        try:
            return self._events.get(timeout=timeout)
        except queue.Empty:
            return None

    def drain(self) -> None:
        """Forget what waits."""
        with suppress(queue.Empty):
            while True:
                self._events.get_nowait()
        self._overflowed.clear()


class Streams:
    """The one reader of this process, and its listeners."""

    def __init__(
        self,
        events: Callable[[str], RedisEvents],
        clock: Clock,
        at_most: int,
        tallies: Tallies,
    ) -> None:
        self._events = events
        self._clock = clock
        self._at_most = at_most
        self._tallies = tallies
        self._lock = threading.Lock()
        self._listeners: dict[str, set[Listener]] = {}

    @property
    def open(self) -> int:
        """How many listen."""
        with self._lock:
            return sum(map(len, self._listeners.values()))

    @contextmanager
    def listen(self, hall: str) -> Iterator[Listener]:
        """Take part in a hall's events. Raises TooManyStreams."""
        listener = Listener()
        # Looked up before anybody of this hall listens: whatever comes later is handed on, and what
        # was before is in each listener's first picture.
        here = None if hall in self._listeners else self._here(hall)
        with self._lock:
            if sum(map(len, self._listeners.values())) >= self._at_most:
                raise TooManyStreams
            first = hall not in self._listeners
            self._listeners.setdefault(hall, set()).add(listener)
        if first:
            threading.Thread(target=self._follow, args=(hall, here), daemon=True).start()
        try:
            yield listener
        finally:
            with self._lock:
                self._listeners[hall].discard(listener)

    def messages(self, hall: str, last_event_id: str | None, snapshot: Snapshot) -> Iterator[str]:
        """The stream as a listener reads it, from where it left off or from the present on."""
        with self.listen(hall) as listener:
            yield STILL_HERE  # at once: who missed nothing should see that the stream stands
            sent = ""
            missed = self._missed(hall, last_event_id)
            if missed is None:
                yield from self._resync(hall, snapshot)
            for event in missed or ():
                sent = event.id
                yield self._message(hall, event)
            while True:
                event_or = listener.get(HEARTBEAT_S)
                if event_or is None:
                    yield STILL_HERE
                elif isinstance(event_or, str):
                    yield from self._resync(hall, snapshot)
                elif _later(event_or[0], sent):
                    yield event_or[1]

    def watch(self, hall: str, present: Callable[[], dict[str, Any] | None]) -> Iterator[str]:
        """One ticket's state, told anew whenever something in its hall may have changed it. Whoever
        comes back, with whatever id, is told the present: of a state nothing is missed.

        Ends once `present` gives None: whoever listened may not see it any more."""
        with self.listen(hall) as listener:
            before: dict[str, Any] | None = None
            while (now := (yield from _looked(present))) is not None:
                yield STILL_HERE if now == before else self._present(TICKET, self._here(hall), now)
                before = now
                listener.get(HEARTBEAT_S)
                time.sleep(GATHERED_S)
                listener.drain()

    def _missed(self, hall: str, last_event_id: str | None) -> list[StreamEvent] | None:
        """What came after this id; None when that cannot be told."""
        if not last_event_id:
            return None
        generation, _, after = last_event_id.partition(":")
        events = self._events(hall)
        try:
            if generation != events.ensure_generation(secrets.token_hex(8)):
                return None
            first = events.first_id()
            if not _is_stream_id(after) or first is None or _later(first, after):
                return None
            missed = events.read(after, 0, MISSED_AT_MOST)
            return missed if len(missed) < MISSED_AT_MOST else None
        except SequenceAway:
            return None

    def _resync(self, hall: str, snapshot: Snapshot) -> Iterator[str]:
        self._tallies.count(STREAM_RESYNC)
        # The id first: an event that comes in between is told twice rather than never.
        here = self._here(hall)
        picture = yield from _looked(snapshot)
        yield self._present(RESYNC, here, picture)

    def _present(self, kind: str, here: tuple[str, str] | None, what: dict[str, Any]) -> str:
        """A picture of the present, as it was at this place of the stream."""
        told = {"event": kind, "server_time": self._clock.now().isoformat(), **what}
        last = f"id: {here[0]}:{here[1]}\n" if here else ""
        return f"event: {kind}\n{last}data: {json.dumps(told, ensure_ascii=False)}\n\n"

    def _message(self, hall: str, event: StreamEvent, generation: str | None = None) -> str:
        payload = json.loads(event.payload)
        payload["server_time"] = self._clock.now().isoformat()
        generation = generation or self._events(hall).ensure_generation(secrets.token_hex(8))
        data = json.dumps(payload, ensure_ascii=False)
        return f"event: {payload['event']}\nid: {generation}:{event.id}\ndata: {data}\n\n"

    def _here(self, hall: str) -> tuple[str, str] | None:
        """Generation and last id of a hall's stream; None while Redis is away."""
        events = self._events(hall)
        try:
            generation = events.ensure_generation(secrets.token_hex(8))
            return generation, events.last_id() or "0-0"
        except SequenceAway:
            return None

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
                    self._tell(hall, RESYNC)
                elif lost_at is not None and time.monotonic() - lost_at > COPIED_AFTER_S:
                    self._tell(hall, RESYNC)
                lost_at = None
                for event in events.read(last, 1000):
                    last = event.id
                    self._tell(hall, (event.id, self._message(hall, event, generation)))
            except SequenceAway:
                log.warning("events of %s: Redis is away", hall)
                lost_at = lost_at or time.monotonic()
                threading.Event().wait(1.0)
            except Exception:
                log.exception("events of %s could not be read", hall)
                threading.Event().wait(1.0)

    def _tell(self, hall: str, event: tuple[str, str] | str) -> None:
        with self._lock:
            listeners = list(self._listeners.get(hall, ()))
        dropped = sum(not listener.put(event) for listener in listeners)
        if dropped:
            self._tallies.count(STREAM_DROPPED, by=dropped)


def _looked(present: Callable[[], P]) -> Generator[str, None, P]:
    """What is there, without keeping a connection while the stream waits. While the database is
    away, all there is to tell is that the stream stands."""
    while True:
        try:
            return present()
        except SQLAlchemyError as error:
            log.warning("a stream waits for the database: %s", error)
        finally:
            db.session.remove()
        yield STILL_HERE
        time.sleep(AWAY_S)


def _later(one: str, other: str) -> bool:
    return not other or _order(one) > _order(other)


def _order(stream_id: str) -> tuple[int, int]:
    milliseconds, _, count = stream_id.partition("-")
    return int(milliseconds), int(count or 0)


def _is_stream_id(text: str) -> bool:
    """Two 64-bit numbers, as Redis counts."""
    found = re.fullmatch(r"([0-9]{1,20})-([0-9]{1,20})", text)
    return found is not None and all(int(part) < 2**64 for part in found.groups())
