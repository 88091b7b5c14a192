"""The daily watch over licences.

Each licence says from which day it is to be looked at (`licences.watch_on`): the watch reads those
whose day has come, in the order of an index, and writes the next day beside what it did. So it
costs what is due and not what exists, and whoever is killed, or runs twice, or beside another,
changes nothing: what was not committed is looked at again, by anybody.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, or_, select, update
from sqlalchemy.exc import InterfaceError, OperationalError

from app.citizens.rules import BEIJING
from app.core.acts import Act
from app.core.db import db, transaction
from app.licences.queries import LICENCES
from app.licences.rules import State as LicenceState
from app.renewals import queries
from app.renewals.calendar import sending_days
from app.renewals.dates import DAY, Due, IsWorking, last_day, steps_due
from app.renewals.finding import Overtaken, expire, overtake, take_back, term_of
from app.renewals.loading import spread
from app.renewals.plans import Event, Plan
from app.renewals.queries import TABLE as RENEWALS
from app.renewals.reminding import (
    REMINDERS,
    Foretold,
    State,
    Together,
    any_unsettled,
    foretold,
    read_together,
    remind,
    withdraw_reminders,
)
from app.renewals.rules import day_of
from app.renewals.states import ASKING, OVER
from app.renewals.states import State as Renewal

log = logging.getLogger(__name__)

LOOKED_AT_ONCE = 200
"""Licences of one transaction; their rows are held until it ends."""
TOLD_AT_ONCE = 25
"""Of these, for whom something is done: it takes a few milliseconds each."""
BEGINS = time(8, 30)
"""From when on a day's licences are looked at, in Beijing; earlier where a plan sends earlier."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the licences that are looked at together, besides their rows."""

    plans: Mapping[str, Sequence[Plan]]
    """By kind."""
    sending: Callable[[Plan], IsWorking]
    succeeded: Collection[str]
    """Whose place another took."""
    renewals: Mapping[str, Sequence[Row[Any]]]
    reminders: Mapping[str, Sequence[Row[Any]]]
    """Both by licence."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step that is to be said of a licence."""

    plan: Plan
    due: Due
    last_day: date


@dataclass(frozen=True, slots=True)
class ToDo:
    """What follows from looking at a licence."""

    overtaken: Overtaken | None
    taken_back: bool
    """What it had been overtaken by: what was asked for then goes on."""
    expired: bool
    withdrawn: tuple[str, ...]
    """Reminders nobody should get any more."""
    steps: tuple[Step, ...]
    look_on: date | None
    """When it is looked at again; None: when its register says something new of it."""

    @property
    def is_nothing(self) -> bool:
        deeds = self.overtaken, self.taken_back, self.expired, self.withdrawn, self.steps
        return not any(deeds)


def watch(act: Act, at_most: int = LOOKED_AT_ONCE) -> int:
    """Look at some of the licences whose day has come, in a transaction of its own; how many. 0:
    none is left, or others have them in hand. Of those whose plans have changed some are
    gone through first, and no more than until one is found."""
    more = True
    while more:
        more = _spread(act)
        if looked_at := _looked_at(act, at_most):
            return looked_at
    return 0


def _looked_at(act: Act, at_most: int) -> int:
    today = day_of(act.now)
    with transaction():
        rows = db.session.execute(_due(today, at_most)).all()
        looked_at = _look_at(rows, _known(rows), today, act)
        if looked_at:
            db.session.execute(
                update(LICENCES)
                .where(LICENCES.c.id == bindparam("licence"))
                .values(watch_on=bindparam("look_on")),
                looked_at,
            )
        return len(looked_at)


def foreseen(act: Act, at_most: int = LOOKED_AT_ONCE) -> list[Foretold]:
    """What the watch will say on the day of this act, if nobody does anything until then: of that
    many licences at most. Changes nothing."""
    today = day_of(act.now)
    to_spread = select(queries.PLANS.c.kind).where(queries.PLANS.c.spread_to.is_not(None))
    which = or_(LICENCES.c.watch_on <= today, LICENCES.c.kind.in_(to_spread))
    rows = db.session.execute(_licences(which).limit(at_most)).all()
    known = _known(rows)
    to_dos = [(row, to_do_of(row, known, today)) for row in rows]
    told = read_together([row for row, to_do in to_dos if to_do.steps], act)
    said = [
        foretold(told.licence(row.id), step.plan, step.due, step.last_day, told)
        for row, to_do in to_dos
        for step in to_do.steps
    ]
    db.session.rollback()  # with what was held while it was read
    return [each for each in said if each]


def _spread(act: Act) -> bool:
    with transaction():
        return spread(act)


def is_owed(now: datetime) -> bool:
    """Whether the watch has something to do."""
    local = now.astimezone(BEIJING)
    if local.time() < min((BEGINS, *(plan.hours.begin for plan in queries.plans().values()))):
        return False
    due = db.session.execute(_due(local.date(), 1, lock=False)).first()
    to_spread = select(queries.PLANS.c.kind).where(queries.PLANS.c.spread_to.is_not(None))
    return bool(due or db.session.execute(to_spread).first() or any_unsettled())


def _due(today: date, at_most: int, *, lock: bool = True) -> Select[Any]:
    query = _licences(LICENCES.c.watch_on <= today).limit(at_most)
    return query.with_for_update(skip_locked=True, key_share=True) if lock else query


def _licences(which: ColumnElement[bool]) -> Select[Any]:
    """Whose day comes first, first."""
    return (
        select(
            LICENCES.c.id,
            LICENCES.c.kind,
            LICENCES.c.holder_id,
            LICENCES.c.state,
            LICENCES.c.issued_on,
            LICENCES.c.valid_from,
            LICENCES.c.valid_until,
        )
        .where(which)
        .order_by(LICENCES.c.watch_on, LICENCES.c.id)
    )


def _look_at(rows: Sequence[Row[Any]], known: Known, today: date, act: Act) -> list[dict[str, Any]]:
    """Do what is to be done; which were looked at, and when each is again."""
    to_dos = list(_first(rows, known, today))
    told = read_together([row for row, to_do in to_dos if to_do.steps], act)
    looked_at: list[dict[str, Any]] = []
    for row, to_do in to_dos:
        done = to_do.is_nothing or _done(row, to_do, told, act)
        looked_at.append({"licence": row.id, "look_on": to_do.look_on if done else today + DAY})
    return looked_at


def _first(rows: Sequence[Row[Any]], known: Known, today: date) -> Iterator[tuple[Row[Any], ToDo]]:
    """What follows from the first of them: as many as are done in one transaction."""
    done = 0
    for row in rows:
        to_do = to_do_of(row, known, today)
        yield row, to_do
        done += not to_do.is_nothing
        if done == TOLD_AT_ONCE:
            return


def _done(row: Row[Any], to_do: ToDo, told: Together, act: Act) -> bool:
    """Whether it could be done. One licence that cannot be read keeps no other from being told; it
    is tried again the next day."""
    try:
        with db.session.begin_nested():
            _do(row, to_do, told, act)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("licence %s cannot be watched", row.id)
        return False
    return True


def _do(row: Row[Any], to_do: ToDo, told: Together, act: Act) -> None:
    if to_do.withdrawn:
        withdraw_reminders(to_do.withdrawn, act)
    if to_do.overtaken:
        overtake(row.id, to_do.overtaken, act)
    if to_do.taken_back:
        take_back(term_of(row.id, row.valid_until, row.holder_id), act)
    if to_do.expired:
        expire(row.id, act)
    if to_do.steps:
        licence = told.licence(row.id)
        for step in to_do.steps:
            remind(licence, step.plan, step.due, step.last_day, told, act)


# What is to be done


def to_do_of(row: Any, known: Known, today: date) -> ToDo:
    """What follows from a licence's row on this day. Pure."""
    renewals = known.renewals.get(row.id, ())
    reminders = known.reminders.get(row.id, ())
    holds = row.state == LicenceState.VALID and row.id not in known.succeeded
    answered = {
        each.valid_until
        for each in renewals
        if each.holder_id == row.holder_id
        and (each.state not in (*ASKING, Renewal.OVERTAKEN) or _was_asked(each))
    }
    said = {(each.event, each.last_day, each.step, each.holder_id) for each in reminders}
    days: list[date] = []
    steps: list[Step] = []
    current: set[tuple[str, date]] = set()
    for plan in known.plans.get(row.kind, ()) if holds else ():
        last = last_day(plan, row, today)
        if last is None or last < today:
            continue
        if plan.event is Event.RENEWAL and last in answered:
            days.append(last + DAY)
            continue
        current.add((plan.event, last))
        due = steps_due(plan, last, today, known.sending(plan))
        days.append(due.look_on)
        if due.step and (plan.event, last, due.step.code, row.holder_id) not in said:
            steps.append(Step(plan, due, last))
    stale = [
        each.id
        for each in reminders
        if each.state == State.PENDING
        and ((each.event, each.last_day) not in current or each.holder_id != row.holder_id)
    ]
    open_ones = [each for each in renewals if each.state not in OVER]
    asked = [each for each in renewals if _was_asked(each)]
    return ToDo(
        taken_back=any(_overtaken(row, [each], known.succeeded, today) is None for each in asked),
        overtaken=_overtaken(row, open_ones, known.succeeded, today),
        expired=any(
            each.valid_until < today and each.state in (*ASKING, Renewal.DECLINED)
            for each in open_ones
        ),
        withdrawn=tuple(stale),
        steps=tuple(steps),
        look_on=min(days, default=None),
    )


def _was_asked(renewal: Any) -> bool:
    """Whether something came in the way of an application."""
    return renewal.state == Renewal.OVERTAKEN and renewal.confirmed_at is not None


def _overtaken(
    row: Any, open_ones: Sequence[Any], succeeded: Collection[str], today: date
) -> Overtaken | None:
    if not open_ones:
        return None
    if row.id in succeeded:
        return Overtaken.RENEWED
    if any(each.holder_id != row.holder_id for each in open_ones):
        return Overtaken.MOVED
    if all(each.valid_until != row.valid_until for each in open_ones):
        return Overtaken.RENEWED
    ran_out = row.state == LicenceState.EXPIRED and row.valid_until < today
    # who asked in time is not harmed by a register that says it has run out: the law grants it
    if row.state in (LicenceState.VALID, LicenceState.OTHER) or ran_out:
        return None
    return Overtaken.ENDED


def _known(rows: Sequence[Row[Any]]) -> Known:
    ids = [row.id for row in rows]
    by_kind: dict[str, list[Plan]] = defaultdict(list)
    for (kind, _), plan in queries.plans().items():
        by_kind[kind].append(plan)
    return Known(
        plans=by_kind,
        sending=_sending(),
        succeeded=frozenset(
            db.session.scalars(
                select(LICENCES.c.predecessor_id).where(LICENCES.c.predecessor_id.in_(ids))
            )
        ),
        renewals=_by_licence(RENEWALS, ids),
        reminders=_by_licence(REMINDERS, ids),
    )


def _sending() -> Callable[[Plan], IsWorking]:
    """A hall's days, read once for all that are looked at together."""
    kept: dict[tuple[str, Event], IsWorking] = {}

    def sending(plan: Plan) -> IsWorking:
        key = plan.kind, plan.event
        if key not in kept:
            kept[key] = cache(sending_days(plan))
        return kept[key]

    return sending


def _by_licence(table: Any, ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    found = db.session.execute(
        select(table).where(table.c.licence_id.in_(ids)).order_by(table.c.licence_id)
    )
    return {id: list(each) for id, each in groupby(found, key=lambda row: str(row.licence_id))}
