"""The service that carries thousands of event streams, as a process of its own: clients that are
slow or many, Redis away, the stop."""

import json
import re
import time
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from app.core.clock import SetClock
from app.core.streams import WAITING_EVENTS
from config.settings import load_settings
from embedded.redis_server import private_redis
from queueing.events import CopiedEvent
from tests.house import open_house
from tests.streams_service import Client, streams_service

EVENTS = "/api/v1/halls/t/events"
LONG = 20_000
"""Characters of an event: few fill what the kernel keeps for a client."""


class OwnRedis:
    """A server that goes and comes back."""

    def __init__(self, running):
        self.url = running.url
        self._program = running.program
        self._process = running.process

    def stop(self):
        self._program.stop(self._process)

    def start(self):
        self._process = self._program.start()
        with Redis.from_url(self.url, retry=Retry(ConstantBackoff(0.1), 300)) as client:
            client.ping()


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory):
    with private_redis(tmp_path_factory.mktemp("redis"), persist=True) as running:
        own = OwnRedis(running)
        yield own
        own.stop()


@pytest.fixture(scope="module")
def behind_proxy(shared_environ, own_redis):
    """The variables of an installation with a proxy before it, and few places."""
    places = {"EVENT_STREAMS": "4", "EVENT_STREAMS_PER_ADDRESS": "2"}
    return {**shared_environ, "REDIS_URL": own_redis.url, "TRUSTED_PROXIES": "1", **places}


@pytest.fixture(scope="module")
def hall(behind_proxy):
    house = open_house(load_settings(behind_proxy), SetClock(datetime.now(UTC)))
    house.stand_at_noon()
    yield house
    with house.app.app_context():
        house.app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture(scope="module")
def started(hall, behind_proxy, tmp_path_factory):
    """Of a hall that is there, whichever test comes first."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("streams")
        yield lambda: stack.enter_context(streams_service(behind_proxy, folder))


@pytest.fixture(scope="module")
def running():
    return []


@pytest.fixture
def service(started, running):
    """The one that runs, or another where a test stopped it."""
    if not running or running[-1].program.poll() is not None:
        running.append(started())
    return running[-1]


@pytest.fixture
def asked(service):
    """Asks once."""
    clients = []

    def ask(*args, **options):
        clients.append(Client(service, *args, **options))
        return clients[-1]

    yield ask
    for client in clients:
        client.close()


@pytest.fixture
def opened(asked):
    """Asks until it was noticed that those before have gone."""

    def until_opened(*args, **options):
        while (status := (client := asked(*args, **options)).status()) != 200:
            assert status in (429, 503)
            time.sleep(0.05)
        return client

    return until_opened


def happen(hall, first, count, size=0):
    """So many events of these ids."""
    events = hall.app.extensions["parts"].events("t")
    for n in range(first, first + count):
        at = int(time.time() * 1000)
        payload = {"event": "called", "id": n, "number": f"X{n}", "filling": "x" * size}
        events.copy(CopiedEvent(10**9 + n, at, json.dumps(payload)))


def ids(said):
    return [int(found) for found in re.findall(rb'"event": "called", "id": ([0-9]+)', said)]


def test_who_reads_nothing_holds_nobody_up_and_is_given_the_present(hall, opened):
    quick = opened(EVENTS)
    quick.until(b"event: resync")
    slow = opened(EVENTS, buffer=4096)
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


def test_a_phone_hears_of_its_own_call(hall, opened):
    ticket = hall.take()
    token = f"Authorization: Bearer {ticket['token']}"
    phone = opened(f"/api/v1/tickets/{ticket['id']}/events", token)
    phone.until(b'"state": "waiting"')
    hall.own(ticket, "leave")
    phone.until(b'"state": "left"')


def test_another_path_is_not_for_it(asked, opened):
    assert asked("/api/v1/halls").status() == 421
    assert asked("/api/v1/halls/nowhere/events").status() == 404
    opened(EVENTS, method="HEAD")


def test_each_address_behind_the_proxy_has_its_own_limit_and_a_stop_ends_all(
    service, asked, opened
):
    first, second, third = (f"X-Forwarded-For: 192.0.2.{n}" for n in (1, 2, 3))
    held = [opened(EVENTS, behind) for behind in (first, first, second, second)]
    assert asked(EVENTS, third).status() == 503
    held.pop().close()
    while (status := asked(EVENTS, first).status()) == 503:
        time.sleep(0.05)
    assert status == 429
    held.append(opened(EVENTS, third))
    for client in held:
        client.until(b"event: resync")
    service.stop()
    assert all(client.to_the_end().endswith(b"\r\n0\r\n\r\n") for client in held)
    assert service.program.returncode == 0


def test_streams_stand_while_redis_is_away_and_go_on_when_it_is_back(hall, own_redis, opened):
    screen = opened(EVENTS)
    screen.until(b"event: resync")
    own_redis.stop()
    try:
        unheard = hall.take()["number"]
        late = opened(EVENTS)
        assert unheard.encode() in late.until(b"event: resync")
    finally:
        own_redis.start()
    hall.sweep()
    screen.until(f'"number": "{unheard}"'.encode())
    heard = hall.take()["number"]
    for client in (screen, late):
        client.until(f'"number": "{heard}"'.encode())
