"""Two of the faults in one short run, for `make test`; the others: `make test-faults`."""

from __future__ import annotations

import os
import signal

from sqlalchemy import delete, insert

from app.core.db import db, transaction
from tests.crowd import CALLS, TICKETS, calls
from tests.faults.running import books
from tests.faults.running.load import Load
from tests.faults.running.test_processes import check
from tests.faults.test_database_lost import end_connections

MOMENT_S = 1.5


def test_a_worker_is_killed_and_the_database_s_connections_are_cut(installed, request):
    """And the books, which balance, would have told of a ticket lost and of one called twice."""
    hall = installed()
    with Load(hall, visit_s=1, citizens=10, screens=1) as load:
        load.run(MOMENT_S)
        load.broken()
        os.kill(hall.pids("web")[1], signal.SIGKILL)
        load.run(MOMENT_S)
        end_connections(hall.parts["postgres"].url)
        load.mended()
        load.until_back()
        load.run(MOMENT_S)
    check(request, hall, load, "a web worker killed, and PostgreSQL's connections cut")
    first, *_, last = calls(hall.house)
    with hall.house.app.app_context(), transaction():
        db.session.execute(delete(TICKETS).where(TICKETS.c.id == first.ticket_id))
        again = {**last._mapping, "id": last.id + 1, "counter": "8"}
        db.session.execute(insert(CALLS).values(again))
    found = books.judged(books.read(hall, load))
    assert f"ticket {first.ticket_id} was given, and is lost" in found
    assert f"{last.number} was called 2 times, to 8" in found
