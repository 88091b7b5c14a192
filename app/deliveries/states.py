"""What may happen to a delivery, and to a box in use: states, and which lead to which. Pure."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    MAKING = "making"
    """The hall has still to print and pack it."""
    MADE = "made"
    """It waits for the courier, or to be laid into a box."""
    ON_ITS_WAY = "on_its_way"
    READY = "ready"
    """It lies at the counter."""
    IN_BOX = "in_box"
    OVERDUE = "overdue"
    """Nobody fetched it from its box in time; the hall takes it back to the counter."""
    HANDED_OVER = "handed_over"


NEXT: dict[State, frozenset[State]] = {
    State.MAKING: frozenset({State.MADE, State.READY}),
    State.MADE: frozenset({State.ON_ITS_WAY, State.IN_BOX, State.READY}),
    State.ON_ITS_WAY: frozenset({State.HANDED_OVER, State.READY}),
    State.READY: frozenset({State.HANDED_OVER}),
    State.IN_BOX: frozenset({State.HANDED_OVER, State.OVERDUE, State.READY}),
    State.OVERDUE: frozenset({State.READY}),
    State.HANDED_OVER: frozenset(),
}


class Use(StrEnum):
    """One use of a box, from its code to its empty door."""

    INVITED = "invited"
    """Somebody has a code to lay something in; no box is theirs yet."""
    FILLING = "filling"
    """Its door is open, or opening, for something to be laid in."""
    IN = "in"
    EMPTYING = "emptying"
    """Its door is open, or opening, for it to be taken out."""
    OVER = "over"


HOLDS_BOX = (Use.FILLING, Use.IN, Use.EMPTYING)
LIVE = (Use.INVITED, *HOLDS_BOX)
