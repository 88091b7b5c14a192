from collections.abc import Iterator

import pytest

from app.core.db import db
from config.settings import Settings
from tests.deliveries.hall import CourierServer, Results, furnish
from tests.house import House, open_house


@pytest.fixture
def results(house: House) -> Results:
    return furnish(house)


@pytest.fixture
def every_results(every_settings: Settings) -> Iterator[Results]:
    house = open_house(every_settings)
    yield furnish(house)
    with house.app.app_context():
        db.engine.dispose()


@pytest.fixture
def courier() -> Iterator[CourierServer]:
    made = CourierServer()
    yield made
    made.close()
