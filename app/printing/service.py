"""Having a number or a test page printed: a row, in the transaction of what is printed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert

from app.core import audit
from app.core.acts import Act
from app.core.db import after_commit, db
from app.core.nudge import Nudge
from app.printing.errors import PrinterAddressNotAllowed, PrinterNotFound
from app.printing.queries import COUNTED, STANDINGS, TABLE, printers, tests_since
from app.printing.rules import WORTH, Printer, State, may_office_name
from app.tickets.queries import Ticket

NUDGE = Nudge("prints", "app.printing.jobs.print_due")
INSERT = insert(TABLE)


def print_ticket(ticket: Ticket, act: Act, *, with_code: bool) -> Ticket:
    """Have the machine's own printer print this, where it has one; nothing waits for it.

    `with_code`: the paper carries the code with which one acts for the ticket's holder."""
    if not act.actor.printer:
        return ticket
    _put(act.actor.id, ticket.hall, ticket.id, act, with_code=with_code)
    return ticket


def print_test(device: str, hall: str, act: Act) -> None:
    """Have a machine's printer print a test page, unless one waits already: a worker sends it, by
    the way that numbers take. Raises PrinterNotFound."""
    found = printers(hall, device)
    if not found:
        raise PrinterNotFound
    last = tests_since(hall, act.now - COUNTED).get(device)
    if last is None or last.state != State.PENDING:
        _put(device, hall, None, act, with_code=False)
    audit.note(act, hall, "printer_tested", found[0].name)


def refuse_address(device: str, hall: str, printer: Printer | None) -> None:
    """What an office may not name. What the command line named may stay as it is. Raises
    PrinterAddressNotAllowed."""
    if printer is None or may_office_name(printer.host, printer.port):
        return
    kept = {(known.printer.host, known.printer.port) for known in printers(hall, device)}
    if (printer.host, printer.port) not in kept:
        raise PrinterAddressNotAllowed


def forget_standing(device: str) -> None:
    """Another printer stands there from now on: nobody has asked that one."""
    db.session.execute(delete(STANDINGS).where(STANDINGS.c.device_id == device))


def _put(device: str, hall: str, ticket: str | None, act: Act, *, with_code: bool) -> None:
    row: dict[str, Any] = {
        "id": act.new_id(),
        "hall": hall,
        "device_id": device,
        "ticket_id": ticket,
        "with_code": with_code,
        "at": act.now,
        "not_after": act.now + WORTH,
        "due_at": act.now,
    }
    db.session.execute(INSERT, row)
    after_commit(NUDGE.try_give)
