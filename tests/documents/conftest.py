import pytest

from tests.house import House
from tests.submissions.library import stock


@pytest.fixture(scope="module")
def hall(shared_house: House) -> House:
    """With forms and a library, for all tests of a module: each has people of its own."""
    return stock(shared_house)
