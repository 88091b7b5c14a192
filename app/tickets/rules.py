"""What follows from a ticket's facts: its number, its due time, the words for why. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.catalog.plan import HallDay, HallPlan
from app.citizens.rules import ELDERLY_FROM
from app.core.said import Said
from app.tickets.errors import NotAPaperNumber
from app.tickets.states import State
from queueing import order
from queueing.order import Due, Promises, Slot, Why
from queueing.sequence import Entry

PRIORITY_WORDS = {
    "elderly": "老年人",
    "disabled": "残疾人",
    "serviceman": "军人及家属",
    "pregnant": "孕产妇",
}
"""By law: 老年人权益保障法 art. 55, 残疾人保障法 art. 55, servicemen and their families;
pregnant women by custom."""
PRIORITY_FROM_AGE = {"elderly": ELDERLY_FROM}
"""The full years that a class of them begins with; a card tells them."""
PRIORITIES = tuple(PRIORITY_WORDS)


@dataclass(frozen=True, slots=True)
class Arrival:
    """How somebody came into the hall's day."""

    origin: str
    """walk_in, paper, appointment, afar."""
    taken_at: datetime
    entered_at: datetime | None
    """When they stood in the hall; None while they are still expected."""
    slot: tuple[datetime, datetime] | None = None
    priority: str | None = None

    def at_the_earliest(self, at: datetime) -> Arrival:
        """The same, with the deed of this moment (taking a number, or checking in) not before
        `at`."""
        if self.slot is not None and self.entered_at is not None:
            return replace(self, entered_at=max(self.entered_at, at))
        entered_at = self.entered_at and max(self.entered_at, at)
        return replace(self, taken_at=max(self.taken_at, at), entered_at=entered_at)


def number_text(letters: str, count: int) -> str:
    """A012; past 999 it grows: A1000."""
    return f"{letters}{count:03d}"


def paper_count(text: str) -> tuple[str, int]:
    """What stands on a number from the pad at the help desk: its letters and its count.

    Raises NotAPaperNumber."""
    written = re.fullmatch(r"([A-Z]{1,3})([0-9]{3,5})", re.sub(r"[\s-]", "", text).upper())
    if written is None:
        raise NotAPaperNumber
    return written[1], int(written[2])


def due_of(arrival: Arrival, behind: int | None, day: HallDay, promises: Promises) -> Due:
    """The due time of an arrival by the order table; while it is expected, the one promised if it
    comes in time. `behind`: see queueing.order.priority."""
    entered = day.ms(arrival.entered_at or arrival.taken_at)
    ordinary = _ordinary(arrival, entered, day, promises)
    if arrival.priority is None:
        return ordinary
    return order.priority(ordinary, entered, behind, promises)


def _ordinary(arrival: Arrival, entered: int, day: HallDay, promises: Promises) -> Due:
    if arrival.slot is not None:
        slot = Slot(day.ms(arrival.slot[0]), day.ms(arrival.slot[1]))
        return order.appointment(slot, entered, promises)
    if arrival.origin == "afar":
        return order.afar(day.ms(arrival.taken_at), entered, promises)
    return order.walk_in(day.ms(arrival.taken_at), promises)


def entry_of(ticket: Any) -> Entry:
    """A waiting row as the sequence knows it."""
    return Entry(
        ticket=ticket.id,
        version=ticket.seq_version,
        lane=ticket.lane,
        due=ticket.due_ms,
        serial=ticket.serial,
        counter=ticket.bound_to,
    )


def place_of(ticket: Any, plan: HallPlan) -> Said:
    """Why a ticket stands where it stands. Public: says 依法优先 and never which class."""
    short = {
        Why.PRIORITY: "依法优先",
        Why.REJOIN: "过号重排",
        Why.REJOIN_LATE: "过号重排",
        Why.TRANSFER_NOW: "转号，立即接续",
    }
    if ticket.due_why in short:
        return Said(short[ticket.due_why])
    entered = _clock(ticket.entered_at or ticket.taken_at, plan)
    if ticket.slot_starts_at is not None:
        slot = f"{_clock(ticket.slot_starts_at, plan)}–{_clock(ticket.slot_ends_at, plan)}"
        manner = {
            Why.APPOINTMENT_LATE: "预约 %(slot)s，%(at)s 迟到签到",
            Why.APPOINTMENT_MISSED: "预约 %(slot)s，%(at)s 签到，已过预约时段，按现场号排队",
        }.get(ticket.due_why, "预约 %(slot)s，%(at)s 签到")
        return Said(manner, {"slot": slot, "at": entered})
    if ticket.due_why == Why.AFAR and ticket.entered_at is None:
        return Said("%(at)s 远程取号，到大厅签到后参加排队", {"at": entered})
    if ticket.due_why == Why.AFAR:
        return Said("远程取号，%(at)s 到厅签到", {"at": entered})
    return Said("%(at)s 现场取号", {"at": entered})


@dataclass(frozen=True, slots=True)
class Told:
    """What phones are told of a ticket: its own, and those of who follows it."""

    own: Said
    followed: Said
    note: str
    """What to do now, in the 20 characters that a field of a message holds."""


def told_near(ticket: Any, ahead: int) -> Told:
    """`ahead` waiting tickets of its lane are still before it."""
    said = {"number": ticket.number, "ahead": ahead}
    if ahead == 0:
        return Told(
            Said("您的号码 %(number)s 已排在最前面，请到大厅留意叫号。", said),
            Said("您关注的号码 %(number)s 已排在最前面，请提醒本人留意叫号。", said),
            "已排在最前面，请到大厅留意叫号",
        )
    return Told(
        Said("您的号码 %(number)s 前面还有 %(ahead)s 人，请到大厅等候。", said),
        Said("您关注的号码 %(number)s 前面还有 %(ahead)s 人，请提醒本人到大厅等候。", said),
        f"前面还有{ahead}人，请到大厅等候",
    )


def told_called(ticket: Any) -> Told:
    """It is called to its counter."""
    said = {"number": ticket.number, "counter": ticket.counter}
    return Told(
        Said("请%(number)s号到%(counter)s号窗口办理。", said),
        Said("您关注的号码 %(number)s 已叫号，请提醒本人到 %(counter)s 号窗口办理。", said),
        f"请到{ticket.counter}号窗口办理",
    )


def told_passed(ticket: Any) -> Told:
    """It was called and nobody came, for the last time where that has closed it."""
    said = {"number": ticket.number}
    if ticket.state == State.CLOSED:
        return Told(
            Said("您的号码 %(number)s 多次过号，已经作废，需要办理时请重新取号。", said),
            Said("您关注的号码 %(number)s 多次过号，已经作废，需要办理时请重新取号。", said),
            "多次过号，已作废，请重新取号",
        )
    return Told(
        Said("您的号码 %(number)s 已过号，请点“重新排队”，不必重新取号。", said),
        Said("您关注的号码 %(number)s 已过号，请提醒本人重新排队，不必重新取号。", said),
        "请重新排队，不必重新取号",
    )


def _clock(at: datetime, plan: HallPlan) -> str:
    return at.astimezone(plan.zone).strftime("%H:%M")


def waits_since(ticket: Any) -> datetime:
    """Since when somebody may feel that they wait: who came early for a booking, from its slot."""
    entered: datetime = ticket.entered_at or ticket.taken_at
    return max(entered, ticket.slot_starts_at) if ticket.slot_starts_at else entered
