"""What looking costs: the statements of the paths that everybody walks at once, counted."""

from __future__ import annotations

import uuid

from sqlalchemy import update

from app.appointments.queries import SLOTS
from app.core.db import db, transaction
from tests.asked import statements
from tests.house import HALL, refused

BOARD_KEPT = 0
"""The one that was made is told, until something rings."""
TICKET = 1
"""Who asks, with their ticket, what is before it and the revision of its hall."""
SLOTS_LOOKED_AT = 1
"""What is sold of the day, whether anybody waits for it, and the revision of its hall."""
BOARD_MADE = 4


REFUSED = 3
"""Who asks, the day they want at a look, and whether they were answered before."""


def selects(sent):
    return [each for each in sent if each.lstrip().upper().startswith("SELECT")]


def board(house, query=""):
    return house.get(f"/halls/{HALL}/board{query}").json


def writes(sent):
    return [each for each in sent if not each.lstrip().upper().startswith(("SELECT", "BEGIN"))]


# The board


def test_a_board_is_made_once_until_something_rings(house):
    first = house.take()["number"]
    assert [each["number"] for each in board(house)["next"]] == [first]
    with statements(house) as sent:
        board(house)
    assert len(sent) <= BOARD_KEPT, sent
    second = house.take()["number"]
    with statements(house) as sent:
        assert [each["number"] for each in board(house)["next"]] == [first, second]
    assert len(sent) <= BOARD_MADE, sent


def test_each_zone_and_language_has_its_own_board(house):
    house.take()
    whole = board(house)
    assert len(board(house, "?lanes=A")["lanes"]) == 1 < len(whole["lanes"])
    english = board(house, "?lang=en")
    assert english["next"][0]["why"]["text"] != whole["next"][0]["why"]["text"]
    assert board(house) == whole


def test_a_board_that_no_event_reached_is_a_second_old_at_most(house):
    first = house.take()["number"]
    board(house)
    with house.app.app_context(), transaction():
        db.session.execute(db.text("UPDATE tickets SET state = 'left'"))
    assert [each["number"] for each in board(house)["next"]] == [first]
    house.clock.advance(seconds=1)
    assert board(house)["next"] == []


def test_a_hall_that_is_loaded_anew_is_on_the_board_within_a_second(house):
    board(house)
    house.reload(lambda file: file["hall"].update(name="新大厅"))
    house.clock.advance(seconds=1)
    assert board(house)["name"] == "新大厅"


# One's ticket, and free times


def test_a_ticket_is_read_with_who_bears_it(house):
    first, second, third = (house.take() for _ in range(3))
    house.get(f"/tickets/{third['id']}", third["token"])
    with statements(house) as sent:
        told = house.get(f"/tickets/{third['id']}", third["token"]).json
    assert len(selects(sent)) <= TICKET, sent
    assert told["ahead"] == 2
    house.post(f"/tickets/{first['id']}/leave", first["token"])
    assert house.get(f"/tickets/{third['id']}", third["token"]).json["ahead"] == 1
    assert house.get(f"/tickets/{first['id']}", first["token"]).json["ahead"] is None
    refused(house.get(f"/tickets/{second['id']}", third["token"]), 404, "ticket_not_found")


def test_free_times_are_seen_at_one_look(house):
    slot = house.slot("09:00")
    with statements(house) as sent:
        left = {each["id"]: each["left"] for each in house.slots()}
    assert len(selects(sent)) <= SLOTS_LOOKED_AT, sent
    house.citizen("li").identify().book(slot)
    assert {each["id"]: each["left"] for each in house.slots()} == {**left, slot: left[slot] - 1}
    house.reload(lambda file: file["hall"]["booking"].update(slot_minutes=15))
    assert house.slot("09:15")


# A slot that is full


def sell_out(house, slot):
    """After one visit was booked there: the others as well."""
    left = next(each["left"] for each in house.slots() if each["id"] == slot)
    with house.app.app_context(), transaction():
        is_it = SLOTS.c.id == slot
        db.session.execute(update(SLOTS).where(is_it).values(taken=SLOTS.c.taken * (1 + left)))


def test_who_finds_a_slot_full_writes_nothing(house):
    li, wang = (house.citizen(name).identify() for name in ("li", "wang"))
    slot = house.slot("09:00")
    li.book(slot)
    sell_out(house, slot)
    with statements(house) as sent:
        answer = wang.post("/appointments", {"slot": slot, "item": "id-card"})
    refused(answer, 409, "slot_full")
    assert writes(sent) == []
    assert len(selects(sent)) <= REFUSED, sent


def test_who_has_a_place_is_answered_the_same_again_once_it_is_full(house):
    li, key = house.citizen().identify(), uuid.uuid4().hex
    slot = house.slot("09:00")
    body = {"slot": slot, "item": "id-card"}
    first = li.post("/appointments", body, key)
    sell_out(house, slot)
    again = li.post("/appointments", body, key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
