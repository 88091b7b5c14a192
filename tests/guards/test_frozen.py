"""Pages made from the code are as the code makes them, and the API as it was published."""

import difflib

import pytest

from tests.guards.frozen import FROZEN


@pytest.mark.parametrize("path", FROZEN, ids=lambda path: path.name)
def test_a_change_is_seen(path):
    kept, made = path.read_text(encoding="utf-8"), FROZEN[path]()
    difference = difflib.unified_diff(
        kept.splitlines(), made.splitlines(), f"{path.name} as kept", "as the code makes it", n=4
    )
    told = "\n".join(difference)
    assert not told, f"if this is meant, run `make frozen`:\n{told}"
