"""What holds of renewals. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from app.citizens.rules import BEIJING

CODE_LENGTH = 10
"""Letters of the code by which people name a renewal."""
DAY = timedelta(days=1)
LETTERS_AND_DIGITS = re.compile(r"[0-9A-Za-z]")


class Why(StrEnum):
    """Why a renewal waits for a person."""

    CHECKS = "checks"
    """A check said no: a rule refuses nobody."""
    SOURCES = "sources"
    """A source gave no answer, however often it was asked."""
    PLAN = "plan"
    """This kind is decided by people."""
    CONTEST = "contest"
    """Its holder says that a rule was wrong."""
    TAKEN_BACK = "taken_back"
    """Something had overtaken it, and its register took that back."""


class By(StrEnum):
    """Who decided."""

    RULE = "rule"
    LAW = "law"
    """Nobody decided in time: 行政许可法第五十条第二款."""
    PERSON = "person"


def by_whom(decided_by: str) -> By:
    """Who that was, of what `decided_by` keeps: rule, law, or the person by name."""
    return By(decided_by) if decided_by in (By.RULE, By.LAW) else By.PERSON


def end_of(day: date) -> datetime:
    """The moment at which this day is over, in Beijing."""
    return datetime.combine(day + DAY, time(), BEIJING)


def day_of(at: datetime) -> date:
    """The day of a moment, where licences are of."""
    return at.astimezone(BEIJING).date()


def tail_of(number: str) -> str:
    """The last letters and digits of a licence's number, enough to tell two apart: 0028 of
    〔2021〕第0028号. Its last characters where it has neither."""
    return ("".join(LETTERS_AND_DIGITS.findall(number)) or number)[-4:]


def days_waited(confirmed_at: datetime | None, until: datetime) -> int:
    """Days from the tap until the decision, or until now; none where it comes on the same day."""
    return 0 if confirmed_at is None else (day_of(until) - day_of(confirmed_at)).days
