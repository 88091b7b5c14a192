"""How gunicorn serves a hall: `python -m gunicorn --config config/gunicorn.py wsgi:app`."""

from __future__ import annotations

import os
from pathlib import Path

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker
from redis.exceptions import RedisError

from config.logging import logging_config
from config.redis import UnfitServer, check_server, connect
from config.settings import SettingsError, load_settings
from config.web_worker import HallWorker

try:
    settings = load_settings(os.environ)
except SettingsError as error:
    raise SystemExit(str(error)) from None

bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or 8000}"
worker_class = HallWorker
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
# each open event stream keeps a thread: more than a hall has screens, consoles and phones watching
threads = settings.web_threads
# behind a proxy all come from its address; in the demo, from this machine
if not settings.trusted_proxies and settings.mode != "demo":
    HallWorker.per_address = max(1, threads * 2 // 3)
timeout = 30
# event streams do not end by themselves: this is how long a stop waits for the other requests
graceful_timeout = 5
keepalive = 15
control_socket_disable = True
# the workers' heartbeat must not wait for a busy disk
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 (a directory)
logconfig_dict = logging_config(settings.log_level, settings.log_format)


def on_starting(server: Arbiter) -> None:
    """Refuse a Redis server that would lose tickets. One that is away stops nothing: numbers are
    given without it, and it is asked again by whoever needs it."""
    try:
        with connect(settings.redis_url, socket_connect_timeout=5, socket_timeout=5) as redis:
            check_server(redis)
    except UnfitServer as error:
        raise SystemExit(str(error)) from None
    except RedisError as error:
        server.log.warning("Redis does not answer yet: %s", error)


def post_worker_init(worker: Worker) -> None:
    """Whoever exchanges one version for another waits for this word of each new process."""
    worker.log.info("Worker ready (pid: %s)", worker.pid)
    if told := getattr(worker.wsgi, "extensions", {}).get("parts"):
        told.tallies.tell_regularly(getattr(worker, "kind", "web"))


def worker_exit(_server: Arbiter, worker: Worker) -> None:
    """What it counted stays."""
    if told := getattr(worker.wsgi, "extensions", {}).get("parts"):
        told.tallies.leave()
