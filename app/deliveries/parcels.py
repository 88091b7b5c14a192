"""Parcels: ordered once, followed until somebody signs.

An order's attempt is a row, committed before the courier is asked: whoever finds one whose answer
was never read asks by its order number what came of it, and orders again, under the same number,
only where nothing did. A delivery is one worker's from the moment it is taken: its `work_at` lies
ahead until the answer is recorded, or its worker is taken for dead.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, insert, or_, select, update

from app.core.acts import SYSTEM, Act
from app.core.db import db, insert_once, transaction
from app.core.handover import (
    CourierAway,
    CourierRefuses,
    CourierUnread,
    Movement,
    ParcelEvent,
)
from app.core.parts import parts
from app.deliveries import records, service, telling
from app.deliveries.errors import DeliveryElsewhere
from app.deliveries.queries import ATTEMPTS, EVENTS, TABLE, line
from app.deliveries.rules import LEASE, arrival_of, is_believable, pause_after
from app.deliveries.states import State
from app.deliveries.stored import TOLD, content_of, sealed

log = logging.getLogger(__name__)

AGAIN = timedelta(minutes=10)
"""After which a courier is asked again where a parcel is, when it told nothing."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery somebody has in hand."""

    row: Row[Any]
    attempt: int | None
    """Of an order; None: where the parcel is, is asked."""
    in_doubt: bool
    """An earlier order may have been made."""


Answer = str | tuple[ParcelEvent, ...] | CourierAway | CourierUnread | CourierRefuses
"""A waybill, what happened to a parcel, or why there is neither."""


def work_next() -> bool:
    """Ask the courier about the delivery that is due first; False: none is."""
    now = parts().clock.now()
    with transaction():
        taken = take_next(now)
    if taken is None:
        return False
    answer = ask(taken)
    with transaction():
        record(taken, answer, Act(parts().clock.now(), SYSTEM))
    return True


def take_next(now: datetime) -> Taken | None:
    """The delivery that is due first, with the attempt to order it."""
    due = select(*TABLE.c).where(TABLE.c.work_at <= now).order_by(TABLE.c.work_at, TABLE.c.id)
    row = db.session.execute(due.limit(1).with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    db.session.execute(update(TABLE).where(TABLE.c.id == row.id).values(work_at=now + LEASE))
    if row.state != State.MADE:
        return Taken(row, None, in_doubt=False)
    doubtful = or_(ATTEMPTS.c.outcome.is_(None), ATTEMPTS.c.outcome == "unknown")
    earlier = select(ATTEMPTS.c.id).where(ATTEMPTS.c.delivery_id == row.id, doubtful).limit(1)
    in_doubt = db.session.execute(earlier).first() is not None
    put = insert(ATTEMPTS).values(delivery_id=row.id, at=now).returning(ATTEMPTS.c.id)
    return Taken(row, db.session.execute(put).scalar_one(), in_doubt)


def ask(taken: Taken) -> Answer:
    """Over the network: never inside a transaction."""
    courier = parts().courier
    if courier is None:
        return CourierAway("none is configured")
    try:
        if taken.attempt is None:
            return tuple(courier.track(taken.row.waybill))
        waybill = courier.ordered(taken.row.id) if taken.in_doubt else None
        address = content_of(taken.row.id, taken.row.content_sealed).address
        if address is None:
            return CourierRefuses("no_address")
        return waybill or courier.order(taken.row.id, address)
    except (CourierAway, CourierUnread, CourierRefuses) as error:
        return error
    except Exception:
        log.exception("delivery %s: the courier's answer broke", taken.row.id)
        return CourierUnread("broken")


def record(taken: Taken, answer: Answer, act: Act) -> None:
    """What came of it. Recorded late, after somebody else was given it, it changes nothing."""
    try:
        if taken.attempt is None:
            _record_track(taken.row, answer, act)
        else:
            _record_order(taken.row, taken.attempt, answer, act)
    except DeliveryElsewhere:
        log.info("delivery %s went on meanwhile", taken.row.id)


def _record_order(row: Row[Any], attempt: int, answer: Answer, act: Act) -> None:
    match answer:
        case str():
            _settle(attempt, "ordered", None, act)
            courier = parts().courier
            name, every = (courier.name, courier.asks_every) if courier else ("", AGAIN)
            values = {"courier": name, "waybill": answer, "work_at": act.now + every}
            sent = records.move(row, State.ON_ITS_WAY, "ordered", act, **values)
            telling.tell_sent(sent, act)
        case CourierRefuses(code=code):
            _settle(attempt, "refused", code, act)
            _require_made(row)
            service.ready(row, "refused", act)
        case CourierAway():
            _settle(attempt, "later", "away", act)
            _later(row, pause_after(_tries(row)), act)
        case _:
            _settle(attempt, "unknown", "unread", act)
            _later(row, pause_after(_tries(row)), act)


def _record_track(row: Row[Any], answer: Answer, act: Act) -> None:
    if not isinstance(answer, tuple):
        _later(row, AGAIN, act)
        return
    told = [event for event in answer if is_believable(event.at, row.made_at, act.now)]
    if len(told) < len(answer):
        unbelievable = len(answer) - len(told)
        log.warning("delivery %s: %d moments that cannot be are left out", row.id, unbelievable)
    for event in told:
        _keep(row, event)
    match arrival_of(told):
        case Movement.SIGNED, at:
            service.handed_over(row, None, act, handed_over_at=at)
        case Movement.RETURNED, _:
            service.ready(row, "returned", act)
        case None:
            courier = parts().courier
            _later(row, courier.asks_every if courier else AGAIN, act)


def _keep(row: Row[Any], event: ParcelEvent) -> None:
    """Once, however often it is told."""
    said = f"{row.id}|{event.at.isoformat()}|{event.movement}|{event.station}|{event.text}"
    key = hashlib.sha256(said.encode()).hexdigest()
    told = {"station": event.station, "text": event.text}
    insert_once(
        EVENTS,
        key=key,
        delivery_id=row.id,
        at=event.at,
        what=event.movement,
        actor="courier",
        told_sealed=sealed(TOLD, key, told),
    )


def _require_made(row: Row[Any]) -> None:
    """Another attempt may have had it fetched. Raises DeliveryElsewhere."""
    present = line(row.id, lock=True).state
    if present != State.MADE:
        raise DeliveryElsewhere(state=present)


def _settle(attempt: int, outcome: str, errcode: str | None, act: Act) -> None:
    values = {"outcome": outcome, "errcode": errcode, "answered_at": act.now}
    db.session.execute(update(ATTEMPTS).where(ATTEMPTS.c.id == attempt).values(**values))


def _later(row: Row[Any], pause: timedelta, act: Act) -> None:
    still = (TABLE.c.id == row.id) & TABLE.c.work_at.is_not(None)
    db.session.execute(update(TABLE).where(still).values(work_at=act.now + pause))


def _tries(row: Row[Any]) -> int:
    tried = select(func.count()).select_from(ATTEMPTS).where(ATTEMPTS.c.delivery_id == row.id)
    return int(db.session.execute(tried).scalar_one())
