"""How gunicorn serves event streams, thousands in one process:
`python -m gunicorn --config config/streams.py wsgi:app`.

A service beside the web, of the same code: a proxy sends it every path that ends in /events. Where
there is none, the web serves them itself.
"""

# ruff: noqa: E402 (what is imported before it is patched would wait alone)
from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import os
import resource

STREAMS = 12_000
os.environ.setdefault("EVENT_STREAMS", str(STREAMS))
# a hall's screens and counters, and every phone in its rooms, come from one address
os.environ.setdefault("EVENT_STREAMS_PER_ADDRESS", "600")
os.environ.setdefault("PORT", "8001")

from config.gunicorn import (  # noqa: F401 (gunicorn reads them here)
    bind,
    control_socket_disable,
    graceful_timeout,
    keepalive,
    logconfig_dict,
    on_starting,
    post_worker_init,
    settings,
    timeout,
    worker_exit,
    worker_tmp_dir,
)
from config.streams_worker import StreamsWorker

worker_class = StreamsWorker
# more than one only where one core cannot tell them all: each has readers of its own
workers = int(os.environ.get("STREAMS_CONCURRENCY") or 1)
threads = 1
worker_connections = 1_000  # being opened, or not yet asking for anything

FILES = settings.event_streams + worker_connections + 1_000
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
if most != resource.RLIM_INFINITY and most < FILES:
    raise SystemExit(
        f"EVENT_STREAMS={settings.event_streams} needs {FILES} open files, and this process may"
        f" have {most}: raise the limit (ulimit -n, LimitNOFILE=), or lower EVENT_STREAMS."
    )
resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, most))
