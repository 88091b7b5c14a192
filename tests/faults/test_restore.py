"""The database goes back to an older copy (rules 1 and 10), and what `flask queue` says."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from app.audit.models import BlockRow
from app.calling.reconcile import CLAIM_LIVES
from app.commands.queue import queue_group
from app.core import events
from app.core.acts import SYSTEM, Act
from app.core.audit import AuditRow
from app.core.db import (
    IDLE_TIMEOUT_MS,
    LOCK_TIMEOUT_MS,
    STATEMENT_TIMEOUT_MS,
    db,
    transaction,
)
from queueing.sequence import Entry
from tests.crowd import called_twice, calls, faults, numbers, rows
from tests.faults.test_killed import numbers_of, sweep_now
from tests.faults.test_rebuilding import in_order
from tests.house import HALL, House
from tests.processes import together
from tests.stores import each_store_in_time

SKIPPED = 100
STAYS = (AuditRow.__table__, BlockRow.__table__)
"""The database empties these for nobody; a real restore begins with none."""


@pytest.fixture(autouse=True)
def _no_second_look_later(monkeypatch):
    monkeypatch.setattr("app.commands.queue.SETTLED_WITHIN_S", 0)


def copy_of(house: House) -> dict[Any, list[Any]]:
    with house.app.app_context():
        kept = {
            table: db.session.execute(select(table)).all() for table in db.metadata.sorted_tables
        }
        db.session.rollback()
    return kept


def restore(house: House, copy: dict[Any, list[Any]]) -> None:
    with house.app.app_context(), transaction():
        for table in reversed(copy):
            if table not in STAYS:
                db.session.execute(delete(table))
        for table, kept in copy.items():
            if kept and table not in STAYS:
                db.session.execute(insert(table), [dict(row._mapping) for row in kept])


def queue(house: House, *words: str) -> Any:
    """What `flask queue …` answers."""
    return house.app.test_cli_runner().invoke(queue_group, words)


def rebuild(house: House, *words: str) -> None:
    result = queue(house, "rebuild", *words)
    assert result.exit_code == 0, result.output


@pytest.fixture
def gone_back(hall):
    """A001 to A003 were taken; then the first was called, A004 taken, the second left; and then
    the rows went back to before that."""
    _, leaver, _ = [hall.take("id-card") for _ in range(3)]
    copy = copy_of(hall)
    assert hall.clerk("1").next()["ticket"]["number"] == "A001"
    assert hall.take("id-card")["number"] == "A004"
    assert hall.post(f"/tickets/{leaver['id']}/leave", leaver["token"]).status_code == 200
    restore(hall, copy)
    hall.forget_clerks()
    return hall


@each_store_in_time
def test_after_a_restore_the_rebuilt_sequence_is_what_the_rows_say(gone_back):
    rebuild(gone_back, "--after-restore")
    assert in_order(gone_back) == numbers(gone_back) == ["A001", "A002", "A003"]
    assert queue(gone_back, "verify").exit_code == 0
    assert faults(gone_back) == []


@each_store_in_time
def test_paper_given_since_the_copy_is_not_given_again(gone_back):
    rebuild(gone_back, "--after-restore")
    assert gone_back.take("id-card")["number"] == f"A{3 + SKIPPED + 1}"
    assert gone_back.take("permit")["number"] == f"J{SKIPPED + 1}", "a lane the copy never saw"


@each_store_in_time
def test_a_mere_rebuild_skips_no_number(gone_back):
    rebuild(gone_back)
    assert gone_back.take("id-card")["number"] == "A004"


@each_store_in_time
def test_screens_take_a_fresh_picture_after_a_rebuild(hall):
    stream = hall.app.extensions["parts"].events(HALL)
    before = stream.ensure_generation("none")
    rebuild(hall, HALL)
    assert stream.ensure_generation("none") != before


@each_store_in_time
def test_even_without_a_rebuild_nobody_stands_in_the_way_or_is_forgotten(gone_back):
    """A failover runs no command: a ticket without its row is passed by, one that waits again by
    its row is called again."""
    gone_back.sequence.enter(Entry("f" * 32, 1, "A", -1, 1))
    called = [gone_back.clerk(no).next() for no in ("1", "2", "3", "4")]
    assert sorted(filter(None, numbers_of(called))) == ["A001", "A002", "A003"]
    assert called_twice(gone_back) == []
    sweep_now(gone_back)
    assert [fault for fault in faults(gone_back) if fault.what != "event"] == []


# What `flask queue verify` finds


def lose(house: House, ticket: Any) -> None:
    house.sequence.remove(ticket.id, ticket.seq_version + 1)


def leave_over(house: House, ticket: Any) -> None:
    house.sequence.enter(Entry("a" * 32, 1, "A", 0, 99))


def stale(house: House, ticket: Any) -> None:
    entry = Entry(ticket.id, ticket.seq_version + 1, "B", 5, ticket.serial)
    house.sequence.enter(entry)


def claim_and_die(house: House, ticket: Any) -> None:
    assert house.sequence.claim("1", ticket.id, ticket.seq_version, "the dead", 0)


def write_event_only(house: House, ticket: Any) -> None:
    act = Act(house.clock.now(), SYSTEM)
    with house.app.app_context(), transaction() as session:
        events.record(act, HALL, ticket.day, "taken", ticket_id=ticket.id)
        session.info["after_commit"].clear()


@each_store_in_time
@pytest.mark.parametrize(
    ("plant", "what"),
    [
        (lose, "missing"),
        (leave_over, "surplus"),
        (stale, "stale"),
        (claim_and_die, "claim"),
        (write_event_only, "event"),
    ],
)
def test_verify_names_each_kind_of_difference_and_the_sweep_mends_it(hall, plant, what):
    for _ in range(2):
        hall.take("id-card")
    assert queue(hall, "verify").exit_code == 0
    ticket = min(rows(hall), key=lambda row: row.serial)
    plant(hall, ticket)
    found = queue(hall, "verify")
    assert found.exit_code == 1
    named = [line.split(":")[0] for line in found.output.splitlines()]
    assert named == [what]
    sweep_now(hall)
    again = queue(hall, "verify")
    assert again.exit_code == 0, again.output
    assert in_order(hall) == ["A001", "A002"]


@each_store_in_time
def test_verify_names_a_sequence_that_is_gone(hall):
    hall.take("id-card")
    hall.app.extensions["parts"].redis.flushall()
    found = queue(hall, "verify")
    assert found.exit_code == 1
    assert "not_ready" in found.output
    rebuild(hall)
    assert queue(hall, "verify").exit_code == 0


def come_and_be_called(house: House, go: Any, no: str, times: int) -> None:
    clerk = house.clerk(no)
    go()
    for _ in range(times):
        house.take("id-card")
        clerk.next()


def verify_again_and_again(house: House, go: Any, times: int) -> list[str]:
    go()
    results = [queue(house, "verify") for _ in range(times)]
    return [result.output for result in results if result.exit_code]


@each_store_in_time
def test_verify_is_quiet_while_all_goes_well(hall):
    settings = hall.app.extensions["parts"].settings
    *_, complaints = together(
        settings,
        *((come_and_be_called, no, 20) for no in ("1", "2", "3")),
        (verify_again_and_again, 3),
    )
    assert complaints == []
    assert len(calls(hall)) == 60


def test_a_claim_outlives_every_transaction():
    """Locks are waited for 2 s, statements run 3 s, a frozen transaction is ended after 10 s."""
    assert max(LOCK_TIMEOUT_MS, STATEMENT_TIMEOUT_MS, IDLE_TIMEOUT_MS) < CLAIM_LIVES
