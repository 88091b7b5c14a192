"""What every call and every look at the board asks is read from an index, on both databases."""

from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql, sqlite

from app.core.db import db, read_at_length
from app.factory import create_app
from app.tickets.queries import HELD, TABLE, in_states, waiting_in
from app.tickets.states import LIVE

DAY = date(2026, 11, 23)
ASKED = {
    "uq_tickets_one_a_counter": HELD.params(at_hall="t", at_counter="1"),
    "ix_tickets_waiting": select(TABLE.c.id).where(waiting_in("t", DAY), TABLE.c.lane == "A"),
    "ix_tickets_live": select(TABLE.c.id).where(
        TABLE.c.hall == "t", TABLE.c.day == DAY, in_states(*LIVE)
    ),
}


@pytest.mark.parametrize("index", ASKED)
def test_the_index_is_used(every_settings, index):
    with create_app(every_settings).app_context():
        name = db.engine.dialect.name
        dialect = {"sqlite": sqlite, "postgresql": postgresql}[name].dialect()
        asked = str(ASKED[index].compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        if name == "postgresql":
            read_at_length()
            # what it remembers of rows that other tests had says nothing of a hall's
            db.session.execute(
                text("DELETE FROM pg_statistic WHERE starelid = 'tickets'::regclass")
            )
            db.session.execute(text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN " if name == "sqlite" else "EXPLAIN "
        told = "\n".join(str(tuple(row)) for row in db.session.execute(text(explain + asked)))
        assert index in told, told
        db.session.rollback()
        db.engine.dispose()
