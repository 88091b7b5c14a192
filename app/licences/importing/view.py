"""How imports and coverage look on the wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, tzinfo
from typing import Any

from sqlalchemy import Row

from app.core.acts import Actor
from app.core.http import wire_time
from app.core.language import gettext as _
from app.core.language import named
from app.licences.importing.coverage import KindCoverage
from app.licences.importing.queries import Import
from app.licences.importing.rules import REFUSED, STATE_WORDS, State


def import_out(row: Import, asker: Actor, by: Mapping[str, str], zone: tzinfo) -> dict[str, Any]:
    """One import; `by`: whoever brought it -> what they are called."""
    counts = ("size", "position", "read", "new", "updated", "same", "older", "wrong")
    times = ("created_at", "started_at", "ended_at")
    return {
        "id": row.id,
        "name": row.name,
        "state": row.state,
        "state_text": _(_state_words(row)),
        "failure": row.failure,
        "by": by.get(row.actor, ""),
        "own": row.actor == str(asker),
        "encoding": row.encoding,
        **{name: getattr(row, name) for name in counts},
        "unknown_columns": row.unknown,
        **{name: wire_time(getattr(row, name), zone) for name in times},
    }


def _state_words(row: Import) -> str:
    """Taken back because its file was not taken, it was refused."""
    state = State(row.state)
    return REFUSED if state is State.CANCELLED and row.failure else STATE_WORDS[state]


def fault_out(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "row": row.number,
        "licence": row.licence,
        "field": row.field,
        "reason": row.reason,
    }


def coverage_out(found: Iterable[KindCoverage], day: date, zone: tzinfo) -> dict[str, Any]:
    kinds = list(found)
    return {
        "date": day.isoformat(),
        "kinds_to_collect": len(kinds),
        "kinds_collected": sum(each.licences > 0 for each in kinds),
        "licences": sum(each.licences for each in kinds),
        "kinds": [_kind_out(each, zone) for each in kinds],
    }


def _kind_out(found: KindCoverage, zone: tzinfo) -> dict[str, Any]:
    return {
        "kind": found.kind.code,
        "name": named(found.kind),
        "licences": found.licences,
        "holders": found.holders,
        "valid": found.valid,
        "expired": found.expired,
        "expected": found.expected,
        "last_at": wire_time(found.last_at, zone),
        "last_read": found.last_read,
        "incomplete": found.incomplete,
    }
