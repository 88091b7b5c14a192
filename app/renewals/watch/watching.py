"""The daily watch over licences.

Each licence says from which day it is to be looked at (`licences.watch_on`): the watch reads those
whose day has come, in the order of an index, and writes the next day beside what it did. So it
costs what is due and not what exists, and whoever is killed, or runs twice, or beside another,
changes nothing: what was not committed is looked at again, by anybody.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, or_, select, update
from sqlalchemy.exc import InterfaceError, OperationalError

from app.citizens.rules import BEIJING
from app.core.acts import Act
from app.core.db import db, transaction
from app.licences.queries import LICENCES, Licence
from app.licences.rules import State as LicenceState
from app.renewals import queries
from app.renewals.calendar import sending_days
from app.renewals.dates import DAY, Due, IsWorking, last_day, steps_due
from app.renewals.finding import Overtaken, expire, overtake, take_back, term_of
from app.renewals.loading import spread
from app.renewals.plans import Event, Plan
from app.renewals.rules import day_of
from app.renewals.states import ASKING, OVER
from app.renewals.states import State as Renewal
from app.renewals.watch.looking import Seen, SeenRenewal, seen_first, seen_of
from app.renewals.watch.reminding import (
    Foretold,
    State,
    Together,
    ToSay,
    any_unsettled,
    foretold,
    read_together,
    remind,
    withdraw_reminders,
)

log = logging.getLogger(__name__)

LOOKED_AT_ONCE = 100
"""Licences of one transaction; their rows are held until it ends."""
ENDED_AT_ONCE = 25
"""Of these, with whom more is done than telling: it takes each a few milliseconds."""
FORESEEN_AT_MOST = 200
BEGINS = time(8, 30)
"""From when on a day's licences are looked at, in Beijing; earlier where a plan sends earlier."""


@dataclass(frozen=True, slots=True)
class Step:
    """What there is to say of licences that end on a day, by a plan."""

    plan: Plan
    due: Due
    last_day: date

    def of(self, licence: Licence) -> ToSay:
        return ToSay(licence, self.plan, self.due, self.last_day)


@dataclass(frozen=True, slots=True)
class Known:
    """What licences that are looked at together go by."""

    today: date
    plans: Mapping[str, Sequence[Plan]]
    """By kind."""
    coming: Callable[[Plan, date], Step]
    """What there is to say today by a plan, before such a last day: None yet, or a step."""


class ToDo(NamedTuple):
    """What follows from looking at a licence."""

    steps: tuple[Step, ...]
    look_on: date | None
    """When it is looked at again; None: when its register says something new of it."""
    overtaken: Overtaken | None = None
    taken_back: bool = False
    """What it had been overtaken by: what was asked for then goes on."""
    expired: bool = False
    withdrawn: tuple[str, ...] = ()
    """Reminders nobody should get any more."""

    @property
    def is_more_than_telling(self) -> bool:
        return bool(self.overtaken or self.taken_back or self.expired or self.withdrawn)

    @property
    def is_nothing(self) -> bool:
        return not (self.steps or self.is_more_than_telling)


Deeds = Sequence[tuple[Seen, ToDo]]


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
        ids = db.session.scalars(_due(today, at_most, lock=True)).all()
        # read once their rows are held, so that nothing that is read changes any more
        looked_at = _look_at(seen_of(ids, today), _known(today), act) if ids else []
        if looked_at:
            db.session.execute(
                update(LICENCES)
                .where(LICENCES.c.id == bindparam("licence"))
                .values(watch_on=bindparam("look_on")),
                looked_at,
            )
        return len(looked_at)


def foreseen(act: Act, at_most: int = FORESEEN_AT_MOST) -> list[Foretold]:
    """What the watch will say on the day of this act, if nobody does anything until then: of that
    many licences at most. Changes nothing."""
    to_spread = select(queries.PLANS.c.kind).where(queries.PLANS.c.spread_to.is_not(None))
    which = or_(LICENCES.c.watch_on <= day_of(act.now), LICENCES.c.kind.in_(to_spread))
    to_dos = [(seen, to_do) for seen, to_do in found_due(which, at_most, act) if to_do.steps]
    told = read_together([seen for seen, _ in to_dos], act)
    said = [
        foretold(step.of(told.licence(seen.id)), told)
        for seen, to_do in to_dos
        for step in to_do.steps
    ]
    db.session.rollback()  # with what was held while it was read
    return [each for each in said if each]


def found_due(which: ColumnElement[bool], at_most: int, act: Act) -> list[tuple[Seen, ToDo]]:
    """What follows from looking at so many of these licences, whose day comes first."""
    today = day_of(act.now)
    known = _known(today)
    return [(seen, to_do_of(seen, known)) for seen in seen_first(which, at_most, today)]


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


def _due(today: date, at_most: int, *, lock: bool) -> Select[Any]:
    """The ids of those whose day comes first."""
    query = (
        select(LICENCES.c.id)
        .where(LICENCES.c.watch_on <= today)
        .order_by(LICENCES.c.watch_on, LICENCES.c.id)
        .limit(at_most)
    )
    return query.with_for_update(skip_locked=True, key_share=True) if lock else query


def _look_at(licences: Sequence[Seen], known: Known, act: Act) -> list[dict[str, Any]]:
    """Do what is to be done; when each is looked at again."""
    to_dos = _first(licences, known)
    deeds = [(seen, to_do) for seen, to_do in to_dos if not to_do.is_nothing]
    told = read_together([seen for seen, to_do in deeds if to_do.steps], act)
    undone = _undone(deeds, told, act) if deeds else set()
    tomorrow = known.today + DAY
    return [
        {"licence": seen.id, "look_on": tomorrow if seen.id in undone else to_do.look_on}
        for seen, to_do in to_dos
    ]


def _first(licences: Sequence[Seen], known: Known) -> list[tuple[Seen, ToDo]]:
    """What follows from the first of them: as many as are done in one transaction."""
    found, ended = [], 0
    for seen in licences:
        to_do = to_do_of(seen, known)
        found.append((seen, to_do))
        ended += to_do.is_more_than_telling
        if ended == ENDED_AT_ONCE:
            break
    return found


def _undone(deeds: Deeds, told: Together, act: Act) -> set[str]:
    """Do it for all together; where that fails, for each half by itself, so that one licence that
    cannot be read keeps no other from being told. Those it cannot be done for: they are tried again
    the next day."""
    try:
        with db.session.begin_nested():
            _do(deeds, told, act)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        if len(deeds) == 1:
            log.exception("licence %s cannot be watched", deeds[0][0].id)
            return {deeds[0][0].id}
        log.info("%s licences are watched in two halves: %r", len(deeds), error)
        half = len(deeds) // 2
        return _undone(deeds[:half], told, act) | _undone(deeds[half:], told, act)
    return set()


def _do(deeds: Deeds, told: Together, act: Act) -> None:
    for seen, to_do in deeds:
        if to_do.withdrawn:
            withdraw_reminders(to_do.withdrawn, act)
        if to_do.overtaken:
            overtake(seen.id, to_do.overtaken, act)
        if to_do.taken_back and seen.valid_until:
            take_back(term_of(seen.id, seen.valid_until, seen.holder_id), act)
        if to_do.expired:
            expire(seen.id, act)
    licences = {seen.id: told.licence(seen.id) for seen, to_do in deeds if to_do.steps}
    to_say = [step.of(licences[seen.id]) for seen, to_do in deeds for step in to_do.steps]
    remind(to_say, told, act)


# What is to be done


def to_do_of(seen: Seen, known: Known) -> ToDo:
    """What follows from a licence as it was seen. Pure."""
    today = known.today
    answered = _answered(seen) if seen.renewals else ()
    said = _said(seen) if seen.reminders else ()
    days: list[date] = []
    steps: list[Step] = []
    current: set[tuple[str, date]] = set()
    holds = seen.state == LicenceState.VALID and seen.successor_id is None
    for plan in known.plans.get(seen.kind, ()) if holds else ():
        last = last_day(plan, seen, today)
        if last is None or last < today:
            continue
        if plan.event is Event.RENEWAL and last in answered:
            days.append(last + DAY)
            continue
        current.add((plan.event, last))
        step = known.coming(plan, last)
        due = step.due
        days.append(due.look_on)
        if due.step and (plan.event, last, due.step.code, seen.holder_id) not in said:
            steps.append(step)
    look_on = min(days, default=None)
    if not seen.renewals and not seen.reminders:
        return ToDo(steps=tuple(steps), look_on=look_on)
    open_ones = [each for each in seen.renewals if each.state not in OVER]
    asked = [each for each in seen.renewals if _was_asked(each)]
    return ToDo(
        taken_back=any(_overtaken(seen, [each], today) is None for each in asked),
        overtaken=_overtaken(seen, open_ones, today),
        expired=any(
            each.valid_until < today and each.state in (*ASKING, Renewal.DECLINED)
            for each in open_ones
        ),
        withdrawn=_stale(seen, current),
        steps=tuple(steps),
        look_on=look_on,
    )


def _answered(seen: Seen) -> Collection[date]:
    """The last days of terms of which its holder has said what they want."""
    return [
        each.valid_until
        for each in seen.renewals
        if each.holder_id == seen.holder_id
        and (each.state not in (*ASKING, Renewal.OVERTAKEN) or _was_asked(each))
    ]


def _said(seen: Seen) -> Collection[tuple[str, date, str, str]]:
    return [(each.event, each.last_day, each.step, each.holder_id) for each in seen.reminders]


def _stale(seen: Seen, current: Collection[tuple[str, date]]) -> tuple[str, ...]:
    return tuple(
        each.id
        for each in seen.reminders
        if each.state == State.PENDING
        and ((each.event, each.last_day) not in current or each.holder_id != seen.holder_id)
    )


def _was_asked(renewal: SeenRenewal) -> bool:
    """Whether something came in the way of an application."""
    return renewal.state == Renewal.OVERTAKEN and renewal.was_confirmed


def _overtaken(seen: Seen, open_ones: Sequence[SeenRenewal], today: date) -> Overtaken | None:
    if not open_ones:
        return None
    if seen.successor_id is not None:
        return Overtaken.RENEWED
    if any(each.holder_id != seen.holder_id for each in open_ones):
        return Overtaken.MOVED
    if all(each.valid_until != seen.valid_until for each in open_ones):
        return Overtaken.RENEWED
    ran_out = seen.state == LicenceState.EXPIRED and _is_over(seen, today)
    # who asked in time is not harmed by a register that says it has run out: the law grants it
    if seen.state in (LicenceState.VALID, LicenceState.OTHER) or ran_out:
        return None
    return Overtaken.ENDED


def _is_over(seen: Seen, today: date) -> bool:
    return seen.valid_until is not None and seen.valid_until < today


def _known(today: date) -> Known:
    by_kind: dict[str, list[Plan]] = defaultdict(list)
    for (kind, _), plan in queries.plans().items():
        by_kind[kind].append(plan)
    return Known(today, by_kind, _coming(today))


def _coming(today: date) -> Callable[[Plan, date], Step]:
    """Counted once for all that end on the same day, by a hall's days that are read once."""
    days: dict[tuple[str, Event], IsWorking] = {}
    counted: dict[tuple[str, Event, date], Step] = {}

    def sending(plan: Plan) -> IsWorking:
        key = plan.kind, plan.event
        if key not in days:
            days[key] = cache(sending_days(plan))
        return days[key]

    def coming(plan: Plan, last: date) -> Step:
        found = counted.get((plan.kind, plan.event, last))
        if found is None:
            found = Step(plan, steps_due(plan, last, today, sending(plan)), last)
            counted[plan.kind, plan.event, last] = found
        return found

    return coming
