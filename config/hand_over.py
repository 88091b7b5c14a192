"""How a server takes an event stream over from the app that opened it, so that the stream keeps no
thread: what the two know of each other.

A server that can do so lays a `HandOver` into the environment of each request. The app gives it the
stream and answers with the stream's opening alone; once that is sent, the server gives the stream
an outlet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

HAND_OVER = "shunhao.hand_over"


class Outlet(Protocol):
    """Where a stream's client is."""

    @property
    def is_free(self) -> bool:
        """Whether the client took all that it was sent."""

    def send(self, message: bytes) -> None:
        """Never waits: what the client does not take now, it is given when it does."""

    def close(self) -> None: ...


class Carried(Protocol):
    """A stream that was opened."""

    def flow_into(self, outlet: Outlet) -> None:
        """From now on it tells by this outlet, until either is closed."""

    def flow(self) -> None:
        """The outlet is free again."""

    def close(self) -> None:
        """Its client has gone."""


@dataclass(slots=True)
class HandOver:
    stream: Carried | None = None
