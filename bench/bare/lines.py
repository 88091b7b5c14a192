"""What the bare apps work with, as the environment says: a client, and a connection a thread."""

from __future__ import annotations

import os
import threading
from typing import Any

import psycopg

from config.redis import connect

_here = threading.local()

redis = connect(os.environ["REDIS_URL"])


def connection() -> psycopg.Connection[Any]:
    """This thread's own; nobody else uses it."""
    if not hasattr(_here, "line"):
        url = os.environ["DATABASE_URL"].replace("+psycopg", "")
        _here.line = psycopg.connect(url, autocommit=True)
    line: psycopg.Connection[Any] = _here.line
    return line
