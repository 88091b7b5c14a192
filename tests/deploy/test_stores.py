"""The stores of the compose file: what their own scripts begin, with the ports of this machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError
from ruamel.yaml import YAML

from config.settings import ROOT
from embedded.program import Program
from embedded.redis_server import find_binary
from tests.servers import own_port

WITHIN_S = 120
PASSWORD = "the-password-of-the-stores"


def script(service: str, folder: Path, ports: dict[str, int]) -> str:
    """What a service runs, with the program and the places of this machine."""
    read = YAML(typ="safe").load((ROOT / "deploy/compose.yaml").read_text())
    command = read["services"][service]["command"][-1]
    server = str(find_binary())
    for was, now in {
        "$$": "$",
        "exec valkey-sentinel /data/sentinel.conf": f"exec {server} /data/sentinel.conf --sentinel",
        "exec valkey-server": f"exec {server}",
        "/data": str(folder),
        "$(hostname)": "127.0.0.1",
        "shunhao redis-1 6379 2": f"shunhao 127.0.0.1 {ports['redis-1']} 1",
        "port 6379": f"port {ports[service]}",
        "port 26379": f"port {ports[service]}",
    }.items():
        command = command.replace(was, now)
    return command


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + WITHIN_S
    while True:
        try:
            if holds():
                return
        except RedisError:
            pass
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.fixture
def ports():
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(own_port()) for name in ("redis-1", "redis-2", "sentinel-1")
        }


@pytest.fixture
def start(tmp_path, ports):
    """Begins a service, again in the folder it had; what ends it."""
    with ExitStack() as stack:

        def start(service: str):
            folder = tmp_path / service
            folder.mkdir(exist_ok=True)
            environ = {
                "PATH": "/usr/bin:/bin",
                "REDIS_PASSWORD": PASSWORD,
                "FOLLOWS_AT_FIRST": f"replicaof 127.0.0.1 {ports['redis-1']}"
                if service == "redis-2"
                else "",
            }
            command = ("sh", "-c", script(service, folder, ports))
            program = Program(service, command, folder, folder / "log", environ)
            process = program.start()
            stack.callback(program.stop, process)
            return lambda: program.stop(process)

        yield start


@pytest.mark.long  # a failover takes its seconds
def test_what_sentinels_learnt_stays_over_a_restart(start, ports):
    one, two = (
        Redis(port=ports[name], password=PASSWORD, socket_timeout=5)
        for name in ("redis-1", "redis-2")
    )
    sentinel = Redis(port=ports["sentinel-1"], socket_timeout=5)

    def master() -> int:
        return int(sentinel.sentinel_get_master_addr_by_name("shunhao")[1])

    end_first = start("redis-1")
    end_second = start("redis-2")
    until(lambda: two.info()["master_link_status"] == "up")
    with pytest.raises(RedisError):
        Redis(port=ports["redis-1"], socket_timeout=5).ping()  # without the password
    end_sentinel = start("sentinel-1")
    until(lambda: int(sentinel.sentinel_master("shunhao")["num-slaves"]) == 1)
    end_first()
    until(lambda: master() == ports["redis-2"])
    until(lambda: two.role()[0] == b"master")
    end_sentinel()
    end_second()
    # all of it again, the first one too, which would be the master by the file
    start("redis-2")
    start("sentinel-1")
    until(two.ping)
    assert two.role()[0] == b"master"
    until(sentinel.ping)
    assert master() == ports["redis-2"]
    start("redis-1")
    until(lambda: one.role()[0] == b"slave")
