"""The migrations make exactly the tables of the models, and can be taken back."""

import pytest
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import inspect, text

from app.core.db import db
from app.factory import create_app
from tests.filled import content, fill, lost
from tests.stores import each_store_once

A_FEW_BACK = "0030"


@pytest.fixture
def migrated(every_settings):
    made = create_app(every_settings)
    with made.app_context():
        yield
        db.session.remove()
        db.engine.dispose()


def tables():
    db.engine.dispose()
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


@each_store_once
@pytest.mark.usefixtures("migrated")
def test_models_and_migrations_are_equal():
    check()
    assert tables() == set(db.metadata.tables)


@each_store_once
@pytest.mark.usefixtures("migrated")
def test_a_full_database_goes_a_few_versions_back_and_forth_and_away():
    """Step by step over all of them: tests/faults/running/test_migrations.py."""
    fill(db.engine)
    before = content(db.engine)
    downgrade(revision=A_FEW_BACK)
    db.engine.dispose()
    older = content(db.engine)
    assert lost(before, older) == {}
    upgrade()
    db.engine.dispose()
    again = content(db.engine)
    assert lost(older, again) == {}  # what later versions added is gone with its columns
    assert again.keys() == before.keys()
    downgrade(revision="base")
    assert tables() == set()
    upgrade()
    check()
    assert tables() == set(db.metadata.tables)


@pytest.mark.usefixtures("migrated")
def test_who_was_a_person_before_there_were_firms_stays_one():
    downgrade(revision="0001")
    before = (
        "INSERT INTO people (id, id_number_sealed, id_number_index, created_at)"
        " VALUES ('p', :sealed, 'found by this', '2026-11-23 01:00:00+00:00')"
    )
    with db.engine.begin() as connection:
        connection.execute(text(before), {"sealed": b"sealed"})
    upgrade()
    with db.engine.connect() as connection:
        rows = connection.execute(text("SELECT id, kind, number_sealed, number_index FROM people"))
        assert [tuple(row) for row in rows] == [("p", "person", b"sealed", "found by this")]
    downgrade(revision="0001")
    with db.engine.connect() as connection:
        rows = connection.execute(text("SELECT id_number_index FROM people"))
        assert rows.scalars().all() == ["found by this"]


@each_store_once
@pytest.mark.usefixtures("migrated")
def test_what_nobody_was_told_is_not_told_by_a_version_without_an_outbox():
    """Nor, after that, taken for something that was."""
    told = (
        "INSERT INTO notices (id, citizen_id, kind, text, cause, at, state)"
        " VALUES (:cause, 'c', :kind, '…', :cause, :at, :state)"
    )
    past, future = "2020-11-23 01:00:00+00:00", "2120-11-23 01:00:00+00:00"
    rows = [
        ("told", "changed", past, "sent"),
        ("waits", "booked", past, "pending"),
        ("withdrawn", "reminder", past, "withdrawn"),
        ("to come", "reminder", future, "pending"),
    ]
    with db.engine.begin() as connection:
        for row in rows:
            named = dict(zip(("cause", "kind", "at", "state"), row, strict=True))
            connection.execute(text(told), named)
    downgrade(revision="0012")
    kinds = {"told": "moved", "waits": "booked"}
    for there in (kinds, kinds | {"told": "changed"}):
        with db.engine.connect() as connection:
            left = connection.execute(text("SELECT cause, kind FROM notices"))
            assert {row.cause: row.kind for row in left} == there
        upgrade()


@each_store_once
@pytest.mark.usefixtures("migrated")
def test_a_version_whose_notices_need_an_account_loses_only_those_without():
    told = (
        "INSERT INTO notices (id, citizen_id, kind, text, cause, at)"
        " VALUES (:id, :citizen, 'booked', '…', :id, '2020-11-23 01:00:00+00:00')"
    )
    tried = (
        "INSERT INTO notice_attempts (notice_id, channel, at)"
        " VALUES (:id, 'sms', '2020-11-23 01:00:00+00:00')"
    )
    with db.engine.begin() as connection:
        for id, citizen in (("with", "c"), ("without", None)):
            connection.execute(text(told), {"id": id, "citizen": citizen})
            connection.execute(text(tried), {"id": id})
    downgrade(revision="0024")
    upgrade()
    check()
    with db.engine.connect() as connection:
        left = connection.execute(text("SELECT notice_id FROM notice_attempts"))
        assert left.scalars().all() == ["with"]
