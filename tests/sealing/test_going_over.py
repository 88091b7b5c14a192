"""A hall goes over to a new key while it runs: nobody notices, and nothing is left behind."""

from __future__ import annotations

import threading
import zlib
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from app.commands.sealing import seal_group
from app.core.db import UtcDateTime, db
from app.core.resealing import lost_indexes, reseal, uses
from app.core.sealed import SEALED, SealedColumn
from app.factory import create_app
from config.settings import Settings
from tests.house import MORNING, House, id_number, open_house
from tests.processes import killed
from tests.stores import each_store_once, on_postgresql, on_sqlite

NEW = bytes(range(32))
ROWS = 3


@pytest.fixture
def houses(every_settings):
    """Processes of one hall, each with the settings of one step."""
    made: list[House] = []

    def house(**changes: Any) -> House:
        settings = replace(every_settings, **changes)
        clock = made[0].clock if made else None
        made.append(House(create_app(settings, clock)) if made else open_house(settings))
        return made[-1]

    yield house
    for one in made:
        with one.app.app_context():
            db.engine.dispose()


def steps(settings: Settings) -> dict[str, dict[str, Any]]:
    old = settings.data_key
    return {
        "before": {},
        "new opens": {"data_key": old, "data_keys_before": (NEW,)},
        "new seals": {"data_key": NEW, "data_keys_before": (old,)},
        "old is gone": {"data_key": NEW, "data_keys_before": ()},
    }


def rotate(house: House) -> int:
    with house.app.app_context():
        return sum(batch.resealed for batch in reseal())


def heads(house: House) -> set[bytes]:
    with house.app.app_context():
        return {use.head for use in uses()}


def settle(house: House) -> Any:
    """Somebody who left everything a person leaves on a phone."""
    li = house.citizen("li").identify("李小明")
    li.put("/me/phone", {"code": "phone:13812345678"})
    li.add("王秀芳", id_number=id_number("19580308"))
    li.book(house.slot("09:00"))
    return li


def seen(house: House, li: Any) -> tuple[Any, ...]:
    """What they read, by a process with other settings."""
    paths = ("/me", "/me/people", "/appointments")
    return tuple(house.get(path, li.token).json for path in paths)


@each_store_once
def test_people_read_and_write_while_a_hall_goes_over(houses, every_settings, monkeypatch):
    monkeypatch.setattr("app.core.resealing.BATCH", 1)
    step = steps(every_settings)
    old = houses(**step["before"])
    li = settle(old)
    shown = seen(old, li)
    opening, sealing = houses(**step["new opens"]), houses(**step["new seals"])
    readings: list[Any] = []
    over = threading.Event()

    def look_on() -> None:
        while not over.is_set():
            readings.extend(seen(house, li) for house in (opening, sealing))

    onlooker = threading.Thread(target=look_on)
    onlooker.start()
    try:
        meanwhile = opening.citizen("wang").identify("王𠮷")  # sealed under the old key yet
        assert rotate(sealing) > 5
    finally:
        over.set()
        onlooker.join()
    rotate(sealing)
    assert len(readings) > 1
    assert all(reading == shown for reading in readings)

    new = houses(**step["old is gone"])
    assert heads(new) == {new.app.extensions["parts"].seal.heads[0]}
    assert seen(new, li) == shown
    assert new.citizen("li").token, "found by the account's index"
    assert new.get("/me", meanwhile.token).json["name"] == "王𠮷"
    assert new.app.test_cli_runner().invoke(seal_group, ["status"]).exit_code == 0


@each_store_once
def test_killed_half_way_it_is_begun_again(houses, every_settings):
    step = steps(every_settings)
    old = houses(**step["before"])
    li = settle(old)
    shown = seen(old, li)
    settings = replace(every_settings, **step["new seals"])
    killed(settings, "before app.core.db:_commit", _rotated, nth=4)
    sealing = houses(**step["new seals"])
    assert len(heads(sealing)) == 2
    assert seen(sealing, li) == shown
    told = sealing.app.test_cli_runner().invoke(seal_group, ["rotate"])
    assert told.exit_code == 0, told.output
    assert seen(houses(**step["old is gone"]), li) == shown


def _rotated(house: House, go: Any) -> None:
    go()
    rotate(house)


@on_sqlite
def test_every_sealed_column_goes_over(houses, every_settings):
    """Also those of features that came later: rows are made up from what their tables say."""
    step = steps(every_settings)
    old = houses(**step["before"])
    for column in SEALED:
        _make_rows(old, column)
    sealing = houses(**step["new seals"])
    assert rotate(sealing) == ROWS * len(SEALED)
    assert rotate(sealing) == 0
    new = houses(**step["old is gone"])
    seal = new.app.extensions["parts"].seal
    for column in SEALED:
        with new.app.app_context():
            table = db.metadata.tables[column.table]
            query = select(table).where(table.c[column.column].is_not(None))
            for name, value in column.where.items():
                query = query.where(table.c[name] == value)
            found = db.session.execute(query).mappings().all()
        values = {
            seal.open(column.purpose.format(**row), row[column.column])
            for row in found
            if row[column.column]
        }
        assert values == {f"{column.purpose} {n}" for n in range(ROWS)}


def _make_rows(house: House, column: SealedColumn) -> None:
    """A few rows with nothing in them but what the table insists on, and this value."""
    seal = house.app.extensions["parts"].seal
    table = db.metadata.tables[column.table]
    with house.app.app_context(), db.engine.connect() as connection:
        for check in ("foreign_keys=OFF", "ignore_check_constraints=ON"):  # before it begins
            connection.connection.driver_connection.execute(f"PRAGMA {check}")
        for n in range(ROWS):
            row = {
                one.name: _made_up(one, zlib.crc32(f"{column.purpose} {n}".encode()))
                for one in table.columns
                if not one.nullable or one.primary_key
            } | dict(column.where)
            value = f"{column.purpose} {n}"
            row[column.column] = seal.seal(column.purpose.format(**row), value)
            connection.execute(insert(table).values(row))
        connection.commit()


def _made_up(column: Any, number: int) -> Any:
    if isinstance(column.type, UtcDateTime):
        return MORNING
    samples = {bytes: b"", date: MORNING.date(), time: time(9), int: number, bool: True}
    short = f"{number:x}"[: getattr(column.type, "length", None)]
    return samples.get(column.type.python_type, short)


@on_postgresql
def test_what_no_key_opens_is_told_and_left(houses, every_settings, caplog):
    house = houses(**steps(every_settings)["new seals"])
    settle(house)
    house.within(lambda: db.session.execute(text("UPDATE acts_for SET name_sealed = '\\x0102'")))
    told = house.app.test_cli_runner().invoke(seal_group, ["rotate"])
    assert told.exit_code == 1
    assert "不要去掉旧密钥" in told.output
    assert "KeyUnknown" in caplog.text


@on_postgresql
def test_another_index_key_is_noticed(houses, every_settings):
    settle(houses())
    misled = houses(index_key=NEW)
    with misled.app.app_context():
        assert {column.index for column in lost_indexes()} == {"number_index", "openid_index"}
    told = misled.app.test_cli_runner().invoke(seal_group, ["status"])
    assert told.exit_code == 1
    assert "INDEX_KEY" in told.output
