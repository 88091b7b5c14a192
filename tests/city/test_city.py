"""What a city needs that one hall does not; and who judges its simulated morning."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from rq import Queue
from sqlalchemy import make_url

from app.commands.running import schedule
from app.core import events
from app.core.db import db
from app.worker import Share, _rq_redis, one_round
from bench.city import report
from bench.city.demand import CITY, asked_at_eight, some
from bench.city.judge import Waited, overtaken
from config.settings import ROOT
from tests.crowd import faults
from tests.house import HALL

EVENTS_BY_DAY = ROOT / "migrations" / "city" / "events_by_day.sql"
AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def steps(file: Path) -> list[str]:
    return file.read_text().split("\n-- step ")[1:]


def test_events_get_a_table_a_day_under_a_hall_that_works(house, database_url):
    first = house.take()
    house.clerk("1").next()
    with psycopg.connect(plain(database_url), autocommit=True) as connection:
        for step in steps(EVENTS_BY_DAY):
            connection.execute(("-- step " + step).encode())
        second = house.take()
        assert house.clerk("1").next()["ticket"]["id"] == second["id"]
        assert faults(house) == []
        with house.app.app_context():
            told = [
                [event["kind"] for event in events.history(one["id"], house.clock.now())]
                for one in (first, second)
            ]
        assert told == [["taken", "called", "finished"], ["taken", "called"]]

        yesterday = connection.execute("SELECT to_char(now() - interval '1 day', 'YYYYMMDD')")
        [name] = yesterday.fetchone()
        connection.execute("SELECT events_days(ahead => 40, keep => 400)")
        parts = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'events'::regclass"
        assert connection.execute(parts).fetchone()[0] >= 40
        connection.execute(
            f"CREATE TABLE events_{name} (LIKE events); ALTER TABLE events DETACH PARTITION"
            " events_before; ALTER TABLE events ATTACH PARTITION"
            f" events_{name} FOR VALUES FROM ('{name}'::date) TO ('{name}'::date + 1)"
        )
        connection.execute("SELECT events_days(ahead => 1, keep => 0)")
        assert connection.execute(f"SELECT to_regclass('events_{name}')").fetchone() == (None,)


def test_a_forecast_reads_no_day_but_its_own(house, database_url):
    """Each hall is forecast four times a minute: a year of events behind it must not matter."""
    house.clerk("1")
    asked: list[str] = []
    from app.calling.queries import shifts_of

    with house.app.app_context():
        plan = house.plan
        day = plan.day_of(house.clock.now())
        db.session.execute(db.text("SET enable_seqscan = off"))
        from sqlalchemy import event

        engine = db.engine
        event.listen(
            engine, "before_cursor_execute", lambda *args: asked.append((args[2], args[3]))
        )
        assert shifts_of(plan, day, day.ms(house.clock.now())) == {"1": [(21_600_000, 21_600_000)]}
        statement, values = asked[-1]
        lines = db.session.connection().exec_driver_sql("EXPLAIN " + statement, values).scalars()
        [found] = [line for line in lines if "Index Cond" in line]
        db.session.remove()
    assert "at >=" in found
    assert "at <" in found


def test_schedules_share_the_halls(house):
    halls = [f"hall-{n}" for n in range(60)]
    shares = [Share(n, 3) for n in (1, 2, 3)]
    assert all([share.has(hall) for share in shares].count(True) == 1 for hall in halls)
    assert all(any(share.has(hall) for hall in halls) for share in shares)

    own = next(share for share in shares if share.has(HALL))
    house.clerk("1")
    queue = Queue("default", connection=_rq_redis(house.app))
    for share, forecast in ((Share(own.nth % 3 + 1, 3), False), (own, True)):
        with house.app.app_context():
            one_round(queue, share)
            assert (HALL in house.app.extensions.get("estimates_said", {})) is forecast


@pytest.mark.parametrize("share", ["0/3", "4/3", "3", "a/b", ""])
def test_a_share_that_is_none_is_refused(app, share):
    assert "is no share" in app.test_cli_runner().invoke(schedule, ["--share", share]).output


def waited(due: int, entered: int, called: int | None) -> Waited:
    at = None if called is None else AT + timedelta(seconds=called)
    return Waited((due, due), AT + timedelta(seconds=entered), at, f"A{due:03}")


def test_the_judge_of_a_morning_sees_who_was_overtaken():
    fair = [waited(1, 0, 100), waited(2, 10, 101), waited(3, 20, None)]
    assert list(overtaken(fair)) == []
    assert list(overtaken([waited(1, 0, 120), waited(2, 10, 100)])) == [
        "A002 was called before A001"
    ]
    assert list(overtaken([waited(1, 0, None), waited(2, 0, 100)])) != []  # still waits
    assert list(overtaken([waited(1, 99, 200), waited(2, 0, 100)])) == []  # came a moment before
    assert list(overtaken([waited(1, 0, 101), waited(2, 0, 100)])) == []  # called together


def test_the_city_is_the_one_of_the_page():
    """200 halls, 400,000 tickets a day, 3,000 screens; twenty of them are a tenth."""
    assert sum(kind.halls for kind in CITY) == 200
    assert round(sum(kind.halls * kind.tickets for kind in CITY), -3) == 400_000
    assert sum(kind.halls * kind.screens for kind in CITY) == 3000
    assert round(sum(kind.tickets for kind in some(20)), -3) == 40_000
    assert round(asked_at_eight()["slots"]) == 2000


def test_the_page_says_what_was_measured():
    made = json.loads((ROOT / "docs" / "city.json").read_text())
    page = (ROOT / "docs" / "scale.md").read_text()
    assert report.written_into(page, made) == page
    assert date.fromisoformat(made["made"]["on"])
