"""Machines and screens become themselves: each shows a code, somebody on duty types it in.

The machine keeps a secret as its cookie and shows six digits; both are kept as hashes. Whoever
types the digits says what the machine is, and from then on its secret is its token: nothing has to
be brought to it. A code is good for one machine, once, for ten minutes.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from app.catalog.service import counter_of, plan_of
from app.core import audit
from app.core.acts import Act
from app.core.auth import hash_of
from app.core.db import db, hold, insert_once, transaction
from app.core.parts import parts
from app.staff.errors import (
    CounterNotForKind,
    PrinterNotForKind,
    TooManyPairings,
    TooManyPairingTries,
    UnknownDevice,
    WrongPairingCode,
)
from app.staff.queries import DEVICES, PAIRINGS, TRIES
from app.staff.service import device_name, refuse_reader

DIGITS = 6
CODE_LIVES = timedelta(minutes=10)
TRIES_AT_MOST = 10
"""Wrong codes one account may type within TRIES_WITHIN, whatever right ones come between: of a
million codes a guesser meets one of the few that stand on screens after years."""
TRIES_WITHIN = timedelta(minutes=10)
WAITING_AT_MOST = 20
"""Machines at one address that may show a code at once: a hall's machines share one."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """A machine that waits to be paired."""

    secret: str
    """What the machine keeps; told once."""
    code: str
    """What its screen shows."""
    expires_at: datetime


def random_code() -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def begin_pairing(
    secret: str,
    address: str,
    act: Act,
    new_code: Callable[[], str] = random_code,
    *,
    kind: str = "screen",
) -> Pairing:
    """A fresh code for a machine; one that already waits, known by its `secret`, keeps that and
    shows the new code instead of the old. Raises TooManyPairings."""
    hold("pairings", alone=True)
    waits = (PAIRINGS.c.token_hash == hash_of(secret)) & (PAIRINGS.c.expires_at > act.now)
    if db.session.execute(delete(PAIRINGS).where(waits).returning(PAIRINGS.c.address)).all() == []:
        secret = secrets.token_urlsafe(32)
    db.session.execute(delete(PAIRINGS).where(PAIRINGS.c.expires_at <= act.now))
    here = select(func.count()).select_from(PAIRINGS).where(PAIRINGS.c.address == address)
    if db.session.execute(here).scalar_one() >= WAITING_AT_MOST:
        raise TooManyPairings
    begun = Pairing(secret, new_code(), act.now + CODE_LIVES)
    while not insert_once(
        PAIRINGS,
        token_hash=hash_of(secret),
        code_index=_index(begun.code),
        address=address,
        kind=kind,
        expires_at=begun.expires_at,
    ):
        begun = replace(begun, code=new_code())
    return begun


def count_try(staff: str, act: Act) -> None:
    """Before a code is looked at, in a transaction of its own, so that no refusal takes it back.
    Raises TooManyPairingTries."""
    with transaction():
        hold(f"pairing:{staff}", alone=True)
        theirs = TRIES.c.staff_id == staff
        db.session.execute(delete(TRIES).where(theirs, TRIES.c.at <= act.now - TRIES_WITHIN))
        tried = select(func.count()).select_from(TRIES).where(theirs)
        if db.session.execute(tried).scalar_one() >= TRIES_AT_MOST:
            raise TooManyPairingTries
        db.session.execute(insert(TRIES).values(staff_id=staff, at=act.now))


def kind_asked(code: str, act: Act) -> str:
    """Whether what shows this code was opened as a kiosk or as a screen. A code looked up is a code
    tried, unless it is right. Raises WrongPairingCode, TooManyPairingTries."""
    count_try(act.actor.id, act)
    shown = (PAIRINGS.c.code_index == _index(code)) & (PAIRINGS.c.expires_at > act.now)
    kind: str | None = db.session.execute(select(PAIRINGS.c.kind).where(shown)).scalar()
    if kind is None:
        raise WrongPairingCode
    with transaction():
        _forget_try(act)
    return kind


def pair(
    code: str, kind: str, hall: str, name: str, counter: str | None, reader: bool, act: Act
) -> str:
    """Make the machine that shows this code a device of the hall; the device's id.

    Whoever types a code second finds it gone. Raises WrongPairingCode, UnfitName, UnknownCounter,
    CounterNotForKind, ReaderNotForKind."""
    name = device_name(name)
    refuse_reader(kind, reader)
    _check_counter(kind, hall, counter)
    shown = (PAIRINGS.c.code_index == _index(code)) & (PAIRINGS.c.expires_at > act.now)
    taken = delete(PAIRINGS).where(shown).returning(PAIRINGS.c.token_hash)
    token_hash = db.session.execute(taken).scalar_one_or_none()
    if token_hash is None:
        raise WrongPairingCode
    device = act.new_id()
    db.session.execute(
        insert(DEVICES).values(
            id=device,
            token_hash=token_hash,
            kind=kind,
            hall=hall,
            counter=counter,
            name=name,
            reader=reader,
            created_at=act.now,
            last_seen_at=act.now,
        )
    )
    _forget_try(act)
    audit.note(act, hall, "device_added", name, kind=kind, counter=counter, reader=reader)
    return device


def _forget_try(act: Act) -> None:
    """The one that was right: the wrong ones before it stay."""
    theirs = select(func.max(TRIES.c.id)).where(TRIES.c.staff_id == act.actor.id)
    db.session.execute(delete(TRIES).where(TRIES.c.id == theirs.scalar_subquery()))


def change_device(
    device: str, hall: str, name: str, counter: str | None, reader: bool, act: Act
) -> None:
    """Another name; for a screen, another counter; for a number machine, whether it reads cards.
    Raises UnknownDevice, UnfitName, UnknownCounter, CounterNotForKind, ReaderNotForKind."""
    ours = (DEVICES.c.id == device) & (DEVICES.c.hall == hall) & DEVICES.c.revoked_at.is_(None)
    kind = db.session.execute(select(DEVICES.c.kind).where(ours).with_for_update()).scalar()
    if kind is None:
        raise UnknownDevice
    name = device_name(name)
    _check_counter(kind, hall, counter)
    refuse_reader(kind, reader)
    now = {"name": name, "counter": counter, "reader": reader}
    db.session.execute(update(DEVICES).where(ours).values(now))
    audit.note(act, hall, "device_changed", name, counter=counter, reader=reader)


def set_printer(device: str, hall: str, printer: dict[str, Any] | None, act: Act) -> None:
    """Give a number machine its printer, or take it away. Raises UnknownDevice,
    PrinterNotForKind."""
    ours = (DEVICES.c.id == device) & (DEVICES.c.hall == hall) & DEVICES.c.revoked_at.is_(None)
    found = db.session.execute(
        select(DEVICES.c.kind, DEVICES.c.name).where(ours).with_for_update()
    ).one_or_none()
    if found is None:
        raise UnknownDevice
    if found.kind != "kiosk":
        raise PrinterNotForKind
    db.session.execute(update(DEVICES).where(ours).values(printer=printer))
    audit.note(act, hall, "printer_set", found.name, printer=printer)


def page_of(kind: str, hall: str, counter: str | None) -> str:
    """The address at which a device of this kind does its work."""
    if kind == "kiosk":
        return "/kiosk/"
    if kind == "cabinet":
        return "/kiosk/cabinet/"
    return f"/screen/{hall}" if counter is None else f"/screen/{hall}/counter/{counter}"


def _check_counter(kind: str, hall: str, counter: str | None) -> None:
    if counter is None:
        return
    if kind != "screen":
        raise CounterNotForKind
    counter_of(plan_of(hall), counter)


def _index(code: str) -> str:
    return parts().seal.find("pairings.code", code)
