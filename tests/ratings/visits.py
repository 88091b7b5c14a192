"""Visits to be rated.

visit = finished(house)                  a number taken, called, finished
rate(house, visit, "satisfied")          its owner rates it; the whole response
"""

from __future__ import annotations

from typing import Any

from tests.house import House


def finished(house: House, item: str = "id-card", counter: str = "1") -> dict[str, Any]:
    """A ticket whose visit is over."""
    ticket = house.take(item)
    clerk = house.clerk(counter)
    called = clerk.next()
    assert called is not None
    assert called["ticket"]["id"] == ticket["id"]
    assert clerk.handle(ticket, "finish").status_code == 200
    return ticket


def rate(house: House, ticket: dict[str, Any], grade: str, **more: Any) -> Any:
    """What the bearer of a ticket's token says of it; the whole response."""
    body = {"grade": grade, **more}
    return house.post(f"/tickets/{ticket['id']}/rating", ticket["token"], body)
