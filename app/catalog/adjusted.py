"""A hall as it was adjusted on the spot: what somebody changed for the day, laid over its file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, or_, select

from app.catalog.models import AdjustmentRow
from app.catalog.plan import WHOLE_HALL, Counter, HallDay, HallPlan, Thresholds
from app.catalog.stored import filled
from app.core.db import db
from queueing.sequence import Tiers

Adjustment = Row[Any]
"""A row of `adjustments` as it was read."""

TABLE = AdjustmentRow.__table__


class Kind(StrEnum):
    """What can be changed on the spot."""

    TIERS = "tiers"
    STOP = "stop"
    MESSAGE = "message"
    THRESHOLDS = "thresholds"


OF_THE_DAY = (Kind.TIERS, Kind.STOP, Kind.MESSAGE)
"""These end with the hall day at the latest: tomorrow begins as the file says."""


def adjusted(plan: HallPlan, standing: Iterable[Adjustment], day: date) -> HallPlan:
    """The hall of a file with what stands on this day laid over it. Where a file loaded since no
    longer knows something, or a lane would be left out, it goes by the file. Pure."""
    counters, stops = dict(plan.counters), {}
    message, message_en = plan.message, plan.message_en
    thresholds, until = plan.thresholds, None
    for each in standing:
        if each.day is not None:
            until = plan.hall_day(day + timedelta(days=1)).starts_at
        match each.kind:
            case Kind.TIERS if each.subject in counters:
                counters[each.subject] = _serving(counters[each.subject], each.value, plan)
            case Kind.STOP if each.subject in (WHOLE_HALL, *plan.lanes):
                stops[each.subject] = each.reason
            case Kind.MESSAGE:
                message, message_en = each.value, ""
            case Kind.THRESHOLDS:
                thresholds = filled(Thresholds, each.value)
    made = replace(
        plan,
        counters=counters,
        stops=stops,
        message=message,
        message_en=message_en,
        thresholds=thresholds,
        adjusted_until=until,
    )
    return replace(made, counters=plan.counters) if lanes_left_out(made) else made


def _serving(counter: Counter, stored: list[list[str]], plan: HallPlan) -> Counter:
    tiers = tuple(tuple(tier) for tier in stored)
    if not {letters for tier in tiers for letters in tier} <= plan.lanes.keys():
        return counter
    return replace(counter, tiers=tiers, tiers_in_file=counter.tiers)


def with_tiers(plan: HallPlan, no: str, tiers: Tiers | None) -> HallPlan:
    """The hall with one counter serving these tiers, or with None those of its file. Pure."""
    counter = plan.counters[no]
    in_file = counter.tiers_in_file or counter.tiers
    changed = tiers is not None and tiers != in_file
    now = replace(counter, tiers=tiers or in_file, tiers_in_file=in_file if changed else None)
    return replace(plan, counters=plan.counters | {no: now})


def lanes_left_out(plan: HallPlan) -> list[str]:
    """The lanes that stand in no counter's first tier: nobody would call them. Pure."""
    first = {letters for counter in plan.counters.values() for letters in counter.tiers[0]}
    return [letters for letters in plan.lanes if letters not in first]


def standing(hall_id: int, day: date) -> list[Adjustment]:
    """What holds in a hall on this hall day."""
    query = select(*TABLE.c).where(TABLE.c.hall_id == hall_id, TABLE.c.ended_at.is_(None))
    query = query.where(or_(TABLE.c.day == day, TABLE.c.day.is_(None)))
    return list(db.session.execute(query.order_by(TABLE.c.id)).all())


def adjustments_of(plan: HallPlan, day: HallDay, limit: int) -> list[Adjustment]:
    """What was adjusted or taken back in this hall day, and what has stood since before; the
    latest first."""
    touched = or_(
        TABLE.c.made_at >= day.starts_at,
        TABLE.c.ended_at >= day.starts_at,
        TABLE.c.ended_at.is_(None) & TABLE.c.day.is_(None),
    )
    query = select(*TABLE.c).where(TABLE.c.hall_id == plan.id, touched)
    return list(db.session.execute(query.order_by(TABLE.c.id.desc()).limit(limit)).all())
