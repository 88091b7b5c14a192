"""`flask backup` and `flask restore`: everything comes back, or nothing is touched."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import select, update

from app.commands.backups import backup, restore
from app.core.clock import SetClock
from app.core.db import db
from app.factory import create_app
from app.notices.models import AttemptRow, NoticeRow
from app.operators import backups
from app.operators.archive import BackupError
from app.operators.dumps import tables_with_rows
from config.settings import Settings
from tests.crowd import faults, numbers
from tests.faults.conftest import leave
from tests.filled import content, fill
from tests.house import MORNING, House
from tests.stores import each_store_once, on_postgresql, on_sqlite

SKIPPED = 100
OTHER_KEY = bytes(range(32))


@pytest.fixture
def elsewhere(servers, every_settings, tmp_path) -> Iterator[Settings]:
    """The settings of an empty installation of the same kind, with the same keys."""
    kind = "sqlite" if every_settings.database_url.startswith("sqlite") else "postgresql"
    with servers.database(kind) as url:
        yield replace(every_settings, database_url=url, instance_path=tmp_path / "elsewhere")


def run(settings: Settings, command: Any, path: Path) -> Any:
    """A command of an installation with these settings, at nine as well."""
    app = House(create_app(settings, SetClock(MORNING))).app
    try:
        return app.test_cli_runner().invoke(command, [str(path)])
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def held(settings: Settings) -> Any:
    """All rows of an installation, and its files."""
    app = create_app(settings)
    with app.app_context():
        rows = content(db.engine)
        db.engine.dispose()
    files = settings.instance_path.rglob("*")
    return rows, {str(one): one.read_bytes() for one in files if one.is_file()}


@each_store_once
def test_every_table_and_file_comes_back(every_settings, elsewhere, tmp_path):
    recording = every_settings.instance_path / "speech" / "own" / "请.wav"
    recording.parent.mkdir(parents=True)
    recording.write_bytes(b"please")
    for settings, use in ((every_settings, "back_up"), (elsewhere, "restore")):
        app = create_app(settings)
        with app.app_context():
            if use == "back_up":
                fill(db.engine)
                backups.back_up(tmp_path / "backup", MORNING)
                before = content(db.engine)
            else:
                backups.restore(tmp_path / "backup")
                assert content(db.engine) == before
            db.engine.dispose()
    assert (elsewhere.instance_path / "speech" / "own" / "请.wav").read_bytes() == b"please"
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0


@each_store_once
def test_a_hall_goes_on_elsewhere(hall, every_settings, elsewhere, every_redis, tmp_path):
    li = hall.citizen("li").identify()
    for _ in range(3):
        hall.take("id-card")
    li.take_from_afar()
    told = run(every_settings, backup, tmp_path / "backup")
    assert told.exit_code == 0, told.output
    assert "tickets 4" in told.output
    hall.take("id-card")  # on paper, and in no backup
    with Redis.from_url(every_redis.url) as redis:
        redis.flushall()
    told = run(elsewhere, restore, tmp_path / "backup")
    assert told.exit_code == 0, told.output
    there = House(create_app(elsewhere, SetClock(MORNING)))
    assert numbers(there, state="waiting") == ["A001", "A002", "A003"]
    assert faults(there) == []
    assert there.take("id-card")["number"] == f"A{4 + SKIPPED + 1}"
    assert there.get("/me", li.token).json["name"] == "李小明"
    assert there.clerk("1").next()["ticket"]["number"] == "A001"
    leave(there)


@on_postgresql
def test_what_may_have_been_told_since_is_not_told_again(hall, every_settings, elsewhere, tmp_path):
    li = hall.citizen("li").identify()
    li.book(hall.slot("09:00"))
    with hall.app.app_context():
        db.session.execute(update(NoticeRow).values(state="pending", due_at=MORNING))
        first = db.session.execute(select(NoticeRow.id)).scalars().first()
        db.session.add(AttemptRow(notice_id=first, channel="wechat", at=MORNING))
        db.session.commit()
    assert run(every_settings, backup, tmp_path / "backup").exit_code == 0
    assert run(elsewhere, restore, tmp_path / "backup").exit_code == 0
    app = create_app(elsewhere)
    with app.app_context():
        assert set(db.session.execute(select(NoticeRow.state)).scalars()) == {"unknown"}
        assert set(db.session.execute(select(AttemptRow.outcome)).scalars()) == {"unknown"}
        db.session.remove()
        db.engine.dispose()


@on_sqlite
def test_a_file_that_was_cut_or_altered_anywhere_is_refused(
    hall, every_settings, elsewhere, tmp_path
):
    hall.take("id-card")
    assert run(every_settings, backup, tmp_path / "backup").exit_code == 0
    whole = (tmp_path / "backup").read_bytes()
    # the ends, the middle, where the manifest stands, the seal itself
    places = [0, len(whole) // 2, whole.index(b"manifest.json"), len(whole) - 90, len(whole) - 1]
    bad = [bytes([*whole[:at], whole[at] ^ 1, *whole[at + 1 :]]) for at in places]
    bad += [whole[:-1], whole[: len(whole) // 2], b"", whole + b"\n", b"PK"]
    with create_app(elsewhere).app_context():
        for altered in bad:
            (tmp_path / "bad").write_bytes(altered)
            with pytest.raises(BackupError, match="未作恢复"):
                backups.restore(tmp_path / "bad")
            assert tables_with_rows(db.engine) == []
        db.engine.dispose()
    assert not elsewhere.instance_path.exists()


@on_sqlite
def test_another_key_is_refused_and_named(hall, every_settings, elsewhere, tmp_path):
    assert run(every_settings, backup, tmp_path / "backup").exit_code == 0
    for change, word in (
        ({"data_key": OTHER_KEY}, "DATA_KEY"),
        ({"index_key": OTHER_KEY}, "INDEX"),
    ):
        settings = replace(elsewhere, **change)
        told = run(settings, restore, tmp_path / "backup")
        assert told.exit_code == 1
        assert word in told.output
        with create_app(settings).app_context():
            assert tables_with_rows(db.engine) == []
            db.engine.dispose()
    after_going_over = replace(
        elsewhere, data_key=OTHER_KEY, data_keys_before=(every_settings.data_key,)
    )
    assert run(after_going_over, restore, tmp_path / "backup").exit_code == 0


@on_sqlite
def test_no_key_stands_in_a_backup_and_everybody_can_look_into_it(hall, every_settings, tmp_path):
    assert run(every_settings, backup, tmp_path / "backup").exit_code == 0
    with zipfile.ZipFile(tmp_path / "backup") as archive:
        assert archive.testzip() is None
        everything = b"".join(archive.read(name) for name in archive.namelist())
    for key in (every_settings.data_key, every_settings.index_key):
        assert key not in everything
        assert key.hex().encode() not in everything
    again = run(every_settings, backup, tmp_path / "backup")
    assert again.exit_code == 1
    assert "已经存在" in again.output


@each_store_once
def test_where_somebody_works_already_nothing_is_restored(hall, every_settings, tmp_path):
    assert run(every_settings, backup, tmp_path / "backup").exit_code == 0
    hall.take("id-card")
    before = held(every_settings)
    told = run(every_settings, restore, tmp_path / "backup")
    assert told.exit_code == 1
    assert "不是空的" in told.output
    assert held(every_settings) == before


@each_store_once
def test_a_backup_made_while_people_come_is_of_one_moment(
    hall, every_settings, elsewhere, tmp_path
):
    """Every ticket in it has its event, its number and its place in the series."""
    over = threading.Event()

    def come() -> None:
        while not over.is_set():
            hall.take("id-card")

    coming = threading.Thread(target=come)
    coming.start()
    try:
        hall.take("id-card")
        told = run(every_settings, backup, tmp_path / "backup")
    finally:
        over.set()
        coming.join()
    assert told.exit_code == 0, told.output
    with create_app(elsewhere).app_context():
        about = backups.restore(tmp_path / "backup")
        rows = content(db.engine)
        db.engine.dispose()
    tickets = [row["number"] for row in rows["tickets"]]
    assert sorted(tickets) == [f"A{n:03d}" for n in range(1, len(tickets) + 1)]
    assert sum(row["kind"] == "taken" for row in rows["events"]) == len(tickets)
    assert about.rows["tickets"] == len(tickets)
    [series] = [row["last"] for row in rows["number_series"] if row["lane"] == "A"]
    assert series == len(tickets)


@on_postgresql
def test_a_missing_program_is_named(hall, every_settings, tmp_path, monkeypatch):
    monkeypatch.setattr("app.operators.dumps.INSTALLED", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    told = run(every_settings, backup, tmp_path / "backup")
    assert told.exit_code == 1
    assert "postgresql-client-" in told.output
    assert not (tmp_path / "backup").exists()
