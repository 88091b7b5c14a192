"""Having a number printed: a row beside what is printed, in the same transaction."""

from __future__ import annotations

from sqlalchemy import delete, insert

from app.core.acts import Act
from app.core.db import after_commit, db
from app.core.nudge import Nudge
from app.printing.queries import STANDINGS, TABLE
from app.printing.rules import WORTH
from app.tickets.queries import Ticket

NUDGE = Nudge("prints", "app.printing.jobs.print_due")
INSERT = insert(TABLE)


def print_ticket(ticket: Ticket, act: Act, *, with_code: bool) -> Ticket:
    """Have the machine's own printer print this, where it has one; nothing waits for it.

    `with_code`: the paper carries the code with which one acts for the ticket's holder."""
    if not act.actor.printer:
        return ticket
    row = {
        "id": act.new_id(),
        "hall": ticket.hall,
        "device_id": act.actor.id,
        "ticket_id": ticket.id,
        "with_code": with_code,
        "at": act.now,
        "not_after": act.now + WORTH,
        "due_at": act.now,
    }
    db.session.execute(INSERT, row)
    after_commit(NUDGE.try_give)
    return ticket


def forget_standing(device: str) -> None:
    """Another printer stands there from now on: nobody has asked that one."""
    db.session.execute(delete(STANDINGS).where(STANDINGS.c.device_id == device))
