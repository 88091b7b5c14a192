"""Two taps, two processes, a register and the watch at one moment: one renewal, one licence."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

from sqlalchemy import func, select

from app.core.db import db
from app.deliveries.queries import TABLE as DELIVERIES
from app.licences.queries import LICENCES, WITH_HOLDER, kinds, opened
from app.licences.rules import State
from app.renewals import confirming
from app.renewals.holding import Held
from app.renewals.queries import TABLE
from app.renewals.records import change
from app.renewals.watch.watching import watch
from tests import bookings, processes
from tests.crowd import rows
from tests.stores import each_store_once, on_postgresql

TAPS = 6


def tap(house: Any, go: Any, path: str, token: str, body: Any) -> tuple[int, Any]:
    go()
    answer = house.post(path, token, body)
    return answer.status_code, answer.json.get("new_licence", answer.json)


def assert_one(shop: Any, id: str) -> None:
    editions = shop.editions()
    assert Counter(one.state for one in editions) == {State.VALID: 1, State.EXPIRED: 1}
    assert len(rows(shop.house, DELIVERIES)) == 1
    assert max(Counter(shop.happened(id)).values()) == 1


@each_store_once
def test_two_processes_tap_at_once(every_shop):
    seen = every_shop.open(every_shop.due())
    request = every_shop.tapping(seen)
    settings = every_shop.house.app.extensions["parts"].settings
    told = processes.together(settings, (tap, *request), (tap, *request))
    assert [status for status, _ in told] == [200, 200]
    assert told[0][1] == told[1][1]
    assert_one(every_shop, seen["id"])


@each_store_once
def test_many_taps_of_one_phone(every_shop):
    seen = every_shop.open(every_shop.due())
    answers = bookings.at_once(every_shop.house, [every_shop.tapping(seen)] * TAPS)
    assert [answer.status for answer in answers] == [200] * TAPS
    assert len({answer.body["new_licence"]["id"] for answer in answers}) == 1
    assert_one(every_shop, seen["id"])


def look_without_holding(meet: threading.Barrier) -> Any:
    """`held` as a mere look, after which both write."""

    def look(id: str) -> Held:
        row = db.session.execute(select(*TABLE.c).where(TABLE.c.id == id)).one()
        of = WITH_HOLDER.where(LICENCES.c.id == row.licence_id)
        licence = opened(db.session.execute(of).one(), kinds())
        meet.wait()
        return Held(row, licence)

    return look


def change_whatever_its_state(
    which: Any, to: Any, act: Any, note: Any = None, **values: Any
) -> Any:
    id = db.session.scalars(select(TABLE.c.id).where(which)).one()
    return [change(id, state=to, **values)]


@on_postgresql
def test_after_a_mere_look_the_second_is_refused_what_is_theirs(every_shop, monkeypatch):
    seen = every_shop.open(every_shop.due())
    meet = threading.Barrier(2, timeout=20)
    monkeypatch.setattr(confirming, "held", look_without_holding(meet))
    monkeypatch.setattr(confirming, "move", change_whatever_its_state)
    answers = bookings.at_once(every_shop.house, [every_shop.tapping(seen)] * 2)
    assert sorted(answer.short for answer in answers) == [(200, ""), (409, "licence_moved")]


@each_store_once
def test_found_by_two_it_is_one(every_shop):
    shop = every_shop
    found = bookings.together([shop.due] * TAPS)
    assert len(set(found)) == 1
    assert len(rows(shop.house, TABLE)) == 1


@on_postgresql
def test_who_issues_nothing_waits_for_no_import(every_shop):
    """Opening, declining and contesting hold one licence, and not the library."""
    shop = every_shop
    id = shop.due()
    with shop.house.app.app_context():
        engine = db.engine
    with engine.begin() as another:
        library = func.hashtextextended("licences", 0)
        another.execute(select(func.pg_advisory_xact_lock(library)))
        shop.open(id)
        for deed, body in (("contest", {"words": "面积写错了"}), ("decline", {})):
            assert shop.owner.post(f"/me/renewals/{id}/{deed}", body).status_code == 200


@each_store_once
def test_a_register_and_the_watch_at_the_moment_of_the_tap(every_shop):
    shop = every_shop
    seen = shop.open(shop.due())

    def watches() -> None:
        with shop.house.app.app_context():
            while watch(shop.act()):
                pass

    answer, *_ = bookings.together(
        [lambda: shop.tap(seen), lambda: shop.became(state="revoked"), watches, watches]
    )
    editions = shop.editions()
    granted = answer.status_code == 200
    if granted:
        assert [one.version for one in editions] == ["001", "002"]
    else:
        assert answer.json["code"] in ("licence_ended", "renewal_over")
        assert [(one.version, one.state) for one in editions] == [("001", State.REVOKED)]
    watches()
    assert shop.row(seen["id"]).state == ("closed" if granted else "overtaken")
