"""Forecasting a hall, and remembering what its days teach."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import numpy as np
from flask import current_app
from queueing.estimate import Forecast, Situation, forecast
from queueing.habits import DAYS_KEPT, Habits
from sqlalchemy import delete, select

from app.catalog.plan import HallDay, HallPlan
from app.catalog.rules import opening
from app.core.db import db, insert_into
from app.core.parts import parts
from app.estimates.learning import habits_of_day
from app.estimates.models import HabitsRow
from app.estimates.queries import situation
from queueing.outlook import Outlook, Range

V = TypeVar("V")
TABLE = HabitsRow.__table__
LEARNS_EVERY = timedelta(minutes=5)
"""How often the day under way is looked at for what it teaches."""
LATER_EVERY = timedelta(minutes=30)
LATER_AT_MOST = 20
"""Moments of the day ahead: ten hours."""
UNKNOWN_S = 24 * 3600
"""Told of a wait that no run saw the end of: nobody is expected to be called today."""


def refresh(plan: HallPlan, now: datetime, rng: np.random.Generator) -> Outlook:
    """Forecast the hall, and tell it to every process. Raises SequenceAway."""
    day = plan.day_of(now)
    habits = _habits(plan, now)
    present = situation(plan, now)
    soon = forecast(present, habits, rng)
    told = _ranges(soon)
    outlook = Outlook(
        at_ms=_unix_ms(now),
        tickets={ticket: told[row] for ticket, row in soon.tickets.items()},
        newcomers={lane: told[row] for (lane, _), row in soon.newcomers.items()},
        later=_later(plan, present, habits, now, rng),
    )
    parts().outlooks(plan.code, f"{day.date:%Y%m%d}").put(outlook)
    return outlook


def learn(plan: HallPlan, day: date, now: datetime) -> None:
    """Keep what a day that is over teaches, unless nobody came; and forget the oldest."""
    habits = habits_of_day(plan, day, now)
    if habits.services:
        values = {"hall": plan.code, "day": day, "learnt": habits.as_json()}
        statement = insert_into(TABLE).values(values)
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["hall", "day"], set_={"learnt": statement.excluded.learnt}
            )
        )
    kept = select(TABLE.c.day).where(TABLE.c.hall == plan.code)
    oldest = kept.order_by(TABLE.c.day.desc()).offset(DAYS_KEPT - 1).limit(1)
    limit = db.session.execute(oldest).scalar_one_or_none()
    if limit is not None:
        db.session.execute(delete(TABLE).where(TABLE.c.hall == plan.code, TABLE.c.day < limit))


def _habits(plan: HallPlan, now: datetime) -> Habits:
    """What the hall learnt from its last working days and from today, looked at now and then."""

    def learnt() -> Habits:
        today = plan.day_of(now).date
        query = select(TABLE.c.learnt).where(TABLE.c.hall == plan.code, TABLE.c.day < today)
        days = db.session.execute(query.order_by(TABLE.c.day.desc()).limit(DAYS_KEPT)).scalars()
        before = [Habits.from_json(each) for each in days]
        return sum([*reversed(before), habits_of_day(plan, today, now)], Habits())

    return _kept_for_a_while("habits", plan, now, learnt)


def _later(
    plan: HallPlan, present: Situation, habits: Habits, now: datetime, rng: np.random.Generator
) -> dict[str, list[tuple[int, int, int]]]:
    """What who comes later would wait, by half hours until the hall closes."""
    day = plan.day_of(now)

    def foreseen() -> dict[str, list[tuple[int, int, int]]]:
        moments = _half_hours(plan, day, now)
        if not moments:
            return {}
        found = forecast(present, habits, rng, newcomers=[day.ms(at) for at in moments])
        told = _ranges(found)
        later: dict[str, list[tuple[int, int, int]]] = {}
        for (lane, at), row in sorted(found.newcomers.items()):
            later.setdefault(lane, []).append((_unix_ms(day.instant(at)), *told[row]))
        return later

    return _kept_for_a_while("later", plan, now, foreseen)


def _half_hours(plan: HallPlan, day: HallDay, now: datetime) -> list[datetime]:
    """The full and half hours ahead at which the hall is open."""
    first = now + LATER_EVERY - (now - day.starts_at) % LATER_EVERY
    moments = (first + ahead * LATER_EVERY for ahead in range(LATER_AT_MOST))
    spans = opening(plan, day)
    return [at for at in moments if any(opens <= at < closes for opens, closes in spans)]


def _ranges(found: Forecast) -> list[Range]:
    """Median and 90th percentile of each row."""
    medians, nineties = found.quantile(0.5), found.quantile(0.9)
    return [(_seconds(p50), _seconds(p90)) for p50, p90 in zip(medians, nineties, strict=True)]


def _seconds(wait: float) -> int:
    return round(min(wait, UNKNOWN_S))


def _unix_ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _kept_for_a_while(what: str, plan: HallPlan, now: datetime, make: Callable[[], V]) -> V:
    """Made anew every few minutes, and when the hall has changed or its day has turned."""
    kept: dict[str, Any] = current_app.extensions.setdefault(f"estimates_{what}", {})
    stands = plan.revision, plan.day_of(now).date
    at, for_what, value = kept.get(plan.code, (None, None, None))
    if at is None or for_what != stands or not timedelta() <= now - at < LEARNS_EVERY:
        value = make()
        kept[plan.code] = now, stands, value
    return value
