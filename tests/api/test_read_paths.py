"""What looking costs: the statements of the paths that everybody walks at once, counted."""

from __future__ import annotations

import uuid

from sqlalchemy import update

from app.appointments.queries import SLOTS
from app.core.db import db, transaction
from tests.asked import statements
from tests.house import HALL, refused

BOARD_KEPT = 1
"""The hall's revision; the board itself is the one that was made."""
BOARD_MADE = 4


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


def test_who_has_a_place_is_answered_the_same_again_once_it_is_full(house):
    li, key = house.citizen().identify(), uuid.uuid4().hex
    slot = house.slot("09:00")
    body = {"slot": slot, "item": "id-card"}
    first = li.post("/appointments", body, key)
    sell_out(house, slot)
    again = li.post("/appointments", body, key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
