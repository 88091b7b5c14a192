"""A new version takes over while the hall is open: first its tables, then its programs."""

from __future__ import annotations

import signal

import pytest
from flask_migrate import downgrade

from app.core.db import db
from tests.conftest import missing
from tests.faults.running.load import Load
from tests.faults.running.test_processes import check
from tests.faults.running.versions import Deployed, this_version, version_before
from tests.servers import Missing

pytestmark = pytest.mark.faults

FIRST_STEP, BEFORE_IT = "0031", "0030"
"""The first migration that the version before does not have."""


@pytest.fixture
def hall(template, wechat, tmp_path):
    code = tmp_path / "code"
    try:
        version_before(FIRST_STEP, code)
    except Missing as part:
        missing(part)
    with Deployed(template, wechat, tmp_path / "hall", code=code) as made:
        yield made


def test_a_new_version_takes_over(hall, request):
    """The programs of before go on with the new tables; then each is exchanged."""
    load = Load(hall)  # everybody signs in
    with hall.house.app.app_context():
        downgrade(revision=BEFORE_IT)
        db.engine.dispose()
    hall.start_programs()
    with load:
        load.run(6)
        load.broken()
        this_version(hall.code)
        hall.flask("db", "upgrade")
        load.run(8)
        hall.exchange_web()
        for name in ("worker", "schedule"):
            hall.restart(name, signal.SIGTERM)
        load.mended()
        load.until_back()
        load.run(8)
    check(request, hall, load, "a new version takes over")
