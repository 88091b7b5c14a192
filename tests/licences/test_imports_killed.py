"""Workers killed in the middle of an import: nothing is done twice, and nothing is left out."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from app.commands.sealing import seal_group
from app.core.acts import SYSTEM, Act
from app.core.db import db
from app.factory import create_app
from app.licences.importing import jobs, running, service
from app.licences.importing.jobs import look_after_imports
from app.licences.importing.rules import FILE_LOCKED, LEASE, TRIES
from app.licences.queries import KINDS, kinds
from tests.faults.conftest import leave
from tests.house import House, open_house
from tests.licences.imports import bring, counts, faults, library, state, with_kinds, work
from tests.licences.register import csv_of, jsonl_of, register
from tests.processes import killed
from tests.stores import each_store_once, on_sqlite

SMALL = 20
"""Rows of a batch, where each is as good as one of five hundred."""
ROWS = 2 * SMALL + 7


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr(running, "BATCH", SMALL)


@pytest.fixture
def house(every_settings):
    made = with_kinds(open_house(every_settings))
    yield made
    leave(made)


def records() -> list[dict[str, Any]]:
    """Every tenth is wrong."""
    made = list(register(ROWS))
    for one in made[::10]:
        one["place"] = "青禾"
    return made


def import_all(house: House, go: Any) -> None:
    running.BATCH = SMALL  # in a process of its own
    go()
    work(house)


def look_after(house: House) -> None:
    """What the schedule does every few seconds."""
    with house.app.app_context():
        look_after_imports()


def kill(house: House, point: str, nth: int) -> None:
    killed(house.app.extensions["parts"].settings, point, import_all, at=house.clock.now(), nth=nth)


@each_store_once
@pytest.mark.parametrize(
    ("point", "done"),
    [("before app.core.db:_commit", 1), ("after app.core.db:_commit", 2)],
    ids=["before the second batch is kept", "right after"],
)
def test_a_worker_is_killed_and_another_goes_on(house, point, done):
    made = bring(house, csv_of(records()))
    kill(house, point, nth=3)  # taking it in hand is the first
    stands = state(house, made)
    assert (stands["state"], stands["read"]) == ("running", done * SMALL)
    assert len(library(house)) == stands["new"]
    look_after(house)
    work(house)
    assert state(house, made) == stands, "the dead one may still be alive"
    house.clock.advance(seconds=LEASE.total_seconds() + 1)
    look_after(house)
    work(house)
    ends = state(house, made)
    assert (ends["state"], ends["position"]) == ("done", ends["size"])
    wrong = len(range(0, ROWS, 10))
    assert counts(ends) == {"read": ROWS, "new": ROWS - wrong, "wrong": wrong}
    assert [number for number, _, _ in faults(house, made)] == list(range(2, ROWS + 2, 10))
    assert len(library(house)) == ROWS - wrong


@on_sqlite
def test_what_kills_every_worker_is_given_up(house):
    made = bring(house, csv_of(register(3)))
    for _ in range(TRIES):
        with house.app.app_context():
            assert running._take(made, house.clock), "and never heard of again"
        house.clock.advance(seconds=LEASE.total_seconds() + 1)
        look_after(house)
    work(house)
    ends = state(house, made)
    assert (ends["state"], ends["failure"], library(house)) == ("failed", running.GIVEN_UP, [])
    assert files_left(house) == []


@each_store_once
def test_what_the_database_will_not_have_does_not_stop_the_others(house):
    """A kind that went away since the rows were judged, say: its rows are found and told."""
    with house.app.app_context():
        assert "food-licence" in kinds()
    house.within(lambda: db.session.execute(delete(KINDS).where(KINDS.c.code == "food-licence")))
    made = bring(house, csv_of(register(9)))
    work(house)
    assert counts(state(house, made)) == {"read": 9, "new": 6, "wrong": 3}
    assert faults(house, made) == [(row, "", running.NOT_KEPT) for row in (4, 7, 10)]


@pytest.fixture
def one_batch_a_time(monkeypatch):
    monkeypatch.setattr(running, "LASTS", timedelta(0))


@on_sqlite
@pytest.mark.usefixtures("one_batch_a_time")
def test_an_import_that_is_cancelled_stops_and_keeps_what_it_has(house):
    made = bring(house, csv_of(register(ROWS)))
    with house.app.app_context():
        running.go_on(made)
    house.within(lambda: service.cancel(made, Act(house.clock.now(), SYSTEM)))
    work(house)
    ends = state(house, made)
    assert (ends["state"], ends["read"]) == ("cancelled", SMALL)
    assert len(library(house)) == SMALL
    assert files_left(house) == []


@on_sqlite
@pytest.mark.usefixtures("one_batch_a_time")
def test_a_long_import_lets_others_have_their_turn(house):
    """A short one that came later, and whatever lies on the queues before it."""
    long = bring(house, csv_of(register(ROWS)))
    with house.app.app_context():
        short = bring(house, jsonl_of(register(1, seed=2)), "r.jsonl")
        house.clock.advance(seconds=1)
        running.go_on(long)
        house.clock.advance(seconds=1)
        jobs.work_imports()
        assert state(house, short)["state"] == "done"
        assert state(house, long)["state"] == "running"
    work(house)
    assert counts(state(house, long)) == {"read": ROWS, "new": ROWS}


def files_left(house: House) -> list[str]:
    folder = house.app.extensions["parts"].settings.instance_path / "imports"
    return [path.name for path in folder.iterdir()]


@on_sqlite
def test_a_file_lies_sealed_and_in_nobodys_sight(house):
    content = csv_of(register(300))
    made = bring(house, content)
    [path] = (house.app.extensions["parts"].settings.instance_path / "imports").iterdir()
    assert path.name == made
    assert path.stat().st_mode & 0o077 == 0
    lies = path.read_bytes()
    assert len(lies) > len(content)
    for line in content.splitlines()[1:]:
        assert line[-40:] not in lies
    work(house)
    assert files_left(house) == []


def left_by_the_killed(house: House, name: str, hours: int) -> None:
    """A file in the folder of imports, written so long ago."""
    path = house.app.extensions["parts"].settings.instance_path / "imports" / name
    path.write_bytes(b"x")
    written = (house.clock.now() - timedelta(hours=hours)).timestamp()
    os.utime(path, (written, written))


@on_sqlite
def test_no_file_outlives_its_import(house):
    """Whoever was killed between the import's end and its file's has left one."""
    done, open_ = bring(house, csv_of(register(3))), bring(house, csv_of(register(1)))
    with house.app.app_context():
        running.go_on(done)
    assert files_left(house) == [open_]
    for name, hours in ((done, 0), (f".{done}.0a", 0), ("0" * 32, 25), (f".{'1' * 32}.0b", 1)):
        left_by_the_killed(house, name, hours)
    look_after(house)
    assert sorted(files_left(house)) == sorted([open_, f".{'1' * 32}.0b"])


@on_sqlite
def test_the_key_of_a_file_goes_too_early(every_settings, house):
    """Going over is refused while a file lies under the old key; without it the import fails at
    once, its file stays, and is gone on with when the key is back."""
    made = bring(house, csv_of(register(3)))
    old, new = every_settings.data_key, bytes(range(32))
    over = House(
        create_app(replace(every_settings, data_key=new, data_keys_before=(old,)), house.clock)
    )
    gone = House(create_app(replace(every_settings, data_key=new), house.clock))
    told = over.app.test_cli_runner().invoke(seal_group, ["rotate"])
    assert told.exit_code == 1
    assert "还有 1 个正在导入的文件" in told.output
    assert gone.app.test_cli_runner().invoke(seal_group, ["status"]).exit_code == 1
    with gone.app.app_context():
        running.go_on(made)
    ended = state(house, made)
    assert (ended["state"], ended["failure"]) == ("failed", FILE_LOCKED)
    look_after(gone)
    assert files_left(house) == [made]
    over.within(lambda: service.resume(made))
    work(over)
    assert counts(state(house, made)) == {"read": 3, "new": 3}
    assert files_left(house) == []
    told = over.app.test_cli_runner().invoke(seal_group, ["rotate"])
    assert told.exit_code == 0, told.output
    for one in (over, gone):
        leave(one)
