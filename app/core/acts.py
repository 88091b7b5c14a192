"""Who acts, and when: the arguments every use case takes instead of reading them somewhere."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    CLERK = "clerk"
    GUIDE = "guide"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


AT_COUNTERS = (Role.CLERK, Role.SUPERVISOR)
"""Who may sit at a counter and work it."""
LEADS = (Role.SUPERVISOR, Role.ADMINISTRATOR)
"""Who answers for the hall's day."""
ADMINISTRATOR = (Role.ADMINISTRATOR,)
"""Who changes accounts and the hall itself."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. `hall` is the code of the hall the token belongs to."""

    kind: str
    """public, kiosk, screen, staff, ticket, citizen; system: the house itself, with an id another
    system."""
    id: str = ""
    hall: str | None = None
    role: Role | None = None
    counter: str | None = None
    """The number of the counter this clerk sits at."""
    session: str = ""
    seen_at: datetime | None = None
    """When this session or device was last noted to be alive."""
    person: str | None = None
    """Who a citizen is, where that was verified: what they merely declared, anybody could."""

    reader: bool = False
    """Whether this machine reads identity cards: else what it says of one was typed."""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else self.kind


PUBLIC = Actor("public")
SYSTEM = Actor("system")


def random_id() -> str:
    """128 random bits, as ids and tickets' tokens are: cannot be guessed."""
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Act:
    """One deed: the moment, the person, and where new ids come from."""

    now: datetime
    actor: Actor
    new_id: Callable[[], str] = random_id
    deed: str = field(default_factory=random_id)
    """Names this deed: the same for each try of one request, so that Redis, too, does it once."""
