"""What a booking may be, and what it says when asked for what it can no longer do. Pure."""

from __future__ import annotations

from enum import StrEnum

from app.appointments.errors import (
    AlreadyCheckedIn,
    AppointmentCancelled,
    AppointmentMissed,
)
from app.core.errors import DomainError


class State(StrEnum):
    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    CANCELLED = "cancelled"
    MISSED = "missed"


ACTIVE = (State.BOOKED, State.CHECKED_IN)
"""One of these a person, hall and day."""

WORDS = {
    State.BOOKED: "已预约",
    State.CHECKED_IN: "已签到",
    State.CANCELLED: "已取消",
    State.MISSED: "未到",
}

_REFUSALS: dict[str, type[DomainError]] = {
    State.CHECKED_IN: AlreadyCheckedIn,
    State.CANCELLED: AppointmentCancelled,
    State.MISSED: AppointmentMissed,
}


def require_booked(state: str, number: str | None = None) -> None:
    """Only what is still booked can be moved, cancelled or checked in.

    Raises AlreadyCheckedIn (with the number given then), AppointmentCancelled,
    AppointmentMissed."""
    if state == State.BOOKED:
        return
    if state == State.CHECKED_IN and number is not None:
        raise AlreadyCheckedIn(f"这个预约已经签到，号码是 {number}。", number=number)
    raise _REFUSALS[state]
