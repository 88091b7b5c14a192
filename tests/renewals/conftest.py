"""Renewals in a small hall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.renewals.renewing import Shop, opened_shop, shop_on


@pytest.fixture
def shop(house: Any) -> Shop:
    return opened_shop(house)


@pytest.fixture
def every_shop(every_settings: Any) -> Iterator[Shop]:
    """On the stores of the test, however fast somebody taps."""
    unlimited = 1_000_000
    yield from shop_on(replace(every_settings, device_limit=unlimited, address_limit=unlimited))
