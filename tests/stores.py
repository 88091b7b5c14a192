"""Which stores a test runs on, where not every pair of them.

@each_store_once
def test_…(house): …
"""

import time
from typing import Any

import psycopg
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

NOTICED_WITHIN_S = 5
UNDER_WAY = (
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
)


def until_the_dead_are_forgotten(database_url: str) -> None:
    """PostgreSQL notices a moment late that somebody died; until then what they had locked stays
    so, and whoever passes over locked rows finds nothing to do."""
    if not database_url.startswith("postgresql"):
        return
    url, until = database_url.replace("+psycopg", ""), time.monotonic() + NOTICED_WITHIN_S
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(UNDER_WAY).fetchone() and time.monotonic() < until:
            time.sleep(0.005)
