import pytest

from tests.house import House
from tests.submissions.library import stock


@pytest.fixture
def hall(house: House) -> House:
    """With forms, and licences to come."""
    return stock(house)


@pytest.fixture(scope="module")
def shared_hall(shared_house: House) -> House:
    """The same for all tests of a module: each has people of its own."""
    return stock(shared_house)
