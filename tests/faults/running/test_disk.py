"""The disk of a store is full, and somebody makes room."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from embedded.redis_server import private_redis
from tests.conftest import missing
from tests.faults.running.books import balance
from tests.faults.running.installation import Part, answers, url_of
from tests.faults.running.load import Load
from tests.faults.running.small_disks import fill_up, make_room, small_disk
from tests.faults.running.table import add
from tests.servers import Missing, Postgres, own_port

pytestmark = pytest.mark.faults

FULL_S = 15
MEGABYTES = 400
REDIS_MEGABYTES = 24
OUT_OF_ROOM = re.compile(r"DiskFull|OperationalError|InvalidatePoolError")
"""What worker and schedule may say of it."""


@pytest.fixture
def disk() -> Iterator[Callable[[int], Path]]:
    with ExitStack() as stack:

        def make(megabytes: int) -> Path:
            place = stack.enter_context(tempfile.TemporaryDirectory(prefix="shunhao-disk-"))
            Path(place).chmod(0o755)
            try:
                return stack.enter_context(small_disk(Path(place) / "disk", megabytes))
            except Missing as part:
                missing(part)
                raise

        yield make


@pytest.mark.parametrize("with_its_log", [False, True], ids=["tables", "log"])
def test_the_database_has_no_room_left(installed, template, disk, request, with_its_log):
    """PostgreSQL refuses what would make a table grow; where it cannot write its log it ends
    itself, and whoever looks after it makes room and starts it again."""
    place = disk(MEGABYTES)
    with own_port() as port:
        server = Postgres(place, port)
        subprocess.run(["cp", "-a", template.data, server.data], check=True)
        part = Part("postgres", server.launch, server.log, server.answers, url=url_of(server.url))
        hall = installed(postgres=part)
        with Load(hall) as load:
            load.run(6)
            load.broken()
            fill_up(place)
            if with_its_log:
                _use_up_log(server)
            load.run(FULL_S)
            make_room(place)
            _start_where_it_ended(hall, "postgres")
            load.mended()
            load.until_back()
            load.run(8)
        differences = balance(hall, load)
        which = "its log with it, " if with_its_log else ""
        add(request, load, f"PostgreSQL's disk full, {which}for {FULL_S} s", differences)
        assert differences == []
        told = "PANIC" in server.log.read_text()
        assert told == with_its_log
        assert [one for one in hall.tracebacks() if not OUT_OF_ROOM.search(one)] == []


def test_redis_has_no_room_left_for_its_file(installed, disk, request):
    """It takes no more changes then: numbers are given all the same, and enter the order later."""
    place = disk(REDIS_MEGABYTES)
    with private_redis(place, persist=True, say=lambda _: None) as running:
        part = Part(
            name="redis",
            launch=running.program.start,
            is_up=lambda: answers(running.url),
            log=running.program.log,
            url=running.url,
            process=running.process,
        )
        hall = installed(redis=part)
        with Load(hall) as load:
            load.run(6)
            load.broken()
            fill_up(place)
            load.run(FULL_S)
            make_room(place)
            _start_where_it_ended(hall, "redis")
            load.mended()
            load.until_back()
            load.run(8)
        differences = balance(hall, load)
        add(request, load, f"Redis' disk full for {FULL_S} s", differences)
        assert differences == []
        assert hall.tracebacks() == []


def _use_up_log(server: Postgres) -> None:
    """Have it begin new files of its log until it can make none."""
    with (
        suppress(psycopg.OperationalError),
        psycopg.connect(
            server.url.set(drivername="postgresql").render_as_string(), autocommit=True
        ) as asked,
    ):
        for _ in range(20):
            asked.execute("SELECT pg_switch_wal()")
            asked.execute("SELECT pg_logical_emit_message(false, 'test', 'more')")


def _start_where_it_ended(hall: Any, name: str) -> None:
    process = hall.parts[name].process
    if process.poll() is not None:
        hall.start(name)
