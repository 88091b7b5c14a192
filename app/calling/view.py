"""Counters, calls and the board as the outside sees them. Numbers, never names."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from app.calling.counters import OPEN
from app.calling.queries import Call, call, last_call_id, last_calls
from app.calling.rules import is_overdue, recall_ready_at, tier_for
from app.catalog.plan import EVERYWHERE, Counter, HallDay, HallPlan, Zone
from app.catalog.service import auto_call_of, counter_of, counter_statuses
from app.core.acts import Act
from app.core.http import wire_time
from app.core.language import either, named, tell
from app.core.language import gettext as _
from app.core.said import Said
from app.staff.queries import clerk_at, silences
from app.tickets import queries as tickets
from app.tickets.queries import Ticket
from app.tickets.rules import waits_since
from app.tickets.states import State
from app.tickets.view import ticket_out, why_of

BOARD_CALLS = 20
"""More than a wall shows: a screen speaks what is new in this list since its last look."""
BOARD_NEXT = 6
CONSOLE_NEXT = 20
CONSOLE_PASSED = 20
SILENCE = 120_000
"""Milliseconds without a word from a clerk after which a console offers to take over. A hall may
allow it sooner, but a busy neighbour is nothing to offer."""


@dataclass(frozen=True, slots=True)
class InLine:
    """Somebody who waits for a counter, and how it would call them: see `rules.tier_for`."""

    ticket: Ticket
    tier: int
    overdue: bool


def counter_out(plan: HallPlan, no: str, act: Act) -> dict[str, Any]:
    """What a console shows: the counter, what it holds, who waits for it."""
    counter = counter_of(plan, no)
    status, since = counter_statuses(plan)[no]
    hall_day = plan.day_of(act.now)
    day = hall_day.date
    held = tickets.at_counter(plan.code, no)
    made = call(held.call_id) if held else None
    line = _line_of(counter, hall_day, act.now, plan)
    first = line[0].ticket if line and status == OPEN and not held else None
    return {
        "no": no,
        "name": named(counter),
        "status": status,
        "since": wire_time(since, plan.zone),
        "clerk": clerk_at(plan.code, no, act.now),
        "ticket": ticket_out(held, plan, act.actor) if held else None,
        "why": why_told(made.why) if made else None,
        "priority": _class_of(held) if held else None,
        "nth": made.nth if made else None,
        "recall_at": wire_time(_recall_at(held, made, plan), plan.zone),
        "tiers": counter.tiers,
        "waiting": len(line),
        "lanes": _lanes_out(counter, line, plan),
        "bound": [one.ticket.number for one in line if one.ticket.bound_to],
        "next": [
            {**line_out(one.ticket, plan), "tier": one.tier, "overdue": one.overdue}
            for one in line[:CONSOLE_NEXT]
        ],
        "parked": [
            line_out(ticket, plan) for ticket in tickets.parked_in(plan.code, day, counter.lanes)
        ],
        "passed": [
            {**line_out(ticket, plan), "passed_at": wire_time(ticket.stopped_at, plan.zone)}
            for ticket in tickets.passed_in(plan.code, day, counter.lanes, CONSOLE_PASSED)
        ],
        "vanished": [
            {**line_out(ticket, plan), "counter": ticket.counter}
            for ticket in _vanished(counter, act.now, plan)
        ],
        "auto_call": {
            **asdict(auto_call_of(counter)),
            "key": first and _auto_key(counter, first, day, plan),
        },
        "server_time": wire_time(act.now, plan.zone),
    }


def _recall_at(held: Ticket | None, made: Call | None, plan: HallPlan) -> datetime | None:
    if held is None or made is None or held.state != State.CALLED:
        return None
    return recall_ready_at(made.last_at, plan.rules)


def _auto_key(counter: Counter, first: Ticket, day: date, plan: HallPlan) -> str:
    """What a call that nobody pressed a key for is sent under: every page of this counter, also one
    loaded anew, sends the same. Each call at this counter changes it, and whatever happens to the
    first in line, so that no answer to another situation is ever given again."""
    made = last_call_id(plan.code, day, counter.no)
    return f"auto:{counter.no}:{made or 0}:{first.id}:{first.seq_version}"


def _line_of(counter: Counter, day: HallDay, now: datetime, plan: HallPlan) -> list[InLine]:
    """Who waits for this counter, in the order in which it will call them."""
    now_ms = day.ms(now)
    line = []
    for ticket in tickets.waiting(plan.code, day.date):
        tier = tier_for(counter, ticket, now_ms, plan.rules)
        if tier is not None:
            line.append(InLine(ticket, tier, is_overdue(ticket, now_ms, plan.rules)))
    return sorted(line, key=lambda one: one.tier)


def _lanes_out(counter: Counter, line: list[InLine], plan: HallPlan) -> list[dict[str, Any]]:
    """The counter's lanes as it prefers them: how many wait there for it, and since when."""
    since: dict[str, list[datetime]] = defaultdict(list)
    for one in line:
        since[one.ticket.lane].append(waits_since(one.ticket))
    return [
        {
            "lane": letters,
            "name": named(plan.lanes[letters]),
            "tier": tier,
            "waiting": len(since[letters]),
            "oldest_since": wire_time(min(since[letters], default=None), plan.zone),
        }
        for tier, lanes in enumerate(counter.tiers, start=1)
        for letters in lanes
    ]


def _vanished(counter: Counter, now: datetime, plan: HallPlan) -> list[Ticket]:
    """What other counters hold whose clerks are gone, of the lanes of this one."""
    silent = silences(plan.code, now)
    enough = max(SILENCE, plan.rules.vanished_after)
    return [
        ticket
        for ticket in tickets.at_counters(plan.code, counter.lanes)
        if ticket.counter != counter.no and silent.get(ticket.counter, enough) >= enough
    ]


def line_out(ticket: Ticket, plan: HallPlan) -> dict[str, Any]:
    """Somebody who waits, for the eyes of clerks: with the class of a priority."""
    return {
        "id": ticket.id,
        **waiting_out(ticket, plan),
        "item": ticket.item,
        "items": ticket.items,
        "waits_since": wire_time(waits_since(ticket), plan.zone),
        "priority": _class_of(ticket),
        "bound": ticket.bound_to is not None,
    }


def waiting_out(ticket: Ticket, plan: HallPlan) -> dict[str, Any]:
    """Somebody who waits, for everyone."""
    due_at = plan.hall_day(ticket.day).instant(ticket.due_ms)
    return {
        "number": ticket.number,
        "lane": ticket.lane,
        "due_at": wire_time(due_at, plan.zone),
        "why": why_of(ticket, plan),
    }


def call_out(made: Call, plan: HallPlan) -> dict[str, Any]:
    """One call, public."""
    return {
        "call_id": made.id,
        "nth": made.nth,
        "number": made.number,
        "lane": made.lane,
        "counter": made.counter,
        "now_at": made.now_at or made.counter,
        "called_at": wire_time(made.called_at, plan.zone),
        "last_at": wire_time(made.last_at, plan.zone),
        "ended_at": wire_time(made.ended_at, plan.zone),
        "ended_as": made.ended_as,
        "by_hand": made.by_hand,
        "why": why_told(made.why),
    }


def board_out(plan: HallPlan, now: datetime, zone: Zone = EVERYWHERE) -> dict[str, Any]:
    """What hangs on the wall, in one zone of the hall or for all of it."""
    day = plan.day_of(now).date
    counts = tickets.waiting_by_lane(plan.code, day)
    return {
        "hall": plan.code,
        "name": named(plan),
        "date": day.isoformat(),
        "server_time": wire_time(now, plan.zone),
        "message": either(plan.message, plan.message_en),
        "calls": [call_out(made, plan) for made in last_calls(plan.code, day, BOARD_CALLS, zone)],
        "next": [
            _next_out(ticket, plan)
            for ticket in tickets.waiting(plan.code, day, BOARD_NEXT, zone.lanes)
        ],
        "lanes": [
            {"lane": lane.letters, "name": named(lane), "waiting": counts.get(lane.letters, 0)}
            for lane in plan.lanes.values()
            if zone.lanes is None or lane.letters in zone.lanes
        ],
    }


def _next_out(ticket: Ticket, plan: HallPlan) -> dict[str, Any]:
    """Somebody who waits, on the wall. Who waits for one counter alone may stand there while others
    are called past them, so the wall says which counter."""
    told = waiting_out(ticket, plan)
    if ticket.bound_to is not None:
        told["why"]["text"] = _("等 %(counter)s 号窗口 · %(why)s") % {
            "counter": ticket.bound_to,
            "why": told["why"]["text"],
        }
    return told


def _class_of(ticket: Ticket) -> str | None:
    priority: str | None = ticket.priority if ticket.priority_struck is None else None
    return priority


def why_told(why: dict[str, Any]) -> dict[str, Any]:
    """The reason of a call, as it was kept, in the words of its reader."""
    told = {name: value for name, value in why.items() if name != "said"}
    if "said" in why:  # calls of earlier versions kept only their Chinese
        told["place"] = tell(Said(*why["said"]["place"]))
        told["text"] = _("；").join(tell(Said(*clause)) for clause in why["said"]["text"])
    return told
