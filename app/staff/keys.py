"""Keys of other systems: made, followed by another, revoked. Each runs in the caller's transaction.

A key is told once and kept as a hash; it ends by itself. Whoever uses it gets another in time, and
both hold for some days, so that the change costs no night.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, or_, select, true, update

from app.catalog.service import plan_of
from app.core import audit
from app.core.acts import Act
from app.core.auth import hash_of
from app.core.db import db
from app.staff.errors import KeyReplaced, UnknownKey
from app.staff.queries import KEYS, KEYS_BEGIN
from app.staff.service import device_name

PREFIX = len(KEYS_BEGIN) + 6
"""Characters of a key that are shown: 36 of its 256 random bits."""


@dataclass(frozen=True, slots=True)
class AddedKey:
    """A fresh key; `key` is told once."""

    id: str
    system: str
    key: str
    expires_at: datetime


def add_key(name: str, hall: str, scopes: Iterable[str], days: int, act: Act) -> AddedKey:
    """A key for a system that has none yet, of these scopes, for so many days. Raises UnknownHall,
    UnfitName."""
    plan_of(hall)
    name, scopes = device_name(name), sorted(set(scopes))
    added = _insert(act.new_id(), name, hall, scopes, days, act)
    audit.note(act, hall, "key_added", name, scopes=scopes, days=days)
    return added


def rotate_key(
    key: str, overlap_days: int, days: int, act: Act, hall: str | None = None
) -> AddedKey:
    """A key (of this hall) that follows another of the same system, with the same scopes; the old
    one holds for `overlap_days` more at most. Raises UnknownKey, KeyReplaced."""
    old = _held(key, act, hall)
    if old.rotated_at is not None:
        raise KeyReplaced
    ends = act.now + timedelta(days=overlap_days)
    ends = ends if old.expires_at is None else min(ends, old.expires_at)
    db.session.execute(
        update(KEYS).where(KEYS.c.id == key).values(rotated_at=act.now, expires_at=ends)
    )
    audit.note(act, old.hall, "key_rotated", old.name, overlap_days=overlap_days, days=days)
    return _insert(old.system, old.name, old.hall, old.scopes, days, act)


def revoke_key(key: str, act: Act, hall: str | None = None) -> None:
    """Have a key (of this hall) hold no longer, from now on. Raises UnknownKey."""
    held = _held(key, act, hall)
    db.session.execute(update(KEYS).where(KEYS.c.id == key).values(revoked_at=act.now))
    audit.note(act, held.hall, "key_revoked", held.name, prefix=held.prefix or None)


def _held(key: str, act: Act, hall: str | None) -> Row[Any]:
    """The key, which nobody else changes meanwhile."""
    found = db.session.execute(
        select(*KEYS.c)
        .where(
            KEYS.c.id == key,
            KEYS.c.hall == hall if hall is not None else true(),
            KEYS.c.revoked_at.is_(None),
            or_(KEYS.c.expires_at.is_(None), KEYS.c.expires_at > act.now),
        )
        .with_for_update()
    ).one_or_none()
    if found is None:
        raise UnknownKey
    return found


def _insert(system: str, name: str, hall: str, scopes: list[str], days: int, act: Act) -> AddedKey:
    key = KEYS_BEGIN + secrets.token_urlsafe(32)
    added = AddedKey(act.new_id(), system, key, act.now + timedelta(days=days))
    db.session.execute(
        insert(KEYS).values(
            id=added.id,
            system=system,
            hall=hall,
            name=name,
            prefix=key[:PREFIX],
            key_hash=hash_of(key),
            scopes=scopes,
            created_at=act.now,
            expires_at=added.expires_at,
        )
    )
    return added
