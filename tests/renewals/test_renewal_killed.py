"""Killed between two statements of the tap: nothing is half-issued, and the same tap does it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from app.core.db import in_transaction
from app.deliveries.queries import EVENTS as DELIVERY_EVENTS
from app.deliveries.queries import TABLE as DELIVERIES
from app.licences.queries import LICENCES
from app.renewals.queries import CHECKS, EVENTS, TABLE
from tests.crowd import rows
from tests.processes import killed
from tests.stores import each_store_once

KEPT = (TABLE, CHECKS, EVENTS, LICENCES, DELIVERIES, DELIVERY_EVENTS)
EVERY = {"sqlite": 1, "postgresql": 7}
"""Which statements it dies before: a transaction is rolled back alike on both."""
MANY = 30
KEY = "the key of the tap that was killed"


class Killed(BaseException):
    """Nobody catches it."""


def kept(shop: Any) -> list[Any]:
    return [sorted(map(str, rows(shop.house, table))) for table in KEPT]


def assert_whole(shop: Any, id: str) -> None:
    old, new = shop.editions()
    assert (old.version, new.version) == ("001", "002")
    assert len(rows(shop.house, DELIVERIES)) == 1
    assert shop.happened(id).count("issued") == 1
    assert shop.row(id).new_licence_id == new.id


@each_store_once
def test_dying_before_each_statement_of_the_tap(every_shop):
    shop = every_shop
    seen = shop.open(shop.due())
    before, left = kept(shop), 0

    def count(*_: Any) -> None:
        nonlocal left
        if in_transaction():
            left -= 1
            if left == 0:
                raise Killed

    with shop.house.app.app_context():
        engine = shop.house.app.extensions["sqlalchemy"].engine
    every = EVERY[engine.dialect.name]
    event.listen(engine, "before_cursor_execute", count)
    died_at = 0
    while True:
        left = died_at + every
        try:
            answer = shop.house.post(*shop.tapping(seen), key=KEY)
        except Killed:
            died_at += every
            assert kept(shop) == before
        else:
            break
    event.remove(engine, "before_cursor_execute", count)
    assert answer.status_code == 200
    assert died_at > MANY
    assert_whole(shop, seen["id"])


def tapping(house: Any, go: Any, path: str, token: str, body: Any) -> None:
    go()
    house.post(path, token, body, KEY)


@each_store_once
@pytest.mark.parametrize(
    ("point", "done"),
    [("before app.deliveries.service:begin", False), ("after app.core.db:_commit", True)],
)
def test_a_process_killed_on_its_way(every_shop, point, done):
    shop = every_shop
    seen = shop.open(shop.due())
    before = kept(shop)
    settings = shop.house.app.extensions["parts"].settings
    killed(settings, point, tapping, *shop.tapping(seen), at=shop.house.clock.now())
    if done:
        assert_whole(shop, seen["id"])
    else:
        assert kept(shop) == before
    again = shop.house.post(*shop.tapping(seen), key=KEY)
    assert again.status_code == 200
    assert again.json["new_licence"]
    assert_whole(shop, seen["id"])
