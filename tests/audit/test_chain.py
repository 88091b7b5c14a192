"""Whatever is changed in the audit behind the app's back is found, and said to be what it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from app.audit import blocks
from app.audit.blocks import BLOCKS, ROWS
from app.audit.chain import ids_in, ranges
from app.audit.jobs import verify_chain, verify_soon
from app.audit.queries import last_verified
from app.audit.verifying import Fault, Found, Place, go_on, verify
from app.core import audit
from app.core.acts import SYSTEM, Act
from app.core.clock import SetClock
from app.core.db import db
from app.worker import run_worker
from tests.audit.trail import as_owner, seal, trail
from tests.house import open_house
from tests.stores import each_store_once

LATER = timedelta(hours=1)


def write(house, *subjects: str) -> None:
    act = Act(house.clock.now(), SYSTEM)
    for subject in subjects:
        house.within(lambda of=subject: audit.note(act, "t", "device_added", of, kind="kiosk"))


def three_blocks(house) -> None:
    """One of one row, one of two, one of one."""
    write(house, "大门")
    seal(house)
    write(house, "东门", "西门")
    seal(house)
    write(house, "南门")
    assert seal(house) == 1
    assert seal(house) == 0


def found(house, *anchors: str) -> Found:
    with house.app.app_context():
        return verify(house.clock.now() + LATER, anchors)


def last_rows(house) -> list[int]:
    """The ids of 东门, 西门, 南门."""
    return [row.id for row in trail(house)[-3:]]


@each_store_once
def test_what_nobody_touched_stands(every_house):
    three_blocks(every_house)
    write(every_house, "北门")
    whole = found(every_house)
    assert (whole.fault, whole.blocks, whole.unsealed) == (None, 3, 1)
    assert whole.rows == len(trail(every_house)) - 1
    assert found(every_house, whole.last).fault is None


BREAKS = {
    Fault.ROW_ALTERED: "UPDATE audit SET subject = '后门' WHERE id = {east}",
    Fault.ROW_MISSING: "DELETE FROM audit WHERE id = {west}",
    Fault.ROW_ADDED: "INSERT INTO audit (id, hall, at, actor, deed, subject, data)"
    " SELECT -1, hall, at, actor, deed, subject, data FROM audit WHERE id = {east}",
    Fault.BLOCK_ALTERED: "UPDATE audit_blocks SET hash_before = '00' WHERE n = 3",
    Fault.BLOCK_MISSING: "DELETE FROM audit_blocks WHERE n = 2",
    Fault.HEAD_CUT: "DELETE FROM audit_blocks WHERE n = 1",
    Fault.TAIL_CUT: "DELETE FROM audit_blocks WHERE n = 3",
}


@each_store_once
def test_each_change_is_found_for_what_it_is(every_house):
    house = every_house
    three_blocks(house)
    anchor = found(house).last
    east, west, south = last_rows(house)
    for fault, statement in BREAKS.items():
        with kept(house):
            as_owner(house, statement.format(east=east, west=west))
            if fault == Fault.TAIL_CUT:
                as_owner(house, "DELETE FROM audit WHERE id = :south", south=south)
            assert found(house, anchor).fault == fault
    assert found(house, anchor).fault is None


@contextmanager
def kept(house) -> Iterator[None]:
    """Both tables as they were, afterwards."""
    with house.app.app_context():
        rows = {table: _all(table) for table in (ROWS, BLOCKS)}
    yield
    for table, was in rows.items():
        as_owner(house, str(delete(table)))
        house.within(lambda table=table, was=was: db.session.execute(table.insert(), was))


def _all(table) -> list[dict[str, Any]]:
    return [dict(row) for row in db.session.execute(select(table)).mappings()]


def test_a_block_sealed_without_the_key_does_not_fit(house, monkeypatch):
    three_blocks(house)
    east, *_ = last_rows(house)
    as_owner(house, "UPDATE audit SET actor = 'staff:other' WHERE id = :east", east=east)
    as_owner(house, "DELETE FROM audit_blocks WHERE n > 1")
    others = dataclasses.replace(house.app.extensions["parts"].settings, index_key=b"x" * 32)
    with monkeypatch.context() as patch, house.app.app_context():
        parts = dataclasses.replace(house.app.extensions["parts"], settings=others)
        patch.setitem(house.app.extensions, "parts", parts)
        assert blocks.seal(house.clock.now()) == 1
    assert found(house).fault == Fault.ROW_ALTERED


def test_a_row_that_came_to_light_late_is_sealed_with_the_next(house):
    """Its id was drawn before that of a row which is sealed already."""
    seal(house)
    write(house, "first", "second", "third")
    late = trail(house)[-2].id
    with kept_out(house, late):
        seal(house)
    write(house, "fourth")
    seal(house)
    with house.app.app_context():
        last = db.session.execute(select(BLOCKS).order_by(BLOCKS.c.n.desc())).first()
    assert last.ids == f"{late},{late + 2}"
    assert (found(house).fault, found(house).unsealed) == (None, 0)


@contextmanager
def kept_out(house, id: int) -> Iterator[None]:
    """This row is not there for a while."""
    with house.app.app_context():
        query = select(ROWS).where(ROWS.c.id == id)
        row = dict(db.session.execute(query).mappings().one())
    as_owner(house, "DELETE FROM audit WHERE id = :id", id=id)
    yield
    house.within(lambda: db.session.execute(ROWS.insert(), row))


def test_verifying_goes_on_where_it_stopped(house, monkeypatch):
    monkeypatch.setattr("app.audit.verifying.AT_ONCE", 1)
    three_blocks(house)
    place: Found | Place = Place()
    steps = 0
    with house.app.app_context():
        while isinstance(place, Place):
            turns = iter((False, True))
            place = go_on(house.clock.now(), place, lambda turns=turns: next(turns))
            steps += 1
    assert steps == 3
    assert place == found(house)


def test_the_worker_verifies_and_the_audit_says_so(house):
    three_blocks(house)
    with house.app.app_context():
        assert last_verified() is None
        assert verify_soon()
    run_worker(house.app, burst=True)
    with house.app.app_context():
        first = last_verified()
        assert first.found.fault is None
        assert first.found.blocks == 3
        db.session.rollback()
        as_owner(house, "DELETE FROM audit_blocks WHERE n = 2")
        verify_chain(Place())
        assert last_verified().found.fault == Fault.BLOCK_MISSING


LONG_AGO = datetime(2020, 1, 6, 1, tzinfo=UTC)


@each_store_once
def test_what_is_old_enough_goes_by_whole_blocks_and_the_rest_stands(every_settings, tmp_path):
    """Years ago by the database's own clock, which refuses to delete what is younger."""
    anchors = tmp_path / "anchors"
    settings = dataclasses.replace(every_settings, audit_anchor=anchors)
    house = open_house(settings, SetClock(LONG_AGO))
    three_blocks(house)
    house.clock.advance(days=200)
    write(house, "今年")
    seal(house)
    with house.app.app_context():
        assert blocks.look_after(house.clock.now())
        assert not blocks.look_after(house.clock.now())
        assert db.session.scalar(select(func.count()).select_from(BLOCKS)) == 4
    house.clock.advance(days=180)
    with house.app.app_context():
        assert blocks.look_after(house.clock.now())
    seal(house)
    assert [(row.deed, row.subject) for row in trail(house)] == [
        ("device_added", "今年"),
        ("audit_forgotten", "1-3"),
    ]
    told = anchors.read_text().split()
    assert [each.partition(":")[0] for each in told[1::2]] == ["4", "4"]
    assert found(house).fault is None
    as_owner(house, "DELETE FROM audit_blocks WHERE n = 5")
    as_owner(house, "DELETE FROM audit WHERE deed = 'audit_forgotten'")
    assert found(house).fault is None  # it was never told where that one ended
    as_owner(house, "DELETE FROM audit_blocks")
    assert found(house).fault == Fault.TAIL_CUT
    with house.app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("bad", ["", "a", "-1", "1,"])
def test_what_is_no_list_of_ids_is_refused(bad):
    with pytest.raises(ValueError, match="int"):
        ids_in(bad)


@given(st.sets(st.integers(1, 300), min_size=1))
def test_ids_are_written_short_and_read_again(ids):
    ordered = sorted(ids)
    assert ids_in(ranges(ordered)) == ordered
