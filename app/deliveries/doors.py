"""The doors of cabinets: opened over HTTP by whoever made them, or where their page is touched."""

from __future__ import annotations

import logging
from http import HTTPStatus

from app.core.handover import CabinetAway, CabinetUnread
from wire import Limits, NotAnswered, NotReached, Wire, said

log = logging.getLogger(__name__)

LIMITS = Limits(connect=1.5, read=3.0, total=4.0)
"""Somebody stands before the door."""


class HttpCabinet:
    """POST {url}/cabinets/{cabinet}/boxes/{box}/open answers 200 {open: true} once a door is open,
    and {open: false} where it stays shut. Whatever else it says, or does not, nobody knows."""

    def __init__(self, url: str, key: str, limits: Limits = LIMITS) -> None:
        self._url, self._key, self._limits = url, key, limits

    def open(self, cabinet: str, box: str) -> None:
        """See Cabinet.open."""
        headers = {"Authorization": f"Bearer {self._key}"}
        try:
            with Wire(self._limits) as wire:
                url = f"{self._url}/cabinets/{cabinet}/boxes/{box}/open"
                reply = wire.post(url, json={}, headers=headers)
                told = said(reply) if reply.status_code == HTTPStatus.OK else None
        except NotReached as error:
            raise CabinetAway(str(error)) from None
        except (NotAnswered, ValueError) as error:
            log.warning("box %s of %s: %s", box, cabinet, type(error).__name__)
            raise CabinetUnread(type(error).__name__) from None
        match told:
            case {"open": True}:
                return
            case {"open": False}:
                raise CabinetAway("it stays shut")
        log.warning("box %s of %s: HTTP %s", box, cabinet, reply.status_code)
        raise CabinetUnread(f"HTTP {reply.status_code}")


class PlayedCabinet:
    """A cabinet whose page shows its doors, as in the demo: to open one is to show it open."""

    def open(self, cabinet: str, box: str) -> None:
        """See Cabinet.open."""
