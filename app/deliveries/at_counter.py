"""What a counter hands over to whom it has called. Runs inside the caller's transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from app.core.acts import Act
from app.deliveries import queries, service
from app.deliveries.errors import NotTheirs
from app.deliveries.queries import Delivery
from app.licences.rights import holders_by_card
from app.tickets.queries import Ticket


def ready_here(ticket: Ticket, act: Act) -> list[Delivery]:
    """What lies ready for the ticket's person, whose card the clerk has before them, and for whom
    they may act."""
    if ticket.person_id is None:
        return []
    found = holders_by_card(ticket.person_id, "", True, act.now)
    return queries.ready_for(ticket.hall, [each.right.person for each in found])


def hand_over(id: str, ticket: Ticket, act: Act) -> Row[Any]:
    """The clerk gives it to them, once. Raises NotTheirs, DeliveryNotFound, DeliveryElsewhere."""
    row = queries.line(id, ticket.hall, lock=True)
    if row.ticket_id != ticket.id and id not in {each.id for each in ready_here(ticket, act)}:
        raise NotTheirs
    return service.handed_over(row, "fetched", act, ticket_id=ticket.id)
