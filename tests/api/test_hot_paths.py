"""What a call and a number cost: the statements and scripts of the two busiest paths, counted.

Each of them was once twice as many. Who needs one more takes it here, knowingly.
"""

from __future__ import annotations

from app.core.db import db, transaction
from tests.asked import scripts, statements
from tests.house import refused

ASKING = 1
"""Who asks, with the revision of their hall."""
CALL = ASKING + 6
"""The key, the counter's lock, the ticket it holds with its call, that one's end, the call, and
what is left behind: events, both calls, audit, answer."""
CALL_SCRIPTS = 6
"""Two limits, whether the last call reached its clerk, the claim, two events, the confirmation."""
NUMBER = ASKING + 4
"""The key, a serial and a number, who stands before it, and what is left behind: the ticket, its
event, audit, answer."""
NUMBER_SCRIPTS = 4
"""Two limits, the event, the entry."""


def test_a_call(house):
    for _ in range(3):
        house.take()
    clerk = house.clerk()
    for _ in range(2):
        clerk.next()
    with statements(house) as sent, scripts(house) as run:
        clerk.next()
    assert len(sent) <= CALL, sent
    assert run() <= CALL_SCRIPTS


def test_a_number(house):
    for _ in range(2):
        house.take()
    with statements(house) as sent, scripts(house) as run:
        house.take()
    assert len(sent) <= NUMBER, sent
    assert run() <= NUMBER_SCRIPTS


def test_a_token_that_was_known_is_asked_for_anew(house):
    clerk = house.clerk()
    assert clerk.see()["status"] == "open"
    with house.app.app_context(), transaction():
        db.session.execute(db.text("UPDATE staff_sessions SET ended_at = created_at"))
    refused(clerk.do("pause"), 401, "unauthenticated")
