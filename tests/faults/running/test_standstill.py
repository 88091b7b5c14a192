"""A store of a hall full of people stands still: nobody is kept waiting, nothing piles up."""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from app.core.clock import HouseClock
from config.settings import Settings
from tests.faults.conftest import leave
from tests.faults.standstill import postgres, standing_still
from tests.faults.test_away import timed
from tests.house import HALL, KIOSK_TOKEN, House, open_house

pytestmark = pytest.mark.faults

PEOPLE = 60
ROUNDS = 3
ANSWERED_WITHIN_S = 5
MOST_WITHIN_S = 2
BACK_WITHIN_S = 3


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    return {**environ, "WEB_CONCURRENCY": "2", "DEVICE_LIMIT": "100000", "ADDRESS_LIMIT": "100000"}


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    """The small hall, now: the live server reads a real clock."""
    house = open_house(settings, HouseClock(lambda: None))
    house.stand_at_noon()
    yield house
    leave(house)


@pytest.fixture
def ask(live_server: str, house: House) -> Callable[..., requests.Response]:
    clerk = house.clerk("1").token

    def ask(nth: int) -> requests.Response:
        """What somebody asks: a number, the next, the board, in turn."""
        key = {"Idempotency-Key": uuid.uuid4().hex}
        api = f"{live_server}/api/v1"
        if nth % 3 == 0:
            headers = {"Authorization": f"Bearer {KIOSK_TOKEN}", **key}
            body = {"item": "id-card"}
            return requests.post(f"{api}/kiosk/tickets", json=body, headers=headers, timeout=30)
        if nth % 3 == 1:
            headers = {"Authorization": f"Bearer {clerk}"}
            return requests.get(f"{api}/counters/1", headers=headers, timeout=30)
        return requests.get(f"{api}/halls/{HALL}/board", timeout=30)

    return ask


def all_at_once(ask: Callable[[int], Any]) -> list[tuple[requests.Response, float]]:
    with ThreadPoolExecutor(PEOPLE) as people:
        return list(people.map(lambda nth: timed(lambda: ask(nth)), range(PEOPLE)))


def tell(waits: list[float], back: float) -> None:
    half = statistics.median(waits)
    print(f"{len(waits)} asked, slowest {max(waits):.1f} s, half {half:.2f} s; back {back:.1f} s")


def until_served(ask: Callable[[int], requests.Response]) -> float:
    began = time.monotonic()
    while any(ask(nth).status_code >= 300 for nth in range(3)):
        time.sleep(0.1)
    return time.monotonic() - began


def test_postgresql_stands_still(ask, live_server, house, database_url):
    all_at_once(ask)
    with standing_still(postgres(database_url)):
        answers = [answer for _ in range(ROUNDS) for answer in all_at_once(ask)]
        alive, waited = timed(lambda: requests.get(f"{live_server}/healthz", timeout=30))
        assert (alive.status_code, waited < 1) == (200, True)
        ready = requests.get(f"{live_server}/readyz", timeout=30)
        assert (ready.status_code, ready.json()["redis"]) == (503, "ok")
    back = until_served(ask)
    waits = [waited for _, waited in answers]
    tell(waits, back)
    assert {answer.status_code for answer, _ in answers} == {503}
    assert all(answer.headers.get("Retry-After") for answer, _ in answers)
    assert max(waits) < ANSWERED_WITHIN_S
    assert statistics.median(waits) < MOST_WITHIN_S
    assert back < BACK_WITHIN_S


def test_redis_stands_still(ask, live_server, house, redis_server):
    all_at_once(ask)
    with standing_still([redis_server.process.pid]):
        answers = [answer for _ in range(ROUNDS) for answer in all_at_once(ask)]
    back = until_served(ask)
    waits = [waited for _, waited in answers]
    tell(waits, back)
    odd = [answer.text for answer, _ in answers if not answer.ok]
    assert odd == [], "numbers are given, boards read"
    assert max(waits) < ANSWERED_WITHIN_S
    assert statistics.median(waits) < MOST_WITHIN_S
    assert back < BACK_WITHIN_S
