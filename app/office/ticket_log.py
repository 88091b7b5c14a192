"""The log of one ticket, from tap to finish: its events, its booking's, its calls. No visitor is
named in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.appointments.queries import history_of
from app.calling.queries import Call, calls_of_ticket
from app.calling.view import why_told
from app.catalog.plan import HallPlan
from app.core import events
from app.core.acts import Role
from app.core.http import wire_time
from app.core.language import gettext as _
from app.core.language import named
from app.office.ticket_log_words import (
    BOOKING_WORDS,
    EVENT_WORDS,
    WHY_WORDS,
    WITH_REASON,
    case_of,
    said,
)
from app.ratings.queries import Rating, rating_of
from app.ratings.rules import GRADE_WORDS, Grade
from app.reports.sheets import lane_name
from app.staff.queries import all_devices, all_staff
from app.staff.rules import ROLE_WORDS
from app.tickets.queries import Ticket
from app.tickets.states import STATE_WORDS, State


@dataclass(frozen=True, slots=True)
class People:
    """Who and what may have had a hand in it: staff by role, machines by name."""

    roles: Mapping[str, str]
    usernames: Mapping[str, str]
    """Of staff; nobody's for colleagues, who are told the counter only."""
    machines: Mapping[str, str]


def log_out(
    ticket: Ticket, plan: HallPlan, *, with_rating: bool, with_usernames: bool
) -> dict[str, Any]:
    """Everything that happened to a ticket, oldest first; that it was rated, and with what, only
    where its reader is not the one who was rated; by which account, where they answer for it."""
    staff = all_staff(plan.code)
    people = People(
        {row.id: row.role for row in staff},
        {row.id: row.username for row in staff if with_usernames},
        {row.id: row.name for row in all_devices(plan.code)},
    )
    booking = [
        _of_booking(row, plan, people) for row in history_of(plan.code, ticket.day, ticket.id)
    ]
    entries = [*booking, *_of_ticket(ticket, plan, people)]
    if with_rating:
        _add_grade(entries, rating_of(ticket))
    else:
        entries = [entry for entry in entries if entry["kind"] != "rated"]
    return {
        "id": ticket.id,
        "number": ticket.number,
        "date": ticket.day.isoformat(),
        "state": str(ticket.state),
        "state_text": _(STATE_WORDS[State(ticket.state)]),
        "lane": ticket.lane,
        "lane_name": lane_name(plan, ticket.lane),
        "items": [named(plan.item_coded(code)) for code in ticket.items],
        "entries": sorted(entries, key=lambda entry: entry["at"]),
    }


def _add_grade(entries: list[dict[str, Any]], rating: Rating | None) -> None:
    for entry in entries:
        if rating is not None and entry["kind"] == "rated":
            entry["note"] = _(GRADE_WORDS[Grade(rating.grade)])


def _of_booking(row: Any, plan: HallPlan, people: People) -> dict[str, Any]:
    return {
        **_entry(row.at, row.kind, row.actor, None, plan, people),
        "text": said(BOOKING_WORDS[row.kind]),
        "note": row.note or None,
    }


def _of_ticket(ticket: Ticket, plan: HallPlan, people: People) -> list[dict[str, Any]]:
    calls = {call.id: call for call in calls_of_ticket(ticket.id)}
    due: int | None = None
    lane: str | None = None
    entries = []
    for event in events.history(ticket.id, ticket.taken_at):
        data = event["data"]
        call = calls.get(event["call_id"]) if event["kind"] == "called" else None
        entries.append(
            {
                **_entry(
                    event["at"], event["kind"], event["actor"], data.get("seat"), plan, people
                ),
                "text": _text(event, lane, call, plan),
                "note": data.get("note") if event["kind"] in WITH_REASON else None,
                "call_id": event["call_id"],
                "nth": event["nth"],
                "why": _why(call) if call else None,
                **_due(data, due, ticket, plan),
            }
        )
        due, lane = data.get("due_ms", due), data.get("lane", lane)
    return entries


def _entry(
    at: datetime, kind: str, actor: str, seat: str | None, plan: HallPlan, people: People
) -> dict[str, Any]:
    return {
        "at": wire_time(at, plan.zone),
        "kind": kind,
        "who": _who(actor, seat, people),
        "call_id": None,
        "nth": None,
        "why": None,
        "due_at": None,
        "due_was": None,
        "due_why": None,
    }


def _text(event: Mapping[str, Any], lane: str | None, call: Call | None, plan: HallPlan) -> str:
    data = event["data"]
    case = case_of(event["kind"], data, lane, call is not None and call.by_hand is not None)
    known = {"counter": event["counter"], "nth": event["nth"], "bound_to": data.get("bound_to")}
    now = data.get("lane")
    return said(EVENT_WORDS[case]) % {**known, "lane": now and f"{now} {lane_name(plan, now)}"}


def _why(call: Call) -> str:
    """Why this call; of one by hand, which its sentence says already, the clerk's reason."""
    text: str = why_told(call.why)["text"] if call.by_hand is None else call.by_hand
    return text


def _due(
    data: Mapping[str, Any], before: int | None, ticket: Ticket, plan: HallPlan
) -> dict[str, Any]:
    """The due time an event left the ticket with, and the one before where it moved; nothing for
    events from before this was kept."""
    if "due_ms" not in data:
        return {}
    day, due = plan.hall_day(ticket.day), data["due_ms"]
    was = None if before in (None, due) else before
    return {
        "due_at": wire_time(day.instant(due), plan.zone),
        "due_was": was if was is None else wire_time(day.instant(was), plan.zone),
        "due_why": said(WHY_WORDS[data["due_why"]]),
    }


def _who(actor: str, seat: str | None, people: People) -> str:
    """Who it was, as far as it is the reader's business: role, account, counter, or the machine."""
    kind, _colon, id_ = actor.partition(":")
    match kind:
        case "staff":
            known = people.roles.get(id_)
            role = _(ROLE_WORDS[Role(known)]) if known else _("工作人员")
            role = f"{role} {people.usernames.get(id_, '')}".strip()
            return _("%(role)s（%(no)s 号窗口）") % {"role": role, "no": seat} if seat else role
        case "kiosk":
            return _("取号机：%(name)s") % {"name": people.machines.get(id_, "")}
        case "ticket":
            return _("持票人")
        case "citizen":
            return _("办事人（手机）")
    return _("系统")
