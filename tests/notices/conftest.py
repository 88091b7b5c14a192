from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, update

from app.citizens.queries import CITIZENS
from app.core.db import db, transaction
from app.notices import grants, subscriptions
from app.notices.queries import ATTEMPTS, TABLE
from tests.house import MORNING, House
from tests.wechat_server import Wechat


@pytest.fixture
def house(shared_house: House, wechat: Wechat) -> Iterator[House]:
    """One house for all of a module: at nine again, its outbox empty, its rules as they were."""
    shared_house.clock.at = MORNING
    with shared_house.app.app_context(), transaction():
        for table in (ATTEMPTS, TABLE, grants.TABLE, subscriptions.PUSHES):
            db.session.execute(delete(table))
        db.session.execute(update(CITIZENS).values(phone_sealed=None))
    settings = shared_house.app.extensions["parts"].settings
    (settings.instance_path / "sms.jsonl").unlink(missing_ok=True)
    with shared_house.hall_put_back():
        yield shared_house


@pytest.fixture
def li(house: House) -> str:
    """The id of an account."""
    return house.citizen("li").get("/me").json["id"]
