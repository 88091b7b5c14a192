"""A process that dies in the middle of its work: at one of its statements, before a commit, or
around a question to somebody else. Its connections and sessions go with it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from sqlalchemy import Engine, event

from app.core.db import db


class Killed(BaseException):
    """No `except Exception` sees it, as none sees SIGKILL."""


class Deaths:
    """Counts steps while somebody is to die: those on this engine, and whatever calls `step`. They
    are alone at work."""

    def __init__(self, engine: Engine) -> None:
        self._lock = threading.Lock()
        self._left: int | None = None
        self._connections: list[Any] = []
        engine.dispose()  # so that each connection is seen that is made
        event.listen(engine, "connect", self._connected)
        event.listen(engine, "before_cursor_execute", self.step)
        event.listen(engine, "commit", self.step)
        self._engine = engine

    def close(self) -> None:
        event.remove(self._engine, "connect", self._connected)
        event.remove(self._engine, "before_cursor_execute", self.step)
        event.remove(self._engine, "commit", self.step)

    @contextmanager
    def at_step(self, number: int) -> Iterator[list[bool]]:
        """Whoever takes this step in the block dies of it; what it gives tells afterwards whether
        somebody did."""
        died: list[bool] = []
        self._left = number
        try:
            yield died
        except Killed:
            died.append(True)
            self._bury()
        finally:
            self._left = None

    def _bury(self) -> None:
        db.session.registry.registry.clear()
        for connection in self._connections:
            with suppress(sqlite3.ProgrammingError, psycopg.Error):  # the pool closed it before
                connection.rollback()  # SQLite's closes only once all of its cursors are gone
                connection.close()
        self._connections.clear()
        self._engine.dispose(close=False)

    def _connected(self, connection: Any, _: Any) -> None:
        self._connections.append(connection)

    def step(self, *_: Any) -> None:
        with self._lock:
            if self._left is None:
                return
            self._left -= 1
            if self._left:
                return
            self._left = None
        raise Killed
