"""The hall's desk for results: what people chose to be handed is printed, packed and laid into the
cabinet, so that it gets to them although nobody of theirs works here."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from living.floor import Floor
from living.hall import Refused

log = logging.getLogger("living")

LOOKS_EVERY = 5.0
PACKING = (20.0, 40.0)
"""Seconds of life for which somebody prints and packs."""
LAYING_IN = 6.0
"""Seconds for which the door of a box stands open."""


@dataclass
class ResultDesk:
    """Whoever hands results over."""

    floor: Floor
    account: tuple[str, str]
    """User name and password of somebody who may."""
    cabinet_token: str
    """Of the cabinet's screen, which notices that a door was shut."""
    token: str = ""

    async def work(self) -> None:
        """For ever."""
        while True:
            try:
                for each in await self._waiting():
                    await self._hand_over(each)
            except Refused as why:  # somebody real was quicker, or our session is over
                log.info("the result desk: %s", why)
                if why.status == HTTPStatus.UNAUTHORIZED:
                    self.token = ""
            await self.floor.clock.sleep(LOOKS_EVERY)

    async def _waiting(self) -> list[dict[str, Any]]:
        hall = self.floor.hall
        if not self.token:
            username, password = self.account
            body = {"username": username, "password": password}
            self.token = (await hall.post("/staff/session", body=body))["token"]
        waiting: list[dict[str, Any]] = await hall.get(
            "/staff/deliveries?state=making&state=made", self.token
        )
        return waiting

    async def _hand_over(self, delivery: dict[str, Any]) -> None:
        floor, id = self.floor, delivery["id"]
        if delivery["state"] == "making":
            await floor.pass_time(floor.rng.uniform(*PACKING))
            await floor.hall.post(f"/staff/deliveries/{id}/made", self.token)
            log.info("a result is made: %s", delivery["way"])
        if delivery["way"] == "cabinet":
            await self._lay_in(id, delivery["cabinet"])

    async def _lay_in(self, id: str, chosen: str | None) -> None:
        hall = self.floor.hall
        cabinet = chosen or (await hall.get("/staff/cabinets", self.token))[0]["code"]
        opened = await hall.post(f"/deliveries/{id}/deposit", self.token, {"cabinet": cabinet})
        await self.floor.clock.sleep(LAYING_IN)
        await hall.post("/cabinet/closed", self.cabinet_token, {"box": opened["box"]})
        log.info("a result lies in box %s", opened["box"])
