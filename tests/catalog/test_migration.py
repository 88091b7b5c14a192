"""A database from before bookings keeps its halls."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from app.catalog.hall_file import parse_hall
from app.catalog.loading import load_hall
from app.catalog.service import plan_of
from app.core.db import db, transaction
from app.factory import create_app
from config.settings import load_settings
from tests.catalog.conftest import SMALL
from tests.catalog.test_service import without_ids


@pytest.fixture
def app(every_database, tmp_path):
    """Needs no Redis: nothing here enters a queue."""
    nowhere = {"REDIS_URL": "redis://127.0.0.1:1", "INSTANCE_PATH": str(tmp_path)}
    made = create_app(
        load_settings({"SHUNHAO_MODE": "test", "DATABASE_URL": every_database, **nowhere})
    )
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


def columns(table: str) -> set[str]:
    db.engine.dispose()
    return {column["name"] for column in inspect(db.engine).get_columns(table)}


def test_a_hall_from_before_bookings_is_read_with_their_defaults(app):
    with transaction():
        load_hall(parse_hall(SMALL.encode()))
    db.session.remove()
    downgrade(revision="0001")
    assert not {"booking", "location"} & columns("halls")
    assert not {"exceptions", "shares"} & columns("counters")
    assert "bookable" not in columns("items")
    upgrade()
    assert without_ids(plan_of("small")) == parse_hall(SMALL.encode()).plan
