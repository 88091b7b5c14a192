"""Which stores a test runs on, where not every pair of them.

@each_store_once
def test_…(house): …
"""

from typing import Any

import pytest


def on(*pairs: Any) -> pytest.MarkDecorator:
    """Run on these pairs of a database and a Redis only."""
    return pytest.mark.parametrize(("every_database", "every_redis"), pairs, indirect=True)


each_store_once = on(("postgresql", "valkey"), ("sqlite", "redis"))
each_store_in_time = on(
    ("postgresql", "valkey"), pytest.param("sqlite", "redis", marks=pytest.mark.long)
)
"""SQLite with the long tests: its writers come one after another, so it has the fewer races."""
on_postgresql = on(("postgresql", "valkey"))
"""For races that SQLite cannot lose: its writers come one after another (tests/concurrency/
test_sqlite.py shows what happens when they do not), and for what SQLite does not have."""
on_sqlite = on(("sqlite", "valkey"))
