"""The chain itself, pure: what of a row is sealed, and how a block follows from the one before.

HMAC-SM3 (GB/T 32905) under a key of its own, derived from the index key, which never changes:
whoever can write to the database alone can make no block that fits.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from cryptography.hazmat.primitives import hashes, hmac

from config.keys import derive

BEGINNING = "0" * 64
"""The hash before the first block."""
FIELDS = (
    "id", "hall", "at", "actor", "role", "deed", "subject", "data", "route", "shows", "reason",
    "address", "status", "error", "request_id",
)  # fmt: skip
"""Everything of a row, in this order."""


class Row(Protocol):
    """A row of the audit, as it was read."""

    @property
    def id(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Block:
    n: int
    sealed_at: datetime
    ids: str
    up_to: int
    before_at: datetime | None
    hash_before: str
    hash: str = ""


def key_of(index_key: bytes) -> bytes:
    """The key of the chain."""
    return derive(index_key, b"audit chain", 32)


def hash_of(block: Block, rows: Iterable[Row], key: bytes) -> str:
    """What makes a block of these rows the one after `hash_before`."""
    mac = hmac.HMAC(key, hashes.SM3())
    head = [
        block.n,
        _moment(block.sealed_at),
        block.ids,
        block.up_to,
        _moment(block.before_at),
        block.hash_before,
    ]
    for part in (head, *map(_told, rows)):
        mac.update(_canonical(part) + b"\n")
    return mac.finalize().hex()


def ranges(ids: Sequence[int]) -> str:
    """Ids in order as `5-9,12`."""
    found: list[list[int]] = []
    for id in ids:
        if found and id == found[-1][1] + 1:
            found[-1][1] = id
        else:
            found.append([id, id])
    return ",".join(f"{a}-{b}" if b > a else str(a) for a, b in found)


def ids_in(written: str) -> list[int]:
    """The ids again. Raises ValueError for what is no such list."""
    found: list[int] = []
    for part in written.split(","):
        first, _, last = part.partition("-")
        found.extend(range(int(first), int(last or first) + 1))
    return found


def _told(row: Row) -> list[Any]:
    return [getattr(row, name) if name != "at" else _moment(row.at) for name in FIELDS]  # type: ignore[attr-defined]


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else None


def _canonical(value: Any) -> bytes:
    """One spelling for one value."""
    spelt = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return spelt.encode()
