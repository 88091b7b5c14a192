from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url

from app.factory import create_app
from config.settings import Settings
from embedded.program import Program
from embedded.redis_server import RunningRedis, private_redis
from tests.conftest import missing
from tests.house import House, open_house
from tests.proxy import Proxy
from tests.servers import Missing, redis_binary


@pytest.fixture
def hall(every_settings: Settings) -> Iterator[House]:
    """A small hall on each pair of stores in turn, its sequence ready and believed."""
    house = open_house(every_settings)
    assert house.clerk("8").next() is None
    yield house
    leave(house)


@pytest.fixture
def beside(hall: House) -> Iterator[Callable[..., House]]:
    """Another process of the same hall, as far as the stores can tell: other connections."""
    with joined_by(hall) as others:
        yield others


@contextmanager
def joined_by(hall: House) -> Iterator[Callable[..., House]]:
    made = []

    def beside(**changes: str) -> House:
        settings = replace(hall.app.extensions["parts"].settings, **changes)
        made.append(House(create_app(settings, hall.clock)))
        return made[-1]

    yield beside
    for house in made:
        leave(house)


def leave(house: House) -> None:
    with house.app.app_context():
        house.app.extensions["sqlalchemy"].engine.dispose()


@contextmanager
def wire_to(url: str) -> Iterator[tuple[Proxy, str]]:
    """A proxy before the server of this URL, and the URL through it."""
    parsed = make_url(url)
    proxy = Proxy(parsed.port or 5432)
    through = parsed.set(host="127.0.0.1", port=proxy.port)
    yield proxy, through.render_as_string(hide_password=False)
    proxy.close()


@pytest.fixture
def database_wire(every_settings: Settings) -> Iterator[tuple[Proxy, str]]:
    with wire_to(every_settings.database_url) as wire:
        yield wire


@pytest.fixture
def redis_wire(every_settings: Settings) -> Iterator[tuple[Proxy, str]]:
    with wire_to(every_settings.redis_url) as wire:
        yield wire


class OwnRedis:
    """A server of the test's own with its append-only file, to be killed and started again."""

    def __init__(self, running: RunningRedis) -> None:
        self.url = running.url
        self.program: Program = running.program
        self.process = running.process
        self.data: Path = running.program.directory

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def start(self) -> None:
        self.process = self.program.start()


@pytest.fixture
def own_redis(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OwnRedis]:
    """Of the kind that `every_redis` names here."""
    kind = request.node.callspec.params["every_redis"]
    try:
        binary = redis_binary(kind)
    except Missing as part:
        missing(part)
    with private_redis(tmp_path / "redis", binary=binary, persist=True) as running:
        own = OwnRedis(running)
        yield own
        own.program.stop(own.process)


@pytest.fixture
def own_hall(every_settings: Settings, own_redis: OwnRedis) -> Iterator[House]:
    """A hall whose Redis is the test's own."""
    settings = replace(every_settings, redis_url=own_redis.url, rq_redis_url=own_redis.url)
    house = open_house(settings)
    assert house.clerk("8").next() is None
    yield house
    leave(house)


@pytest.fixture
def beside_own(own_hall: House) -> Iterator[Callable[..., House]]:
    with joined_by(own_hall) as others:
        yield others
