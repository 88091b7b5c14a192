"""The migrations make exactly the tables of the models, and can be taken back."""

import pytest
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import inspect

from app.core.db import db
from app.factory import create_app


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


@pytest.mark.usefixtures("migrated")
def test_models_and_migrations_are_equal():
    check()
    assert tables() == set(db.metadata.tables)


@pytest.mark.usefixtures("migrated")
def test_down_and_up_again():
    downgrade(revision="base")
    assert tables() == set()
    upgrade()
    check()
    assert tables() == set(db.metadata.tables)
