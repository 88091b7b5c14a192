"""A clerk's day at one counter: call, serve, end, and again."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from living import clerks
from living.clerks import Counter, Ending, Handling
from living.floor import Floor, Guest
from living.hall import Refused
from living.seats import LOOKS_EVERY, Seat, SentAway

log = logging.getLogger("living")

Ticket = dict[str, Any]

RECALL_AFTER = 21.0
"""Seconds until a call may be repeated, and then until whoever misses that, too, is passed."""
SIGN_OF_LIFE = 45.0
"""Seconds between two words of a clerk in a long service; without any, a neighbour would be offered
the ticket."""
STRANGER = (10.0, 20.0)
"""Seconds for somebody who is not of ours to reach the counter: real people do not hurry with the
demo's pace."""
USUAL_MINUTES = 10


@dataclass
class Shift:
    """One clerk of ours at one counter."""

    floor: Floor
    seat: Seat
    counter: Counter
    parked: list[Guest] = field(default_factory=list)
    held: str | None = None
    """The ticket last in hand."""

    async def work(self, after: float) -> None:
        """For ever, beginning so many seconds from now."""
        await self.floor.clock.sleep(after)
        while True:
            try:
                await self.seat.sit_down()
                self.floor.at_work.add(self.counter.no)
                await self._serve_on()
            except SentAway:
                self.seat.make_room()
            except Refused as why:  # the account is gone, or the counter
                log.info("counter %s: %s", self.counter.no, why)
                await self.floor.clock.sleep(LOOKS_EVERY)
            self.floor.at_work.discard(self.counter.no)
            self.parked.clear()

    async def end(self) -> None:
        """See the last one out, shut the counter, sign out. Raises SentAway, Refused."""
        if self.counter.no not in self.floor.at_work:
            return
        if self.held is not None:
            with suppress(Refused):  # it has just been ended
                await self.seat.handle(self.held, "finish")
        await self.seat.do("close")
        await self.seat.sign_out()

    async def _serve_on(self) -> None:
        """Visit after visit. Raises SentAway."""
        ticket = await self._look()
        while True:
            try:
                ticket = await self._serve(ticket) if ticket else await self._next()
            except Refused as why:  # somebody was quicker, or the hall has changed
                log.info("counter %s: %s", self.counter.no, why)
                await self.floor.clock.sleep(1)
                ticket = await self._look()

    async def _look(self) -> Ticket | None:
        """What the counter holds, once it is open: whoever shut it from the office opens it."""
        while True:
            seen = await self.seat.see()
            if seen["status"] == "open":
                held: Ticket | None = seen["ticket"]
                return held
            await self.floor.clock.sleep(LOOKS_EVERY)

    async def _next(self) -> Ticket | None:
        """Who comes now: somebody parked who is back, else the first of the line."""
        back = next((guest for guest in self.parked if guest.is_back), None)
        if back is not None:
            self.parked.remove(back)
            resumed: Ticket = await self.seat.handle(back.ticket, "resume")
            log.info("counter %s goes on with %s", self.counter.no, back.number)
            return resumed
        if self.floor.take_one(self.counter.lanes):
            return await self._call_next()
        await self.floor.read.wait()
        return None

    async def _call_next(self) -> Ticket | None:
        called = await self.seat.do("call-next")
        if called is None:
            return None
        ticket: Ticket = called["ticket"]
        log.info(
            "counter %s calls %s: %s", self.counter.no, ticket["number"], called["why"]["text"]
        )
        return ticket

    # One visit

    async def _serve(self, ticket: Ticket) -> Ticket | None:
        """From the call to the end, and the moment after it; whom this end has called."""
        floor = self.floor
        self.held = ticket["id"]
        guest = floor.guests.get(ticket["id"])
        floor.tell(ticket["id"])
        more = ticket["items"][ticket["items"].index(ticket["item"]) + 1 :]
        usual = [
            floor.items[code].minutes for code in (ticket["item"], *more) if code in floor.items
        ]
        handling = clerks.imagine(
            floor.rng,
            sum(usual) or USUAL_MINUTES,
            items_left=len(more),
            may_send_on=guest is not None and not guest.was_served,
        )
        if ticket["state"] == "called":
            if not await self._comes(ticket, guest, handling):
                return None
            await self.seat.handle(ticket["id"], "start")
            floor.tell(ticket["id"])
        if guest is None:
            await self._hand_over(ticket)
        await self._attend(ticket, floor.pace.seconds(handling.service))
        return await self._end(ticket, guest, handling, more)

    async def _hand_over(self, ticket: Ticket) -> None:
        """Give somebody who is not of ours what lies ready for them."""
        for result in await self.seat.ready(ticket["id"]):
            await self.seat.hand_over(result["id"], ticket["id"])
            log.info("counter %s hands a result to %s", self.counter.no, ticket["number"])

    async def _attend(self, ticket: Ticket, seconds: float) -> None:
        """Serve, and let the hall know now and then that somebody is there."""
        while seconds > 0:
            await self.floor.clock.sleep(min(seconds, SIGN_OF_LIFE))
            seconds -= SIGN_OF_LIFE
            if seconds > 0:
                await self.seat.attend(ticket["id"])

    async def _comes(self, ticket: Ticket, guest: Guest | None, handling: Handling) -> bool:
        """Whether the person stands at the counter in the end; else the number is passed."""
        floor = self.floor
        if guest is None:
            await floor.clock.sleep(floor.rng.uniform(*STRANGER))
            return True
        if guest.was_missed or guest.visitor.answers_at_once:
            await floor.pass_time(handling.walk)
            return True
        guest.was_missed = True
        await floor.clock.sleep(RECALL_AFTER)
        await self.seat.handle(ticket["id"], "recall")
        log.info("counter %s calls %s again", self.counter.no, ticket["number"])
        if guest.visitor.answers_recall:
            await floor.pass_time(handling.walk)
            return True
        await floor.clock.sleep(RECALL_AFTER)
        await self.seat.handle(ticket["id"], "pass")
        log.info("counter %s passes %s", self.counter.no, ticket["number"])
        floor.tell(ticket["id"])
        return False

    async def _end(
        self, ticket: Ticket, guest: Guest | None, handling: Handling, more: list[str]
    ) -> Ticket | None:
        floor, ending = self.floor, handling.ending
        if ending is Ending.CALL_NEXT and floor.take_one(self.counter.lanes):
            called = await self._call_next()
            floor.tell(ticket["id"])
            return called
        match ending:
            case Ending.PARK:
                await self.seat.handle(ticket["id"], "park")
            case Ending.NEXT_ITEM:
                await self.seat.handle(ticket["id"], "transfer", {"item": more[0]})
            case Ending.TO_LANE | Ending.TO_COUNTER | Ending.AT_ONCE:
                whereto = self._whereto(ending, ticket["lane"])
                await self.seat.handle(ticket["id"], "transfer", whereto)
            case _:
                await self.seat.handle(ticket["id"], "finish")
        log.info("counter %s, %s: %s", self.counter.no, ticket["number"], ending)
        if guest is not None:
            guest.was_served = True
            if ending is Ending.PARK:
                self.parked.append(guest)
        floor.tell(ticket["id"])
        await floor.pass_time(handling.tidy)
        if handling.pause:
            await self._pause(handling.pause)
        return None

    def _whereto(self, ending: Ending, lane: str) -> dict[str, Any]:
        """The body of a transfer."""
        floor, reason = self.floor, clerks.REASONS[ending]
        if ending is Ending.TO_COUNTER:
            others = sorted(floor.at_work - {self.counter.no}) or [self.counter.no]
            return {"counter": floor.rng.choice(others), "reason": reason}
        lanes = sorted({item.lane for item in floor.items.values()} - {lane}) or [lane]
        body = {"lane": floor.rng.choice(lanes), "reason": reason}
        return {**body, "when": "now"} if ending is Ending.AT_ONCE else body

    async def _pause(self, of_life: float) -> None:
        await self.seat.do("pause")
        log.info("counter %s takes a break", self.counter.no)
        await self.floor.pass_time(of_life)
        await self.seat.do("open")
