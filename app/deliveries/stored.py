"""What is personal about a delivery, as it lies sealed in its row."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row

from app.core.handover import Address
from app.core.parts import parts
from app.core.said import Both

CONTENT = "deliveries.content:"
TOLD = "delivery_events.told:"
USE = "box_uses.content:"
CODE = "box_uses.code:"
"""What each column is sealed for, with the row's id behind it."""
CODE_INDEX = "box_uses.code"
"""And what a box's code is found as."""


@dataclass(frozen=True, slots=True)
class Names:
    """What a result is called, and whose it is."""

    result: Both
    """《食品经营许可证》"""
    holder: str


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a delivery's row does not say in the clear."""

    names: Names
    contents: tuple[str, ...]
    """What lies in the parcel, or the box."""
    address: Address | None


def content_sealed(delivery: str, content: Content) -> bytes:
    return sealed(CONTENT, delivery, asdict(content))


def content_of(delivery: str, kept: bytes | None) -> Content:
    """What was sealed; of a delivery handed over long ago, nothing any more."""
    if kept is None:
        return Content(Names(Both("", ""), ""), (), None)
    said = opened(CONTENT, delivery, kept)
    return Content(
        Names(Both(**said["names"]["result"]), said["names"]["holder"]),
        tuple(said["contents"]),
        said["address"] and Address(**said["address"]),
    )


def laid_in(use: Row[Any]) -> dict[str, Any]:
    """{contents, about}: what somebody lays into a box."""
    said: dict[str, Any] = opened(USE, use.id, use.content_sealed)
    return said


def sealed(purpose: str, row: str, value: Any) -> bytes:
    """A value as JSON, sealed for this column of this row."""
    return parts().seal.seal(purpose + row, json.dumps(value, ensure_ascii=False))


def opened(purpose: str, row: str, kept: bytes) -> Any:
    """The value back."""
    return json.loads(parts().seal.open(purpose + row, kept))
