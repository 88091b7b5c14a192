"""Every step of the tables' history on a full database, back and forth: what a step loses is said
here, and nothing else is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from app.core.db import db
from app.factory import create_app
from tests.filled import content, fill, lost
from tests.stores import each_store_once, on_sqlite

pytestmark = pytest.mark.faults

DOWN = {
    "0026": {"notices", "notice_attempts"},  # a notice needs an account again
    "0017": {"idempotency_keys"},  # answers that only the newer version could open
    "0015": {"places", "slots"},  # what was held for the waiting list is free again
}
"""Taking this step back loses rows of these tables, beside the tables and columns it made."""
UP = {"0017": {"idempotency_keys"}}
"""So does this step: answers of the last day that lay there in the clear."""


@pytest.fixture
def migrated(every_settings):
    made = create_app(every_settings)
    with made.app_context():
        yield
        db.session.remove()
        db.engine.dispose()


def history() -> list[str]:
    """Every revision, the oldest first."""
    config = current_app.extensions["migrate"].migrate.get_config()
    walked = ScriptDirectory.from_config(config).walk_revisions()
    return [step.revision for step in walked][::-1]


def losses(steps: Iterable[str], go: Callable[[str], object]) -> dict[str, dict[str, str]]:
    """What each step lost of a database in which every table that it knew was full."""
    found = {}
    for step in steps:
        fill(db.engine)
        before = content(db.engine)
        go(step)
        db.engine.dispose()
        if gone := lost(before, content(db.engine)):
            found[step] = gone
    return found


@each_store_once
@pytest.mark.usefixtures("migrated")
def test_each_step_back_loses_what_it_says():
    steps = history()
    earlier = dict(zip(steps[1:], steps, strict=False))
    found = losses(steps[:0:-1], lambda step: downgrade(revision=earlier[step]))
    assert {step: set(gone) for step, gone in found.items()} == DOWN, found


@each_store_once
@pytest.mark.usefixtures("migrated")
def test_each_step_forward_loses_what_it_says():
    steps = history()
    downgrade(revision=steps[0])
    db.engine.dispose()
    found = losses(steps[1:], lambda step: upgrade(revision=step))
    assert {step: set(gone) for step, gone in found.items()} == UP, found


@on_sqlite
@pytest.mark.usefixtures("migrated")
def test_a_step_that_leaves_rows_that_refer_to_nothing_is_not_done(caplog):
    """SQLite looks away while its tables are copied, and is asked in the end."""
    fill(db.engine)
    plain = db.engine.raw_connection()
    plain.cursor().execute("PRAGMA foreign_keys=OFF")
    plain.cursor().execute("DELETE FROM staff")
    plain.cursor().execute("PRAGMA foreign_keys=ON")
    plain.close()
    *_, before, latest = history()
    with pytest.raises(SystemExit):
        downgrade(revision=before)
    assert "refer to what is no longer there" in caplog.text
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == latest
