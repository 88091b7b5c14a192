"""Some halls of the city, with everything that serves them, on this machine."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from apiflask import APIFlask
from argon2 import PasswordHasher
from flask_migrate import upgrade
from sqlalchemy import URL
from stdnum.cn import ric

from app.catalog.hall_file import parse_hall
from app.catalog.loading import load_hall
from app.catalog.service import plan_of
from app.citizens import service as accounts
from app.citizens.rules import id_number
from app.core.acts import SYSTEM, Act, Role
from app.core.db import db, transaction
from app.core.identity import Level
from app.factory import create_app
from app.staff.service import put_device, put_staff
from bench.city.agenda import Agenda, Wire
from bench.city.demand import Kind
from bench.city.stores import Cluster, cluster
from config.settings import ROOT, load_settings
from embedded import lifeline
from embedded.postgres_server import Postgres
from embedded.program import Program
from embedded.redis_server import free_port, private_redis
from wechat.gateway import Login

PASSWORD = "a clerk of the city"  # noqa: S105 (of accounts that live for minutes)
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""Cheap to check: signing in is not what is measured."""
UP_WITHIN_S = 120.0
SIGN_IN_THREADS = 4
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ITEM = "id-card"


@dataclass
class Hall:
    """One hall, as the people in it know it."""

    code: str
    kind: Kind
    kiosk: str
    """The token of its machine."""
    clerks: dict[str, str] = field(default_factory=dict)
    """Counter -> token of who sits there."""


@dataclass(frozen=True)
class Town:
    halls: Sequence[Hall]
    phones: list[str]
    """Tokens of people who are signed in and have said who they are; each books once."""
    address: str
    app: APIFlask
    database_url: str
    """As psycopg takes it."""
    cluster: Cluster
    pids: Mapping[str, Sequence[int]]
    """Of each program's first process: web, schedule, worker, redis, jobs, postgres."""
    environ: Mapping[str, str]
    stop: Callable[[str], None]
    """End a program before the others: schedule, worker."""

    def day(self) -> Any:
        """The hall day, the same in all of them."""
        with self.app.app_context():
            plan = plan_of(self.halls[0].code)
            return plan.day_of(self.app.extensions["parts"].clock.now()).date

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database says, asked by a connection of its own."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def flask(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of the house, to its end."""
        return subprocess.run(
            lifeline.command("flask", "--app", "wsgi", *words),
            cwd=ROOT, env=dict(self.environ), capture_output=True, text=True, check=False,
        )  # fmt: skip


@contextmanager
def town(
    kinds: Sequence[Kind], phones: int, workers: int, *, seated: bool = True
) -> Iterator[Town]:
    """Every program up, every counter open unless nobody is `seated`, no visitors yet."""
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shunhao-city-")))
        nodes = stack.enter_context(cluster(place / "cluster"))
        jobs = stack.enter_context(
            private_redis(place / "jobs", persist=True, say=lambda _: None)
        )
        server, postgres = _postgres(stack)
        environ = _environ(place, server, nodes.url, jobs.url, workers)
        app = create_app(load_settings(environ))
        halls, tokens = _filled(app, kinds, phones)
        programs = _Programs(environ, place, stack)
        web = programs.start("web", "gunicorn", "--config", "config/gunicorn.py", "wsgi:app")
        schedule = programs.start("schedule", "flask", "--app", "wsgi", "schedule")
        worker = programs.start("worker", "flask", "--app", "wsgi", "worker")
        address = f"127.0.0.1:{environ['PORT']}"
        _wait(lambda: Wire(address).get("/halls")[0] == 200)
        if seated:
            _open_counters(halls, address)
        yield Town(
            halls=halls,
            phones=tokens,
            address=address,
            app=app,
            database_url=_url(server, "postgresql"),
            cluster=nodes,
            pids={
                "web": [web],
                "schedule": [schedule],
                "worker": [worker],
                "redis": [master.pid for master in nodes.masters],
                "jobs": [jobs.process.pid],
                "postgres": [postgres],
            },
            environ=environ,
            stop=programs.stop,
        )


class _Programs:
    def __init__(self, environ: Mapping[str, str], place: Path, stack: ExitStack) -> None:
        self._environ, self._place, self._stack = environ, place, stack
        self._running: dict[str, tuple[Program, subprocess.Popen[bytes]]] = {}

    def start(self, name: str, *command: str) -> int:
        log = self._place / f"{name}.log"
        program = Program(name, tuple(lifeline.command(*command)), ROOT, log, self._environ)
        process = program.start()
        self._running[name] = program, process
        self._stack.callback(program.stop, process)
        return process.pid

    def stop(self, name: str) -> None:
        program, process = self._running[name]
        program.stop(process)


def _postgres(stack: ExitStack) -> tuple[URL, int]:
    name = stack.enter_context(tempfile.TemporaryDirectory(prefix="shunhao-city-db-"))
    server, pid = _started(Path(name), stack)
    with psycopg.connect(_url(server, "postgresql"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE city")
    return server.set(database="city"), pid


def postgres_of(directory: str, stack: ExitStack) -> tuple[str, int]:
    """A server of its own for what needs no town: its URL as psycopg takes it, its process."""
    server, pid = _started(Path(directory), stack)
    return _url(server, "postgresql"), pid


def _started(directory: Path, stack: ExitStack) -> tuple[URL, int]:
    """Careful of power cuts, as a city's is: each commit waits for its disk."""
    server = Postgres(
        directory, free_port(), fsync="on", full_page_writes="on", synchronous_commit="on"
    )
    server.make()
    process = server.launch()
    stack.callback(_end, process)
    _wait(server.answers)
    return server.url, process.pid


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGQUIT)  # at once: nothing in it is needed any more
    process.wait(60)


def _url(url: URL, driver: str) -> str:
    return url.set(drivername=driver).render_as_string(hide_password=False)


def _environ(
    place: Path, database: URL, redis: str, jobs: str, workers: int
) -> dict[str, str]:
    many = "1000000"  # a whole city asks from this one address
    return {
        **os.environ,
        "SHUNHAO_MODE": "test",
        "DATABASE_URL": _url(database, "postgresql+psycopg"),
        "REDIS_URL": redis,
        "RQ_REDIS_URL": jobs,
        "INSTANCE_PATH": str(place / "instance"),
        "PORT": str(free_port()),
        "WEB_CONCURRENCY": str(workers),
        "WEB_THREADS": "192",
        "EVENT_STREAMS": "128",
        "EVENT_STREAMS_PER_ADDRESS": "128",
        "EVENT_STREAMS_PER_ASKER": "128",
        "DEVICE_LIMIT": many,
        "ADDRESS_LIMIT": many,
        "LOG_LEVEL": "WARNING",
        "PYTHONUNBUFFERED": "1",
    }


def _filled(app: APIFlask, kinds: Sequence[Kind], phones: int) -> tuple[list[Hall], list[str]]:
    with app.app_context():
        upgrade()
        now = app.extensions["parts"].clock.now()
        act = Act(now, SYSTEM)
        zone = _where_it_is_ten(now)
        halls = []
        for n, kind in enumerate(kinds):
            hall = Hall(f"city{n:03d}", kind, secrets.token_urlsafe(16))
            halls.append(hall)
            with transaction():
                file = json.dumps(hall_file(hall.code, kind, zone), ensure_ascii=False)
                load_hall(parse_hall(file.encode()))
                put_device(hall.kiosk, "kiosk", hall.code, "取号机", act)
                for no in range(1, kind.counters() + 1):
                    name = f"{hall.code}-{no}"
                    put_staff(name, HASH, Role.CLERK, hall.code, str(no), act)
        with transaction():
            tokens = [_signed_in(n, act) for n in range(phones)]
        db.session.remove()
        db.engine.dispose()
    return halls, tokens


def hall_file(code: str, kind: Kind, zone: str) -> dict[str, Any]:
    """A hall of this size, in the words of docs/hall-file.md."""
    return {
        "hall": {
            "code": code,
            "name": f"{kind.name}政务大厅 {code}",
            "timezone": zone,
            "hours": {day: ["00:00-24:00"] for day in WEEK},
            "closed_on_holidays": False,
            "rules": {"last_number": False},
            "booking": {
                "slot_minutes": 30,
                "walk_in_share": "0.3",
                "staff_share": "0.1",
                "release_at": "00:00",
                "release_hold_minutes": 0,
                "book_until_minutes": 0,
                "cancel_until_minutes": 0,
            },
        },
        "departments": [{"code": "ga", "name": "公安局"}],
        "lanes": [{"letters": "A", "name": "户籍"}, {"letters": "B", "name": "社保"}],
        "counters": [
            {
                "no": str(no),
                "name": "综合窗口",
                "kind": "general",
                "tiers": [["A", "B"]],
                "shares": {"A": "0.8", "B": "0.2"},
            }
            for no in range(1, kind.counters() + 1)
        ],
        "items": [
            {"code": ITEM, "name": "身份证", "department": "ga", "lane": "A", "minutes": 5},
            {"code": "pension", "name": "养老", "department": "ga", "lane": "B", "minutes": 5},
        ],
    }


def _where_it_is_ten(now: datetime) -> str:
    """A time zone in which no hall day ends while the town stands."""
    ahead = (10 - now.astimezone(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+d}"  # POSIX counts them the other way round


def _signed_in(n: int, act: Act) -> str:
    """Somebody with a phone; the token of the session."""
    signed_in = accounts.sign_in(Login(f"city-{n}"), act)
    digits = f"110105{1960 + n // 999 % 40}0401{n % 999 + 1:03d}"
    number = id_number(digits + ric.calc_check_digit(digits + "0"), act.now.date())
    identity = accounts.Identity("李小明", number, Level.DECLARED)
    accounts.set_identity(signed_in.citizen.id, identity, act)
    return signed_in.token


def _open_counters(halls: Sequence[Hall], address: str) -> None:
    agenda = Agenda(address, SIGN_IN_THREADS)
    left = threading.Semaphore(0)
    wanted = 0
    for hall in halls:
        for no in range(1, hall.kind.counters() + 1):
            agenda.after(0, partial(_sit_down, hall=hall, no=str(no), done=left))
            wanted += 1
    agenda.start()
    for _ in range(wanted):
        if not left.acquire(timeout=UP_WITHIN_S):
            raise TimeoutError(f"the counters do not open: {agenda.faults[:1]}")
    agenda.close()


def _sit_down(wire: Wire, hall: Hall, no: str, done: threading.Semaphore) -> None:
    body = {"username": f"{hall.code}-{no}", "password": PASSWORD}
    status, told = wire.post("/staff/session", None, body)
    if status != 201:
        raise RuntimeError(f"signing in: {status} {told}")
    status, opened = wire.post(f"/counters/{no}/open", told["token"])
    if status != 200:
        raise RuntimeError(f"opening: {status} {opened}")
    hall.clerks[no] = told["token"]
    done.release()


def _wait(holds: Callable[[], bool]) -> None:
    limit = time.monotonic() + UP_WITHIN_S
    while not holds():
        if time.monotonic() > limit:
            raise TimeoutError("the town does not come up")
        time.sleep(0.1)
