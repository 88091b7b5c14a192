"""A database with every table of the catalog, and the smallest hall that is one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from apiflask import APIFlask

from app.catalog.hall_file import parse_hall
from app.catalog.loading import load_hall
from app.catalog.routes import bp
from app.commands.halls import calendar_group, hall
from app.core.clock import SetClock
from app.core.db import db, prepare_sqlite, transaction
from app.core.errors import DomainError

SMALL = """\
hall:
  code: small
  name: 小厅
  timezone: Asia/Shanghai
  hours:
    mon: &day ["09:00-12:00", "13:30-17:00"]
    tue: *day
    wed: *day
    thu: *day
    fri: *day
  promises: {walk_in_minutes: 30}
departments:
  - {code: gongan, name: 公安局}
lanes:
  - {letters: A, name: 户籍}
  - {letters: B, name: 出入境, walk_in_minutes: 20}
counters:
  - {no: 1, name: 综合窗口, tiers: [[A, B]]}
  - {no: 2, name: 户籍窗口, tiers: [[A], [B]]}
items:
  - {code: a-1, name: 身份证换领, department: gongan, lane: A, minutes: 8, papers: [身份证]}
  - {code: b-1, name: 护照申请, department: gongan, lane: B, minutes: 15}
"""


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime(2026, 11, 24, 2, 0, tzinfo=UTC))  # Tuesday, 10:00 in Shanghai


@pytest.fixture
def app(tmp_path, clock) -> Iterator[APIFlask]:
    app = APIFlask(__name__, json_errors=False)
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path}/catalog.sqlite"
    app.extensions["parts"] = SimpleNamespace(clock=clock)
    db.init_app(app)
    app.register_blueprint(bp)
    app.register_error_handler(DomainError, lambda e: ({"code": e.code}, e.status))
    app.cli.add_command(hall)
    app.cli.add_command(calendar_group)
    with app.app_context():
        prepare_sqlite(db.engine)
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def load(app):
    """Load a hall from the text of its file."""

    def load(text: str = SMALL):
        with transaction():
            return load_hall(parse_hall(text.encode()))

    return load
