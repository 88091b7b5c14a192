"""A person gives a renewal back to the rule, as after a register was put right."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from app.core.acts import Act
from app.renewals.errors import AlreadyDecided, NotOfThisHall
from app.renewals.holding import held, require_open_decision
from app.renewals.queries import is_contested
from app.renewals.records import change, record
from app.renewals.rules import Why, day_of
from app.renewals.states import State

BY_MACHINE = (Why.CHECKS, Why.SOURCES)
"""For what the rule left it to a person, and may find otherwise when it looks again."""


def may_go_to_rule(row: Row[Any]) -> bool:
    """Whether looking again may tell something else; not where somebody contests what it told."""
    waits = row.state == State.CONFIRMED and row.needs_person and not is_contested(row)
    return waits and row.person_why in BY_MACHINE


def to_rule(id: str, act: Act) -> Row[Any]:
    """Have the registers asked again as if it had just been confirmed: the next sweep does it.

    Raises NotOfThisHall, AlreadyDecided, LicenceEnded, HolderChanged."""
    found = held(id, may_issue=False)
    row = found.row
    if row.hall != act.actor.hall:
        raise NotOfThisHall
    require_open_decision(found, day_of(act.now))
    if not may_go_to_rule(row):
        raise AlreadyDecided(state=row.state)
    record(id, "to_rule", act)
    return change(id, needs_person=False, person_why=None, ask_again_at=act.now, asked_times=0)
