"""Two taps at one moment are one rating; without the row's guard they would be two."""

import pytest
from sqlalchemy import text

from app.core.db import db
from app.ratings.queries import TABLE as RATINGS
from tests.bookings import at_once
from tests.crowd import rows
from tests.ratings.visits import finished
from tests.stores import each_store_once, on_postgresql

TAPS = ("very_satisfied", "satisfied", "dissatisfied")


@pytest.fixture
def house(every_settings):
    from tests.house import open_house

    house = open_house(every_settings)
    yield house
    with house.app.app_context():
        house.app.extensions["sqlalchemy"].engine.dispose()


def tap_at_once(house):
    """Three different grades for one visit; their answers."""
    visit = finished(house)
    path = f"/tickets/{visit['id']}/rating"
    return at_once(house, [(path, visit["token"], {"grade": grade}) for grade in TAPS])


@each_store_once
def test_of_taps_at_once_one_counts_and_the_others_are_told_which(house):
    said = tap_at_once(house)
    [kept] = rows(house, RATINGS)
    assert sorted(one.status for one in said) == [201, 409, 409]
    assert {one.code for one in said} == {"", "already_rated"}
    assert {one.body["grade"] for one in said} == {kept.grade}


@on_postgresql
def test_without_the_guard_each_tap_would_count(house):
    house.within(
        lambda: db.session.execute(text("ALTER TABLE ratings DROP CONSTRAINT uq_ratings_ticket_id"))
    )
    assert [one.status for one in tap_at_once(house)].count(201) > 1
    assert len(rows(house, RATINGS)) > 1
