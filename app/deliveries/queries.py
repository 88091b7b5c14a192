"""Reading deliveries. Whoever asks has made sure that it may."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from app.core.db import db
from app.core.parts import parts
from app.deliveries.errors import DeliveryNotFound, UnknownCabinet
from app.deliveries.models import (
    BoxUseRow,
    CabinetRow,
    CabinetTryRow,
    CourierAttemptRow,
    DeliveryEventRow,
    DeliveryRow,
)
from app.deliveries.rules import Way
from app.deliveries.states import LIVE, State, Use
from app.deliveries.stored import CODE, TOLD, Content, content_of, opened

TABLE = DeliveryRow.__table__
EVENTS = DeliveryEventRow.__table__
ATTEMPTS = CourierAttemptRow.__table__
CABINETS = CabinetRow.__table__
USES = BoxUseRow.__table__
TRIES = CabinetTryRow.__table__


@dataclass(frozen=True, slots=True)
class Happened:
    """One step of a delivery."""

    at: datetime
    what: str
    station: str = ""
    text: str = ""
    """Of a courier: its own words."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where something lies for somebody."""

    cabinet: Row[Any]
    no: str
    code: str | None
    """Only its owner is told."""
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery, opened."""

    row: Row[Any]
    content: Content
    happened: Sequence[Happened]
    """Oldest first."""
    box: Box | None

    @property
    def id(self) -> str:
        return str(self.row.id)

    @property
    def state(self) -> State:
        return State(self.row.state)

    @property
    def way(self) -> Way:
        return Way(self.row.way)


def of(subject: str, subject_id: str) -> Delivery | None:
    """The delivery of this result, if it was begun."""
    found = _row((TABLE.c.subject == subject) & (TABLE.c.subject_id == subject_id))
    return found and opened_of(found)


def delivery(id: str) -> Delivery:
    """A delivery by its id. Raises DeliveryNotFound."""
    return opened_of(line(id))


def line(id: str, hall: str | None = None, *, lock: bool = False) -> Row[Any]:
    """A delivery's row, of this hall if one is named. Raises DeliveryNotFound."""
    found = _row(TABLE.c.id == id, lock=lock)
    if found is None or (hall is not None and found.hall != hall):
        raise DeliveryNotFound
    return found


def states_of(subject: str, ids: Collection[str]) -> Mapping[str, tuple[State, datetime | None]]:
    """Subject id -> the state of its delivery, and when it was handed over; of those begun."""
    rows = db.session.execute(
        select(TABLE.c.subject_id, TABLE.c.state, TABLE.c.handed_over_at).where(
            TABLE.c.subject == subject, TABLE.c.subject_id.in_(ids)
        )
    )
    return {row.subject_id: (State(row.state), row.handed_over_at) for row in rows}


def ready_for(hall: str, holders: Collection[str]) -> list[Delivery]:
    """What lies at the counters of a hall for these people, the oldest first."""
    theirs = TABLE.c.holder_id.in_(holders)
    waits = (TABLE.c.hall == hall) & (TABLE.c.state == State.READY)
    rows = db.session.execute(select(*TABLE.c).where(waits, theirs).order_by(TABLE.c.created_at))
    return opened_all(rows.all())


def of_holders(holders: Collection[str], limit: int) -> list[Delivery]:
    """What is handed over to these people, the newest first."""
    theirs = select(*TABLE.c).where(TABLE.c.holder_id.in_(holders))
    rows = db.session.execute(theirs.order_by(TABLE.c.created_at.desc(), TABLE.c.id).limit(limit))
    return opened_all(rows.all())


def any_due(now: datetime) -> bool:
    """Whether a courier is to be asked about anything."""
    due = select(TABLE.c.id).where(TABLE.c.work_at <= now).limit(1)
    return db.session.execute(due).first() is not None


def in_hall(hall: str, states: Collection[State], limit: int) -> list[Delivery]:
    """A hall's deliveries in these states, the oldest first."""
    found = select(*TABLE.c).where(TABLE.c.hall == hall, TABLE.c.state.in_(states))
    rows = db.session.execute(found.order_by(TABLE.c.created_at, TABLE.c.id).limit(limit))
    return opened_all(rows.all())


def opened_of(row: Row[Any]) -> Delivery:
    """A row with everything that belongs to it."""
    return opened_all([row])[0]


def opened_all(rows: Sequence[Row[Any]]) -> list[Delivery]:
    ids = [row.id for row in rows]
    happened: dict[str, list[Happened]] = {id: [] for id in ids}
    query = select(*EVENTS.c).where(EVENTS.c.delivery_id.in_(ids))
    for event in db.session.execute(query.order_by(EVENTS.c.at, EVENTS.c.id)):
        told = opened(TOLD, event.key, event.told_sealed) if event.told_sealed else {}
        happened[event.delivery_id].append(Happened(event.at, event.what, **told))
    boxes = _boxes(ids)
    return [
        Delivery(row, content_of(row.id, row.content_sealed), happened[row.id], boxes.get(row.id))
        for row in rows
    ]


def _boxes(deliveries: Collection[str]) -> dict[str, Box]:
    uses = db.session.execute(
        select(*USES.c).where(USES.c.delivery_id.in_(deliveries), USES.c.state.in_(LIVE))
    ).all()
    cabinets = cabinets_coded({use.cabinet for use in uses})
    return {
        use.delivery_id: Box(cabinets[use.cabinet], use.box, code_of(use), use.expires_at)
        for use in uses
    }


def papers_for(subject: str, id: str) -> Sequence[Row[Any]]:
    """The codes by which papers may be laid in for this, and those that were, the oldest first."""
    theirs = (USES.c.subject_id == id) & (USES.c.subject == subject)
    query = select(*USES.c).where(theirs)
    return db.session.execute(query.order_by(USES.c.created_at, USES.c.id)).all()


def code_of(use: Row[Any]) -> str | None:
    """The code that opens a box, while something lies in it; or by which one is to be had, until
    its door is shut."""
    opens_again = use.state == Use.EMPTYING and use.opened_at is None and use.ended_by is None
    is_good = opens_again or use.state in (Use.INVITED, Use.FILLING, Use.IN)
    if use.code_sealed is None or not is_good:
        return None
    return parts().seal.open(CODE + use.id, use.code_sealed)


def cabinets_coded(codes: Collection[str]) -> dict[str, Row[Any]]:
    rows = db.session.execute(select(*CABINETS.c).where(CABINETS.c.code.in_(codes)))
    return {row.code: row for row in rows}


def cabinets_of(hall: str) -> Sequence[Row[Any]]:
    """A hall's cabinets, by their codes."""
    query = select(*CABINETS.c).where(CABINETS.c.hall == hall)
    return db.session.execute(query.order_by(CABINETS.c.code)).all()


def cabinet(code: str, hall: str) -> Row[Any]:
    """A cabinet of this hall. Raises UnknownCabinet."""
    found = cabinets_coded([code]).get(code)
    if found is None or found.hall != hall:
        raise UnknownCabinet
    return found


def cabinet_of_device(device: str) -> Row[Any]:
    """The cabinet whose screen this machine is. Raises UnknownCabinet."""
    query = select(*CABINETS.c).where(CABINETS.c.device_id == device)
    found = db.session.execute(query).one_or_none()
    if found is None:
        raise UnknownCabinet
    return found


def _row(where: ColumnElement[bool], *, lock: bool = False) -> Row[Any] | None:
    query = select(*TABLE.c).where(where)
    return db.session.execute(query.with_for_update() if lock else query).one_or_none()
