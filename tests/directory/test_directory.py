"""Where to go: halls near somebody, how full each is, and what is done where."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from app.core.db import db
from app.directory.rules import Load, busiest, load_of
from app.tickets.outlooks import KEPT_MS
from queueing.order import MINUTE
from queueing.outlook import Outlook
from tests.appointments.desk import at, load_binhe
from tests.house import HALL, refused

LOADS = [
    (None, Load.UNKNOWN),
    ((None, None), Load.UNKNOWN),
    ((0, 600), Load.QUIET),
    ((0, 601), Load.NORMAL),
    ((0, 1800), Load.NORMAL),
    ((0, 1801), Load.BUSY),
    ((0, None), Load.BUSY),
]


@pytest.mark.parametrize(("wait", "load"), LOADS)
def test_how_full_a_hall_is_against_its_promise(wait, load):
    assert load_of(wait, 30 * MINUTE) == load


def test_the_lane_in_which_most_wait_stands_for_the_hall():
    told = {"A": (60, 90), "B": (900, 1200), "J": (None, None)}
    assert busiest("ABJ", {"A": 2, "B": 1, "J": 9}, told) == "A"
    assert busiest("ABJ", {}, told) == "B"
    assert busiest("J", {}, told) is None


def foretell(house, **newcomers):
    """What the forecast tells of each lane, from now on."""
    at_ms = int(house.clock.now().timestamp() * 1000)
    with house.app.app_context():
        parts = house.app.extensions["parts"]
        parts.outlooks(HALL, house.day).put(Outlook(at_ms, newcomers=newcomers))
    house.app.extensions.pop("outlooks", None)  # this process reads it now


def the_hall(house):
    return house.get("/halls").json[0]


def test_a_hall_says_how_full_it_is(house):
    empty = the_hall(house)
    assert (empty["waiting"], empty["load"], empty["wait"]) == (0, "unknown", None)
    assert (empty["location"], empty["distance_m"]) == (None, None)
    assert empty["booking"] == {"horizon_days": 7, "release_at": "00:00"}
    assert (empty["numbers_from_afar"], empty["open"]) == (True, True)
    house.take("id-card")
    house.take_from_afar()  # is not here
    foretell(house, A=(700, 1500), B=(2400, 3600))
    told = the_hall(house)
    assert (told["waiting"], told["load"]) == (1, "normal")
    assert told["wait"] == {"p50_s": 700, "p90_s": 1500}
    assert house.get(f"/halls/{HALL}").json["load"] == "normal"
    item = house.get(f"/halls/{HALL}/items/pension").json
    assert (item["wait"], item["load"]) == ({"p50_s": 2400, "p90_s": 3600}, "busy")
    assert (item["waiting"], item["from_afar"], item["bookable"]) == (0, True, True)
    assert (item["department"], item["minutes"], item["papers"]) == ("公安局", 8, [])
    refused(house.get(f"/halls/{HALL}/items/nothing"), 404, "unknown_item")
    refused(house.get("/halls/nowhere"), 404, "unknown_hall")
    house.clock.advance(seconds=KEPT_MS / 1000)  # an old forecast is none
    assert (the_hall(house)["load"], the_hall(house)["wait"]) == ("unknown", None)


def test_a_hall_that_gives_no_numbers_promises_nobody_a_wait(house):
    house.reload(lambda file: file["hall"]["hours"].update(mon=["09:00-12:00"], tue=[]))
    foretell(house, A=(60, 120))
    assert (the_hall(house)["gives_numbers"], the_hall(house)["load"]) == (True, "quiet")
    at(house, "2026-11-23T12:00")
    foretell(house, A=(60, 120))
    closed = the_hall(house)
    assert (closed["open"], closed["gives_numbers"], closed["load"]) == (False, False, "unknown")
    assert [span["closes_at"][11:16] for span in closed["hours_today"]] == ["12:00"]


def test_the_nearest_hall_comes_first(house):
    load_binhe(house)
    near = lambda latitude: house.get(f"/halls?latitude={latitude}&longitude=115.66")  # noqa: E731
    place = {"latitude": 37.06, "longitude": 115.66, "radius_m": 300}
    house.reload(lambda file: file["hall"].update(location=place))
    told = [(hall["code"], hall["distance_m"]) for hall in near(37.06).json]
    assert told == [(HALL, 0), ("binhe", 1644)]
    assert [hall["code"] for hall in near(37.04).json] == ["binhe", HALL]
    house.reload(lambda file: file["hall"].pop("location"))
    told = [(hall["code"], hall["distance_m"]) for hall in near(37.06).json]
    assert told == [("binhe", 1644), (HALL, None)]
    for query in ("latitude=37", "latitude=91&longitude=1", "latitude=nan&longitude=1"):
        refused(house.get(f"/halls?{query}"), 422, "invalid")


def test_one_search_over_all_halls(house):
    load_binhe(house)

    def add_social_card(file):
        card = {"code": "card", "name": "社会保障卡补换", "department": "ga", "lane": "B"}
        file["items"].append({**card, "minutes": 6, "bookable": False, "aliases": ["市民卡"]})

    house.reload(add_social_card)
    every = house.get("/items").json
    assert len(every) == len({item["name"] for item in every})
    (found, *_) = house.get("/items?q=身份证").json
    assert found["name"] == "身份证"
    assert found["halls"][0] == {
        "hall": HALL,
        "hall_name": "测试大厅",
        "item": "id-card",
        "bookable": True,
    }
    (card,) = house.get("/items?q=市民卡").json
    assert (card["halls"][0]["hall"], card["halls"][0]["bookable"]) == (HALL, False)
    assert house.get("/items?q=没有这样的事").json == []
    assert house.get("/items?q=" + "长" * 101).status_code == 422


def test_halls_that_are_open_come_first_where_the_place_is_unknown(house):
    load_binhe(house)

    def close_at_ten(file):
        file["hall"]["hours"]["mon"] = ["09:00-10:00"]
        card = {"code": "card", "name": "城乡居民医保参保缴费", "department": "ga", "lane": "B"}
        file["items"].append({**card, "minutes": 6})

    house.reload(close_at_ten)

    def order():
        card = house.get("/items?q=城乡居民医保参保缴费").json[0]
        halls = [hall["code"] for hall in house.get("/halls").json]
        return halls, [each["hall"] for each in card["halls"]]

    at(house, "2026-11-23T09:30")
    assert order() == ([HALL, "binhe"], [HALL, "binhe"])
    at(house, "2026-11-23T10:00")
    assert order() == (["binhe", HALL], ["binhe", HALL])
    near = house.get("/halls?latitude=37.06&longitude=122.10").json
    assert [hall["code"] for hall in near] == ["binhe", HALL]


def test_a_list_of_halls_costs_two_statements(house):
    """Which halls there are, and who waits: whatever their number, once a number was given."""
    load_binhe(house)
    house.take("id-card")
    house.get("/halls")
    sent = []
    with house.app.app_context():
        engine = db.engine
    note = lambda *args: sent.append(args[2])  # noqa: E731 (removed by identity)
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert len(house.get("/halls").json) == 2
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(sent) <= 3, sent  # of binhe nobody took a number yet: what it promises is looked up
