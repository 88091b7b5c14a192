"""What everybody in the hall sees of each other, without asking anybody."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from random import Random

from living.clock import Clock
from living.hall import Hall
from living.people import Item, Visitor
from living.rhythm import Pace


@dataclass(frozen=True, slots=True)
class Card:
    """An ID card of somebody the hall knows something of."""

    name: str
    id_number: str


@dataclass
class Guest:
    """Somebody with a ticket."""

    visitor: Visitor
    ticket: str
    number: str
    token: str
    told: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a clerk did something with the ticket."""
    is_back: bool = False
    """With the paper that was missing."""
    was_missed: bool = False
    """Did not come at a first call."""
    was_served: bool = False
    """Has sat at a counter, and been parked or sent on."""


@dataclass
class Floor:
    """The hall while it lives: its people, and what its board shows."""

    code: str
    hall: Hall
    clock: Clock
    pace: Pace
    rng: Random
    kiosk_token: str
    items: dict[str, Item]
    quotas: dict[str, int | None]
    guests: dict[str, Guest] = field(default_factory=dict)
    holds: dict[str, str] = field(default_factory=dict)
    """What people of ours give up when they all go home: the request for it, and whose token."""
    waiting: dict[str, int] = field(default_factory=dict)
    """Lane -> people waiting, as the board last said, less those called since."""
    at_work: set[str] = field(default_factory=set)
    """Counters with a clerk of ours."""
    cards: list[Card] = field(default_factory=list)
    """Of whom nobody is in the hall just now."""
    last_numbers: dict[str, str] = field(default_factory=dict)
    """Lane -> the number it last gave somebody of ours."""
    rates: bool = True
    """Whether this hall takes ratings."""
    read: asyncio.Event = field(default_factory=asyncio.Event)

    async def pass_time(self, of_life: float) -> None:
        await self.clock.sleep(self.pace.seconds(of_life))

    def enter(self, guest: Guest) -> None:
        self.guests[guest.ticket] = guest
        self.holds[f"/tickets/{guest.ticket}/leave"] = guest.token

    def leave(self, guest: Guest) -> None:
        del self.guests[guest.ticket], self.holds[f"/tickets/{guest.ticket}/leave"]

    def tell(self, ticket: str) -> None:
        """Whoever holds this ticket, if they are of ours, looks at it."""
        if guest := self.guests.get(ticket):
            guest.told.set()

    def has_somebody(self, lanes: Collection[str]) -> bool:
        return any(self.waiting.get(lane, 0) > 0 for lane in lanes)

    def take_one(self, lanes: Collection[str]) -> bool:
        """Whether somebody waits for these lanes whom no other clerk is about to call."""
        for lane in sorted(lanes, key=lambda lane: -self.waiting.get(lane, 0)):
            if self.waiting.get(lane, 0) > 0:
                self.waiting[lane] -= 1
                return True
        return False

    def show(self, waiting: dict[str, int]) -> None:
        """The board has been read: idle clerks look up."""
        self.waiting = waiting
        self.read.set()
        self.read = asyncio.Event()
