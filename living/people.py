"""Who comes, what for, how, and what they do next. Pure: all chance comes as an argument."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from random import Random
from typing import TypeVar

from stdnum.cn import ric

from living.rhythm import MINUTE

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Item:
    """What people come for, as the hall offers it."""

    code: str
    name: str
    lane: str
    minutes: int
    bookable: bool = True
    form_for: str = ""
    """person, firm, either: who the form is about that can be filled in for it; empty: none."""
    collects: bool = False
    """Results are fetched by it; nobody imagined has one."""


class Way(StrEnum):
    """How somebody comes by a number."""

    WALK_IN = "walk-in"
    BOOKED = "booked"
    AFAR = "from afar"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody on the way to the hall: everything they will decide, decided."""

    way: Way
    items: tuple[Item, ...]
    priority: str | None
    fills_in: bool
    """Goes to the sample-form desk first."""
    shows_card: bool
    """Lets the machine read the ID card, which tells who is elderly."""
    born: date
    patience: float
    """Seconds of life until they give up."""
    answers_at_once: bool
    """Comes to the counter at the first call."""
    answers_recall: bool
    rejoins: bool
    """Comes back after a pass."""
    away: float
    """Seconds of life for what happens off the floor: getting here with a number from afar,
    noticing a pass, copying a missing paper."""
    grade: str | None
    """How they will rate the visit; None: not at all."""

    @property
    def minutes(self) -> int:
        return sum(item.minutes for item in self.items)


WAYS = {Way.WALK_IN: 66, Way.BOOKED: 24, Way.AFAR: 10}
PRIORITIES = {None: 92.0, "elderly": 4.0, "serviceman": 2.0, "disabled": 1.0, "pregnant": 1.0}
GRADES = {
    None: 62.0,
    "very_satisfied": 24.0,
    "satisfied": 8.0,
    "fairly_satisfied": 4.0,
    "dissatisfied": 1.5,
    "very_dissatisfied": 0.5,
}
SEVERAL = 0.1
"""This share comes for two items of a lane."""
FILLS_IN = 0.7
"""Of those who come without a booking for what has a form, this share fills it in first."""
HALF_FILLED = 0.1
"""Of these, this share gives up and takes a number like everybody else."""
OFTEN_WITH_FORM = 3.0
"""How much more often people come for what has a form: whoever tries a console wants to see one."""
IMPATIENT = 0.12
"""This share would not wait as long as it takes; at the bank one in six gave up."""
ABSENT = 0.08
DEAF = 0.5
"""Of those who miss the call, this share misses the recall, too."""
BACK = 0.8
STAYS_AWAY = 0.06
"""Of those who took a number from afar, this share never comes."""


def imagine(rng: Random, items: Sequence[Item], today: date) -> Visitor:
    """Somebody who might come now."""
    first = rng.choices(items, [how_often(item) for item in items])[0]
    way = _one(rng, WAYS)
    if way is Way.BOOKED and not first.bookable:
        way = Way.WALK_IN
    others = [
        item
        for item in items
        if item.lane == first.lane
        and item != first
        and item.bookable >= first.bookable
        and how_often(item)
    ]
    more = rng.sample(others, 1) if others and rng.random() < SEVERAL else []
    priority = _one(rng, PRIORITIES)
    years = rng.uniform(60, 85) if priority == "elderly" else rng.uniform(18, 59)
    return Visitor(
        way=way,
        items=(first, *more),
        priority=priority,
        fills_in=bool(first.form_for and way is Way.WALK_IN and not more)
        and rng.random() < FILLS_IN,
        shows_card=rng.random() < 0.7,
        born=today - timedelta(days=years * 365.25),
        patience=rng.uniform(10, 60) * MINUTE if rng.random() < IMPATIENT else 6 * 60 * MINUTE,
        answers_at_once=rng.random() >= ABSENT,
        answers_recall=rng.random() >= DEAF,
        rejoins=rng.random() < BACK,
        away=rng.uniform(4, 20) * MINUTE,
        grade=_one(rng, GRADES),
    )


def how_often(item: Item) -> float:
    """How many come for it, compared with others: short business is frequent business."""
    if item.collects:
        return 0
    return (OFTEN_WITH_FORM if item.form_for else 1) / item.minutes


def id_number(rng: Random, born: date) -> str:
    """A well-formed number of nobody: no card is issued under 110000, the city as a whole."""
    digits = f"110000{born:%Y%m%d}{rng.randrange(1000):03d}"
    return digits + str(ric.calc_check_digit(digits + "0"))


def name(rng: Random) -> str:
    """An ordinary name."""
    given = rng.sample("明华建国秀英丽芳军勇艳杰娟涛敏静强磊洋玉兰桂平", rng.choice((1, 2)))
    return rng.choice("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗") + "".join(given)


class Coming(StrEnum):
    """When somebody with a booking arrives."""

    EARLY = "early"
    ON_TIME = "on time"
    LATE = "late"
    NEVER = "never"


COMINGS = {Coming.EARLY: 35, Coming.ON_TIME: 49, Coming.LATE: 10, Coming.NEVER: 6}


def coming(rng: Random, starts_at: datetime, ends_at: datetime) -> datetime | None:
    """When somebody with this slot checks in; None: never. Early is up to 50 minutes before the
    slot, late from 12 minutes after its end, when the usual grace is over."""
    how = _one(rng, COMINGS)
    if how is Coming.EARLY:
        return starts_at - timedelta(minutes=rng.uniform(2, 50))
    if how is Coming.ON_TIME:
        return starts_at + (ends_at - starts_at) * rng.random()
    if how is Coming.LATE:
        return ends_at + timedelta(minutes=rng.uniform(12, 40))
    return None


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that can be booked."""

    id: str
    starts_at: datetime
    ends_at: datetime
    left: int


SOON = timedelta(minutes=150)
OPENS_BEFORE = timedelta(minutes=55)
"""Somebody who comes so long before the slot, or later, may check in."""
LEAVE_FREE = 2
"""Places nobody of ours takes: whoever tries the demo wants to book soon, too."""


def slot_for(rng: Random, slots: Sequence[Slot], now: datetime) -> Slot | None:
    """The slot somebody books: one of the next few hours, the nearest most often."""
    soon = [slot for slot in slots if slot.left > LEAVE_FREE and slot.starts_at <= now + SOON]
    return soon[min(int(rng.expovariate(0.8)), len(soon) - 1)] if soon else None


class Step(StrEnum):
    """What somebody does on looking at their ticket."""

    WAIT = "wait"
    LEAVE = "leave"
    REJOIN = "rejoin"
    RETURN = "return"
    """With the paper that was missing; the ticket is parked meanwhile."""
    GO = "go"
    """Home: done, or never mind."""
    RATE = "rate"


LOST = 30 * MINUTE
"""Seconds of life after which somebody who came back to a parked ticket gives it up."""


def next_step(visitor: Visitor, state: str, for_: float, is_back: bool = False) -> Step:
    """What somebody does whose ticket has been in this state for so many seconds of life; `is_back`
    once the missing paper of a parked one is there."""
    match state:
        case "waiting":
            return Step.WAIT if for_ < visitor.patience else Step.LEAVE
        case "parked" if is_back:
            return Step.WAIT if for_ < LOST else Step.LEAVE
        case "parked":
            return Step.RETURN
        case "passed":
            return Step.REJOIN if visitor.rejoins else Step.GO
        case "finished":
            return Step.RATE if visitor.grade else Step.GO
        case "called" | "serving" | "expected":
            return Step.WAIT
    return Step.GO


AT_ONCE = 2.5
"""People a counter in the first crowd."""
FULL = 2.0
"""People waiting for each counter at work from which on others come back another day."""


def first_crowd(rng: Random, counters: int, within: float) -> list[float]:
    """When those come, in seconds from the start, who make the hall lively at once."""
    return sorted(rng.uniform(0, within) for _ in range(round(AT_ONCE * counters)))


def stays_out(waiting: int, counters: int) -> bool:
    """Whether somebody at the door sees the crowd and turns round."""
    return waiting > FULL * counters


def has_numbers(number: str, quota: int | None) -> bool:
    """Whether people of ours may go on taking numbers of a lane that last gave this one: a tenth of
    the day's is left to whoever tries the demo."""
    given = int("".join(char for char in number if char.isdigit()) or 0)
    return quota is None or given < quota * 0.9


def _one(rng: Random, weights: Mapping[T, float]) -> T:
    return rng.choices(list(weights), list(weights.values()))[0]
