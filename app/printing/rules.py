"""What a printer is, how it may stand, and what becomes of a print. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Network, ip_address
from typing import Any


class Mode(StrEnum):
    """How a printer is told what to print."""

    TEXT = "text"
    """Characters in GB18030, set in the printer's own fonts."""
    RASTER = "raster"
    """Dots: for printers without Chinese fonts, or with few of them."""


class State(StrEnum):
    """Of a print."""

    PENDING = "pending"
    PRINTED = "printed"
    """The printer said that it had worked off all of it."""
    SENT = "sent"
    """A printer that never says anything took all of it."""
    FAILED = "failed"
    """Nothing left for the printer before it was too late."""
    UNKNOWN = "unknown"
    """Something left for the printer, and nobody knows what came out; it is not repeated."""


class Standing(StrEnum):
    """Of a printer, when it was asked last."""

    READY = "ready"
    PAPER_LOW = "paper_low"
    NO_PAPER = "no_paper"
    COVER_OPEN = "cover_open"
    BROKEN = "broken"
    SILENT = "silent"
    """It is there, but does not say how it is."""
    AWAY = "away"


PRINTS = frozenset({Standing.READY, Standing.PAPER_LOW})
"""How a printer stands that prints."""
AGAIN = timedelta(seconds=3)
"""After which a printer that did not print is asked again."""
WORTH = timedelta(seconds=60)
"""Until when a number is worth printing: paper that comes later falls to somebody else's feet."""
LEASE = timedelta(seconds=30)
"""After which a try without an end counts as never to be answered: longer than all the limits of
time of one try together."""
OFFICE_PORTS = range(9100, 9110)
"""Those of network printers."""
OFFICE_NETWORKS = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
"""RFC 1918: where a hall's own machines are. This machine itself is in none of them."""
PAPERS_MM = (80, 58)
DOTS = {80: 576, 58: 384}
"""Width of the paper in mm -> dots of a printed line, at 203 dots an inch."""
SIGNS = {80: 48, 58: 32}
"""The same -> narrow characters of a line; a Chinese one is two wide."""


@dataclass(frozen=True, slots=True)
class Printer:
    """Where a machine's printer is, and how it is spoken to."""

    host: str
    port: int
    mode: Mode
    paper_mm: int
    answers: bool
    """Whether it says how it is when asked (DLE EOT, GS r); some only ever listen."""

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Printer:
        """From what `written` makes."""
        return cls(**{**kept, "mode": Mode(kept["mode"])})

    def written(self) -> dict[str, Any]:
        """As the device's row keeps it."""
        return {**asdict(self), "mode": str(self.mode)}


def may_office_name(host: str, port: int) -> bool:
    """Whether an office may have the house speak to this address. A name is none: what it leads to
    may change after it was judged."""
    try:
        at = ip_address(host)
    except ValueError:
        return False
    return port in OFFICE_PORTS and any(at in network for network in OFFICE_NETWORKS)


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a try."""

    state: State | None
    """None: nothing left for the printer, so it may be tried again."""
    standing: Standing


def next_of(came: Came, now: datetime, not_after: datetime) -> tuple[State, datetime | None]:
    """The state of a print after a try, and when it is tried again."""
    if came.state is not None:
        return came.state, None
    if now + AGAIN > not_after:
        return State.FAILED, None
    return State.PENDING, now + AGAIN
