"""A ticket's first row: what somebody came for, and how."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import insert

from app.catalog.plan import HallDay, HallPlan, Item
from app.catalog.service import item_of
from app.core.acts import Act
from app.core.db import db
from app.core.db import leave as leave_behind
from app.core.leaving import NewRow
from app.tickets.errors import ItemsOfSeveralLanes
from app.tickets.placing import due_at_arrival
from app.tickets.queries import TABLE, Ticket
from app.tickets.rules import Arrival
from config import logged_about

# Made once: making a statement takes longer than running it, and each number runs it.
INSERT = insert(TABLE).returning(*TABLE.c)
NEW = NewRow(TABLE, tuple(TABLE.c.keys()))
EMPTY = dict.fromkeys(TABLE.c.keys())


def items_of(plan: HallPlan, codes: list[str]) -> list[Item]:
    """What somebody names for one visit. Raises UnknownItem, ItemsOfSeveralLanes."""
    return one_lane([item_of(plan, code) for code in codes])


def one_lane(items: list[Item]) -> list[Item]:
    """The items of one visit. Raises ItemsOfSeveralLanes."""
    if len({item.lane for item in items}) > 1:
        raise ItemsOfSeveralLanes
    return items


def of_arrival(
    plan: HallPlan, day: HallDay, items: list[Item], arrival: Arrival, at: datetime
) -> dict[str, Any]:
    """The columns that follow from what somebody came for and how; `at`: the moment of the deed."""
    due = due_at_arrival(plan, day, items[0].lane, arrival, at)
    return {
        "hall": plan.code,
        "day": day.date,
        "lane": items[0].lane,
        "item": items[0].code,
        "items": [item.code for item in items],
        "due_ms": due.at,
        "due_why": due.why,
        "origin": arrival.origin,
        "priority": arrival.priority,
        "slot_starts_at": arrival.slot and arrival.slot[0],
        "slot_ends_at": arrival.slot and arrival.slot[1],
        "taken_at": arrival.taken_at,
        "entered_at": arrival.entered_at,
    }


def insert_ticket(act: Act, **columns: Any) -> Ticket:
    """A new row. One that nobody is told about is not asked about again in its transaction, and
    left behind."""
    new = {"id": act.new_id(), "token": act.new_id(), "seq_version": 1, "passes": 0}
    row = EMPTY | new | {"given_by": str(act.actor)} | columns
    logged_about.add(ticket=row["id"])
    if row["person_id"] or row["citizen_id"] or row["origin"] == "paper":
        return db.session.execute(INSERT, row).one()
    leave_behind(NEW, row)
    return cast(Ticket, SimpleNamespace(**row))
