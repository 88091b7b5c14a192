"""One hall's whole installation, of real processes on real stores, to be broken and mended.

with Installation(template, wechat, tmp_path) as hall:      every process is up, the hall is open
    hall.kill("worker")                                     by SIGKILL; hall.start("worker") again
    os.kill(hall.pids("web")[1], signal.SIGKILL)            one of gunicorn's workers
    hall.freeze("postgres"); …; hall.thaw("postgres")       SIGSTOP to every process of it
    hall.house                                              the same hall, seen from this process

The parts are `postgres`, `redis`, `worker`, `schedule`, `web`, and `schedule-2` where two were
asked for. Who needs other stores, or something between them and the programs, says so:

Installation(…, postgres=part)        a `Part` of one's own with its URL, instead of PostgreSQL's
Installation(…, redis=part)           the same for Redis, its sentinels or its cluster
Installation(…, to_database=through)  what the programs are given for the URL of the server: a
                                      proxy's, one with two hosts; `to_redis` likewise
Installation(…, environ={…})          more variables for the programs, or others
Installation(…, prefixes={"web": …})  a module that runs a program's own, with its arguments

Stores end with the thread that started them (embedded/lifeline.py): start, kill and restart them
from the thread of the test, never from one of its helpers. Whose child a process is, `pids` reads
from /proc, which only Linux has.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol

import psycopg
from flask_migrate import upgrade
from redis import Redis, RedisError
from sqlalchemy import URL

from app.core.clock import SetClock
from app.core.db import db
from app.factory import create_app
from config.settings import load_settings
from embedded.redis_server import private_redis
from tests.faults.conftest import leave
from tests.house import House, open_house
from tests.processes import Forked
from tests.servers import Postgres, own_port
from tests.wechat_server import Wechat

UP_WITHIN_S = 60.0
GONE_WITHIN_S = 30.0
WEB_WORKERS = 2
DATABASE = "hall"
OPENED_FOR_HOURS = 7
"""How long the hall day has lasted when a test begins, so that none sees it end."""
TRACEBACK = "Traceback (most recent call last)"


class Process(Protocol):
    """What is asked of one: `subprocess.Popen` is one, and so is `Forked`."""

    pid: int

    def poll(self) -> int | None: ...
    def send_signal(self, number: int) -> None: ...
    def wait(self, timeout: float) -> object: ...


@dataclass
class Part:
    """One program of an installation: started, ended by any signal, started again."""

    name: str
    launch: Callable[[], Process]
    log: Path
    is_up: Callable[[], bool] = lambda: True
    """Whether it does its work."""
    says: str = ""
    """What it logs when it does."""
    url: str = ""
    """Of a store."""
    process: Process | None = None
    _logged: int = 0
    """Bytes in its log when it was started last."""

    def start(self) -> None:
        """And wait until it is up."""
        self.begin()
        self.wait()

    def begin(self) -> None:
        """Start it, and wait for nothing."""
        assert self.process is None or self.process.poll() is not None, f"{self.name} runs"
        self._logged = self.log.stat().st_size if self.log.exists() else 0
        self.process = self.launch()

    def wait(self) -> None:
        limit = time.monotonic() + UP_WITHIN_S
        while not (self.is_up() and self._said()):
            assert self.process is not None
            assert self.process.poll() is None, f"{self.name} ended:\n{_end(self.log)}"
            assert time.monotonic() < limit, f"{self.name} does not come up:\n{_end(self.log)}"
            time.sleep(0.05)

    def _said(self) -> bool:
        return not self.says or self.says in self.log.read_text(errors="replace")[self._logged :]

    def pids(self) -> list[int]:
        """Its main process, then all that came from it."""
        return _family(self.process.pid) if self.process else []

    def kill(self, by: signal.Signals = signal.SIGKILL) -> None:
        """Send its main process a signal that ends it, and wait until nothing of it is left."""
        family = self.pids()
        assert self.process is not None
        self.process.send_signal(by)
        self.process.wait(GONE_WITHIN_S)
        limit = time.monotonic() + GONE_WITHIN_S
        while any(_lives(pid) for pid in family):
            assert time.monotonic() < limit, f"{self.name} leaves processes behind"
            time.sleep(0.02)

    def end(self) -> None:
        """However it is, at once."""
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.process:
            self.process.wait(GONE_WITHIN_S)


class Template:
    """A cluster with the tables, the hall and its people, copied for each installation."""

    def __init__(self, directory: Path) -> None:
        """Make it in this directory, which others must be able to enter."""
        with own_port() as port, ExitStack() as stack:
            made = Postgres(directory, port)
            made.make()
            part = Part("postgres", made.launch, made.log, made.answers)
            stack.callback(part.end)
            part.start()
            server = made.url.set(drivername="postgresql").render_as_string(hide_password=False)
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {DATABASE}".encode())
            self._fill(made.url, directory, stack)
            part.kill(signal.SIGINT)
        self.data = made.data

    def _fill(self, url: URL, directory: Path, stack: ExitStack) -> None:
        redis = stack.enter_context(private_redis(directory / "redis"))
        environ = {
            "SHUNHAO_MODE": "test",
            "DATABASE_URL": url_of(url),
            "REDIS_URL": redis.url,
            "INSTANCE_PATH": str(directory / "instance"),
        }
        settings = load_settings(environ)
        app = create_app(settings)
        with app.app_context():
            upgrade()
            db.engine.dispose()
        house = open_house(settings, SetClock(datetime.now(UTC)))
        house.reload(lambda file: file["hall"].update(timezone=_where_it_is_ten(house.clock.now())))
        leave(house)


def url_of(server: URL, database: str = DATABASE) -> str:
    """As settings take it."""
    url = server.set(drivername="postgresql+psycopg", database=database)
    return url.render_as_string(hide_password=False)


def _where_it_is_ten(now: datetime) -> str:
    """A time zone in which the hall day has just begun its busy hours."""
    ahead = (3 + OPENED_FOR_HOURS - now.hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+d}"  # POSIX counts them the other way round


@dataclass
class Installation:
    template: Template
    wechat: Wechat
    directory: Path
    """Where its programs keep what is theirs, and their logs."""
    postgres: Part | None = None
    redis: Part | None = None
    to_database: Callable[[str], str] = str
    to_redis: Callable[[str], str] = str
    schedules: int = 1
    environ: Mapping[str, str] = field(default_factory=dict)
    prefixes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict, init=False)
    _stack: ExitStack = field(default_factory=ExitStack, init=False)

    def __enter__(self) -> Installation:
        with ExitStack() as stack:
            self._stack = stack
            (self.directory / "log").mkdir(parents=True)
            self.port = stack.enter_context(own_port())
            self.redis = self._add(self.redis or self._own_redis())
            self.postgres = self._add(self.postgres or self._own_postgres())
            for part in (self.redis, self.postgres):
                if part.process is None:
                    part.start()
            for part in self._programs():
                self._add(part).begin()
            self.house.clerk("9")  # the sequence is built meanwhile
            for part in self.parts.values():
                part.wait()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    # What a test does

    def start(self, name: str) -> None:
        """Start a part that was killed, and wait until it is up."""
        self.parts[name].start()

    def kill(self, name: str, by: signal.Signals = signal.SIGKILL) -> None:
        """End a part by this signal, and wait until nothing of it is left."""
        self.parts[name].kill(by)

    def restart(self, name: str, by: signal.Signals = signal.SIGKILL) -> None:
        self.kill(name, by)
        self.start(name)

    def freeze(self, name: str) -> None:
        """Stop every process of a part where it stands."""
        for pid in self.pids(name):
            os.kill(pid, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        for pid in self.pids(name):
            os.kill(pid, signal.SIGCONT)

    def pids(self, name: str) -> list[int]:
        """A part's main process, then all that came from it."""
        return self.parts[name].pids()

    @property
    def address(self) -> str:
        """Host and port of the web."""
        return f"127.0.0.1:{self.port}"

    @cached_property
    def house(self) -> House:
        """The hall from this process, on the servers themselves, whatever stands between them and
        the programs; it reads the house's clock."""
        house = House(create_app(load_settings(self.variables(direct=True))))
        self._stack.callback(leave, house)
        return house

    def is_ready(self) -> bool:
        """Whether the web says that all its stores answer."""
        return _ready(self.port)

    def tracebacks(self) -> list[str]:
        """Each traceback in a program's log, whole, after the program's name."""
        found = []
        for log in sorted((self.directory / "log").glob("*.log")):
            lines = iter(log.read_text(errors="replace").splitlines())
            for line in lines:
                if TRACEBACK in line:
                    told = [f"{log.stem}: {line}"]
                    told += _until_its_error(lines)
                    found.append("\n".join(told))
        return found

    # How it is made

    def _add(self, part: Part) -> Part:
        self.parts[part.name] = part
        self._stack.callback(part.end)
        return part

    def _own_redis(self) -> Part:
        running = self._stack.enter_context(
            private_redis(self.directory / "redis", persist=True, say=lambda _: None)
        )
        return Part(
            name="redis",
            launch=running.program.start,
            is_up=lambda: answers(running.url),
            log=running.program.log,
            url=running.url,
            process=running.process,
        )

    def _own_postgres(self) -> Part:
        # not below the test's own directory, which only its owner may enter
        name = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="shunhao-hall-"))
        server = Postgres(Path(name), self._stack.enter_context(own_port()))
        subprocess.run(["cp", "-a", self.template.data, server.data], check=True)
        self._stack.callback(self._keep_log, server.log)
        return Part("postgres", server.launch, server.log, server.answers, url=url_of(server.url))

    def _keep_log(self, log: Path) -> None:
        shutil.copy(log, self.directory / "log" / "postgres.log")

    def _programs(self) -> list[Part]:
        web = ("gunicorn", "--config", "config/gunicorn.py", "wsgi:app")
        flask = ("flask", "--app", "wsgi")
        schedules = ["schedule", *(f"schedule-{n}" for n in range(2, self.schedules + 1))]
        return [
            self.forked("web", *web, is_up=lambda: _ready(self.port)),
            self.forked("worker", *flask, "worker", says="Listening on"),
            *(self.forked(name, *flask, "schedule") for name in schedules),
        ]

    def forked(
        self, name: str, *command: str, is_up: Callable[[], bool] = lambda: True, says: str = ""
    ) -> Part:
        """A Python module of ours, run as a program without importing the app once more; it is up
        when it answers, or has said so in its log."""
        log = self.directory / "log" / f"{name}.log"
        environ = {**os.environ, **self.variables()}
        line = [*self.prefixes.get(name, ()), *command]
        return Part(name, lambda: Forked(line, environ, log), log, is_up, says)

    def variables(self, *, direct: bool = False) -> dict[str, str]:
        """What every program is told; `direct`: of the servers themselves."""
        assert self.postgres is not None
        assert self.redis is not None
        database, redis = self.postgres.url, self.redis.url
        return {
            "SHUNHAO_MODE": "test",
            "DATABASE_URL": database if direct else self.to_database(database),
            "REDIS_URL": redis if direct else self.to_redis(redis),
            "WECHAT_API_URL": self.wechat.url,
            "INSTANCE_PATH": str(self.directory / "instance"),
            "PORT": str(self.port),
            "WEB_CONCURRENCY": str(WEB_WORKERS),
            "PYTHONUNBUFFERED": "1",
            # a whole hall asks from this one address
            "DEVICE_LIMIT": "100000",
            "ADDRESS_LIMIT": "100000",
            **self.environ,
        }


def _until_its_error(lines: Iterator[str]) -> Iterator[str]:
    """The rest of a traceback, up to the line that names the error."""
    for line in lines:
        yield line
        if re.match(r"\w[\w.]+(:|$)", line):
            return


def answers(url: str) -> bool:
    """Whether this Redis has read its file and takes commands."""
    try:
        with Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as client:
            return bool(client.ping())
    except RedisError:
        return False


def _ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _family(pid: int) -> list[int]:
    """A process and all that came from it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (parent := _stat(int(entry.name))[1]):
            children.setdefault(parent, []).append(int(entry.name))
    family = [pid]
    for each in family:
        family += sorted(children.get(each, ()))
    return family


def _lives(pid: int) -> bool:
    return _stat(pid)[0] not in ("", "Z")


def _stat(pid: int) -> tuple[str, int]:
    """State and parent of a process; ("", 0) where there is none."""
    with suppress(OSError):
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
        return state, int(parent)
    return "", 0


def _end(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:]) if log.exists() else ""
