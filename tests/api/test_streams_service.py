"""The service that carries thousands of event streams, as a process of its own: clients that are
slow or many, Redis away, the stop."""

import json
import re
import time
from datetime import UTC, datetime

import pytest

from app.core.streams import WAITING_EVENTS
from config.settings import load_settings
from embedded.redis_server import private_redis
from tests.house import open_house
from tests.streams_service import Client, streams_service

EVENTS = "/api/v1/halls/t/events"
LONG = 20_000
"""Characters of an event: few fill what the kernel keeps for a client."""


@pytest.fixture(scope="module")
def hall(shared_house):
    shared_house.clock.at = datetime.now(UTC)
    return shared_house


@pytest.fixture
def opened():
    clients = []

    def open_client(*args, **options):
        clients.append(Client(*args, **options))
        return clients[-1]

    yield open_client
    for client in clients:
        client.close()


def happen(hall, first, count, size=0):
    """So many events of these ids."""
    events = hall.app.extensions["parts"].events("t")
    for n in range(first, first + count):
        at = int(time.time() * 1000)
        payload = {"event": "called", "id": n, "number": f"X{n}", "filling": "x" * size}
        events.copy(10**9 + n, at, json.dumps(payload))


def ids(said):
    return [int(found) for found in re.findall(rb'"event": "called", "id": ([0-9]+)', said)]


def test_who_reads_nothing_holds_nobody_up_and_is_given_the_present(hall, shared_streams, opened):
    quick = opened(shared_streams, EVENTS)
    quick.until(b"event: resync")
    slow = opened(shared_streams, EVENTS, buffer=4096)
    slow.until(b"event: resync")
    count = WAITING_EVENTS + 100
    for first in range(0, count, 20):
        happen(hall, first, min(20, count - first), LONG)
        last = min(first + 20, count) - 1
        quick.until(f'"number": "X{last}"'.encode())
    assert ids(quick.said) == list(range(count))
    happen(hall, count, 1)
    told = slow.until(f'"number": "X{count}"'.encode())
    assert told.count(b"event: resync") >= 2
    heard = ids(told)
    assert heard == sorted(set(heard)), "told twice, or in another order"
    assert len(heard) < count


def test_a_phone_hears_of_its_own_call(hall, shared_streams, opened):
    ticket = hall.take(lane_item := "id-card")
    token = f"Authorization: Bearer {ticket['token']}"
    phone = opened(shared_streams, f"/api/v1/tickets/{ticket['id']}/events", token)
    phone.until(b'"state": "waiting"')
    assert ticket["item"] == lane_item
    hall.own(ticket, "leave")
    phone.until(b'"state": "left"')


def test_another_path_is_not_for_it(shared_streams, opened):
    assert opened(shared_streams, "/api/v1/halls").status() == 421
    assert opened(shared_streams, EVENTS, method="HEAD").status() == 200
    assert opened(shared_streams, "/api/v1/halls/nowhere/events").status() == 404


@pytest.fixture
def behind_proxy(environ, house, tmp_path):
    limits = {"TRUSTED_PROXIES": "1", "EVENT_STREAMS": "3", "EVENT_STREAMS_PER_ADDRESS": "2"}
    with streams_service({**environ, **limits}, tmp_path) as service:
        yield service


def test_behind_a_proxy_each_address_has_its_own_limit_and_a_stop_ends_all(behind_proxy, opened):
    def stream(address):
        return opened(behind_proxy, EVENTS, f"X-Forwarded-For: {address}")

    def until_opened(address):
        while (client := stream(address)).status() != 200:
            time.sleep(0.05)
        return client

    held = [stream("192.0.2.1"), stream("192.0.2.1")]
    assert [client.status() for client in held] == [200, 200]
    assert stream("192.0.2.1").status() == 429
    held.append(stream("192.0.2.2"))
    assert held[-1].status() == 200
    assert stream("192.0.2.3").status() == 503
    held.pop(0).close()
    held.append(until_opened("192.0.2.1"))  # once it is noticed that the other has gone
    for client in held:
        client.until(b"event: resync")
    behind_proxy.stop()
    assert all(client.to_the_end().endswith(b"\r\n0\r\n\r\n") for client in held)
    assert behind_proxy.program.returncode == 0


def test_streams_stand_while_redis_is_away_and_go_on_when_it_is_back(environ, tmp_path, opened):
    with private_redis(tmp_path / "redis", persist=True) as redis:
        own = {**environ, "REDIS_URL": redis.url}
        house = open_house(load_settings(own))
        house.clock.at = datetime.now(UTC)
        with streams_service(own, tmp_path) as service:
            screen = opened(service, EVENTS)
            screen.until(b"event: resync")
            redis.program.stop(redis.process)
            lost = house.take()["number"]
            late = opened(service, EVENTS)
            assert lost.encode() in late.until(b"event: resync")
            process = redis.program.start()
            try:
                while house.app.extensions["parts"].database_away():
                    pass
                house.sweep()
                for client in (screen, late):
                    client.until(f'"number": "{house.take()["number"]}"'.encode())
            finally:
                redis.program.stop(process)
        with house.app.app_context():
            house.app.extensions["sqlalchemy"].engine.dispose()
