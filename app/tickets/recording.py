"""What a ticket leaves behind when it changes: its event, and its word to the sequence."""

from __future__ import annotations

from typing import Any

from app.core import events
from app.core.acts import Act
from app.core.db import after_commit
from app.tickets.queries import Ticket, sequence_of
from app.tickets.rules import entry_of
from app.tickets.states import State


def record(act: Act, ticket: Ticket, kind: str, note: str = "", nth: int | None = None) -> None:
    """Write what happened to a ticket into this transaction. `nth`: of the call's announcements."""
    # beside what happened, where it left the ticket: its log is read from these rows
    data: dict[str, Any] = {
        "note": note or None,
        "due_ms": ticket.due_ms,
        "due_why": ticket.due_why,
        "lane": ticket.lane,
        "bound_to": ticket.bound_to,
        "seat": act.actor.counter,
    }
    events.record(
        act,
        ticket.hall,
        ticket.day,
        kind,
        ticket_id=ticket.id,
        number=ticket.number,
        counter=ticket.counter,
        call_id=ticket.call_id,
        nth=nth,
        **{name: value for name, value in data.items() if value is not None},
    )


def tell_sequence(ticket: Ticket, *, waited: bool) -> None:
    """After commit, whoever waits stands in the sequence, and who `waited` and does no longer has
    left it."""
    line = sequence_of(ticket.hall, ticket.day)
    if ticket.state == State.WAITING:
        entry = entry_of(ticket)
        after_commit(lambda: line.enter(entry))
    elif waited:
        after_commit(lambda: line.remove(ticket.id, ticket.seq_version))
