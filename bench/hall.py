"""A whole installation for the rows that need one: PostgreSQL that waits for its disk, Redis, and
gunicorn as a hall runs it, all on loopback and gone afterwards."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from flask_migrate import upgrade

from app.core.clock import HouseClock
from app.core.db import db
from app.factory import create_app
from config.settings import ROOT, Settings, load_settings
from embedded.program import Program
from embedded.redis_server import private_redis
from tests.house import House, open_house
from tests.servers import Postgres, own_port

WORKERS, THREADS = 2, 8
UP_WITHIN_S = 60.0
UNLIMITED = "1000000000"


@dataclass(frozen=True)
class Installation:
    """Stores with every table in them, and what a process on them is told."""

    environ: dict[str, str]
    directory: Path

    @cached_property
    def settings(self) -> Settings:
        return load_settings(self.environ)

    @property
    def database_url(self) -> str:
        """For psycopg."""
        return self.environ["DATABASE_URL"].replace("+psycopg", "")

    @cached_property
    def house(self) -> House:
        """The small hall of the tests, open now, with its people; seen from this process."""
        return open_house(self.settings, HouseClock(lambda: None))

    @contextmanager
    def serve(self, wsgi: str = "wsgi:app", **environ: str) -> Iterator[str]:
        """The base URL of gunicorn, with the settings of a hall whatever it serves."""
        with own_port() as port:
            program = Program(
                "web",
                (sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", wsgi),
                ROOT,
                self.directory / f"{wsgi.partition(':')[0]}.log",
                {**os.environ, **self.environ, "PORT": str(port), **environ},
            )
            process = program.start()
            try:
                _await(port, program)
                yield f"http://127.0.0.1:{port}"
            finally:
                program.stop(process)


@contextmanager
def installation(**environ: str) -> Iterator[Installation]:
    """Stores of their own. PostgreSQL commits synchronously and flushes to the disk."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        directory.chmod(0o755)  # PostgreSQL runs as somebody else
        url = stack.enter_context(_postgres(directory / "postgresql"))
        redis = stack.enter_context(private_redis(directory / "redis"))
        made = Installation(
            {
                "SHUNHAO_MODE": "test",
                "DATABASE_URL": url,
                "REDIS_URL": redis.url,
                "INSTANCE_PATH": str(directory / "instance"),
                "WEB_CONCURRENCY": str(WORKERS),
                "WEB_THREADS": str(THREADS),
                "ADDRESS_LIMIT": UNLIMITED,
                "DEVICE_LIMIT": UNLIMITED,
                "LOG_LEVEL": "WARNING",
                **environ,
            },
            directory,
        )
        app = create_app(made.settings)
        with app.app_context():
            upgrade()
            db.engine.dispose()
        yield made
        if "house" in vars(made):
            with made.house.app.app_context():
                db.engine.dispose()


@contextmanager
def _postgres(directory: Path) -> Iterator[str]:
    directory.mkdir()
    with own_port() as port:
        server = Postgres(directory, port, fsync="on", full_page_writes="on")
        server.make()
        process = server.launch()
        try:
            _until(server.answers)
            url = server.url.set(drivername="postgresql+psycopg")
            yield url.render_as_string(hide_password=False)
        finally:
            process.terminate()
            process.wait(UP_WITHIN_S)


def _await(port: int, program: Program) -> None:
    def answers() -> bool:
        line = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            line.request("GET", "/healthz")
            return line.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            line.close()

    try:
        _until(answers)
    except TimeoutError:
        raise RuntimeError(f"gunicorn does not start:\n{program.last_lines()}") from None


def _until(true: object) -> None:
    end = time.monotonic() + UP_WITHIN_S
    while not true():  # type: ignore[operator]
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.1)
