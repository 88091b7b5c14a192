"""A whole installation on loopback, for one row: a PostgreSQL and a Redis of its own, and gunicorn.

with installation() as hall:
    with hall.app.app_context(): …                  what the row needs is put there, in this process
    with hall.serve() as ours, hall.serve("bench.bare.calls:app") as bare: …
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from apiflask import APIFlask
from flask_migrate import upgrade

from app.catalog.hall_file import HallFile, read_hall_file
from app.catalog.loading import load_hall
from app.core.db import db, transaction
from app.factory import create_app
from config.settings import ROOT, load_settings
from embedded import lifeline
from embedded.postgres_server import own_port, private_postgres
from embedded.program import Program
from embedded.redis_server import private_redis

HALL_FILE = ROOT / "config/halls/qinghe.yaml"
UNLIMITED = str(10**9)
UP_WITHIN_S = 60


@dataclass(frozen=True, slots=True)
class Installation:
    database_url: str
    """PostgreSQL, which waits for the disk at each commit."""
    redis_url: str
    environ: Mapping[str, str]
    """The variables of a process that works on these stores."""
    app: APIFlask
    """In this process: what a row needs is made by it."""
    folder: Path
    workers: int
    threads: int

    @contextmanager
    def serve(self, wsgi: str = "wsgi:app", **environ: str) -> Iterator[str]:
        """The address of gunicorn with this app in it; of ours and of a bare one under the very
        same settings."""
        with own_port() as port:
            program = Program(
                name="gunicorn",
                command=tuple(
                    lifeline.command("gunicorn", "--config", "config/gunicorn.py", wsgi)
                ),
                directory=ROOT,
                log=self.folder / f"web-{port}.log",
                environ={**os.environ, **self.environ, **environ, "PORT": str(port)},
            )
            process = program.start()
            try:
                _wait_for(port, program, lambda: process.poll() is None)
                yield f"http://127.0.0.1:{port}"
            finally:
                program.stop(process)


def _wait_for(port: int, program: Program, lives: Callable[[], bool]) -> None:
    """Until it answers anything at all."""
    limit = time.monotonic() + UP_WITHIN_S
    while lives() and time.monotonic() < limit:
        try:
            with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except OSError as error:  # an HTTP error is one as well
            if hasattr(error, "code"):
                return
        time.sleep(0.05)
    raise RuntimeError(f"{program.name} does not start:\n{program.last_lines(40)}")


@contextmanager
def installation(
    hall_file: Path | HallFile | None = None,
    *,
    workers: int = 2,
    threads: int = 8,
    **environ: str,
) -> Iterator[Installation]:
    """With this hall loaded (the demo's largest by default), and limits that nobody reaches."""
    with (
        tempfile.TemporaryDirectory(prefix="shunhao-bench-") as name,
        private_postgres(fsync="on", full_page_writes="on", synchronous_commit="on") as server,
        private_redis(Path(name) / "redis") as redis,
    ):
        folder = Path(name)
        url = server.set(drivername="postgresql+psycopg")
        given = {
            "SHUNHAO_MODE": "test",
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "REDIS_URL": redis.url,
            "INSTANCE_PATH": str(folder / "instance"),
            "WEB_CONCURRENCY": str(workers),
            "WEB_THREADS": str(threads),
            "DEVICE_LIMIT": UNLIMITED,
            "ADDRESS_LIMIT": UNLIMITED,
            # threads are shared out by address otherwise, and all load comes from one
            "TRUSTED_PROXIES": "1",
            "LOG_LEVEL": "WARNING",
            **environ,
        }
        app = create_app(load_settings(given))
        _prepare(app, hall_file or HALL_FILE)
        try:
            yield Installation(
                given["DATABASE_URL"], redis.url, given, app, folder, workers, threads
            )
        finally:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()


def _prepare(app: APIFlask, hall: Path | HallFile) -> None:
    with app.app_context():
        upgrade()
        with transaction():
            load_hall(read_hall_file(hall) if isinstance(hall, Path) else hall, {})


@dataclass(frozen=True, slots=True)
class Bench:
    """What a row is given."""

    say: Callable[[str], object]
    """How it goes on; not for the table."""

    installation = staticmethod(installation)
