"""A world whose rows are kept beside it: whether they changed, and back to what they were."""

from __future__ import annotations

import hashlib
import sqlite3

from redis import Redis

from app.core.db import db
from tests.security.world import World

WRITTEN_OF_REFUSALS = ("audit",)
"""Tables, by how their names begin, in which a refusal itself is written down."""


class Kept:
    def __init__(self, world: World, path: str, redis_url: str) -> None:
        self.world = world
        self._redis = Redis.from_url(redis_url)
        self._live = sqlite3.connect(path, isolation_level=None)
        self._saved = sqlite3.connect(":memory:")
        self._live.backup(self._saved)
        tables = self._live.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        self._tables = [
            name for (name,) in tables if not name.startswith((*WRITTEN_OF_REFUSALS, "sqlite_"))
        ]
        self._version, self._rows = self._now(), self.rows()

    def rows(self) -> dict[str, str]:
        """Table -> the hash of all its rows."""
        return {name: self._hash(name) for name in self._tables}

    def changed(self) -> list[str]:
        """The tables that are not as they were kept."""
        version = self._now()
        if version == self._version:
            return []
        self._version, now = version, self.rows()
        return [name for name in self._tables if now[name] != self._rows[name]]

    def put_back(self) -> None:
        """As it was kept; Redis is emptied, and rebuilt by whoever asks it first."""
        self._saved.backup(self._live)
        self._redis.flushall()
        self._version = self._now()

    def close(self) -> None:
        with self.world.house.app.app_context():
            db.engine.dispose()
        self._live.close()
        self._saved.close()
        self._redis.close()

    def _now(self) -> int:
        """Another number after each commit of anybody else."""
        return int(self._live.execute("PRAGMA data_version").fetchone()[0])

    def _hash(self, table: str) -> str:
        found = hashlib.blake2b()
        for row in self._live.execute(f'SELECT * FROM "{table}" ORDER BY rowid'):  # noqa: S608
            found.update(repr(row).encode())
        return found.hexdigest()
