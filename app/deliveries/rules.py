"""How a result is handed over, and for how long a box keeps it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from app.core.handover import Movement, ParcelEvent

DIGITS = 6
"""Of a box's code."""
KEPT_IN_BOX = timedelta(days=7)
"""How long something lies in a box before the hall takes it back."""
DROP_OFF_KEPT = timedelta(days=7)
"""How long a code to lay something in is good."""
DROP_OFFS_AT_MOST = 3
"""Codes to lay something in that one account may have open."""
TRIES_AT_MOST = 10
"""Wrong codes one cabinet takes within TRIES_WITHIN, whatever right ones come between:
of a million codes a guesser would meet one of twelve after years."""
TRIES_WITHIN = timedelta(minutes=10)
DOOR_ANSWERS = timedelta(seconds=30)
"""Whoever told a door to open and was not heard of for so long has died over it."""
DOOR_LEFT = timedelta(minutes=5)
"""For so long somebody may still stand before the door that opened for their papers."""
CLOCKS_DIFFER = timedelta(minutes=10)
"""Between a courier and the hall, at most."""
LEASE = timedelta(seconds=120)
"""The same of whoever asks the courier."""
PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60))
"""Between two tries to order a parcel; the last one again and again."""


TURNED = (Movement.TURNED_BACK, Movement.RETURNED)
ENDS = (Movement.SIGNED, Movement.RETURNED)


class Way(StrEnum):
    """How a result may be handed over."""

    ELECTRONIC = "electronic"
    COURIER = "courier"
    COUNTER = "counter"
    CABINET = "cabinet"


class Purpose(StrEnum):
    """What a box is used for."""

    PICK_UP = "pick_up"
    DROP_OFF = "drop_off"


def pause_after(tries: int) -> timedelta:
    """How long to leave a courier alone after so many tries that came to nothing."""
    return PAUSES[min(tries, len(PAUSES)) - 1]


def box_code(random: Callable[[int], int]) -> str:
    """A code for a box; `random(n)` gives a whole number below n."""
    return f"{random(10**DIGITS):0{DIGITS}}"


def is_over(expires_at: datetime | None, now: datetime) -> bool:
    """Whether a box's time is up."""
    return expires_at is not None and now >= expires_at


def is_believable(at: datetime, since: datetime, now: datetime) -> bool:
    """Whether something can have happened to a parcel then: not before there was one, and not
    tomorrow."""
    return since - CLOCKS_DIFFER <= at <= now + CLOCKS_DIFFER


def arrival_of(events: Sequence[ParcelEvent]) -> tuple[Movement, datetime] | None:
    """Where a parcel's way ended, SIGNED or RETURNED, and when; None: it has not yet. Whoever signs
    for what was turned back is the hall."""
    told = sorted(events, key=lambda event: event.at)
    back = [nth for nth, event in enumerate(told) if event.movement in TURNED]
    after = told[back[0] :] if back else told
    ends = [event.at for event in after if event.movement in ENDS]
    return (Movement.RETURNED if back else Movement.SIGNED, ends[0]) if ends else None
