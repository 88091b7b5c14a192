"""Changing a hall on the spot. Each runs inside the caller's transaction, has the hall alone, and
takes effect everywhere once that is committed: the revision moves, and the event tells the pages.

Nobody's place in the order is touched: due times and serials stay, only who calls them changes.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import insert, or_, update

from app.catalog.adjusted import (
    OF_THE_DAY,
    TABLE,
    Kind,
    lanes_left_out,
    with_tiers,
)
from app.catalog.errors import LaneWithoutCounter, TiersUnfit
from app.catalog.models import HallRow
from app.catalog.plan import WHOLE_HALL, HallPlan, Thresholds
from app.catalog.service import counter_of, held_plan, lane_of
from app.catalog.stored import read_plan
from app.core import events
from app.core.acts import Act
from app.core.db import db
from app.core.said import Said
from queueing.sequence import Tiers

HALLS = HallRow.__table__


def serve(hall: str, no: str, tiers: Tiers | None, reason: str, act: Act) -> HallPlan:
    """Have a counter serve other lanes for the rest of the day, or with None those of its file
    again; the hall as it is then.

    Raises UnknownHall, UnknownCounter, UnknownLane, TiersUnfit, LaneWithoutCounter."""
    plan = held_plan(hall, alone=True)
    counter = counter_of(plan, no)
    if tiers is not None:
        _check(plan, tiers)
    changed = with_tiers(plan, no, tiers)
    left_out = lanes_left_out(changed)
    if left_out:
        raise LaneWithoutCounter(
            Said(
                "这样调整后，没有任何窗口把 %(lane)s 列为首选队列，会无人叫号。",
                {"lane": _named(plan, left_out[0])},
            )
        )
    after = changed.counters[no]
    value = after.tiers if after.tiers_in_file else None
    _adjust(plan, Kind.TIERS, no, value, reason, act, before=counter.tiers, after=after.tiers)
    return changed


def stop_numbers(hall: str, letters: str | None, reason: str, act: Act) -> None:
    """Give no more numbers of a lane, or of the whole hall, for the rest of the day: not at the
    machine, not from afar. Who has a booking or a number still checks in.

    Raises UnknownHall, UnknownLane."""
    _stop(hall, letters, reason, act)


def give_numbers(hall: str, letters: str | None, act: Act) -> None:
    """Give numbers of a lane, or of the hall, again. Raises UnknownHall, UnknownLane."""
    _stop(hall, letters, None, act)


def set_message(hall: str, text: str | None, act: Act) -> None:
    """Show this line on the screens for the rest of the day: nothing for an empty one, the file's
    for None. Raises UnknownHall."""
    plan = held_plan(hall, alone=True)
    in_file = read_plan(hall).message
    value = None if text == in_file else text
    _adjust(plan, Kind.MESSAGE, WHOLE_HALL, value, "", act, before=plan.message, after=text)


def set_thresholds(hall: str, thresholds: Thresholds | None, act: Act) -> Thresholds:
    """Warn from these on, until they are changed again, or with None from those of the file; which
    they are then. Raises UnknownHall."""
    plan, in_file = held_plan(hall, alone=True), read_plan(hall).thresholds
    chosen = thresholds or in_file
    after, before = asdict(chosen), asdict(plan.thresholds)
    value = None if chosen == in_file else after
    _adjust(plan, Kind.THRESHOLDS, WHOLE_HALL, value, "", act, before=before, after=after)
    return chosen


def _stop(hall: str, letters: str | None, reason: str | None, act: Act) -> None:
    plan = held_plan(hall, alone=True)
    subject = WHOLE_HALL if letters is None else lane_of(plan, letters).letters
    before = plan.stops.get(subject)
    value = None if reason is None else True
    _adjust(plan, Kind.STOP, subject, value, reason or "", act, before=before, after=reason)


def _check(plan: HallPlan, tiers: Tiers) -> None:
    chosen = [lane_of(plan, letters).letters for tier in tiers for letters in tier]
    if not tiers or not all(tiers) or len(set(chosen)) < len(chosen):
        raise TiersUnfit


def _named(plan: HallPlan, letters: str) -> str:
    return f"{letters} {plan.lanes[letters].name}"


def _adjust(
    plan: HallPlan, kind: Kind, subject: str, value: Any, reason: str, act: Act, **told: Any
) -> None:
    """Let `value` stand in the place of what stood; None: nothing but the file."""
    day = plan.day_of(act.now).date
    of_this_day = or_(TABLE.c.day == day, TABLE.c.day.is_(None))
    stood = (TABLE.c.hall_id == plan.id, TABLE.c.kind == kind, TABLE.c.subject == subject)
    ended = update(TABLE).where(*stood, of_this_day, TABLE.c.ended_at.is_(None))
    ended = ended.values(ended_at=act.now, ended_by=str(act.actor)).returning(TABLE.c.id)
    taken_back = db.session.execute(ended).first()
    if value is None and taken_back is None:
        return
    if value is not None:
        db.session.execute(
            insert(TABLE).values(
                hall_id=plan.id,
                day=day if kind in OF_THE_DAY else None,
                kind=kind,
                subject=subject,
                value=value,
                reason=reason,
                made_at=act.now,
                made_by=str(act.actor),
            )
        )
    raised = update(HALLS).where(HALLS.c.id == plan.id).values(revision=HALLS.c.revision + 1)
    db.session.execute(raised)
    counter = subject if kind == Kind.TIERS else None
    events.record(
        act, plan.code, day, "adjusted", counter=counter, what=kind, of=subject, why=reason, **told
    )
