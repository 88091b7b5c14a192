"""What holds of submissions. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"


MARKS = ("seen", "missing")
"""What a counter notes of a material."""
DESK_LASTS = timedelta(minutes=10)
"""How long a machine in the hall still has a right to what somebody filled in at it and left."""
FOUND_FOR = timedelta(days=60)
"""How long a submission is found for the number its person takes."""
DESK_DRAFT_KEPT = timedelta(days=1)
PHONE_DRAFT_KEPT = timedelta(days=30)
"""How long a draft is kept that nobody touches."""

CODE_LENGTH = 10
"""Letters of the code by which a counter opens one."""


def desk_may(touched_at: datetime, closed_at: datetime | None, now: datetime) -> bool:
    """Whether the machine at which it is filled in still has a right to it."""
    return closed_at is None and now < touched_at + DESK_LASTS
