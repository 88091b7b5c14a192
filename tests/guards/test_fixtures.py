"""The fixtures keep their word."""

import socket

import pytest
from redis import Redis
from sqlalchemy import create_engine, inspect, text


def test_no_test_reaches_outside_this_machine():
    with socket.socket() as probe, pytest.raises(PermissionError, match="tried to reach"):
        probe.connect(("192.0.2.1", 80))


@pytest.mark.parametrize("_again", [1, 2])
def test_redis_is_empty_each_time(redis_server, _again):
    with Redis.from_url(redis_server.url) as client:
        assert client.dbsize() == 0
        client.set("left", "over")


@pytest.mark.parametrize("_again", [1, 2])
def test_a_database_has_every_table_and_no_trace_of_the_last_test(every_database, _again):
    engine = create_engine(every_database)
    with engine.begin() as connection:
        tables = set(inspect(connection).get_table_names())
        assert "alembic_version" in tables
        assert "left_over" not in tables
        connection.execute(text("CREATE TABLE left_over (id INTEGER)"))
    engine.dispose()


def test_a_live_server_answers(live_server):
    from urllib.request import urlopen

    with urlopen(f"{live_server}/healthz") as answer:  # noqa: S310 (our own address)
        assert answer.status == 200
