"""Redis servers as the operator names them: by URL, and fit for the calling sequence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from redis import Redis, RedisCluster

SCHEMES = ("redis", "rediss", "unix", "redis+cluster", "rediss+cluster")
CLUSTER = "+cluster"
LOCAL_URL = "redis://127.0.0.1:6379/0"

NEEDED_POLICY = "noeviction"


class UnfitServer(Exception):
    """This Redis server must not be used; the message says why."""


def is_cluster(url: str) -> bool:
    return urlsplit(url).scheme.endswith(CLUSTER)


def connect(
    url: str, connected: Callable[[Any], object] | None = None, **options: Any
) -> Redis | RedisCluster:
    """A client for a URL of one of `SCHEMES`; `options` are redis-py's. Connects lazily,
    except to a cluster, whose shards are looked up at once. `connected` is shown each connection
    that was made, before it is used."""
    if is_cluster(url):
        if connected is not None:
            options["redis_connect_func"] = connected
        return RedisCluster.from_url(url.replace(CLUSTER, "", 1), **options)
    if connected is not None:
        # here, unlike on a cluster, redis-py leaves the greeting to us as well
        options["redis_connect_func"] = lambda made: (made.on_connect(), connected(made))
    return Redis.from_url(url, **options)


def product(redis: Redis | RedisCluster) -> str:
    """Which server this is: "Redis 7.0.15", "Valkey 9.1.2".

    Valkey gives the Redis version it is compatible with as `redis_version`, and its own beside.
    """
    info: dict[str, Any] = redis.info("server")
    if "valkey_version" in info:
        return f"Valkey {info['valkey_version']}"
    return f"Redis {info['redis_version']}"


def check_server(redis: Redis | RedisCluster) -> None:
    """Raise UnfitServer if the server would throw keys away when its memory is full.

    A lost key is a lost ticket. INFO is read rather than CONFIG, which hosted servers forbid.
    """
    if isinstance(redis, RedisCluster):
        answers = redis.info("memory", target_nodes=RedisCluster.PRIMARIES)
        nodes = [answers] if "maxmemory_policy" in answers else list(answers.values())
    else:
        nodes = [redis.info("memory")]
    for node in nodes:
        policy = node["maxmemory_policy"]
        if policy != NEEDED_POLICY:
            raise UnfitServer(
                f"The Redis server has maxmemory-policy {policy}, so it would throw away waiting"
                f" tickets when its memory is full. Set it to {NEEDED_POLICY}."
            )


def private_url(instance: Path) -> str | None:
    """The address of the private server that runs for this instance directory, if one does."""
    note = url_note(instance / "redis")
    return note.read_text().strip() if note.exists() else None


def url_note(directory: Path) -> Path:
    """The file in which a private server's address is kept while it runs in `directory`."""
    return directory / "url"
