"""The order rule: from a ticket's facts to its due time. Pure.

The due time is the moment by which the hall has promised to call the ticket. All times
are whole milliseconds since the start of the hall day. Source of the rule: the order
table of docs/order.md, which halls hang on the wall.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MINUTE = 60_000


class Why(StrEnum):
    """The rows of the order table. A ticket keeps the one that gave it its due time; a plain
    transfer, a resume and an undo leave that as it was."""

    WALK_IN = "walk_in"
    APPOINTMENT = "appointment"
    APPOINTMENT_LATE = "appointment_late"
    APPOINTMENT_MISSED = "appointment_missed"
    AFAR = "afar"
    PRIORITY = "priority"
    REJOIN = "rejoin"
    REJOIN_LATE = "rejoin_late"
    TRANSFER = "transfer"
    TRANSFER_NOW = "transfer_now"
    RESUMED = "resumed"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Promises:
    """What a hall promises for one day, in milliseconds; never changed under people who wait."""

    walk_in: int = 30 * MINUTE
    late: int = 15 * MINUTE
    priority: int = 5 * MINUTE
    grace: int = 10 * MINUTE
    """After the slot's end a checked-in appointment still counts as on time."""
    late_until: int = 60 * MINUTE
    """After the slot's end; a check-in later than this is a walk-in of that moment."""
    check_in_opens: int = 60 * MINUTE
    """Before the slot's start."""
    afar_late: int = 30 * MINUTE
    rejoin_within: int = 30 * MINUTE
    rejoin_behind: int = 3
    priority_behind: int | None = None
    """The hall chose `behind_k`: priority goes behind this many of its lane, not by a promise."""


@dataclass(frozen=True, slots=True)
class Slot:
    """The booked time of an appointment."""

    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class Due:
    """A due time and the row of the order table it comes from."""

    at: int
    why: Why


def walk_in(taken_at: int, promises: Promises) -> Due:
    """A number taken at the machine."""
    return Due(taken_at + promises.walk_in, Why.WALK_IN)


def may_check_in(slot: Slot, now: int, promises: Promises) -> bool:
    """Whether check-in for this booking is open; before, the machine offers a walk-in number."""
    return now >= slot.starts - promises.check_in_opens


def appointment(slot: Slot, checked_in_at: int, promises: Promises) -> Due:
    """A booking, checked in on time, late, or so late that it is a walk-in of that moment."""
    if checked_in_at <= slot.ends + promises.grace:
        by_slot = max(slot.starts, checked_in_at)
        return Due(min(by_slot, checked_in_at + promises.walk_in), Why.APPOINTMENT)
    if checked_in_at <= slot.ends + promises.late_until:
        return Due(checked_in_at + promises.late, Why.APPOINTMENT_LATE)
    return Due(checked_in_at + promises.walk_in, Why.APPOINTMENT_MISSED)


def afar(taken_at: int, checked_in_at: int, promises: Promises) -> Due:
    """A number taken from afar, once its holder stands in the hall."""
    promised = taken_at + promises.walk_in
    if checked_in_at > afar_until(promised, promises):
        return walk_in(checked_in_at, promises)
    return Due(max(promised, checked_in_at), Why.AFAR)


def afar_until(promised: int, promises: Promises) -> int:
    """The last moment for a check-in of a number from afar that is better than a walk-in."""
    return promised + promises.afar_late


def priority(ordinary: Due, entered_at: int, behind: int | None, promises: Promises) -> Due:
    """Priority by law: by its own promise, or 1 ms behind the k-th of its lane where the hall
    chose that; never later than the ordinary rows would give.

    `behind` is the due time of the k-th (or the last) waiting ticket of the lane, or None."""
    if promises.priority_behind is None:
        preferred = entered_at + promises.priority
    else:
        preferred = entered_at if behind is None else max(entered_at, behind + 1)
    return Due(preferred, Why.PRIORITY) if preferred < ordinary.at else ordinary


def rejoin(
    own: int, passed_at: int, passes: int, now: int, behind: int | None, promises: Promises
) -> Due:
    """Back after a pass. Within the limit and for the first time: behind the k-th of its lane, but
    not later than a walk-in of now; else a walk-in of now. Never earlier than its own due.

    `passes` counts this pass, too. `behind` as in `priority`; None when nobody is counted.
    """
    newcomer = now + promises.walk_in
    until = rejoin_until(passed_at, passes, promises)
    if until is None or now > until:
        return Due(max(own, newcomer), Why.REJOIN_LATE)
    behind_them = own if behind is None else behind + 1
    return Due(max(own, min(behind_them, newcomer)), Why.REJOIN)


def rejoin_until(passed_at: int, passes: int, promises: Promises) -> int | None:
    """The last moment for a rejoin that is better than a walk-in; None: it is too often for one."""
    return None if passes > 1 else passed_at + promises.rejoin_within


def transfer_now(own: int, now: int) -> Due:
    """Transferred with the word "now" and a reason: the earlier of its own due and now."""
    return Due(min(own, now), Why.TRANSFER_NOW)
