from collections.abc import Iterator
from dataclasses import replace

import pytest

from config.settings import Settings
from tests.house import House, open_house

UNLIMITED = 10**6


@pytest.fixture
def busy_settings(every_settings: Settings) -> Settings:
    """Each pair of stores in turn, with no limit to how fast a clerk may press."""
    return replace(every_settings, device_limit=UNLIMITED, address_limit=UNLIMITED)


@pytest.fixture
def busy_house(busy_settings: Settings) -> Iterator[House]:
    house = open_house(busy_settings)
    yield house
    with house.app.app_context():
        house.app.extensions["sqlalchemy"].engine.dispose()
