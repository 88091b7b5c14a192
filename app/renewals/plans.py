"""How the licences of a kind are watched and renewed: a plan for each kind and event. Pure.

The statutory window in which a renewal may be asked for belongs to the kind itself
(licences/kinds.py: Renewal); a plan says what this installation makes of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from enum import StrEnum

from app.licences.kinds import Span
from app.notices.rules import OfficeHours


class Event(StrEnum):
    """What its holder is reminded of."""

    RENEWAL = "renewal"
    ANNUAL_CHECK = "annual_check"
    INSPECTION = "inspection"


class Decider(StrEnum):
    """Who decides where every check says yes."""

    RULE = "rule"
    PERSON = "person"


class TermFrom(StrEnum):
    """From where the new term is counted."""

    OLD_END = "old_end"
    """The day after the old one's last."""
    DECISION = "decision"


class SiteCheck(StrEnum):
    """Whether the law demands that somebody goes and looks."""

    NEVER = "never"
    IF_CHANGED = "if_changed"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Cycle:
    """When an event recurs that is not the end of a term: one of the three is said."""

    yearly: tuple[int, int] | None = None
    """Its last day each year: month, day."""
    months: int | None = None
    """So many months after the licence's own day, and again."""
    counted_from: str = "issued_on"
    """issued_on, valid_from: the day that months are counted from."""


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder of a plan."""

    code: str
    """Unique within the plan: two-months."""
    before: Span
    """How long before the last day."""
    note: str
    """A few words for phones: at most 20 characters."""
    note_en: str
    text: str
    """The sentence in the app; {licence} {number} {until} {days} {ask_by} {hall} stand in it."""
    text_en: str
    """Empty: the Chinese one."""


@dataclass(frozen=True, slots=True)
class Late(Step):
    """What is said behind the legal deadline: what can still be done."""

    item: str | None = None
    """The hall's item by which it is applied for anew; None: that is asked at the hall."""


@dataclass(frozen=True, slots=True)
class Term:
    """How long a renewed licence holds."""

    counted_from: TermFrom
    months: int | None
    """None: as long as its kind usually does."""


@dataclass(frozen=True, slots=True)
class OneTap:
    """How a renewal is confirmed and decided; only of plans for renewals."""

    published_on: date | None
    """Since when the kind stands on the published list; None: not yet, nobody is invited."""
    decider: Decider
    checks: tuple[str, ...]
    """Names of renewals/checks.py, asked in this order."""
    term: Term
    site_check: SiteCheck
    same_as: Mapping[str, Mapping[str, str]]
    """Kind -> {a field of the licence to renew: the field of that kind that must say the same}."""
    ways: tuple[str, ...]
    """How the new licence may be handed over: deliveries/rules.py: Way."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How one kind of licence is watched for one event."""

    kind: str
    event: Event
    hall: str
    """Whose working hours hold, and who decides."""
    item: str | None
    """The hall's item by which it is done in the ordinary way."""
    steps: tuple[Step, ...]
    """The earliest first."""
    late: Late | None
    """Said instead of a step that falls behind the legal deadline: what can still be done. Its
    `before` says nothing."""
    channels: tuple[str, ...]
    """notices/rules.py: Channel, the first one first."""
    hours: OfficeHours
    """When its reminders may be sent."""
    cycle: Cycle | None
    """None: its day is the licence's last."""
    one_tap: OneTap | None
    """None: reminded of, and done at the hall."""
    contact: str | None = None
    """The field of the licence with a phone to reach whoever has no account; None: the number
    the library has of the holder."""

    def is_offered_on(self, day: date) -> bool:
        """Whether the kind stands on the published list of what is renewed with one tap."""
        since = self.one_tap.published_on if self.one_tap else None
        return since is not None and since <= day


ANY_HOUR = OfficeHours(time.min, time.max, working_days=False)


def at_any_hour(plans: Iterable[Plan]) -> list[Plan]:
    """The same plans for a demo: a hall reminds in its working hours, and whoever tries it at
    night or on a Sunday waits for no morning."""
    return [replace(plan, hours=ANY_HOUR) for plan in plans]
