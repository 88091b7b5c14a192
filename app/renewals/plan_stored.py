"""A plan as JSON, and back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, time
from typing import Any

from app.licences.kinds import Span
from app.notices.rules import OfficeHours
from app.renewals.plans import (
    Cycle,
    Decider,
    Event,
    Late,
    OneTap,
    Plan,
    SiteCheck,
    Step,
    Term,
    TermFrom,
)


def definition_of(plan: Plan) -> dict[str, Any]:
    """A plan as JSON keeps it."""
    kept: dict[str, Any] = _plain(asdict(plan))
    return kept


def plan_of(definition: Mapping[str, Any]) -> Plan:
    """A plan as `definition_of` wrote it down."""
    kept = dict(definition)
    late, hours, cycle, one_tap = (kept[key] for key in ("late", "hours", "cycle", "one_tap"))
    return Plan(
        **{
            **kept,
            "event": Event(kept["event"]),
            "steps": tuple(_step(step) for step in kept["steps"]),
            "late": late and Late(**{**late, "before": Span(**late["before"])}),
            "channels": tuple(kept["channels"]),
            "hours": OfficeHours(
                time.fromisoformat(hours["begin"]),
                time.fromisoformat(hours["end"]),
                hours["working_days"],
            ),
            "cycle": cycle and Cycle(**{**cycle, "yearly": _pair(cycle["yearly"])}),
            "one_tap": one_tap and _one_tap(one_tap),
        }
    )


def _step(kept: Mapping[str, Any]) -> Step:
    return Step(**{**kept, "before": Span(**kept["before"])})


def _one_tap(kept: Mapping[str, Any]) -> OneTap:
    published, term = kept["published_on"], kept["term"]
    return OneTap(
        **{
            **kept,
            "published_on": published and date.fromisoformat(published),
            "decider": Decider(kept["decider"]),
            "checks": tuple(kept["checks"]),
            "term": Term(TermFrom(term["counted_from"]), term["months"]),
            "site_check": SiteCheck(kept["site_check"]),
            "ways": tuple(kept["ways"]),
        }
    )


def _pair(kept: list[int] | None) -> tuple[int, int] | None:
    return (kept[0], kept[1]) if kept else None


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case date() | time():
            return value.isoformat()
    return value
