"""Boxes of smart cabinets: laid in, taken out, once. Runs inside the caller's transaction.

A code, or a card on the reader, is used by the update that takes what lies in the box; the door is
opened after that is committed (`opening.py`), and only then has somebody got it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, not_, or_, select, update

from app.catalog.service import plan_of
from app.citizens.queries import person_numbered
from app.citizens.rules import BEIJING, id_number
from app.core.acts import Act
from app.core.db import db, hold, insert_into, transaction
from app.core.parts import parts
from app.deliveries import records, service, telling
from app.deliveries.errors import (
    BoxBeingFilled,
    BoxInUse,
    BoxOverdue,
    CardNotRead,
    CodeWrong,
    DeliveryElsewhere,
    DropOffNotFound,
    NoBoxFree,
    NothingForCard,
    TooManyTries,
)
from app.deliveries.queries import CABINETS, TABLE, TRIES, USES, Box, line
from app.deliveries.rules import (
    DOOR_ANSWERS,
    DOOR_LEFT,
    KEPT_IN_BOX,
    TRIES_AT_MOST,
    TRIES_WITHIN,
    Purpose,
    Way,
    box_code,
    is_over,
)
from app.deliveries.states import HOLDS_BOX, State, Use
from app.deliveries.stored import CODE, CODE_INDEX
from app.licences.rights import holders_by_card


def put_cabinet(
    code: str,
    hall: str,
    name: tuple[str, str],
    place: tuple[str, str],
    columns: Sequence[Sequence[int]],
    device: str | None,
) -> None:
    """A cabinet as it stands there; `name` and `place` in Chinese and English, `columns` the
    heights of its boxes from the left and from above, `device` its screen. Raises UnknownHall,
    BoxInUse."""
    plan_of(hall)
    heights = [
        (column, row, height)
        for column, boxes in enumerate(columns, 1)
        for row, height in enumerate(boxes, 1)
    ]
    values: dict[str, Any] = {
        "hall": hall,
        "name": name[0],
        "name_en": name[1],
        "place": place[0],
        "place_en": place[1],
        "device_id": device,
        "boxes": [
            {"no": f"{no:02d}", "column": column, "row": row, "height": height}
            for no, (column, row, height) in enumerate(heights, 1)
        ],
    }
    kept = {box["no"] for box in values["boxes"]}
    if any(use.box not in kept for use in uses_in(code)):
        raise BoxInUse
    put = insert_into(CABINETS).values(code=code, **values)
    db.session.execute(put.on_conflict_do_update(index_elements=["code"], set_=values))


# Laying in


def deposit(id: str, cabinet: Row[Any], act: Act) -> Row[Any]:
    """A free box for a delivery that is made; the same one again while it is not in there. Raises
    DeliveryNotFound, DeliveryElsewhere, NoBoxFree."""
    row = line(id, cabinet.hall, lock=True)
    if row.state != State.MADE or row.way != Way.CABINET:
        raise DeliveryElsewhere(state=row.state)
    theirs = (USES.c.delivery_id == id) & (USES.c.state == Use.FILLING)
    again = update(USES).where(theirs).values(asked_at=act.now, opened_at=None)
    before = db.session.execute(again.returning(*USES.c)).one_or_none()
    if before is not None:
        return before
    use = {"hall": row.hall, "purpose": Purpose.PICK_UP, "delivery_id": id}
    return _fill(cabinet, act, **use)


def drop_off(cabinet: Row[Any], code: str, act: Act) -> Row[Any]:
    """The box into which whoever has this code may lay their papers. Raises CodeWrong,
    NoBoxFree."""
    bears = (USES.c.hall == cabinet.hall) & (USES.c.code_index == _index(code))
    again = and_(USES.c.state == Use.FILLING, USES.c.cabinet == cabinet.code, _unheard(act.now))
    good = or_(USES.c.state == Use.INVITED, again) & (USES.c.expires_at > act.now)
    theirs = bears & good & (USES.c.purpose == Purpose.DROP_OFF)
    use = db.session.execute(select(*USES.c).where(theirs).with_for_update()).one_or_none()
    if use is None:
        raise CodeWrong
    box = use.box or _free_box(cabinet)
    values = {"state": Use.FILLING, "cabinet": cabinet.code, "box": box, "asked_at": act.now}
    put = update(USES).where(USES.c.id == use.id).values(**values)
    return db.session.execute(put.returning(*USES.c)).one()


def _fill(cabinet: Row[Any], act: Act, **values: Any) -> Row[Any]:
    put = insert(USES).values(
        id=act.new_id(),
        state=Use.FILLING,
        cabinet=cabinet.code,
        box=_free_box(cabinet),
        created_at=act.now,
        created_by=str(act.actor),
        asked_at=act.now,
        **values,
    )
    return db.session.execute(put.returning(*USES.c)).one()


def _free_box(cabinet: Row[Any]) -> str:
    """Whoever else wants one waits until this one is taken. Raises NoBoxFree."""
    hold(f"cabinet:{cabinet.code}", alone=True)
    here = (USES.c.cabinet == cabinet.code) & USES.c.state.in_(HOLDS_BOX)
    taken = set(db.session.scalars(select(USES.c.box).where(here)))
    free = [box["no"] for box in cabinet.boxes if box["no"] not in taken]
    if not free:
        raise NoBoxFree
    return str(free[0])


# Taking out


def count_try(cabinet: str, act: Act) -> None:
    """Before a code is looked at, in a transaction of its own, so that no refusal takes it back.
    Raises TooManyTries."""
    with transaction():
        hold(f"cabinet-tries:{cabinet}", alone=True)
        here = TRIES.c.cabinet == cabinet
        db.session.execute(delete(TRIES).where(here, TRIES.c.at <= act.now - TRIES_WITHIN))
        tried = select(func.count(), func.min(TRIES.c.at)).where(here)
        count, first = db.session.execute(tried).one()
        if count >= TRIES_AT_MOST:
            raise TooManyTries((first + TRIES_WITHIN).astimezone(BEIJING))
        db.session.execute(insert(TRIES).values(cabinet=cabinet, at=act.now))


def forget_try(cabinet: str) -> None:
    """The one that was right: the wrong ones before it stay."""
    last = select(func.max(TRIES.c.id)).where(TRIES.c.cabinet == cabinet)
    db.session.execute(delete(TRIES).where(TRIES.c.id == last.scalar_subquery()))


def collect_by_code(cabinet: Row[Any], code: str, act: Act) -> Row[Any]:
    """Take what lies under this code; its box is to be opened. Raises CodeWrong, BoxOverdue."""
    bears = (USES.c.code_index == _index(code)) & (USES.c.cabinet == cabinet.code)
    use = _take(bears, act)
    if use is None:
        _refuse_overdue(bears, act)
        raise CodeWrong
    return use


def collect_by_card(cabinet: Row[Any], number: str, read: bool, act: Act) -> Row[Any]:
    """Take what lies here longest for the person of this card, or for whom they may act. A number
    that was merely typed opens nothing: many people know it. Raises IdNumberWrong, CardNotRead,
    NothingForCard, BoxOverdue."""
    judged = id_number(number, act.now.astimezone(BEIJING).date())
    if not (read and act.actor.reader):
        raise CardNotRead
    person = person_numbered(judged)
    theirs = [] if person is None else _whose(person, act.now)
    mine = select(TABLE.c.id).where(TABLE.c.holder_id.in_(theirs))
    bears = (USES.c.cabinet == cabinet.code) & USES.c.delivery_id.in_(mine)
    oldest = select(USES.c.id).where(bears, _can_be_taken(act.now))
    one = oldest.order_by(USES.c.in_at, USES.c.box).limit(1)
    use = _take(USES.c.id == one.scalar_subquery(), act)
    if use is None:
        _refuse_overdue(bears, act)
        raise NothingForCard
    return use


def waiting_for(use: Row[Any], now: datetime) -> int:
    """How many more boxes of this cabinet hold something for the same holder."""
    holder = select(TABLE.c.holder_id).where(TABLE.c.id == use.delivery_id).scalar_subquery()
    theirs = select(TABLE.c.id).where(TABLE.c.holder_id == holder)
    more = (USES.c.cabinet == use.cabinet) & USES.c.delivery_id.in_(theirs)
    query = select(func.count()).select_from(USES).where(more, _can_be_taken(now))
    return int(db.session.execute(query).scalar_one())


def _whose(person: str, now: datetime) -> list[str]:
    return [each.right.person for each in holders_by_card(person, "", True, now)]


def _take(bears: ColumnElement[bool], act: Act) -> Row[Any] | None:
    """Of two who come at once the second finds nothing to update."""
    taken = update(USES).where(bears, _can_be_taken(act.now))
    values = {"state": Use.EMPTYING, "asked_at": act.now, "opened_at": None}
    return db.session.execute(taken.values(**values).returning(*USES.c)).one_or_none()


def _can_be_taken(now: datetime) -> ColumnElement[bool]:
    return and_(_lies_for_somebody(now), USES.c.expires_at > now)


def _lies_for_somebody(now: datetime) -> ColumnElement[bool]:
    """It lies there, or its door never opened for who took it."""
    stuck = and_(USES.c.state == Use.EMPTYING, USES.c.ended_by.is_(None), _unheard(now))
    return and_(USES.c.purpose == Purpose.PICK_UP, or_(USES.c.state == Use.IN, stuck))


def _unheard(now: datetime) -> ColumnElement[bool]:
    """Its door was told to open, and whoever told it has failed or died over it."""
    return and_(USES.c.opened_at.is_(None), _asked_before(now - DOOR_ANSWERS))


def _asked_before(moment: datetime) -> ColumnElement[bool]:
    """Its door surely stayed shut, or was told to open before this."""
    return or_(USES.c.asked_at.is_(None), USES.c.asked_at <= moment)


def _stayed_shut() -> ColumnElement[bool]:
    """Its door surely never opened for what its state says."""
    return and_(USES.c.opened_at.is_(None), USES.c.asked_at.is_(None))


def _refuse_overdue(bears: ColumnElement[bool], act: Act) -> None:
    lies = select(USES.c.expires_at).where(bears, _lies_for_somebody(act.now))
    if any(is_over(each, act.now) for each in db.session.scalars(lies)):
        raise BoxOverdue


# What its door tells


def opened(use: Row[Any], act: Act) -> None:
    """The door is open: what was to be taken out of it is handed over."""
    first = update(USES).where(USES.c.id == use.id, USES.c.opened_at.is_(None))
    done = first.values(opened_at=act.now).returning(USES.c.id)
    if db.session.execute(done).first() is not None and use.state == Use.EMPTYING:
        _hand_over(use, act)


def closed(cabinet: Row[Any], box: str, act: Act) -> Row[Any] | None:
    """A door is shut again: what was laid in lies there now, what was taken out is gone. None: it
    was not open."""
    here = (USES.c.cabinet == cabinet.code) & (USES.c.box == box)
    moving = USES.c.state.in_((Use.FILLING, Use.EMPTYING))
    query = select(*USES.c).where(here, moving, not_(_stayed_shut()))
    use = db.session.execute(query.with_for_update()).one_or_none()
    if use is None:
        return None
    if use.state == Use.FILLING:
        return _lies_there(use, cabinet, act)
    _hand_over(use, act)
    return _end(use, act)


def _lies_there(use: Row[Any], cabinet: Row[Any], act: Act) -> Row[Any]:
    values: dict[str, Any] = {"state": Use.IN, "in_at": act.now, "opened_at": None}
    if use.delivery_id is not None:
        values |= {"expires_at": act.now + KEPT_IN_BOX, **new_code(use.hall, use.id)}
    put = update(USES).where(USES.c.id == use.id).values(**values)
    lies = db.session.execute(put.returning(*USES.c)).one()
    if use.delivery_id is not None:
        row = records.move(line(use.delivery_id), State.IN_BOX, "in_box", act)
        code = parts().seal.open(CODE + lies.id, lies.code_sealed)
        telling.tell_in_box(row, Box(cabinet, lies.box, code, lies.expires_at), act)
    return lies


def _hand_over(use: Row[Any], act: Act) -> None:
    """Not where the hall itself takes it back, or somebody has it already."""
    row = None if use.delivery_id is None else line(use.delivery_id, lock=True)
    if row is not None and row.state == State.IN_BOX:
        service.handed_over(row, "taken_out", act)


def _end(use: Row[Any], act: Act) -> Row[Any]:
    values = {"state": Use.OVER, "over_at": act.now, "ended_by": use.ended_by or str(act.actor)}
    put = update(USES).where(USES.c.id == use.id).values(**values)
    return db.session.execute(put.returning(*USES.c)).one()


# What the hall takes out


def take_back(id: str, hall: str, act: Act) -> Row[Any] | None:
    """A delivery comes to the counter, whatever way was chosen; the use of the box that is to be
    opened for it, if it lay in one. Raises DeliveryNotFound, DeliveryElsewhere, also where it
    travels: then only the courier can bring it back."""
    row = line(id, hall, lock=True)
    if row.state == State.ON_ITS_WAY:
        raise DeliveryElsewhere(state=row.state)
    here = (USES.c.delivery_id == id) & USES.c.state.in_(HOLDS_BOX)
    _end_empty(here, act)
    values = {"state": Use.EMPTYING, "asked_at": act.now, "opened_at": None}
    taken = update(USES).where(here).values(**values, ended_by=str(act.actor))
    use = db.session.execute(taken.returning(*USES.c)).one_or_none()
    if use is None or row.state != State.READY:
        service.ready(row, "taken_back", act)
    return use


def take_out(id: str, hall: str, act: Act) -> Row[Any]:
    """The hall takes out what somebody laid in, or looks behind a door that nobody shut; its box
    is to be opened. Raises DropOffNotFound, BoxBeingFilled."""
    lies = (USES.c.id == id) & (USES.c.hall == hall) & (USES.c.purpose == Purpose.DROP_OFF)
    left = and_(USES.c.state == Use.FILLING, _asked_before(act.now - DOOR_LEFT))
    states = or_(USES.c.state.in_((Use.IN, Use.EMPTYING)), left)
    values = {"state": Use.EMPTYING, "asked_at": act.now, "opened_at": None}
    taken = update(USES).where(lies, states).values(**values, ended_by=str(act.actor))
    use = db.session.execute(taken.returning(*USES.c)).one_or_none()
    if use is not None:
        return use
    filling = select(USES.c.id).where(lies, USES.c.state == Use.FILLING)
    raise BoxBeingFilled if db.session.execute(filling).first() else DropOffNotFound


def _end_empty(which: ColumnElement[bool], act: Act) -> int:
    """What of these nothing can have been laid in for; how many."""
    over = {"state": Use.OVER, "over_at": act.now, "ended_by": str(act.actor)}
    ended = update(USES).where(which, _is_empty()).values(**over).returning(USES.c.id)
    return len(db.session.execute(ended).all())


def _is_empty() -> ColumnElement[bool]:
    """A code without a box, or with one whose door surely never opened."""
    unopened = and_(USES.c.state == Use.FILLING, _stayed_shut())
    return or_(USES.c.state == Use.INVITED, unopened)


def expire(act: Act) -> int:
    """What nobody fetched in time is overdue, and codes for nothing end; how many."""
    over = USES.c.expires_at <= act.now
    lying = select(USES.c.delivery_id).where(over, _lies_for_somebody(act.now))
    late = select(*TABLE.c).where(TABLE.c.id.in_(lying), TABLE.c.state == State.IN_BOX)
    rows = db.session.execute(late.with_for_update(skip_locked=True)).all()
    for row in rows:
        records.move(row, State.OVERDUE, "overdue", act)
    return len(rows) + _end_empty(over, act)


def any_over(now: datetime) -> bool:
    """Whether `expire` has anything to do."""
    lying = select(TABLE.c.id).where(TABLE.c.state == State.IN_BOX)
    late = _lies_for_somebody(now) & USES.c.delivery_id.in_(lying)
    over = select(USES.c.id).where(USES.c.expires_at <= now, or_(late, _is_empty()))
    return db.session.execute(over.limit(1)).first() is not None


def uses_in(cabinet: str) -> Sequence[Row[Any]]:
    """The uses that hold a box of this cabinet."""
    here = (USES.c.cabinet == cabinet) & USES.c.state.in_(HOLDS_BOX)
    return db.session.execute(select(*USES.c).where(here)).all()


# Codes


def new_code(
    hall: str, use: str, random: Callable[[int], int] = secrets.randbelow
) -> dict[str, Any]:
    """A code nobody else of this hall has now, sealed and as it is found."""
    hold(f"box-codes:{hall}", alone=True)
    while True:
        code = box_code(random)
        index = _index(code)
        live = (USES.c.hall == hall) & (USES.c.code_index == index) & (USES.c.state != Use.OVER)
        if db.session.execute(select(USES.c.id).where(live)).first() is None:
            return {"code_index": index, "code_sealed": parts().seal.seal(CODE + use, code)}


def _index(code: str) -> str:
    return parts().seal.find(CODE_INDEX, code)
