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

CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: none looks like another."""
CODE_LENGTH = 10
LOOKS_LIKE = str.maketrans("OIL", "011", " -")


def code_of(random: str) -> str:
    """A submission's code from 128 random bits in hex."""
    left, letters = int(random, 16), []
    for _ in range(CODE_LENGTH):
        left, letter = divmod(left, len(CODE_LETTERS))
        letters.append(CODE_LETTERS[letter])
    return "".join(letters)


def code_read(text: str) -> str:
    """A code as somebody typed it from paper: in groups, in small letters, O for 0."""
    return text.upper().translate(LOOKS_LIKE)


def desk_may(touched_at: datetime, closed_at: datetime | None, now: datetime) -> bool:
    """Whether the machine at which it is filled in still has a right to it."""
    return closed_at is None and now < touched_at + DESK_LASTS
