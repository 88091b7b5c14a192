"""Where clerks sit and what they do with a ticket. Pure: all chance comes as an argument."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from living.rhythm import MINUTE, service

LEFT_FREE = 3
"""The first counters, which nobody of ours takes: whoever tries the demo sits down there."""
AT_WORK = 28
"""Clerks at most; a large hall keeps some counters shut, as on any day."""


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter as the hall shows it."""

    no: str
    tiers: tuple[frozenset[str], ...]

    @property
    def lanes(self) -> frozenset[str]:
        return frozenset().union(*self.tiers)


def seats(counters: Sequence[Counter], free: int = LEFT_FREE, most: int = AT_WORK) -> list[Counter]:
    """Where clerks sit, in the hall's order: not at the first few; so that every lane is in
    somebody's first tier; and else as many of each kind as the hall has, so that no lane waits for
    a single clerk."""
    open_to_us = list(counters[free:])
    chosen: list[Counter] = []
    for lane in sorted(frozenset().union(*(counter.lanes for counter in open_to_us))):
        if not any(lane in counter.tiers[0] for counter in chosen):
            chosen += [counter for counter in open_to_us if lane in counter.tiers[0]][:1]
    others = [counter for counter in open_to_us if counter not in chosen]
    more = min(max(most - len(chosen), 0), len(others))
    chosen += [others[place * len(others) // more] for place in range(more)]
    return sorted(chosen, key=counters.index)


class Ending(StrEnum):
    """How a visit at a counter ends."""

    FINISH = "finish"
    CALL_NEXT = "call-next"
    """The next is called over a finished one, which ends it as well."""
    PARK = "park"
    TO_LANE = "to another lane"
    TO_COUNTER = "to a counter"
    AT_ONCE = "to another lane, at once"
    NEXT_ITEM = "next item"


ENDINGS: Mapping[Ending, float] = {
    Ending.FINISH: 60,
    Ending.CALL_NEXT: 31,
    Ending.PARK: 4,
    Ending.TO_LANE: 2,
    Ending.TO_COUNTER: 2,
    Ending.AT_ONCE: 1,
}
REASONS = {
    Ending.TO_LANE: "取号时选错了业务，转到对应队列",
    Ending.TO_COUNTER: "需要由该窗口接续办理",
    Ending.AT_ONCE: "已核对材料，转到对应队列立即接续",
}
SPLITS_ITEMS = 0.4
"""Of those who come for two items, this share sees another clerk for the second."""
PAUSES = 0.02
"""After this share of visits a clerk takes a break."""


@dataclass(frozen=True, slots=True)
class Handling:
    """What comes of one call, in seconds of life."""

    walk: float
    """From the call until the person stands at the counter."""
    service: float
    ending: Ending
    tidy: float
    """From the end until the next call."""
    pause: float
    """A break after that; 0: none."""


def imagine(rng: Random, minutes: float, *, items_left: int, may_send_on: bool) -> Handling:
    """How a clerk deals with somebody whose items usually take these minutes. `items_left` counts
    those after the one in hand; not `may_send_on`: somebody who was parked or sent on before, or
    who is not of ours, is seen to the end."""
    ending = rng.choices(list(ENDINGS), list(ENDINGS.values()))[0]
    if may_send_on and items_left and rng.random() < SPLITS_ITEMS:
        ending = Ending.NEXT_ITEM
    if not may_send_on and ending is not Ending.CALL_NEXT:
        ending = Ending.FINISH
    wrong_place = ending in (Ending.TO_LANE, Ending.TO_COUNTER, Ending.AT_ONCE)
    return Handling(
        walk=rng.uniform(8, 40),
        # who is sent on has only been heard, not served
        service=rng.uniform(1, 3) * MINUTE if wrong_place else service(rng, minutes),
        ending=ending,
        tidy=rng.uniform(5, 30),
        pause=rng.uniform(4, 8) * MINUTE if rng.random() < PAUSES else 0.0,
    )


RETURNS_AFTER = 180.0
"""Seconds a counter must stand empty before a clerk of ours comes back to it."""


def may_return(empty_for: float | None) -> bool:
    """Whether a clerk who was sent away sits down again. None: somebody sits there."""
    return empty_for is not None and empty_for >= RETURNS_AFTER
