"""The hall at this moment, as who leads it looks at it: a handful of questions to the database,
however many counters there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.calling.counters import OPEN
from app.calling.queries import calls_at
from app.catalog.adjusted import Adjustment, adjustments_of
from app.catalog.plan import WHOLE_HALL, Counter, HallPlan, Lane, Thresholds
from app.catalog.rules import is_open_at
from app.catalog.service import counter_statuses
from app.core.http import wire_time
from app.core.language import named
from app.office.now_warnings import BadRating, LaneNow, Warned, warnings_of
from app.office.now_warnings import Kind as Warns
from app.office.now_words import change_in_words, warning_in_words
from app.ratings.queries import bad_since
from app.renewals.desk import pressing
from app.renewals.rules import day_of
from app.staff.queries import seated, usernames
from app.tickets.outlooks import look
from app.tickets.queries import Ticket, at_counters, by_state, waiting
from app.tickets.rules import waits_since
from app.tickets.states import State
from queueing.order import MINUTE

CHANGES = 20
LONG = 2
"""A visit this many times as long as its item usually takes runs hot."""
BAD_RATING_STANDS = timedelta(hours=1)
"""So long the office is warned of one."""

Statuses = dict[str, tuple[str, datetime | None]]


@dataclass(frozen=True, slots=True)
class Scene:
    """What was read of the hall, all at one moment."""

    statuses: Statuses
    """Counter -> open, paused or closed, and since when."""
    clerks: dict[str, str]
    """Counter -> who sits there."""
    held: dict[str, Ticket]
    """Counter -> what it has called or serves."""
    called: dict[int, datetime]
    """Call -> when it was made."""
    waiting: list[Ticket]

    def works(self, no: str) -> bool:
        """Whether somebody sits at this counter, and it is open."""
        return self.statuses.get(no, ("", None))[0] == OPEN and no in self.clerks


def scene_of(plan: HallPlan, now: datetime) -> Scene:
    """Look at the hall."""
    held = at_counters(plan.code, frozenset(plan.lanes | plan.retired_lanes))
    return Scene(
        statuses=counter_statuses(plan),
        clerks=seated(plan.code, now),
        held={ticket.counter: ticket for ticket in held},
        called=calls_at([ticket.call_id for ticket in held]),
        waiting=waiting(plan.code, plan.day_of(now).date),
    )


def lanes_unworked(plan: HallPlan, now: datetime) -> list[str]:
    """The lanes that no counter serves at which somebody works."""
    statuses, clerks = counter_statuses(plan), seated(plan.code, now)
    scene = Scene(statuses, clerks, held={}, called={}, waiting=[])
    working = [counter for no, counter in plan.counters.items() if scene.works(no)]
    return [letters for letters in plan.lanes if not any(letters in each.lanes for each in working)]


def hall_now(
    plan: HallPlan, now: datetime, *, with_ratings: bool, with_renewals: bool
) -> dict[str, Any]:
    """The hall now, for staff: numbers, and who sits where; no visitor's name. `with_ratings`:
    warns of bad ones, too, whose moment tells who was rated which of their visits it was.
    `with_renewals`: warns of those that must be decided now."""
    scene, day = scene_of(plan, now), plan.day_of(now)
    lanes = [_lane_now(plan, lane, scene, now) for lane in plan.lanes.values()]
    bad = _bad_ratings(plan, now) if with_ratings else []
    found = warnings_of(lanes, bad, plan.thresholds, now)
    if with_renewals and (urgent := pressing(plan.code, day_of(now))):
        found.append(Warned(Warns.RENEWALS, day.starts_at, count=urgent))
    states = by_state(plan.code, day.date)
    oldest = min((each.since[0] for each in lanes if each.since), default=None)
    changes = adjustments_of(plan, day, CHANGES)
    return {
        "hall": plan.code,
        "date": day.date.isoformat(),
        "server_time": wire_time(now, plan.zone),
        "open": is_open_at(plan, now),
        "waiting": len(scene.waiting),
        "oldest_since": wire_time(oldest, plan.zone),
        "in_hand": len(scene.held),
        "finished": states.get(State.FINISHED, 0),
        "counters_working": sum(scene.works(no) for no in plan.counters),
        "message": plan.message,
        "stopped": plan.stops.get(WHOLE_HALL),
        "thresholds": thresholds_out(plan.thresholds),
        "warnings": [_warning_out(each, plan) for each in found],
        "lanes": [_lane_out(each, plan, found) for each in lanes],
        "counters": [_counter_out(each, plan, scene, now) for each in plan.counters.values()],
        "changes": _changes_out(changes, plan),
    }


def _bad_ratings(plan: HallPlan, now: datetime) -> list[BadRating]:
    return [(each.at, each.counter) for each in bad_since(plan.code, now - BAD_RATING_STANDS)]


def thresholds_out(thresholds: Thresholds) -> dict[str, Any]:
    """From where on is warned."""
    return {
        "oldest_wait_minutes": thresholds.oldest_wait // MINUTE,
        "waiting": thresholds.waiting,
        "unserved_lane": thresholds.unserved_lane,
        "bad_rating": thresholds.bad_rating,
    }


def _lane_now(plan: HallPlan, lane: Lane, scene: Scene, now: datetime) -> LaneNow:
    line = [ticket for ticket in scene.waiting if ticket.lane == lane.letters]
    serving = [counter.no for counter in plan.counters.values() if lane.letters in counter.lanes]
    turned = [at for no in serving if (at := scene.statuses.get(no, ("", None))[1])]
    return LaneNow(
        lane=lane,
        waiting=len(line),
        since=sorted(since for ticket in line if (since := waits_since(ticket)) <= now),
        working=sum(map(scene.works, serving)),
        turned_at=max(turned, default=None),
    )


def _lane_out(lane: LaneNow, plan: HallPlan, found: Sequence[Warned]) -> dict[str, Any]:
    letters = lane.lane.letters
    outlook = look(plan)
    likely, long = outlook.newcomers.get(letters, (None, None)) if outlook else (None, None)
    return {
        "lane": letters,
        "name": named(lane.lane),
        "waiting": lane.waiting,
        "oldest_since": wire_time(lane.since[0] if lane.since else None, plan.zone),
        "estimate": {"p50_s": likely, "p90_s": long},
        "counters_working": lane.working,
        "stopped": plan.stops.get(letters),
        "hot": any(each.lane == letters for each in found),
    }


def _counter_out(counter: Counter, plan: HallPlan, scene: Scene, now: datetime) -> dict[str, Any]:
    status, since = scene.statuses[counter.no]
    held = scene.held.get(counter.no)
    return {
        "no": counter.no,
        "name": named(counter),
        "status": status,
        "since": wire_time(since, plan.zone),
        "clerk": scene.clerks.get(counter.no),
        "ticket": _held_out(held, plan, scene, now) if held else None,
        "tiers": counter.tiers,
        "tiers_in_file": counter.tiers_in_file,
    }


def _held_out(ticket: Ticket, plan: HallPlan, scene: Scene, now: datetime) -> dict[str, Any]:
    since = scene.called.get(ticket.call_id, now)
    usual = timedelta(minutes=plan.item_coded(ticket.item).minutes)
    return {
        "number": ticket.number,
        "state": ticket.state,
        "since": wire_time(since, plan.zone),
        "long": now - since > LONG * usual,
    }


def _warning_out(warning: Warned, plan: HallPlan) -> dict[str, Any]:
    return {
        "kind": warning.kind,
        "lane": warning.lane,
        "text": warning_in_words(warning, plan),
        "since": wire_time(warning.since, plan.zone),
    }


def _changes_out(changes: Iterable[Adjustment], plan: HallPlan) -> list[dict[str, Any]]:
    changes = list(changes)
    names = usernames(by for each in changes for by in (each.made_by, each.ended_by))
    return [
        {
            "at": wire_time(each.made_at, plan.zone),
            "by": names.get(each.made_by),
            "text": change_in_words(each, plan),
            "reason": each.reason,
            "ended_at": wire_time(each.ended_at, plan.zone),
            "ended_by": names.get(each.ended_by),
        }
        for each in changes
    ]
