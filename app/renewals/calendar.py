"""On which days offices work, and on which a plan's reminders are sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

from app.catalog.calendar import calendar_days
from app.catalog.plan import CalendarDay
from app.catalog.rules import SATURDAY, hours_on
from app.catalog.service import plan_of
from app.renewals.dates import IsWorking, any_day
from app.renewals.plans import Plan


def working_days(hall: str) -> IsWorking:
    """The working days of the law, by which a term in working days is counted: Monday to Friday,
    as the State Council's notice moves them. A hall that opens on Saturdays has no more of them."""

    @cache  # most terms are counted by the calendar, and never ask
    def special() -> Mapping[date, CalendarDay]:
        return plan_of(hall).calendar or calendar_days()

    def is_working(day: date) -> bool:
        found = special().get(day)
        return found.kind == "workday" if found else day.weekday() < SATURDAY

    return is_working


def sending_days(plan: Plan) -> IsWorking:
    """The days on which reminders of this plan are sent: its hall is open then, or any."""
    if not plan.hours.working_days:
        return any_day
    hall = plan_of(plan.hall)
    return lambda day: bool(hours_on(hall, day))
