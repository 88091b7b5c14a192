"""The ports to those who hand results over: a courier, and the doors of smart cabinets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Address:
    """To whom, and where, a parcel goes."""

    name: str
    phone: str
    region: str
    """Province, city and district as one writes them: 北京市海淀区."""
    street: str

    def __str__(self) -> str:
        return f"{self.region}{self.street}"


class Movement(StrEnum):
    """What a parcel does."""

    COLLECTED = "collected"
    MOVED = "moved"
    OUT = "out"
    """With whoever brings it to the door."""
    SIGNED = "signed"
    TURNED_BACK = "turned_back"
    """Nobody took it: it is on its way back."""
    RETURNED = "returned"
    """It lies again where it was sent from."""


@dataclass(frozen=True, slots=True)
class ParcelEvent:
    """One thing that happened to a parcel."""

    at: datetime
    movement: Movement
    station: str
    text: str
    """A sentence of the courier's, in Chinese."""


class CourierAway(Exception):
    """Nothing was asked of the courier: the same may be asked again."""


class CourierUnread(Exception):
    """The courier was asked, and no answer was read that makes sense: what came of it, nobody
    knows."""


class CourierRefuses(Exception):
    """The courier will not take this parcel, and would refuse it again. `code` is its own word."""

    def __init__(self, code: str) -> None:
        self.code = code[:64]
        super().__init__(self.code)


class Courier(Protocol):
    """Asks over the network: never inside a transaction. Raises CourierAway, CourierUnread."""

    name: str
    """As people know it: 邮政速递."""
    asks_every: timedelta
    """How often it is asked where a parcel is."""

    def serves(self, region: str) -> bool:
        """Whether it goes there."""

    def order(self, order_no: str, to: Address) -> str:
        """Have it fetch a parcel; the waybill's number, for one order number always the same.
        Raises CourierRefuses."""

    def ordered(self, order_no: str) -> str | None:
        """The waybill of an order that may have been made; None: it was not."""

    def track(self, waybill: str) -> Sequence[ParcelEvent]:
        """All that happened to a parcel so far, oldest first."""


class CabinetAway(Exception):
    """The door was not told to open."""


class CabinetUnread(Exception):
    """It was told, and nobody knows whether it opened."""


class Cabinet(Protocol):
    def open(self, cabinet: str, box: str) -> None:
        """Open one door. Asks over the network: never inside a transaction. Raises CabinetAway,
        CabinetUnread."""
