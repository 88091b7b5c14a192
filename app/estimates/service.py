"""Forecasting a hall, and remembering what its days teach."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import TypeVar

import numpy as np
from flask import current_app
from sqlalchemy import delete, select

from app.calling.queries import days_with_calls
from app.catalog.plan import HallDay, HallPlan
from app.catalog.rules import gives_numbers_at, opening
from app.core.db import db, insert_into, transaction
from app.core.parts import parts
from app.estimates.learning import habits_of_day, outcomes_of_day
from app.estimates.models import ForetoldRow, HabitsRow
from app.estimates.queries import situation
from queueing.calibration import Calibration, Estimate
from queueing.estimate import Forecast, Situation, forecast
from queueing.habits import DAYS_KEPT, SECOND, Habits
from queueing.outlook import Later, Outlook, Range

V = TypeVar("V")
TABLE = HabitsRow.__table__
FORETOLD = ForetoldRow.__table__
LEARNS_EVERY = timedelta(minutes=5)
"""How often the day under way is looked at for what it teaches."""
LEARNS_FIRST_EVERY = timedelta(minutes=1)
"""As long as little is known: on a hall's first day there is nothing else to go by."""
LITTLE = 300
"""Services."""
AHEAD_EVERY = timedelta(minutes=5)
"""How often the hours ahead are played."""
LOOKS_BACK = timedelta(days=40)
"""So far for days that were not learnt in their night."""
REHEARSAL = date(2000, 1, 1)
LATER_EVERY = timedelta(minutes=30)
LATER_AT_MOST = 20
"""Moments of the day ahead: ten hours."""


def refresh(plan: HallPlan, now: datetime, rng: np.random.Generator) -> Outlook:
    """Forecast the hall, tell it to every process, and remember what each ticket was told first.

    Raises SequenceAway."""
    habits, calibration = _learnt(plan, now)
    present = situation(plan, now)
    soon = forecast(present, habits, rng)
    told = calibration.estimates(soon)
    tickets = {ticket: _range(told[row]) for ticket, row in soon.tickets.items()}
    newcomers = {
        lane: _range(told[row] or _unopened(plan, present, lane, now))
        for (lane, _), row in soon.newcomers.items()
    }
    outlook = Outlook(
        at_ms=_unix_ms(now),
        tickets=tickets,
        newcomers=newcomers,
        preferred=newcomers | _preferred(present, tickets),
        later=_later(plan, present, habits, now, rng),
    )
    parts().outlooks(plan.code, f"{plan.day_of(now).date:%Y%m%d}").put(outlook)
    _remember(plan, {ticket: told[row] for ticket, row in soon.tickets.items()}, now)
    return outlook


def _preferred(present: Situation, tickets: Mapping[str, Range]) -> dict[str, Range]:
    """By lane, the most that somebody with priority by law waits who comes now: as the first of
    those they are called before. No lane where that is nobody: they come last, like anybody."""
    promises, before = present.promises, {}
    # behind the k-th: where that is, is not known before; it is called soon in any case
    due = present.now + (promises.priority if promises.priority_behind is None else 0)
    for one in sorted(present.waiting, key=lambda one: one.due, reverse=True):
        if one.counter is None and one.due > due and one.ticket in tickets:
            before[one.lane] = tickets[one.ticket]
    return before


def _remember(plan: HallPlan, told: dict[str, Estimate | None], now: datetime) -> None:
    """The first word to each ticket; later ones are not kept."""
    halls: dict[str, set[str]] = current_app.extensions.setdefault("foretold", {})
    known = halls.get(plan.code, set())
    fresh = {
        ticket: asdict(estimate)
        for ticket, estimate in told.items()
        if estimate is not None and ticket not in known
    }
    if fresh:
        rows = [{"ticket_id": ticket, "at": now, **word} for ticket, word in fresh.items()]
        with transaction():
            db.session.execute(insert_into(FORETOLD).on_conflict_do_nothing(), rows)
    halls[plan.code] = (known & told.keys()) | fresh.keys()


def owed(plan: HallPlan, today: date) -> list[date]:
    """The days before today that had calls and were not learnt, the earliest first: of those that
    count, and not longer ago than `LOOKS_BACK`."""
    called = days_with_calls(plan.code, today - LOOKS_BACK, today)[-DAYS_KEPT:]
    known = select(TABLE.c.day).where(TABLE.c.hall == plan.code, TABLE.c.day.in_(called))
    learnt = set(db.session.execute(known).scalars())
    return [day for day in called if day not in learnt]


def learn(plan: HallPlan, day: date, now: datetime) -> None:
    """Keep what a day that is over teaches, unless nobody came; and forget the oldest."""
    habits = habits_of_day(plan, day, now)
    if habits.services:
        learnt = {"learnt": habits.as_json(), "outcomes": outcomes_of_day(plan, day, now)}
        statement = insert_into(TABLE).values(hall=plan.code, day=day, **learnt)
        db.session.execute(
            statement.on_conflict_do_update(index_elements=["hall", "day"], set_=learnt)
        )
    kept = select(TABLE.c.day).where(TABLE.c.hall == plan.code)
    oldest = kept.order_by(TABLE.c.day.desc()).offset(DAYS_KEPT - 1).limit(1)
    limit = db.session.execute(oldest).scalar_one_or_none()
    if limit is not None:
        db.session.execute(delete(TABLE).where(TABLE.c.hall == plan.code, TABLE.c.day < limit))


def rehearsed(hall: str, habits: Habits | None) -> None:
    """What a hall that has no day behind it goes by, until it has enough of its own; None: nothing.

    It stands for a day before all others, and is the first to be forgotten."""
    db.session.execute(delete(TABLE).where(TABLE.c.hall == hall, TABLE.c.day == REHEARSAL))
    if habits is not None:
        row = {"hall": hall, "day": REHEARSAL, "learnt": habits.as_json(), "outcomes": []}
        db.session.execute(insert_into(TABLE).values(row))


def _learnt(plan: HallPlan, now: datetime) -> tuple[Habits, Calibration]:
    """What the hall learnt from its last working days and from today, looked at now and then."""

    def learnt() -> tuple[Habits, Calibration]:
        today = plan.day_of(now).date
        query = select(TABLE.c.learnt, TABLE.c.outcomes)
        query = query.where(TABLE.c.hall == plan.code, TABLE.c.day < today)
        days = db.session.execute(query.order_by(TABLE.c.day.desc()).limit(DAYS_KEPT)).all()
        habits, calibration = Habits(), Calibration()
        for day in reversed(days):
            habits = habits + Habits.from_json(day.learnt)
            calibration = calibration.after(day.outcomes)
        of_today = habits_of_day(plan, today, now)
        return habits + of_today, calibration.after(outcomes_of_day(plan, today, now))

    def every(known: tuple[Habits, Calibration]) -> timedelta:
        return LEARNS_FIRST_EVERY if known[0].services_seen < LITTLE else LEARNS_EVERY

    return _kept_for_a_while("learnt", plan, now, every, learnt)


def _later(
    plan: HallPlan,
    present: Situation,
    habits: Habits,
    now: datetime,
    rng: np.random.Generator,
) -> dict[str, list[Later]]:
    """What who comes later would wait, by half hours until the hall closes."""
    day = plan.day_of(now)

    def foreseen() -> dict[str, list[Later]]:
        moments = _half_hours(plan, day, now)
        if not moments:
            return {}
        found = forecast(present, habits, rng, newcomers=[day.ms(at) for at in moments])
        told = _plainly(found)
        later: dict[str, list[Later]] = {}
        for (lane, at), row in sorted(found.newcomers.items()):
            moment = day.instant(at)
            estimate = told[row] or _unopened(plan, present, lane, moment)
            later.setdefault(lane, []).append((_unix_ms(moment), *_range(estimate)))
        return later

    return _kept_for_a_while("later", plan, now, lambda _: AHEAD_EVERY, foreseen)


def _half_hours(plan: HallPlan, day: HallDay, now: datetime) -> list[datetime]:
    """The full and half hours ahead at which the hall is open."""
    first = now + LATER_EVERY - (now - day.starts_at) % LATER_EVERY
    moments = (first + ahead * LATER_EVERY for ahead in range(LATER_AT_MOST))
    spans = opening(plan, day)
    return [at for at in moments if any(opens <= at < closes for opens, closes in spans)]


def _unopened(plan: HallPlan, present: Situation, lane: str, at: datetime) -> Estimate | None:
    """For who takes a number of a lane that no counter has been open for yet, as the forecast has
    it for who waits there already: some counter opens, at any moment within the promise.

    None where no number is given then, and where the counters have been open and are seen to
    close before."""
    serving = (desk for desk in present.desks if any(lane in tier for tier in desk.tiers))
    if not gives_numbers_at(plan, at):
        return None
    if any(desk.was_open or desk.open_since is not None for desk in serving):
        return None
    promise = present.walk_in_promises.get(lane, present.promises.walk_in) / SECOND
    return Estimate(promise * 0.5, promise * 0.9, promise * 0.9)


def _plainly(found: Forecast) -> list[Estimate | None]:
    """By row, the quantiles of every run: of hours ahead nobody knows whether there will be a wait
    at all, and a curve over the day must not jump between those who wait and those who do not."""
    return [
        Estimate(p50, p90, p90) if math.isfinite(p50) else None
        for p50, p90 in zip(found.quantile(0.5).tolist(), found.quantile(0.9).tolist(), strict=True)
    ]


def _range(estimate: Estimate | None) -> Range:
    return (None, None) if estimate is None else (round(estimate.p50_s), round(estimate.p90_s))


def _unix_ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _kept_for_a_while(
    what: str, plan: HallPlan, now: datetime, every: Callable[[V], timedelta], make: Callable[[], V]
) -> V:
    """Made anew every so often, and when the hall has changed or its day has turned."""
    kept: dict[str, tuple[datetime, object, V]]
    kept = current_app.extensions.setdefault(f"estimates_{what}", {})
    stands = plan.revision, plan.day_of(now).date
    found = kept.get(plan.code)
    if found and found[1] == stands and timedelta() <= now - found[0] < every(found[2]):
        return found[2]
    value = make()
    kept[plan.code] = now, stands, value
    return value
