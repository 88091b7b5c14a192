"""How operators name Redis servers, and what becomes of it."""

from __future__ import annotations

import pytest

from config.redis import connect
from config.redis_url import Several, read

SENTINELS = "rediss+sentinel://hall:p%40ss@one:26380,[::1],three/shunhao/2?sentinel_password=s"


def test_sentinels_are_told_from_what_they_watch():
    assert read(SENTINELS) == Several(
        nodes=(("one", 26380), ("::1", 26379), ("three", 26379)),
        service="shunhao",
        settings={"username": "hall", "password": "p@ss", "db": 2, "ssl": True},
        of_sentinels={"ssl": True, "password": "s"},
    )


def test_a_cluster_is_named_by_any_of_its_nodes():
    several = read("redis+cluster://:secret@one,two:7001?socket_keepalive=yes")
    assert several.nodes == (("one", 6379), ("two", 7001))
    assert several.settings == {"password": "secret", "socket_keepalive": True}


@pytest.mark.parametrize("url", [SENTINELS, "redis+cluster://:secret@one,two"])
def test_no_password_is_shown(url):
    assert "p@ss" not in repr(read(url))
    assert "secret" not in repr(read(url))


def test_the_master_is_asked_for_as_the_url_says():
    pool = connect(SENTINELS, socket_timeout=1).connection_pool
    kwargs = pool.connection_kwargs
    assert (pool.service_name, kwargs["username"], kwargs["db"]) == ("shunhao", "hall", 2)
    asked = [sentinel.get_connection_kwargs() for sentinel in pool.sentinel_manager.sentinels]
    assert {(each["host"], each["port"]) for each in asked} == set(read(SENTINELS).nodes)
    assert {each["password"] for each in asked} == {"s"}
