"""Everybody who waits is told how long, and so is who has not come yet."""

import numpy as np

from app.estimates.service import learn, refresh
from tests.house import HALL


def forecast(house):
    """What the schedule does a few times a minute; read again a moment later."""
    plan = house.plan
    with house.app.app_context():
        refresh(plan, house.clock.now(), np.random.default_rng(7))
    house.clock.advance(seconds=4)


def test_who_waits_is_told_how_long(house):
    clerk = house.clerk()
    first, second, third = (house.take() for _ in range(3))
    assert first["estimate"] == {"p50_s": None, "p90_s": None}  # nothing was foreseen yet
    clerk.next()
    forecast(house)
    ranges = [house.ticket(each)["estimate"] for each in (second, third)]
    for told in ranges:
        assert 0 < told["p50_s"] <= told["p90_s"]
    assert ranges[0]["p50_s"] < ranges[1]["p50_s"]
    assert house.ticket(first)["estimate"] == {"p50_s": None, "p90_s": None}  # called: no wait


def test_who_comes_after_the_forecast_is_told_what_a_newcomer_waits(house):
    house.clerk()
    waiting = [house.take() for _ in range(5)]
    forecast(house)
    newcomer = house.take()
    assert newcomer["estimate"]["p50_s"] >= house.ticket(waiting[-2])["estimate"]["p50_s"]


def test_an_old_forecast_is_none(house):
    house.clerk()
    ticket = house.take()
    forecast(house)
    assert house.ticket(ticket)["estimate"]["p50_s"] is not None
    house.clock.advance(seconds=70)
    assert house.ticket(ticket)["estimate"] == {"p50_s": None, "p90_s": None}


def test_anyone_sees_what_they_would_wait_now_and_later(house):
    clerk = house.clerk()
    for _ in range(4):
        house.take()
    clerk.next()
    forecast(house)
    told = house.get(f"/halls/{HALL}/waits").json
    lanes = {lane["lane"]: lane for lane in told["lanes"]}
    assert lanes["A"]["waiting"] == 3
    assert lanes["A"]["estimate"]["p50_s"] > 0
    assert [each["at"][11:16] for each in lanes["A"]["later"]][:2] == ["09:30", "10:00"]
    assert all(each["p50_s"] <= each["p90_s"] for each in lanes["A"]["later"])


def test_without_a_forecast_the_hall_says_so(house):
    told = house.get(f"/halls/{HALL}/waits").json
    assert told["at"] is None
    assert all(lane["estimate"] == {"p50_s": None, "p90_s": None} for lane in told["lanes"])


def test_a_day_teaches_how_long_things_take(house):
    """Where a matter took 20 minutes all day, the next day's first in line is told so."""
    clerk = house.clerk()
    for _ in range(12):
        house.take()
        clerk.next()
        house.clock.advance(minutes=20)
    house.clock.advance(hours=21)
    plan, now = house.plan, house.clock.now()
    house.within(lambda: learn(plan, plan.day_of(now).date.replace(day=23), now))
    house.forget_clerks()
    clerk = house.clerk()
    house.take()
    second, third = house.take(), house.take()
    clerk.next()
    forecast(house)
    told = [house.ticket(each)["estimate"]["p50_s"] / 60 for each in (second, third)]
    assert 15 < told[0] < 25
    assert 32 < told[1] < 48
