"""What recurs while a licence holds: the next annual check or inspection of those one reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from app.licences.queries import Licence
from app.licences.rights import holders_of, licences_read
from app.renewals.dates import last_day
from app.renewals.plans import Event, Plan
from app.renewals.queries import plans
from app.renewals.rules import day_of


@dataclass(frozen=True, slots=True)
class Coming:
    """What is to be done about a licence by a day that is not its end."""

    licence: Licence
    plan: Plan
    last_day: date


def coming_of_citizen(citizen: str, now: datetime) -> list[Coming]:
    """Of every licence that holds and that this account reads; the soonest first."""
    today = day_of(now)
    rights = [holder.right for holder in holders_of(citizen, now)]
    licences = [one for right in rights if right.reads_licences for one in licences_read(right)]
    found = [each for one in licences if one.valid_on(today) for each in _of(one, today)]
    return sorted(found, key=lambda each: (each.last_day, each.licence.id, each.plan.event))


def _of(licence: Licence, today: date) -> Iterator[Coming]:
    known = plans()
    for event in (Event.ANNUAL_CHECK, Event.INSPECTION):
        plan = known.get((licence.kind, event))
        day = plan and plan.cycle and last_day(plan, licence, today)
        if plan and day:
            yield Coming(licence, plan, day)
