"""Streams that keep no thread: thousands in one process, for a server that took them over.

The hall's reader, which hears of an event, writes it to each listener's outlet at once. What needs
a look at the database is left to a few threads, so that no reader waits for one; those whose own
ticket it is come first. Made for a process whose threads take turns (gevent): nothing here waits
between a question and the step that depends on it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque

from app.core import streams
from app.core.streams import STILL_HERE, Look, Stream
from config.hand_over import Outlet

log = logging.getLogger(__name__)

LOOKERS = 6
"""Fewer than the database's pool has connections: the others are for who opens a stream."""
PULSE_S = 1.0
TOGETHER = 200
"""Signs of life in one go; others have their turn between."""
DEAF_S = 60.0
"""Whoever takes nothing for so long has gone, or comes back for the present."""


class Carrier:
    """All streams of this process that were handed over."""

    def __init__(self) -> None:
        self._carried: set[CarriedStream] = set()
        self._at_once: deque[CarriedStream] = deque()
        self._soon: deque[tuple[float, CarriedStream]] = deque()
        self._asked = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._is_running = False

    def carry(self, stream: Stream) -> CarriedStream:
        """To be given an outlet."""
        return CarriedStream(stream, self)

    def add(self, carried: CarriedStream) -> None:
        self._carried.add(carried)
        with self._lock:
            if self._is_running:
                return
            self._is_running = True
        for work in (self._pulse, *[self._look] * LOOKERS):
            threading.Thread(target=work, daemon=True).start()

    def remove(self, carried: CarriedStream) -> None:
        self._carried.discard(carried)

    def ask(self, carried: CarriedStream, look: Look) -> None:
        """Have somebody look."""
        if look is Look.AT_ONCE:
            self._at_once.append(carried)
        else:
            self._soon.append((time.monotonic() + streams.GATHERED_S, carried))
        self._asked.release()

    def _look(self) -> None:
        while True:
            carried = self._next_asked()
            try:
                carried.look()
            except Exception:
                log.exception("a stream could not be told the present")
                carried.close()

    def _next_asked(self) -> CarriedStream:
        self._asked.acquire()
        if self._at_once:
            return self._at_once.popleft()
        at, carried = self._soon.popleft()
        time.sleep(max(0.0, at - time.monotonic()))
        return carried

    def _pulse(self) -> None:
        while True:
            time.sleep(PULSE_S)
            now = time.monotonic()
            for n, carried in enumerate(tuple(self._carried), 1):
                carried.beat(now)
                if n % TOGETHER == 0:
                    time.sleep(0)


class CarriedStream:
    """One of them."""

    __slots__ = ("_asked", "_carrier", "_is_looking", "_outlet", "_stream", "_told_at")

    def __init__(self, stream: Stream, carrier: Carrier) -> None:
        self._stream = stream
        self._carrier = carrier
        self._outlet: Outlet | None = None
        self._told_at = 0.0
        self._asked: Look | None = None
        """The look it waits for."""
        self._is_looking = False

    def flow_into(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._told_at = time.monotonic()
        self._carrier.add(self)
        self._stream.listener.tell_at_once(self.flow)

    def flow(self) -> None:
        """Tell what waits, as far as the client takes it."""
        while self._outlet and self._outlet.is_free:
            heard = self._stream.listener.take()
            if heard is None:
                return
            said = self._stream.on(heard)
            if isinstance(said, Look):
                self._ask(said)
            else:
                self._say(said)

    def look(self) -> None:
        """Look, and tell what is there."""
        if self._asked is None or self._is_looking:
            return
        self._asked, self._is_looking = None, True
        for message in self._stream.look():
            self._say(message)
            if self._outlet is None:
                return
        self._is_looking = False
        if self._stream.is_over:
            self.close()
        elif self._asked:
            self._carrier.ask(self, self._asked)

    def beat(self, now: float) -> None:
        """A sign of life, where it is time for one."""
        if self._outlet is None or now - self._told_at < streams.HEARTBEAT_S:
            return
        if self._outlet.is_free:
            self._say(STILL_HERE)
            if look := self._stream.on_silence():
                self._ask(look)
        elif now - self._told_at >= DEAF_S:
            self.close()

    def close(self) -> None:
        if self._outlet:
            self._outlet.close()
            self._outlet = None
        self._carrier.remove(self)
        self._stream.close()

    def _say(self, message: str) -> None:
        if message and self._outlet:
            self._told_at = time.monotonic()
            self._outlet.send(message.encode())

    def _ask(self, look: Look) -> None:
        if self._asked is look or self._asked is Look.AT_ONCE:
            return
        self._asked = look
        if not self._is_looking:  # else whoever looks will look again
            self._carrier.ask(self, look)
