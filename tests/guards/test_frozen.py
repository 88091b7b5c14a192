"""Pages made from the code are as the code makes them, and the API as it was published."""

import difflib

import pytest

from app.catalog.words import order_in_words
from config.settings import ROOT
from queueing.order import Promises
from tests.guards.frozen import FROZEN


@pytest.mark.parametrize("path", FROZEN, ids=lambda path: path.name)
def test_a_change_is_seen(path):
    kept, made = path.read_text(encoding="utf-8"), FROZEN[path]()
    difference = difflib.unified_diff(
        kept.splitlines(), made.splitlines(), f"{path.name} as kept", "as the code makes it", n=4
    )
    told = "\n".join(difference)
    assert not told, f"if this is meant, run `make frozen`:\n{told}"


def test_the_order_on_the_wall_is_the_one_the_house_tells():
    page = (ROOT / "docs" / "order.md").read_text(encoding="utf-8")
    for row in order_in_words(Promises()):
        assert f"| {row.how} | {row.due} |\n" in page
