"""Who did what, who looked at what, who was refused: all of it is written, and nothing twice."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core import audit
from app.core.acts import SYSTEM, Act
from app.core.db import db
from tests.audit.trail import seal, trail
from tests.house import KIOSK_TOKEN, refused
from tests.stores import each_store_once


@pytest.fixture(scope="module")
def house(shared_house):
    shared_house.clerk("1")
    return shared_house


@pytest.fixture
def guide(house):
    return house.sign_in("guide")


@pytest.fixture
def written(house, guide):
    """What is written from here on."""
    since = trail(house)[-1].id
    return lambda: trail(house, since)


def test_an_act_is_written_once_with_everything_there_is_to_know(house, guide, written):
    clerk = house.clerk("1")
    ticket = house.take()
    called = clerk.next(key="once")
    assert clerk.next(key="once") == called
    clerk.handle(ticket, "transfer", {"lane": "B", "reason": "还要办社保"})
    taken, call, transfer = written()
    assert (taken.actor.split(":")[0], taken.deed, taken.subject) == (
        *("kiosk", "kiosk_api.take_number"),
        ticket["number"],
    )
    assert (call.role, call.hall, call.subject) == ("clerk", "t", ticket["number"])
    assert (call.route, call.data) == ("POST /api/v1/counters/<no>/call-next", {"no": "1"})
    assert (call.status, call.error, call.shows, call.address) == (200, "", None, "127.0.0.1")
    assert call.request_id
    assert call.at == house.clock.now()
    assert transfer.reason == "还要办社保"


def test_a_deed_with_a_name_is_written_in_its_words_only(house, guide, written):
    security = house.sign_in("security")
    scopes = ["licences:import"]
    house.post("/staff/keys", security, {"name": "东门", "scopes": scopes})
    (added,) = (row for row in written() if "keys" in row.route)
    assert (added.deed, added.subject, added.role) == ("key_added", "东门", "security")


def test_what_is_refused_is_written_with_its_reason(house, guide, written):
    clerk = house.clerk("1")
    refused(house.post("/counters/1/call-next", guide), 403, "forbidden")
    refused(clerk.handle({"id": "nobody"}, "recall"), 404, "ticket_not_found")
    refused(clerk.do("call", {"x": 1}), 422, "invalid")
    refused(house.get("/staff/appointments", KIOSK_TOKEN), 403, "forbidden")
    assert [(row.status, row.error, row.subject) for row in written()] == [
        (403, "forbidden", "1"),
        (404, "ticket_not_found", "nobody"),
        (422, "invalid", "1"),
        (403, "forbidden", ""),
    ]


def test_a_token_that_is_over_is_written_and_a_stranger_without_one_is_not(house, guide, written):
    house.request("DELETE", "/staff/session", guide)
    refused(house.get("/staff/appointments", guide), 401, "unauthenticated")
    refused(house.get("/staff/appointments"), 401, "unauthenticated")
    _signed_out, row = written()
    assert (row.actor, row.status, row.route) == ("public", 401, "GET /api/v1/staff/appointments")


def test_a_page_that_stays_open_is_one_look_in_ten_minutes(house, guide, written):

    def look(path: str = "/staff/appointments") -> None:
        assert house.get(path, guide).status_code == 200

    look()
    house.clock.advance(minutes=9)
    look()
    look("/staff/appointments?date=2026-11-24")
    house.clock.advance(minutes=2)
    look()
    assert [(row.shows, row.data) for row in written()] == [
        ("bookings", {}),
        ("bookings", {"date": "2026-11-24"}),
        ("bookings", {}),
    ]


def test_whom_somebody_asked_for_is_not_written(house, guide, written):
    number = house.citizen("li").id_number
    answer = house.post("/staff/appointments/find", guide, {"id_number": number})
    assert answer.status_code == 200
    (row,) = written()
    assert (row.deed, row.shows) == ("office_api.find_appointments", "bookings")
    assert number not in str(row)


def test_what_is_not_of_anybody_leaves_no_look(house, guide, written):
    assert house.get("/staff/hall", guide).status_code == 200
    assert written() == []


def test_somebody_elses_page_is_refused_and_written(house, guide, written):
    headers = {"Authorization": f"Bearer {guide}"}
    assert house.app.test_client().get("/office/outbox", headers=headers).status_code == 403
    (row,) = written()
    assert (row.status, row.error) == (403, "forbidden")


@each_store_once
def test_what_cannot_be_written_is_not_shown(every_house):
    house = every_house
    guide = house.sign_in("guide")
    with house.app.app_context(), db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit RENAME TO gone"))
    refused(house.get("/staff/appointments", guide), 503, "store_busy")
    refused(house.get("/staff/devices/deeds", guide), 403, "forbidden")
    assert house.get("/staff/hall", guide).status_code == 200
    ticket = house.post("/kiosk/tickets", KIOSK_TOKEN, {"item": "id-card"})
    assert ticket.status_code >= 500
    with house.app.app_context(), db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO audit"))
        assert connection.execute(text("SELECT count(*) FROM tickets")).scalar_one() == 0


@each_store_once
@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit", "DELETE FROM audit_blocks"],
)
def test_the_database_itself_refuses_to_change_it(every_house, statement):
    house = every_house
    house.clock.at = datetime.now(UTC)  # after six months, by its own clock, it lets them go
    house.within(lambda: audit.note(Act(house.clock.now(), SYSTEM), "t", "device_added", "x"))
    seal(house)
    refuses = pytest.raises(DBAPIError, match="stands as it was written")
    with house.app.app_context(), db.engine.connect() as connection, refuses:
        connection.execute(text(statement))


def test_who_may_not_sign_in_is_written_without_what_they_typed(house, guide, written):
    typed = {"username": "a password in the wrong field", "password": "x" * 12}
    refused(house.post("/staff/session", None, typed), 401, "wrong_password")
    (row,) = written()
    assert (row.actor, row.status, row.error) == ("public", 401, "wrong_password")
    assert row.address == "127.0.0.1"
    assert "wrong field" not in str(row)
