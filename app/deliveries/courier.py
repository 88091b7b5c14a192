"""Couriers: one over HTTP."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from app.core.handover import (
    Address,
    CourierAway,
    CourierRefuses,
    CourierUnread,
    Movement,
    ParcelEvent,
)
from wire import Limits, NotAnswered, NotReached, Wire, said

log = logging.getLogger(__name__)

LIMITS = Limits(connect=2.0, read=4.0, total=5.0)
"""Whoever chooses an address waits for `serves`."""
WAYBILL = re.compile(r"[0-9A-Za-z-]{1,40}")
EVENTS_AT_MOST = 200


class HttpCourier:
    """A courier that takes JSON and answers it, under a bearer key:

    | asked                        | answer                                                  |
    |------------------------------|---------------------------------------------------------|
    | POST /serves {region}        | {serves: true or false}                                 |
    | POST /orders {order_no, to}  | {waybill}, the same for the same order_no; 422 {code}   |
    | GET /orders/{order_no}       | {waybill}, or 404                                       |
    | GET /parcels/{waybill}       | {events: [{at, movement, station, text}]}               |

    Whatever else it says is no answer."""

    asks_every = timedelta(minutes=30)

    def __init__(self, url: str, key: str, name: str, limits: Limits = LIMITS) -> None:
        self._url, self._key, self._limits = url, key, limits
        self.name = name

    def serves(self, region: str) -> bool:
        """See Courier.serves."""
        told = self._asked("POST", "serves", {"region": region}).get("serves")
        if not isinstance(told, bool):
            raise _unread("serves: neither yes nor no")
        return told

    def order(self, order_no: str, to: Address) -> str:
        """See Courier.order."""
        parcel = {"name": to.name, "phone": to.phone, "region": to.region, "street": to.street}
        return _waybill(self._asked("POST", "orders", {"order_no": order_no, "to": parcel}))

    def ordered(self, order_no: str) -> str | None:
        """See Courier.ordered."""
        try:
            return _waybill(self._asked("GET", f"orders/{quote(order_no, safe='')}"))
        except _NotThere:
            return None

    def track(self, waybill: str) -> Sequence[ParcelEvent]:
        """See Courier.track."""
        told = self._asked("GET", f"parcels/{quote(waybill, safe='')}").get("events")
        if not isinstance(told, list) or len(told) > EVENTS_AT_MOST:
            raise _unread("track: no list of events")
        return sorted((_event(each) for each in told), key=lambda event: event.at)

    def _asked(self, method: str, path: str, question: Any = None) -> Mapping[str, Any]:
        headers = {"Authorization": f"Bearer {self._key}"}
        try:
            with Wire(self._limits) as wire:
                reply = wire.request(method, f"{self._url}/{path}", json=question, headers=headers)
                told = said(reply)
        except NotReached as error:
            raise CourierAway(str(error)) from None
        except NotAnswered as error:
            raise _unread(str(error)) from None
        except ValueError:
            raise _unread("not JSON") from None
        if not isinstance(told, dict):
            raise _unread("no JSON object")
        match reply.status_code:
            case HTTPStatus.OK | HTTPStatus.CREATED:
                return told
            case HTTPStatus.NOT_FOUND if method == "GET":
                raise _NotThere("HTTP 404")
            case HTTPStatus.UNPROCESSABLE_ENTITY if isinstance(told.get("code"), str):
                raise CourierRefuses(told["code"])
        raise _unread(f"HTTP {reply.status_code}")


class _NotThere(CourierUnread):
    """It answers that there is no such thing."""


def _unread(why: str) -> CourierUnread:
    log.warning("the courier told nothing: %s", why)  # nor of whom
    return CourierUnread(why)


def _waybill(told: Mapping[str, Any]) -> str:
    waybill = told.get("waybill")
    if not isinstance(waybill, str) or not WAYBILL.fullmatch(waybill):
        raise _unread("no waybill")
    return waybill


def _event(told: Any) -> ParcelEvent:
    try:
        at = datetime.fromisoformat(told["at"])
        movement, station, text = Movement(told["movement"]), told["station"], told["text"]
    except (TypeError, KeyError, ValueError):
        raise _unread("an event that cannot be read") from None
    texts = isinstance(station, str) and isinstance(text, str)
    if at.tzinfo is None or not texts or len(station) > 60 or len(text) > 200:
        raise _unread("an event that cannot be read")
    return ParcelEvent(at, movement, station, text)
