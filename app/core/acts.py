"""Who acts, and when: the arguments every use case takes instead of reading them somewhere."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    CLERK = "clerk"
    GUIDE = "guide"
    APPROVER = "approver"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    SECURITY = "security"
    AUDITOR = "auditor"


AT_COUNTERS = (Role.CLERK, Role.SUPERVISOR)
"""Who may sit at a counter and work it."""
LEADS = (Role.SUPERVISOR, Role.ADMINISTRATOR)
"""Who answers for the hall's day."""
DECIDERS = (Role.APPROVER, Role.SUPERVISOR)
"""Who decides what no rule may decide."""
OF_THE_HALL = (Role.CLERK, Role.GUIDE, Role.APPROVER, *LEADS)
"""Who works in the hall itself; the two below only watch over it."""
ADMINISTRATOR = (Role.ADMINISTRATOR,)
"""系统管理员: who changes the hall itself, its machines and its files."""
SECURITY = (Role.SECURITY,)
"""安全管理员: who changes accounts, sessions and keys, and nothing of the hall."""
AUDITOR = (Role.AUDITOR,)
"""审计管理员: who reads what all the others did, and changes nothing."""
THREE = (*ADMINISTRATOR, *SECURITY, *AUDITOR)
"""The three kinds of administrator. An account is one of them at most."""


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
    revision: int | None = None
    """Of that hall's plan, as it was when they were recognised."""
    seen_at: datetime | None = None
    """When this session or device was last noted to be alive."""
    active_at: datetime | None = None
    """When the person of this session was last noted to do something themselves."""
    owes: str = ""
    """What they have to settle before anything else: `password`, `second_factor`."""
    person: str | None = None
    """Who a citizen is, where that was verified: what they merely declared, anybody could."""
    declared: str | None = None
    """Who a citizen says they are, verified or not: whom they mean, and nothing they may see."""

    scopes: frozenset[str] = frozenset()
    """What the key of another system may be used for."""
    reader: bool = False
    """Whether this machine reads identity cards: else what it says of one was typed."""
    printer: bool = False
    """Whether this machine has a printer of its own."""
    bears: Any = field(default=None, compare=False, repr=False)
    """The row that the token of a ticket stands for, as it was when they were recognised."""

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
