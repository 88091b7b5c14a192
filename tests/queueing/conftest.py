"""A sequence of each kind: in memory, and on every server found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import ConstantBackoff, NoBackoff
from redis.retry import Retry

from embedded.redis_server import RunningRedis, private_redis
from queueing.memory_sequence import MemorySequence
from queueing.redis_sequence import RedisSequence
from queueing.sequence import Sequence
from tests.conftest import missing
from tests.servers import REDIS_KINDS, Missing, Servers, own_port

HALL, DAY = "demo", "20261121"


def connect(url: str, retries: int = 0) -> Redis:
    return Redis.from_url(url, socket_timeout=1, retry=Retry(NoBackoff(), retries))


def build(sequence: Sequence) -> None:
    assert sequence.begin_build("builder", now=0, lease=1000)
    assert sequence.finish_build("builder", "g1")


@pytest.fixture
def redis(every_redis: RunningRedis) -> Iterator[Redis]:
    """A client of each server in turn, emptied."""
    with connect(every_redis.url) as client:
        yield client


@pytest.fixture(params=["memory", *REDIS_KINDS])
def unbuilt(request: pytest.FixtureRequest, servers: Servers) -> Iterator[Sequence]:
    """A sequence of each kind in turn, never built."""
    if request.param == "memory":
        yield MemorySequence()
        return
    try:
        server = servers.redis(request.param)
    except Missing as part:
        missing(part)
    with connect(server.url) as client:
        client.flushall()
        yield RedisSequence(client, HALL, DAY)


@pytest.fixture
def sequence(unbuilt: Sequence) -> Sequence:
    """A sequence of each kind in turn, empty and ready."""
    build(unbuilt)
    return unbuilt


def binary_of(server: RunningRedis) -> Path:
    return Path(server.program.command[0])


@pytest.fixture
def own_redis(every_redis: RunningRedis, tmp_path: Path) -> Iterator[Redis]:
    """A client of a server of each kind in turn that the test may maltreat."""
    with (
        private_redis(tmp_path, binary=binary_of(every_redis)) as server,
        connect(server.url) as client,
    ):
        yield client


@pytest.fixture
def cluster_node(every_redis: RunningRedis, tmp_path: Path) -> Iterator[Redis]:
    """A client of the only node of a cluster, which serves no slot yet."""
    with own_port() as port, own_port() as bus:
        options = f"--port {port} --cluster-enabled yes --cluster-port {bus}".split()
        server = replace(
            every_redis.program,
            command=(*every_redis.program.command, *options),
            directory=tmp_path,
            log=tmp_path / "log",
        )
        process = server.start()
        try:
            with connect(f"redis://127.0.0.1:{port}/0") as client:
                Retry(ConstantBackoff(0.05), 200).call_with_retry(client.ping, lambda _: None)
                yield client
        finally:
            server.stop(process)
