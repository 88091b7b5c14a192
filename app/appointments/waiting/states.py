"""What becomes of who waits, and what they hear when it is too late for what they ask. Pure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from app.appointments.waiting.errors import NothingOffered, OfferOver, WaitingOver
from app.core.errors import DomainError


class State(StrEnum):
    WAITING = "waiting"
    OFFERED = "offered"
    """A place is held for them, until they say so or the time is over."""
    ACCEPTED = "accepted"
    LAPSED = "lapsed"
    """They said nothing in time."""
    LEFT = "left"
    """They gave up, or booked that day otherwise."""
    OVER = "over"
    """Booking closed for that day, and nothing had come free."""


LIVE = (State.WAITING, State.OFFERED)
"""One of these a person, hall and day."""

_REFUSALS: dict[str, DomainError] = {
    State.WAITING: NothingOffered(),
    State.ACCEPTED: WaitingOver("候补名额已经接受，请查看“我的预约”。"),
    State.LAPSED: OfferOver(),
    State.LEFT: WaitingOver("您已退出候补。"),
    State.OVER: WaitingOver("这一天的预约已经截止，候补已结束。"),
}


def require_offered(state: str, until: datetime | None, now: datetime) -> None:
    """Only an offer that still stands can be accepted.

    Raises NothingOffered, OfferOver, WaitingOver."""
    if state != State.OFFERED:
        raise _REFUSALS[state]
    if until is None or now >= until:
        raise OfferOver


def require_live(state: str) -> None:
    """Only who waits, or was offered a place, can leave. Raises OfferOver, WaitingOver."""
    if state not in LIVE:
        raise _REFUSALS[state]
