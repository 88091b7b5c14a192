"""A place on the waiting list as the outside sees it."""

from __future__ import annotations

from datetime import time
from typing import Any

from app.appointments.waiting.queries import Waiting, place_of
from app.appointments.waiting.states import State
from app.appointments.waiting.telling import name_of
from app.catalog.plan import HallPlan
from app.citizens.rules import masked_name
from app.core.http import wire_time
from app.core.language import named


def waiting_out(waiting: Waiting, plan: HallPlan, reader: str) -> dict[str, Any]:
    """An entry, for the account that joined and for whose it is, which reads the name masked."""
    name = name_of(waiting)
    return {
        "id": waiting.id,
        "state": waiting.state,
        "hall": waiting.hall,
        "hall_name": named(plan),
        "items": waiting.items,
        "item_names": [named(plan.item_coded(code)) for code in waiting.items],
        "date": waiting.day.isoformat(),
        "from": _clock(waiting.begins),
        "to": _clock(waiting.ends),
        "place": place_of(waiting),
        "offer": _offer(waiting, plan),
        "person_name": name if waiting.citizen_id == reader else masked_name(name),
        "appointment": waiting.appointment_id,
    }


def _offer(waiting: Waiting, plan: HallPlan) -> dict[str, str] | None:
    """The place that is held for them now."""
    if waiting.state != State.OFFERED:
        return None
    return {
        "slot": waiting.slot_id,
        "starts_at": wire_time(waiting.slot_starts_at, plan.zone),
        "ends_at": wire_time(waiting.slot_ends_at, plan.zone),
        "until": wire_time(waiting.offer_until, plan.zone),
    }


def _clock(at: time | None) -> str | None:
    return None if at is None else f"{at:%H:%M}"
