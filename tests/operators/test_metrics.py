"""What is scraped: from the rows, and from every process's counts; whatever is away."""

from __future__ import annotations

import re
import time

import requests
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis
from redis.exceptions import ConnectionError

from app.calling import reconcile
from app.core.db import db
from app.tickets.models import TicketRow
from tests.house import HALL


def scraped(house) -> dict[tuple[str, frozenset], float]:
    return samples(house.app.test_client().get("/metrics").text)


def samples(text: str) -> dict[tuple[str, frozenset], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(found, name, **labels):
    return found.get((name, frozenset(labels.items())), 0.0)


def test_a_morning_in_numbers(house):
    house.take("id-card")
    house.take("id-card")
    house.clock.advance(seconds=90)
    house.clerk("1").next()
    found = scraped(house)
    assert value(found, "shunhao_waiting", hall=HALL, lane="A") == 1
    assert value(found, "shunhao_oldest_wait_seconds", hall=HALL) >= 90
    assert value(found, "shunhao_calls_total", hall=HALL) == 1
    waits = {"hall": HALL, "lane": "A"}
    assert value(found, "shunhao_wait_seconds_bucket", **waits, le="60.0") == 0
    assert value(found, "shunhao_wait_seconds_bucket", **waits, le="300.0") == 1
    assert value(found, "shunhao_wait_seconds_sum", **waits) >= 90
    called = {"route": "calling.call_next", "status": "2xx"}
    assert value(found, "shunhao_request_seconds_count", **called) == 1
    assert value(found, "shunhao_part_up", part="database") == 1
    assert value(found, "shunhao_part_up", part="worker") == 0
    assert not [key for key, number in found.items() if key[0].endswith("incomplete") and number]


def test_a_claim_whose_row_says_otherwise_is_counted_as_a_race(house):
    clerk = house.clerk("1")
    house.take("id-card")
    assert clerk.next(), "the sequence is ready from here on"
    first, second = house.take("id-card"), house.take("id-card")
    with house.app.app_context():
        row = db.session.get(TicketRow, first["id"])
        row.state, row.seq_version = "left", row.seq_version + 1
        db.session.commit()
    assert clerk.next()["ticket"]["number"] == second["number"]
    assert value(scraped(house), "shunhao_claim_races_total", hall=HALL) == 1


def test_stale_claims_and_rebuilds_are_counted(house, redis_server):
    house.take("id-card")
    plan, now = house.plan, house.clock.now()
    day = plan.day_of(now).date
    with house.app.app_context():
        reconcile.make_ready(plan, day, now)
        line = reconcile.tickets.sequence_of(HALL, day)
        at = plan.hall_day(day).ms(now)
        assert line.claim_next("1", (("A",),), "nobody's", at, 900_000)
        reconcile.reconcile(plan, day, house.clock.advance(seconds=20))
    with Redis.from_url(redis_server.url) as redis:
        for key in redis.scan_iter("*"):
            if b"tallies" not in key:
                redis.delete(key)
    house.clerk("1").next()
    found = scraped(house)
    assert value(found, "shunhao_claims_settled_total", hall=HALL) == 1
    assert value(found, "shunhao_sequence_rebuilds_total", hall=HALL) == 2


def test_what_wechat_says_is_counted_by_call(house, wechat):
    house.citizen("li")
    found = scraped(house)
    asked = {"call": "sns/jscode2session", "outcome": "ok"}
    assert value(found, "shunhao_wechat_call_seconds_count", **asked) == 1


def test_the_rest_is_told_while_redis_is_away(house, redis_server, monkeypatch):
    def away(*_):
        raise ConnectionError("away")

    house.take("id-card")
    tallies = house.app.extensions["parts"].tallies
    for name in ("all", "processes"):
        monkeypatch.setattr(tallies, name, away)
    found = scraped(house)
    assert value(found, "shunhao_waiting", hall=HALL, lane="A") == 1
    assert value(found, "shunhao_scrape_incomplete", of="tallies") == 1


def test_whoever_of_several_processes_answers_tells_what_all_counted(live_server):
    """Gunicorn runs two; each answers some."""
    asked = 40
    for _ in range(asked):
        requests.get(f"{live_server}/api/v1/halls", timeout=30)
    until = time.monotonic() + 120
    while time.monotonic() < until:
        text = requests.get(f"{live_server}/metrics", timeout=30).text
        found = samples(text)
        counted = sum(
            number
            for (name, labels), number in found.items()
            if name == "shunhao_request_seconds_count"
            and re.search("list_halls|halls", dict(labels)["route"])
        )
        if counted == asked and value(found, "shunhao_processes", kind="web") == 2:
            return
        time.sleep(0.5)
    raise AssertionError(text)
