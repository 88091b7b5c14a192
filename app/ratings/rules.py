"""The five grades, what counts as praise, and until when a visit may be rated. Pure.

Source: GB/T 39735-2020 政务服务评价工作指南 (five grades, of which the last two are bad);
GB/T 39734-2020 (on site, one rating a visit).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.catalog.plan import HallPlan


class Grade(StrEnum):
    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    FAIRLY_SATISFIED = "fairly_satisfied"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"


GRADE_WORDS = {
    Grade.VERY_SATISFIED: "非常满意",
    Grade.SATISFIED: "满意",
    Grade.FAIRLY_SATISFIED: "基本满意",
    Grade.DISSATISFIED: "不满意",
    Grade.VERY_DISSATISFIED: "非常不满意",
}
BAD = (Grade.DISSATISFIED, Grade.VERY_DISSATISFIED)
DAYS_AFTER = 3
"""Hall days after the visit on which it may still be rated."""


def rated_until(plan: HallPlan, day: date) -> datetime:
    """The moment from which a visit of this hall day can no longer be rated."""
    return plan.hall_day(day + timedelta(days=DAYS_AFTER + 1)).starts_at


@dataclass(frozen=True, slots=True)
class Counts:
    """How many visits were given each grade, and how many none. Silence is no praise: `unrated`
    is no part of `rated`, nor of the share."""

    grades: Mapping[Grade, int]
    unrated: int

    @property
    def rated(self) -> int:
        return sum(self.grades.values())

    @property
    def praise(self) -> float | None:
        """The share of ratings that are not bad, 0 to 1; None where nobody rated."""
        bad = sum(self.grades[grade] for grade in BAD)
        return (self.rated - bad) / self.rated if self.rated else None


def counts_of(given: Mapping[str | None, int]) -> Counts:
    """Counts from grade -> visits; None: of those without one."""
    return Counts({grade: given.get(grade, 0) for grade in Grade}, given.get(None, 0))
