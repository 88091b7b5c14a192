"""Redis servers as the operator names them: by URL, and fit for the calling sequence."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from redis import Redis, RedisCluster
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode
from redis.commands.core import Script
from redis.exceptions import ConnectionError, RedisClusterException
from redis.retry import Retry
from redis.sentinel import (
    Sentinel,
    SentinelManagedConnection,
    SentinelManagedSSLConnection,
)

from config.redis_url import Several, is_cluster, is_sentinel, read

LOCAL_URL = "redis://127.0.0.1:6379/0"

NEEDED_POLICY = "noeviction"
SENTINEL_TIMEOUT_S = 0.5
"""A sentinel that does not answer in this time is passed over for the next."""


class UnfitServer(Exception):
    """This Redis server must not be used; the message says why."""


def connect(
    url: str, connected: Callable[[Any], object] | None = None, **options: Any
) -> Redis | RedisCluster:
    """A client for a URL of one of `redis_url.SCHEMES`; `options` are redis-py's. Connects when it
    is first used. `connected` is shown each connection that was made, before it is used."""
    if is_cluster(url):
        if connected is not None:
            options["redis_connect_func"] = connected
        return cast(RedisCluster, ClusterWhenNeeded(read(url), options))
    if connected is not None:
        # here, unlike on a cluster, redis-py leaves the greeting to us as well
        options["redis_connect_func"] = lambda made: (made.on_connect(), connected(made))
    if is_sentinel(url):
        return _master(read(url), options)
    return Redis.from_url(url, **options)


def _master(several: Several, options: dict[str, Any]) -> Redis:
    """Whichever server the sentinels call the master, asked anew for each connection."""
    asked = {
        "socket_timeout": SENTINEL_TIMEOUT_S,
        "socket_connect_timeout": SENTINEL_TIMEOUT_S,
        "retry": Retry(NoBackoff(), 0),
        **several.of_sentinels,
    }
    sentinels: Any = Sentinel(several.nodes, sentinel_kwargs=asked)  # type: ignore[no-untyped-call]
    to_master = ToMasterBySSL if "ssl" in several.settings else ToMaster
    settings = {**options, **several.settings, "connection_class": to_master}
    return cast(Redis, sentinels.master_for(several.service, **settings))


class ToMaster(SentinelManagedConnection):
    """Hangs up when an answer does not come in time, as redis-py's other connections do: else the
    next question would be given the answer to this one."""

    def read_response(self, *args: Any, **options: Any) -> Any:
        return super().read_response(*args, **{"disconnect_on_error": True, **options})


class ToMasterBySSL(ToMaster, SentinelManagedSSLConnection):
    pass


class ClusterWhenNeeded:
    """A cluster's client, made when it is first used: redis-py's looks the shards up at once, and a
    hall has to start while its cluster is away. Raises ConnectionError where that fails."""

    def __init__(self, several: Several, options: dict[str, Any]) -> None:
        self._several = several
        self._options = options
        self._client: RedisCluster | None = None
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made(), name)

    def __enter__(self) -> RedisCluster:
        return self._made()

    def __exit__(self, *_: object) -> None:
        self.close()

    def register_script(self, script: str | bytes) -> Script:
        return Script(
            cast(RedisCluster, self), script.encode() if isinstance(script, str) else script
        )

    def close(self) -> None:
        if self._client is not None:
            self._client.close()

    def _made(self) -> RedisCluster:
        if self._client is None:
            with self._lock:
                self._client = self._client or self._make()
        return self._client

    def _make(self) -> RedisCluster:
        make_node: Any = ClusterNode
        settings = {name: value for name, value in self._several.settings.items() if name != "db"}
        try:
            return RedisCluster(
                startup_nodes=[make_node(*node) for node in self._several.nodes],
                require_full_coverage=False,  # a lost shard takes its own halls with it, no others
                **{**self._options, **settings},
            )
        except RedisClusterException as error:
            raise ConnectionError(f"no node of the cluster answers: {error}") from error


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
    if isinstance(redis, ClusterWhenNeeded):
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
