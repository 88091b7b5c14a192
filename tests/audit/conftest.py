"""A small hall on each pair of stores in turn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from config.settings import Settings
from tests.house import House, open_house


@pytest.fixture
def every_house(every_settings: Settings) -> Iterator[House]:
    house = open_house(every_settings)
    yield house
    with house.app.app_context():
        house.app.extensions["sqlalchemy"].engine.dispose()
