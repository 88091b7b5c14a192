from __future__ import annotations

import pytest

from tests.appointments.desk import Desk
from tests.waiting_list.line import Line


@pytest.fixture
def line(house):
    """A full Tuesday, once it is filled, and who waits for it."""
    return Line(house)


@pytest.fixture
def desk(house):
    """The supervisor's."""
    return Desk(house, house.sign_in("supervisor"))
