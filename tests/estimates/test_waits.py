"""Everybody who waits is told how long, and so is who has not come yet."""

import copy
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from sqlalchemy import event, select

from app.catalog.hall_file import parse_hall
from app.catalog.loading import load_hall
from app.catalog.service import plan_of
from app.core.db import db
from app.estimates.jobs import learn_of
from app.estimates.learning import habits_of_day, outcomes_of_day
from app.estimates.queries import situation
from app.estimates.service import FORETOLD, TABLE, learn, refresh, rehearsed
from app.factory import create_app
from app.worker import one_round
from queueing.habits import DAYS_KEPT, Habits, Served
from queueing.outlook import RedisOutlooks
from tests.house import HALL, HALL_FILE, KIOSK_TOKEN, House

HOUR_MS = 3_600_000
NOTHING = {"p50_s": None, "p90_s": None}


def forecast(house):
    """What the schedule does a few times a minute; read again a moment later."""
    plan = house.plan
    with house.app.app_context():
        refresh(plan, house.clock.now(), np.random.default_rng(7))
    house.clock.advance(seconds=4)


def test_who_waits_is_told_how_long(house):
    clerk = house.clerk()
    first, second, third = (house.take() for _ in range(3))
    assert first["estimate"] == NOTHING  # nothing was foreseen yet
    clerk.next()
    forecast(house)
    ranges = [house.ticket(each)["estimate"] for each in (second, third)]
    for told in ranges:
        assert 0 < told["p50_s"] <= told["p90_s"]
    assert ranges[0]["p50_s"] < ranges[1]["p50_s"]
    assert house.ticket(first)["estimate"] == NOTHING  # called: no wait


def test_who_comes_after_the_forecast_is_told_what_a_newcomer_waits(house):
    house.clerk()
    waiting = [house.take() for _ in range(5)]
    forecast(house)
    newcomer = house.take()
    assert newcomer["estimate"]["p50_s"] >= house.ticket(waiting[-2])["estimate"]["p50_s"]


def passed(house, ticket, clerk):
    assert clerk.next()["ticket"]["number"] == ticket["number"]
    assert clerk.handle(ticket, "pass").status_code == 200


def by_the_machine(house, ticket, clerk):
    passed(house, ticket, clerk)
    return f"/kiosk/tickets/{ticket['id']}/rejoin", KIOSK_TOKEN


def by_the_clerk(house, ticket, clerk):
    passed(house, ticket, clerk)
    return f"/tickets/{ticket['id']}/rejoin", clerk.token


def on_the_phone(house, ticket, clerk):
    citizen = house.citizen("wang").identify()
    mine = citizen.take_from_afar()
    assert house.check_in(mine).status_code == 201
    for _ in range(2):
        called = clerk.next()["ticket"]
    assert called["number"] == mine["number"]
    assert clerk.handle(mine, "pass").status_code == 200
    return f"/tickets/{mine['id']}/rejoin", citizen.token


@pytest.mark.parametrize("way", [by_the_machine, by_the_clerk, on_the_phone])
def test_the_first_answer_of_a_process_tells_how_long(house, way):
    """Whoever asks for what, in whatever way: here each comes back after a pass."""
    path, token = way(house, house.take(), house.clerk())
    forecast(house)
    another = House(create_app(house.app.extensions["parts"].settings, house.clock))
    answer = another.post(path, token, {})
    assert answer.status_code == 200
    assert answer.json["estimate"]["p50_s"] is not None


def test_a_redis_that_does_not_answer_is_asked_once_in_a_while(house):
    house.clerk()
    ticket = house.take()
    forecast(house)
    told = house.ticket(ticket)["estimate"]["p50_s"]
    asked = []

    def away(hall, day):
        asked.append(hall)
        return RedisOutlooks(Redis(port=1, retry=Retry(NoBackoff(), 0)), hall, day)

    wired = house.app.extensions["parts"]
    house.app.extensions["parts"] = replace(wired, outlooks=away)
    for passed_s in (4, 1, 1):
        house.clock.advance(seconds=passed_s)
        house.take()
        assert house.ticket(ticket)["estimate"]["p50_s"] is not None, "what was read before holds"
    assert asked == [HALL]
    house.clock.advance(seconds=4)
    assert house.ticket(ticket)["estimate"]["p50_s"] == max(told - 10, 0)
    assert asked == [HALL] * 2


def test_an_old_forecast_is_none(house):
    house.clerk()
    ticket = house.take()
    forecast(house)
    assert house.ticket(ticket)["estimate"]["p50_s"] is not None
    house.clock.advance(seconds=70)
    assert house.ticket(ticket)["estimate"] == NOTHING


def test_anyone_sees_what_they_would_wait_now_and_later(house):
    clerk = house.clerk()
    for _ in range(4):
        house.take()
    clerk.next()
    forecast(house)
    told = house.get(f"/halls/{HALL}/waits").json
    assert told["at"] == "2026-11-23T09:00:00.000+08:00"
    lanes = {lane["lane"]: lane for lane in told["lanes"]}
    assert lanes["A"]["waiting"] == 3
    assert lanes["A"]["estimate"]["p50_s"] > 0
    assert [each["at"][11:16] for each in lanes["A"]["later"]][:2] == ["09:30", "10:00"]
    assert all(each["p50_s"] <= each["p90_s"] for each in lanes["A"]["later"])


def test_before_any_counter_has_opened_people_are_told_what_is_promised(house):
    forecast(house)
    lanes = house.get(f"/halls/{HALL}/waits").json["lanes"]
    assert [lane["estimate"] for lane in lanes] == [{"p50_s": 900, "p90_s": 1620}] * 3
    assert lanes[0]["later"][0]["p50_s"] == 900
    ticket = house.take()
    assert ticket["estimate"]["p50_s"] == 896  # that was four seconds ago
    forecast(house)
    assert 0 < house.ticket(ticket)["estimate"]["p50_s"] < 1800


def office_hours(file):
    file["hall"]["hours"] = {day: ["09:00-17:00"] for day in file["hall"]["hours"]}


def knows_closing(house):
    """The hall has learnt that its first counter is open from nine to five."""
    learnt = Habits.of_day(shifts={"1": [(6 * HOUR_MS, 14 * HOUR_MS)]}).as_json()
    days = [date(2026, 11, 16) + timedelta(days=n) for n in range(5)]
    rows = [{"hall": HALL, "day": day, "learnt": learnt, "outcomes": []} for day in days]
    house.within(lambda: db.session.execute(TABLE.insert(), rows))


def test_a_visit_of_two_items_ahead_takes_longer(house):
    house.clerk()

    def behind(items):
        """What is told to who has only a visit of these items before them."""
        ahead = house.post("/kiosk/tickets", KIOSK_TOKEN, {"items": items}).json
        mine = house.take()
        forecast(house)
        told = house.ticket(mine)["estimate"]["p50_s"]
        assert [house.own(each, "leave").status_code for each in (ahead, mine)] == [200, 200]
        return told

    one, two = behind(["id-card"]), behind(["id-card", "passport"])
    assert two > 1.6 * one


def test_after_closing_nobody_is_told_what_is_promised(house):
    house.reload(office_hours)
    house.clock.advance(hours=9)
    forecast(house)
    lanes = house.get(f"/halls/{HALL}/waits").json["lanes"]
    assert [lane["estimate"] for lane in lanes] == [NOTHING] * 3


def test_who_comes_too_late_for_the_counters_is_told_no_wait(house):
    """Late in the afternoon, with more people than the one counter can serve before it closes."""
    knows_closing(house)
    house.clerk()
    house.clock.advance(hours=7, minutes=50)
    last = [house.take() for _ in range(20)][-1]
    forecast(house)
    lanes = {lane["lane"]: lane for lane in house.get(f"/halls/{HALL}/waits").json["lanes"]}
    assert lanes["A"]["estimate"] == house.ticket(last)["estimate"] == NOTHING
    assert lanes["A"]["later"][0].items() >= NOTHING.items()


def test_without_a_forecast_the_hall_says_so(house):
    told = house.get(f"/halls/{HALL}/waits").json
    assert told["at"] is None
    assert all(lane["estimate"] == NOTHING for lane in told["lanes"])


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


def test_a_service_under_way_teaches_that_it_is_not_over(house):
    """Early in a day only the shortest services have ended."""
    short, long = house.clerk("1"), house.clerk("2")
    house.take(), house.take()
    first, _ = short.next()["ticket"], long.next()
    short.handle(first, "start")
    house.clock.advance(minutes=2)
    assert short.handle(first, "finish").status_code == 200
    house.clock.advance(minutes=20)
    with house.app.app_context():
        day = habits_of_day(house.plan, date(2026, 11, 23), house.clock.now())
    events, exposure = sum(day.services.values())
    assert events.sum() == 1
    assert exposure.sum() == pytest.approx((2 + 22) * 60, abs=1)
    assert day.services_seen == 1


def test_an_open_counter_that_lets_people_wait_is_not_counted_on(house):
    there, away = house.clerk("1"), house.clerk("2")
    house.take(), house.take()
    there.next()
    house.clock.advance(minutes=2)

    def counted_on():
        present = house.within(lambda: situation(house.plan, house.clock.now()))
        return {desk.no for desk in present.desks if desk.open_since is not None}

    assert counted_on() == {"1", "2"}
    house.clock.advance(minutes=2)
    assert counted_on() == {"1"}
    away.next()
    assert counted_on() == {"1", "2"}


def test_who_has_priority_and_comes_after_the_forecast_is_told_a_shorter_wait(house):
    clerk = house.clerk()
    for _ in range(6):
        house.take()
    clerk.next()
    forecast(house)
    preferred, newcomer = house.take(priority="elderly"), house.take()
    assert 0 < preferred["estimate"]["p50_s"] < newcomer["estimate"]["p50_s"]


def test_a_hall_that_rehearsed_knows_how_long_things_take_on_its_first_day(house):
    rehearsal = Habits.of_day(served=[Served("A", "id-card", "", 0, 120.0)] * 200)
    house.within(lambda: rehearsed(HALL, Habits()))
    house.within(lambda: rehearsed(HALL, rehearsal))  # again, at another speed
    clerk = house.clerk()
    _, second = house.take(), house.take()
    clerk.next()
    forecast(house)
    assert 80 < house.ticket(second)["estimate"]["p50_s"] < 180
    assert len(habits(house)) == 1
    house.within(lambda: rehearsed(HALL, None))
    assert habits(house) == []


def habits(house):
    """Days the hall remembers."""
    with house.app.app_context():
        return db.session.execute(select(TABLE.c.day).order_by(TABLE.c.day)).scalars().all()


def test_the_schedule_tells_it_a_few_times_a_minute(house):
    house.clerk()
    ticket = house.take()
    queue = Queue("default", connection=house.app.extensions["parts"].redis)
    told = []
    for _ in range(8):  # of five seconds each
        with house.app.app_context():
            one_round(queue)
        house.clock.advance(seconds=5)
        told.append(house.get(f"/halls/{HALL}/waits").json["at"])
    assert house.ticket(ticket)["estimate"]["p50_s"] is not None
    assert len(set(told)) == 3


def test_what_people_were_first_told_is_held_against_what_became_of_it(house):
    clerk = house.clerk()
    first, second = house.take(), house.take()
    clerk.next()
    forecast(house)
    with house.app.app_context():
        before = db.session.execute(select(FORETOLD)).all()
    assert [row.ticket_id for row in before] == [second["id"]]
    house.clock.advance(minutes=6)
    forecast(house)  # says it anew; the first word stays
    called_at = house.clock.now()
    clerk.next()
    with house.app.app_context():
        assert db.session.execute(select(FORETOLD)).all() == before
        day = date(2026, 11, 23)
        assert outcomes_of_day(house.plan, day, called_at) == []  # it could still have been long
        later = called_at + timedelta(hours=2)
        ((waited, simulated),) = outcomes_of_day(house.plan, day, later)
    assert waited == (called_at - before[0].at).total_seconds()
    assert simulated == before[0].simulated_p90_s
    assert house.ticket(first)["state"] == "finished"


def test_the_night_learns_once_and_keeps_twenty_days(house):
    clerk = house.clerk()
    house.take()
    clerk.next()
    house.clock.advance(minutes=8)
    clerk.next()
    earlier = [date(2026, 11, 1) - timedelta(days=ago) for ago in range(DAYS_KEPT)]
    rows = [{"hall": HALL, "day": day, "learnt": {}, "outcomes": []} for day in earlier]
    house.within(lambda: db.session.execute(TABLE.insert(), rows))
    house.clock.advance(hours=19)
    due = datetime(2026, 11, 23, 19, tzinfo=UTC)  # the next hall day has begun
    for _ in range(2):
        with house.app.app_context():
            learn_of(HALL, due.isoformat())
        assert habits(house) == sorted([*earlier[:-1], date(2026, 11, 23)])


def test_days_whose_night_was_missed_are_learnt_in_the_next(house):
    for _ in range(3):
        clerk = house.clerk()
        house.take()
        clerk.next()
        house.clock.advance(minutes=8)
        assert clerk.next() is None
        house.clock.advance(days=1)
        house.forget_clerks()
    house.clock.advance(days=4)
    with house.app.app_context():
        learn_of(HALL, house.plan.day_of(house.clock.now()).starts_at.isoformat())
    assert habits(house) == [date(2026, 11, 23) + timedelta(days=n) for n in range(3)]


def test_a_day_too_long_ago_is_not_learnt(house):
    clerk = house.clerk()
    house.take()
    clerk.next()
    house.clock.advance(minutes=8)
    assert clerk.next() is None
    house.clock.advance(days=41)
    with house.app.app_context():
        learn_of(HALL, house.plan.day_of(house.clock.now()).starts_at.isoformat())
    assert habits(house) == []


def foretold(house):
    """Ids of who was told something."""
    with house.app.app_context():
        return set(db.session.execute(select(FORETOLD.c.ticket_id)).scalars())


def inserted(house, hall):
    """How often the first words to people are written while this hall is forecast."""
    statements = []

    def seen(connection, cursor, statement, *_):
        statements.append(statement.startswith("INSERT INTO foretold"))

    with house.app.app_context():
        event.listen(db.engine, "before_cursor_execute", seen)
        refresh(plan_of(hall), house.clock.now(), np.random.default_rng(7))
        event.remove(db.engine, "before_cursor_execute", seen)
    return sum(statements)


def test_what_was_written_in_one_hall_is_not_written_again_for_another(house):
    house.clerk()
    house.take()
    other = copy.deepcopy(HALL_FILE)
    other["hall"]["code"] = "u"
    house.within(lambda: load_hall(parse_hall(json.dumps(other, ensure_ascii=False).encode())))
    assert [inserted(house, hall) for hall in (HALL, "u", HALL)] == [1, 0, 0]


def test_who_was_told_nothing_at_first_is_remembered_when_told(house):
    knows_closing(house)
    house.clerk()
    house.clock.advance(hours=7, minutes=50)
    last = [house.take() for _ in range(20)][-1]
    forecast(house)
    assert house.ticket(last)["estimate"] == NOTHING
    assert last["id"] not in foretold(house)
    house.clock.advance(minutes=20)
    house.forget_clerks()
    for no in "2345678":
        house.clerk(no)
    forecast(house)
    assert last["id"] in foretold(house)


def test_a_day_on_which_nobody_came_teaches_nothing(house):
    plan, now = house.plan, house.clock.now()
    house.within(lambda: learn(plan, date(2026, 11, 22), now))
    assert habits(house) == []


def test_bookings_to_come_are_foreseen(house):
    """With one counter, and an hour that others have booked, a newcomer waits longer."""
    assert HALL_FILE["hall"]["booking"]["slot_minutes"] == 30
    clerk = house.clerk()
    house.take()
    clerk.next()
    for _ in range(4):
        house.take()

    def newcomer():
        forecast(house)
        return house.get(f"/halls/{HALL}/waits").json["lanes"][0]["estimate"]["p50_s"]

    before = newcomer()
    for name in ("a", "b", "c", "d", "e", "f"):
        house.citizen(name).identify().book(house.slot("09:30", date="2026-11-23"))
    assert newcomer() > before
