"""What may happen to a renewal: its states, and which lead to which. Pure."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    FOUND = "found"
    """It is due, and nobody was told yet."""
    REMINDED = "reminded"
    OPENED = "opened"
    """Its application was written and seen."""
    CONFIRMED = "confirmed"
    """The application is made; nobody decided yet."""
    DECIDED = "decided"
    """Granted and not issued yet, or refused by a person."""
    ISSUED = "issued"
    HANDED_OVER = "handed_over"
    CLOSED = "closed"
    DECLINED = "declined"
    """Its holder does not want it; until its last day they may think again."""
    EXPIRED = "expired"
    """Its last day went by and nobody asked."""
    OVERTAKEN = "overtaken"
    """The licence was ended, changed hands or was renewed elsewhere; should its register take that
    back, it is found again, and what was asked for goes on."""


NEXT: dict[State, frozenset[State]] = {
    State.FOUND: frozenset(
        {State.REMINDED, State.OPENED, State.DECLINED, State.EXPIRED, State.OVERTAKEN}
    ),
    State.REMINDED: frozenset({State.OPENED, State.DECLINED, State.EXPIRED, State.OVERTAKEN}),
    State.OPENED: frozenset({State.CONFIRMED, State.DECLINED, State.EXPIRED, State.OVERTAKEN}),
    State.CONFIRMED: frozenset({State.DECIDED, State.DECLINED, State.OVERTAKEN}),
    State.DECIDED: frozenset({State.ISSUED, State.CLOSED, State.OVERTAKEN}),
    State.ISSUED: frozenset({State.HANDED_OVER, State.CLOSED}),
    State.HANDED_OVER: frozenset({State.CLOSED}),
    State.CLOSED: frozenset(),
    State.DECLINED: frozenset({State.OPENED, State.EXPIRED, State.OVERTAKEN}),
    State.EXPIRED: frozenset(),
    State.OVERTAKEN: frozenset({State.FOUND, State.CONFIRMED}),
}
ASKING = (State.FOUND, State.REMINDED, State.OPENED)
"""Nobody confirmed it yet."""
OVER = (State.CLOSED, State.EXPIRED, State.OVERTAKEN)


def is_refused(state: str, granted: bool | None) -> bool:
    """Whether it came to an end by a refusal, and so is never told as done. What overtook it later
    is told instead."""
    return granted is False and state in (State.DECIDED, State.CLOSED)
