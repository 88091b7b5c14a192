"""Cabinets and what lies in them, as the outside sees them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from app.catalog.service import plan_of
from app.core.http import wire_time
from app.deliveries import boxes
from app.deliveries.queries import delivery
from app.deliveries.states import Use
from app.deliveries.stored import laid_in
from app.deliveries.view import place_out


def cabinet_out(cabinet: Row[Any], now: datetime) -> dict[str, Any]:
    """A cabinet as its screen shows it."""
    used = {use.box: use for use in boxes.uses_in(cabinet.code)}
    return {
        "code": cabinet.code,
        **place_out(cabinet),
        "server_time": wire_time(now, plan_of(cabinet.hall).zone),
        "boxes": [{**box, **_door(used.get(box["no"]))} for box in cabinet.boxes],
    }


def cabinet_name_out(cabinet: Row[Any]) -> dict[str, Any]:
    """A cabinet in a list, with its empty boxes counted."""
    return {
        "code": cabinet.code,
        **place_out(cabinet),
        "free": len(cabinet.boxes) - len(boxes.uses_in(cabinet.code)),
    }


def use_out(use: Row[Any]) -> dict[str, Any]:
    """Which box is to be opened."""
    return {"use": use.id, "cabinet": use.cabinet, "box": use.box}


def collected_out(use: Row[Any], now: datetime) -> dict[str, Any]:
    """The same, with what lies in it."""
    lies = delivery(use.delivery_id).content
    return {
        **use_out(use),
        "contents": list(lies.contents),
        "more": boxes.waiting_for(use, now),
    }


def dropped_out(use: Row[Any]) -> dict[str, Any]:
    """Which box is to be opened, and what somebody said they lay in."""
    return {**use_out(use), "contents": laid_in(use)["contents"], "more": 0}


def _door(use: Row[Any] | None) -> dict[str, Any]:
    if use is None:
        return {"state": "free", "holds": False}
    is_open = use.opened_at is not None and use.state in (Use.FILLING, Use.EMPTYING)
    return {"state": "open" if is_open else "taken", "holds": use.state != Use.FILLING}
