"""What a hall was given is counted by grade; silence is counted apart, and is no praise."""

from datetime import date, timedelta

import pytest

from app.core.db import db
from app.ratings.queries import bad_since, counts, counts_by
from app.ratings.rules import Grade, counts_of
from tests.house import HALL, KIOSK_TOKEN, refused
from tests.ratings.visits import finished, rate
from tests.stores import each_store_once

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


@pytest.fixture
def house(every_settings):
    from tests.house import open_house

    house = open_house(every_settings)
    yield house
    with house.app.app_context():
        house.app.extensions["sqlalchemy"].engine.dispose()


def read(house, query):
    with house.app.app_context():
        found = query()
        db.session.remove()
    return found


def test_silence_is_no_praise():
    assert counts_of({None: 9}).praise is None
    assert counts_of({None: 9, Grade.DISSATISFIED: 1}).praise == 0
    one_bad = counts_of({None: 9, **dict.fromkeys(Grade, 1), Grade.VERY_DISSATISFIED: 0})
    assert (one_bad.rated, one_bad.unrated, one_bad.praise) == (4, 9, 0.75)


@each_store_once
def test_visits_are_counted_on_their_own_day(house):
    monday = [finished(house) for _ in range(3)]
    house.take()  # waits: there is nothing to rate yet
    left = house.take()
    house.own(left, "leave")
    rate(house, monday[0], "very_satisfied")
    house.clock.advance(days=1)
    house.forget_clerks()
    rate(house, monday[1], "dissatisfied")
    rate(house, finished(house), "satisfied")

    on_monday = read(house, lambda: counts(HALL, MONDAY, MONDAY))
    assert on_monday == counts_of({"very_satisfied": 1, "dissatisfied": 1, None: 1})
    assert on_monday.praise == 0.5
    both = read(house, lambda: counts(HALL, MONDAY, TUESDAY))
    assert (both.rated, both.unrated) == (3, 1)
    assert read(house, lambda: counts("another", MONDAY, TUESDAY)) == counts_of({})


@each_store_once
def test_visits_are_counted_by_counter_clerk_and_item(house):
    rate(house, finished(house, "id-card", "1"), "satisfied")
    rate(house, finished(house, "pension", "2"), "very_dissatisfied")
    finished(house, "pension", "2")
    both = house.post("/kiosk/tickets", KIOSK_TOKEN, {"items": ["id-card", "passport"]}).json
    house.clerk("1").next()
    house.clerk("1").do("call-next")  # ends what the counter holds
    rate(house, both, "fairly_satisfied")

    by = {
        target: read(house, lambda target=target: counts_by(target, HALL, MONDAY, MONDAY))
        for target in ("counter", "clerk", "item")
    }
    two = counts_of({"very_dissatisfied": 1, None: 1})
    assert by["counter"] == {
        "1": counts_of({"satisfied": 1, "fairly_satisfied": 1}),
        "2": two,
    }
    assert sorted(by["clerk"].values(), key=lambda each: each.rated) == [two, by["counter"]["1"]]
    assert by["item"] == {
        "id-card": by["counter"]["1"],
        "passport": counts_of({"fairly_satisfied": 1}),
        "pension": two,
    }


@each_store_once
def test_bad_ratings_are_told_from_the_moment_they_are_given(house):
    visits = [finished(house, counter=no) for no in ("1", "2", "3")]
    rate(house, visits[0], "dissatisfied")
    house.clock.advance(days=1)
    since = house.clock.now()
    rate(house, visits[1], "very_dissatisfied")
    rate(house, visits[2], "fairly_satisfied")
    assert [bad.counter for bad in read(house, lambda: bad_since(HALL, since))] == ["2"]
    earlier = since - timedelta(days=1)
    assert [bad.counter for bad in read(house, lambda: bad_since(HALL, earlier))] == ["2", "1"]


@each_store_once
def test_a_supervisor_reads_all_of_it_and_a_clerk_their_own_without_the_person(house):
    mine, others = finished(house, counter="1"), finished(house, "pension", "2")
    finished(house, counter="1")
    rate(house, mine, "dissatisfied", words="等得太久，请回电 13800000000")
    rate(house, others, "satisfied")

    all_of_it = house.get("/staff/ratings", house.sign_in("supervisor")).json
    assert all_of_it["date"] == "2026-11-23"
    assert (all_of_it["counts"]["rated"], all_of_it["counts"]["unrated"]) == (2, 1)
    assert all_of_it["counts"]["praise"] == 0.5
    assert [line["counter"] for line in all_of_it["counters"]] == ["1", "2"]
    assert {line["clerk"] for line in all_of_it["clerks"]} == {"clerk1", "clerk2"}
    assert {line["item"] for line in all_of_it["items"]} == {"id-card", "pension"}
    told = next(one for one in all_of_it["ratings"] if one["grade"] == "dissatisfied")
    assert told["number"] == mine["number"]
    assert (told["clerk"], told["words"]) == ("clerk1", "等得太久，请回电 13800000000")

    answer = house.get("/staff/ratings", house.clerk("1").token)
    assert mine["number"] not in answer.get_data(as_text=True)
    assert answer.json["counts"]["unrated"] == 1
    assert [line["counter"] for line in answer.json["counters"]] == ["1"]
    assert answer.json["ratings"] == [
        {
            "grade": "dissatisfied",
            "channel": "ticket",
            "counter": "1",
            "items": ["id-card"],
            **dict.fromkeys(("at", "number", "clerk", "words")),
        }
    ]
    tomorrow = house.get("/staff/ratings?date=2026-11-24", house.sign_in("administrator")).json
    assert tomorrow["counts"]["rated"] == tomorrow["counts"]["unrated"] == 0
    assert tomorrow["counts"]["praise"] is None


@each_store_once
def test_who_may_not_read_ratings(house):
    refused(house.get("/staff/ratings", house.sign_in("guide")), 403, "forbidden")
    refused(house.get("/staff/ratings", house.take()["token"]), 403, "forbidden")
    refused(house.get("/staff/ratings"), 401, "unauthenticated")
