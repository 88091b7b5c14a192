"""How often somebody may ask: by person, by address, by route, and with Redis gone."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import redis
from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter

from app.core.acts import PUBLIC, Actor
from app.core.auth import access_of
from app.core.limits import STEPS, HouseStorage, StreamPlaces, TooManyStreamsHere, limit_of
from tests.house import open_house, refused

ELSEWHERE = {"environ_base": {"REMOTE_ADDR": "198.51.100.9"}}
FROZEN_AT_MOST_S = 0.6
"""One time limit of 0.3 s, and a slow machine."""


@pytest.fixture
def narrow(settings):
    """Opens a house with small limits."""
    opened = []

    def open_narrow(**limits):
        opened.append(open_house(replace(settings, **limits)))
        return opened[-1]

    yield open_narrow
    for house in opened:
        with house.app.app_context():
            house.app.extensions["sqlalchemy"].engine.dispose()


def asked_until_limited(ask, at_most):
    """The answers before the first 429, and that; the minute may turn once meanwhile."""
    before = []
    for _ in range(2 * at_most + 1):
        answer = ask()
        if answer.status_code == 429:
            return before, answer
        before.append(answer.status_code)
    raise AssertionError("never limited")


def test_a_person_with_several_tokens_is_one_person(narrow):
    house = narrow(device_limit=6)
    tokens = [house.citizen("li").token for _ in range(3)]
    turns = iter(tokens * 10)
    _, answer = asked_until_limited(lambda: house.get("/me", next(turns)), 6)
    problem = refused(answer, 429, "too_many_requests")
    assert 0 < int(answer.headers["Retry-After"]) == problem["retry_after"] <= 60
    assert house.get("/me", house.citizen("wang").token).status_code == 200


def test_retry_after_is_when_it_is_allowed_again(narrow):
    house = narrow(address_limit=3)
    _, answer = asked_until_limited(lambda: house.get("/halls"), 3)
    redis = house.app.extensions["parts"].redis
    ends_in = max(redis.ttl(key) for key in redis.scan_iter("LIMITS:*"))
    assert abs(int(answer.headers["Retry-After"]) - ends_in) <= 1


def test_a_large_limit_is_drawn_from_redis_in_steps(redis_server):
    """Two processes share it to the last step of each."""
    with redis.Redis.from_url(redis_server.url) as client:
        limit = RateLimitItemPerMinute(400)
        processes = [FixedWindowRateLimiter(HouseStorage("house://", client)) for _ in range(2)]
        before = evaluated(client)
        allowed = sum(processes[n % 2].hit(limit, "somebody") for n in range(1000))
        asked = evaluated(client) - before
    step = 400 // STEPS
    if allowed <= 400:  # else the minute turned meanwhile
        assert 400 - 2 * step <= allowed
    assert asked <= 1000 // step + 2  # each process brings the script once


def evaluated(client):
    return client.info("commandstats").get("cmdstat_evalsha", {"calls": 0})["calls"]


def test_a_page_says_so_too(narrow):
    house = narrow(address_limit=3)
    page = house.app.test_client()
    _, answer = asked_until_limited(lambda: page.get("/docs"), 3)
    assert answer.mimetype == "text/html"
    assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_an_ipv6_subscriber_is_one_address(narrow):
    house = narrow(address_limit=6)
    hosts = iter(range(1, 100))

    def from_another_host(net="2001:db8:1:2"):
        environ = {"REMOTE_ADDR": f"{net}::{next(hosts):x}"}
        return house.request("GET", "/halls", environ_base=environ)

    asked_until_limited(from_another_host, 6)
    assert from_another_host("2001:db8:1:3").status_code == 200


def test_two_who_come_by_ipv4_to_a_socket_of_both_are_two(narrow):
    house = narrow(address_limit=6)

    def from_host(last):
        environ = {"REMOTE_ADDR": f"::ffff:203.0.113.{last}"}
        return house.request("GET", "/halls", environ_base=environ)

    asked_until_limited(lambda: from_host(1), 6)
    assert from_host(2).status_code == 200


def test_guesses_of_tokens_end_before_an_address_does_and_hurt_nobody_else(narrow):
    house = narrow(address_limit=100)
    guesses = iter(range(1000))

    def guess():
        return house.get("/tickets/x", f"guess {next(guesses)}")

    before, answer = asked_until_limited(guess, 20)
    assert len(before) <= 20  # a tenth, and the minute may turn
    assert set(before) == {401}
    refused(answer, 429, "too_many_requests")
    assert house.take()["number"]  # the number machine at the same address


# A narrower limit of its own: (method, path, body, part of the limit)


NARROW = {
    "staff.create_session": ("POST", "/staff/session", {"username": "x", "password": "x"}),
    "citizens.create_session": ("POST", "/session", {"code": "sandbox:"}),
    "verify.verification": ("GET", "/verifications/ABCDEFGH", None),
}


@pytest.mark.parametrize("endpoint", NARROW)
def test_what_could_be_tried_out_is_limited_more_narrowly(narrow, endpoint):
    house = narrow(address_limit=100)
    method, path, body = NARROW[endpoint]
    at_most = 100 // limit_of(house.app.view_functions[endpoint]).part
    before, answer = asked_until_limited(lambda: house.request(method, path, json=body), at_most)
    assert len(before) <= 2 * at_most
    refused(answer, 429, "too_many_requests")
    assert house.get("/halls").status_code == 200
    assert house.request(method, path, json=body, **ELSEWHERE).status_code != 429


def test_a_person_books_so_often_a_minute(narrow):
    house = narrow(device_limit=60)
    li = house.citizen("li")
    before, answer = asked_until_limited(
        lambda: li.post("/appointments", {"slot": "none", "item": "id-card"}), 3
    )
    assert len(before) <= 6
    refused(answer, 429, "too_many_requests")
    assert li.get("/appointments").status_code == 200


# Redis gone


def test_without_redis_each_process_counts_for_itself(narrow, redis_server):
    house = narrow(address_limit=10)
    assert house.get("/halls").status_code == 200
    os.kill(redis_server.process.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert house.get("/halls").status_code == 200
        assert time.monotonic() - began < FROZEN_AT_MOST_S
        began = time.monotonic()
        _before, answer = asked_until_limited(lambda: house.get("/halls"), 10)
        took = time.monotonic() - began
        refused(answer, 429, "too_many_requests")
        assert 0 < int(answer.headers["Retry-After"]) <= 60
        assert took < FROZEN_AT_MOST_S  # asked again at most once in the first second
    finally:
        os.kill(redis_server.process.pid, signal.SIGCONT)
    redis_server_answers_again = time.monotonic() + 5
    while house.get("/halls").status_code == 429:
        assert time.monotonic() < redis_server_answers_again, "counts for itself for ever"
        time.sleep(0.2)


def test_whoever_asks_as_redis_goes_is_answered(narrow, redis_server):
    """All at once, so that several find out for themselves that it is away."""
    house = narrow(address_limit=100)
    assert house.get("/halls").status_code == 200
    os.kill(redis_server.process.pid, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(8) as people:
            answers = list(people.map(lambda _: house.get("/halls").status_code, range(8)))
    finally:
        os.kill(redis_server.process.pid, signal.SIGCONT)
    assert answers == [200] * 8


# Event streams


def test_an_address_and_an_asker_keep_so_many_streams_open():
    places = StreamPlaces(per_address=3, per_asker=2)
    li, wang = Actor("citizen", "li"), Actor("citizen", "wang")

    def opened(asker, address="192.0.2.1"):
        return places.take(address, asker)

    streams = [opened(li), opened(li)]
    with pytest.raises(TooManyStreamsHere):
        opened(li)
    streams.append(opened(wang))
    with pytest.raises(TooManyStreamsHere):
        opened(PUBLIC)
    elsewhere = opened(PUBLIC, "192.0.2.2")
    streams.pop()()
    opened(PUBLIC)
    with pytest.raises(TooManyStreamsHere):
        opened(wang)
    elsewhere()


def test_one_stream_too_many_is_refused_in_words(narrow):
    house = narrow(event_streams_per_address=2)
    client = house.app.test_client()
    open_streams = [client.get("/api/v1/halls/t/events") for _ in range(2)]
    answer = house.get("/halls/t/events")
    refused(answer, 429, "too_many_streams_here")
    assert answer.headers["Retry-After"] == "30"
    open_streams.pop().close()
    assert client.get("/api/v1/halls/t/events").status_code == 200


def test_what_anybody_may_change_has_a_limit_of_its_own(app):
    signed = {"wechat_callback.take"}  # WeChat's own, by its signature
    unlimited = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.methods - {"GET", "HEAD", "OPTIONS"}
        and access_of(app.view_functions[rule.endpoint]).kinds == {"public"}
        and limit_of(app.view_functions[rule.endpoint]) is None
    }
    assert unlimited == signed
