"""What a worker takes next, what keeps it from nothing else, and what is forgotten in the end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from redis import Redis
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import OperationalError

from app.citizens.queries import CITIZENS
from app.core.acts import SYSTEM, Act
from app.core.db import after_commit, db, read_at_length, transaction
from app.core.nudge import Nudge
from app.notices import grants, jobs, sending
from app.notices.channels import Answer
from app.notices.jobs import forget_notices_of
from app.notices.queries import ATTEMPTS, KEPT, TABLE, counts_by_state, next_due
from app.notices.rules import Outcome, State
from app.notices.service import notify
from tests.house import HALL
from tests.notices.outbox import (
    FACTS,
    LEASE,
    QUEUE,
    account,
    allow,
    attempts,
    row,
    state,
    tell,
    work,
)


def change(house, table, *only, **values):
    with house.app.app_context(), transaction():
        db.session.execute(update(table).where(*only).values(**values))


# What is held meanwhile


def test_while_messages_go_out_the_job_keeps_no_connection(house, wechat, li, monkeypatch):
    """The database ends a transaction that stands idle, and a slow WeChat takes longer."""
    with house.app.app_context():
        pool = db.engine.pool
    held = []

    def send_and_note() -> bool:
        held.append(pool.checkedout())
        return sending.send_next()

    monkeypatch.setattr(jobs, "send_next", send_and_note)
    allow(house, wechat, "li", QUEUE)
    tell(house, li)
    assert work(house) == 1
    assert held == [0, 0]


# What cannot be read


@pytest.mark.parametrize(
    ("table", "broken"),
    [
        (TABLE, {"hall": "gone"}),
        (TABLE, {"kind": "of tomorrow"}),
        (CITIZENS, {"phone_sealed": b"sealed by another key"}),
    ],
    ids=["its hall", "its kind", "its account"],
)
def test_one_that_cannot_be_read_keeps_no_other_back(house, wechat, li, caplog, table, broken):
    wang = account(house, "wang")
    bad = tell(house, li, cause="test:bad")
    change(house, table, *([table.c.id == li] if table is CITIZENS else []), **broken)
    house.clock.advance(seconds=1)
    good = tell(house, wang, cause="test:good")
    work(house)
    assert (state(house, bad), state(house, good)) == ("failed", "in_app")
    assert row(house, bad).due_at is None
    assert row(house, bad).id in caplog.text
    assert attempts(house, bad) == []


def test_what_may_have_gone_out_before_it_could_not_be_read_is_unknown(house, wechat, li):
    allow(house, wechat, "li", QUEUE)
    cause = tell(house, li)
    with house.app.app_context():
        sending.begin_next(house.clock.now())
    change(house, TABLE, hall="gone")
    house.clock.at += LEASE
    work(house)
    assert (state(house, cause), attempts(house, cause)[0][1]) == ("unknown", "unknown")


def test_a_database_that_has_no_time_is_no_fault_of_the_notice(house, wechat, li, monkeypatch):
    cause = tell(house, li)

    def busy(*_):
        raise OperationalError("SELECT", {}, Exception("lock timeout"))

    monkeypatch.setattr(sending, "ways_of", busy)
    with pytest.raises(OperationalError):
        work(house)
    assert state(house, cause) == "pending"


# Which comes first


def test_an_old_word_of_a_booking_is_not_told_beside_the_new_one(house, wechat):
    """All of an evening would be due in the same moment of the next morning."""
    house.clock.advance(hours=13)
    li = house.citizen("li").identify()
    booked = li.book(house.slot("14:00", date="2026-11-25"))
    house.clock.advance(minutes=5)
    moved = house.slot("15:00", date="2026-11-25")
    assert li.appointment(booked, "reschedule", {"slot": moved}).status_code == 200
    house.clock.advance(minutes=5)
    assert li.appointment(booked, "cancel").status_code == 200
    with house.app.app_context():
        rows = db.session.execute(select(TABLE.c.kind, TABLE.c.state).order_by(TABLE.c.at))
        told = [tuple(each) for each in rows if each.kind != "reminder"]
    assert told == [("booked", "withdrawn"), ("changed", "withdrawn"), ("cancelled", "pending")]


def test_of_two_due_at_once_the_older_comes_first(house, wechat, li):
    due = house.clock.now()
    for n in (2, 1, 3):
        house.clock.at = due.replace(microsecond=n)
        tell(house, li, "booked", cause=f"test:{n}")
    house.clock.advance(hours=1)
    change(house, TABLE, due_at=due)
    taken = []
    with house.app.app_context(), transaction():
        while (notice := sending._take(house.clock.now())) is not None:
            taken.append(notice.cause)
            db.session.execute(update(TABLE).where(TABLE.c.id == notice.id).values(due_at=None))
    assert taken == ["test:1", "test:2", "test:3"]


def test_the_next_is_found_without_sorting_what_is_due(house):
    with house.app.app_context():
        dialect, literal = postgresql.dialect(), {"literal_binds": True}
        asked = str(next_due(house.clock.now()).compile(dialect=dialect, compile_kwargs=literal))
        read_at_length()
        for way in ("seqscan", "sort", "bitmapscan"):
            db.session.execute(text(f"SET LOCAL enable_{way} = off"))
        told = "\n".join(each[0] for each in db.session.execute(text(f"EXPLAIN {asked}")))
        db.session.rollback()
    assert "ix_notices_next_due" in told
    assert "Sort" not in told


# A nudge


def act_of(house):
    return Act(house.clock.now(), SYSTEM)


def call_all(house, li, times, *after):
    with house.app.app_context(), transaction():
        for n in range(times):
            notify(li, "called", "请", f"test:{n}", act_of(house), facts=FACTS, hall=HALL)
        for hook in after:
            after_commit(hook)


def test_however_many_are_told_at_once_a_worker_is_nudged_once_and_last(
    house, wechat, li, monkeypatch
):
    done = []
    monkeypatch.setattr(Nudge, "give", lambda _: done.append("nudged"))

    def confirm():
        with transaction():
            done.append("confirmed")

    call_all(house, li, 6, confirm)
    assert done == ["confirmed", "nudged"]


def test_a_nudge_that_finds_no_redis_is_a_line_in_the_log(house, wechat, li, monkeypatch, caplog):
    away = Redis(port=1)
    settled = house.app.extensions["parts"]
    monkeypatch.setitem(house.app.extensions, "parts", replace(settled, rq=away))
    call_all(house, li, 1)
    assert [(each.levelname, each.exc_info) for each in caplog.records] == [("WARNING", None)]


# Grants


def test_what_was_allowed_while_a_message_was_on_its_way_stands(house, wechat, li):
    allow(house, wechat, "li", QUEUE)
    tell(house, li)
    with house.app.app_context():
        begun = sending.begin_next(house.clock.now())
        house.clock.advance(seconds=1)
        with transaction():
            grants.accept(li, QUEUE, long_term=False, now=house.clock.now())
        with transaction():
            sending.record(begun.attempt, Answer(Outcome.SPENT, "43101"), house.clock.now())
        assert grants.all_left(li) == {QUEUE: 1}


def test_what_was_sent_asks_for_no_other_way(house, wechat, li, monkeypatch):
    allow(house, wechat, "li", QUEUE)
    cause = tell(house, li)
    with house.app.app_context():
        begun = sending.begin_next(house.clock.now())
        monkeypatch.setattr(sending, "ways_of", lambda _: pytest.fail("asked for ways"))
        with transaction():
            sending.record(begun.attempt, Answer(Outcome.SENT), house.clock.now())
    assert state(house, cause) == "sent"


# Counted and forgotten


def test_counted_are_a_day_and_all_that_are_pending(house, wechat, li):
    tell(house, li, cause="test:old")
    work(house)
    tell(house, li, cause="test:waits", not_before=house.clock.now())
    house.clock.advance(days=2)
    tell(house, li, cause="test:new")
    with house.app.app_context():
        counts = counts_by_state(house.clock.now())
    assert (counts[State.PENDING], counts[State.IN_APP]) == (2, 0)
    work(house)
    with house.app.app_context():
        counts = counts_by_state(house.clock.now())
    assert (counts[State.PENDING], counts[State.IN_APP]) == (0, 1)


def test_old_ones_are_forgotten_with_their_attempts(house, wechat, li):
    allow(house, wechat, "li", QUEUE)
    for n in range(3):  # one of them with an attempt
        tell(house, li, cause=f"test:{n}")
    work(house)
    unknown = tell(house, li, cause="test:unknown")
    change(house, TABLE, TABLE.c.cause == unknown, state="unknown", due_at=None)
    house.clock.at += KEPT
    kept = [tell(house, li, cause="test:now"), unknown]
    house.clock.advance(seconds=1)
    tell(house, li, "reminder", cause="test:waits", not_before=house.clock.now())
    with house.app.app_context():
        due = house.clock.now().isoformat()
        assert [forget_notices_of(HALL, due) for _ in range(2)] == [3, 0]
        left = db.session.scalars(select(TABLE.c.cause)).all()
        assert sorted(left) == sorted([*kept, "test:waits"])
        assert db.session.scalar(select(func.count()).select_from(ATTEMPTS)) == 0
