"""When, and by which way, somebody is told next. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from app.catalog.plan import HallPlan, Rules
from app.catalog.rules import hours_on
from app.citizens.rules import BEIJING
from app.core.said import day_said


class Kind(StrEnum):
    BOOKED = "booked"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    MISSED = "missed"
    REMINDER = "reminder"
    FREED = "freed"
    WAITING = "waiting"
    """Something else became of an entry of the waiting list."""
    NEAR = "near"
    CALLED = "called"
    PASSED = "passed"
    GAPS = "gaps"
    """What is missing was told at the counter."""
    EXPIRING = "expiring"
    """A licence ends, or something is to be done with it by a day."""
    RENEWAL = "renewal"
    """Something became of a renewal."""
    COLLECT = "collect"
    """A result lies ready, or is on its way."""


class State(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    IN_APP = "in_app"
    """There was no other way, or none is left: it stands among the account's messages."""
    LAPSED = "lapsed"
    """It was worth nothing any more before it could be sent."""
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"
    """An attempt was made whose answer was never read. Never repeated."""
    FAILED = "failed"
    """The other side will not take it as it is: an operator has something to mend. Or whoever it is
    for has no account, and could not be reached by phone."""


class Channel(StrEnum):
    WECHAT = "wechat"
    SMS = "sms"


class Outcome(StrEnum):
    SENT = "sent"
    LATER = "later"
    """Nothing was sent, and the same may be tried again."""
    SPENT = "spent"
    """This account does not let itself be sent this any more."""
    REFUSED = "refused"
    """Nothing was sent, and the same would be refused again."""
    UNKNOWN = "unknown"


TEMPLATE_OF = {
    Kind.BOOKED: "booking",
    Kind.CHANGED: "booking",
    Kind.CANCELLED: "booking",
    Kind.FREED: "booking",
    Kind.WAITING: "booking",
    Kind.REMINDER: "reminder",
    Kind.EXPIRING: "reminder",
    Kind.RENEWAL: "reminder",
    Kind.COLLECT: "reminder",
    Kind.NEAR: "queue",
    Kind.CALLED: "queue",
    Kind.PASSED: "queue",
    Kind.GAPS: "queue",
}
"""Kind -> its template of WeChat, of which a hall has three: a phone asks for no more at one tap.
Nobody asks to be told of having missed something."""
KEPT_FOR_LATER = {Kind.NEAR: 1}
"""One-time grants that a kind leaves untouched: whoever allowed one message in line is to hear the
call by it, and not that it comes near."""
AT_ONCE = frozenset({Kind.NEAR, Kind.CALLED, Kind.PASSED})
"""Who is told waits in the hall: told by day and night, before all others, and nobody waits long
for a way that is busy."""

WAYS = (Channel.WECHAT, Channel.SMS)
"""The first that is there is taken, then the next."""
PAUSES = tuple(timedelta(seconds=s) for s in (30, 120, 600, 1800))
PAUSES_AT_ONCE = tuple(timedelta(seconds=s) for s in (2, 5))
"""Between two tries of one way where nothing was sent; after the last comes the next way."""
IDLE_AT_MOST = timedelta(days=60)


def time_field(at: datetime, zone: tzinfo) -> str:
    """A moment as fields of messages write it: 2026年11月23日 09:00."""
    local = at.astimezone(zone)
    return f"{day_said(local)} {local:%H:%M}"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours of a hall's clock in which nobody's phone is made to ring; may begin in the evening and
    end in the morning."""

    begin: time
    end: time
    zone: ZoneInfo

    @classmethod
    def of(cls, rules: Rules, zone: ZoneInfo) -> QuietHours | None:
        """As a hall chose them; None where it is never quiet."""
        if rules.quiet_hours is None:
            return None
        begin, end = (time(minutes // 60, minutes % 60) for minutes in rules.quiet_hours)
        return cls(begin, end, zone)

    def end_after(self, now: datetime) -> datetime | None:
        """When the quiet of this moment ends; None where it is not quiet."""
        local = now.astimezone(self.zone)
        over_night = self.end <= self.begin
        evening = local.time() >= self.begin
        morning = local.time() < self.end
        if not (evening or morning if over_night else evening and morning):
            return None
        day = local.date() + timedelta(days=1 if over_night and evening else 0)
        return datetime.combine(day, self.end, self.zone)


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Hours of a hall's clock in which alone something is sent; not over midnight."""

    begin: time
    end: time
    working_days: bool
    """Only on days on which the hall works; else on any."""

    def __post_init__(self) -> None:
        if self.begin >= self.end:
            raise ValueError(f"office hours end before they begin: {self.begin} to {self.end}")

    def written(self) -> dict[str, Any]:
        """As JSON keeps them."""
        return {
            "from": f"{self.begin:%H:%M}",
            "until": f"{self.end:%H:%M}",
            "working": self.working_days,
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> OfficeHours:
        """As they were before they were written."""
        begin, end = (time.fromisoformat(kept[name]) for name in ("from", "until"))
        return cls(begin, end, kept["working"])

    def begin_after(self, now: datetime, hall: HallPlan | None) -> datetime | None:
        """When they next begin; None while they last. A hall works on the days on which it is open;
        without one, and where it works on no day for IDLE_AT_MOST, any day will do: better at an
        odd time than never."""
        zone = hall.zone if hall else BEIJING
        local = now.astimezone(zone)

        def serves(day: date) -> bool:
            return not self.working_days or hall is None or bool(hours_on(hall, day))

        if serves(local.date()) and self.begin <= local.time() < self.end:
            return None
        first = local.date() + timedelta(days=1 if local.time() >= self.begin else 0)
        days = (first + timedelta(days=n) for n in range(IDLE_AT_MOST.days))
        day = next(filter(serves, days), first)
        return datetime.combine(day, self.begin, zone)


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt that is over."""

    channel: Channel
    at: datetime
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Try:
    """Tell it by this way, now."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is to be done before."""

    until: datetime


@dataclass(frozen=True, slots=True)
class End:
    """Nothing more will be done."""

    state: State


Step = Try | Wait | End


def next_step(
    kind: Kind,
    now: datetime,
    *,
    not_before: datetime,
    not_after: datetime | None,
    ways: Callable[[], Collection[Channel]],
    tried: Sequence[Tried],
    quiet: QuietHours | None,
    hours_begin: Callable[[datetime], datetime | None] = lambda _: None,
    order: Sequence[Channel] = WAYS,
    in_app: bool = True,
) -> Step:
    """What to do about a notice of which no attempt is under way. `ways`: by which its account can
    be reached at this moment; asked only where that matters. `tried`: oldest first. `hours_begin`:
    when the hours in which alone it is sent begin after a moment; None while they last. `order`:
    the ways it may take, the first one first. `in_app`: there is an account that finds it among
    its messages."""
    if any(each.outcome == Outcome.UNKNOWN for each in tried):
        return End(State.UNKNOWN)
    if any(each.outcome == Outcome.SENT for each in tried):
        return End(State.SENT)
    if not_after is not None and now >= not_after:
        return End(State.LAPSED)
    if now < not_before:
        return Wait(not_before)
    if quiet is not None and kind not in AT_ONCE:
        quiet_until = quiet.end_after(now)
        if quiet_until is not None:
            return Wait(quiet_until)
    if (hours_from := hours_begin(now)) is not None:
        return Wait(hours_from)
    pauses = PAUSES_AT_ONCE if kind in AT_ONCE else PAUSES
    there = ways()
    for way in order:
        step = _by(way, now, pauses, tried) if way in there else None
        too_late = isinstance(step, Wait) and not_after is not None and step.until >= not_after
        if step is not None and not too_late:
            return step
    refused = any(each.outcome == Outcome.REFUSED for each in tried)
    return End(State.IN_APP if in_app and not refused else State.FAILED)


def _by(
    way: Channel, now: datetime, pauses: Sequence[timedelta], tried: Sequence[Tried]
) -> Try | Wait | None:
    """What to do by one way; None when it has nothing more to give."""
    before = [each for each in tried if each.channel == way]
    if not before:
        return Try(way)
    if before[-1].outcome != Outcome.LATER or len(before) > len(pauses):
        return None
    again = before[-1].at + pauses[len(before) - 1]
    return Try(way) if now >= again else Wait(again)
