"""Which parts of the installation answer: its stores, and the processes beside the web."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory
from redis.exceptions import RedisClusterException, RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core.db import db
from app.core.parts import parts
from config.settings import ROOT

OK = "ok"
FINE = (OK, "ahead")
"""A newer version may have brought the tables up to date while this one still serves."""
NEEDED = ("database", "migrations", "redis")
"""Without these nobody is called; a worker or a schedule that is away stops no counter."""
PROCESSES = ("worker", "schedule")


def states() -> dict[str, str]:
    """Part -> ok, or what is wrong with it."""
    database = _database()
    redis = _answers(parts().redis.ping)
    return {
        "database": database,
        "migrations": migrations() if database == OK else "unknown",
        "redis": redis,
        "rq": _answers(parts().rq.ping),
        **(_processes() if redis == OK else dict.fromkeys(PROCESSES, "unknown")),
    }


def is_ready(found: dict[str, str]) -> bool:
    """Whether the web of an installation in this state should be asked anything."""
    return all(found[part] in FINE for part in NEEDED)


def migrations() -> str:
    """`behind` where the tables are older than this version wants them; `missing` where there are
    none; `ahead` where a newer version has brought them further."""
    try:
        at = db.session.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    except SQLAlchemyError:
        db.session.rollback()
        return "missing"
    head, known = _revisions()
    if at == [head]:
        return OK
    if not at:
        return "missing"
    return "behind" if known.issuperset(at) else "ahead"


@cache
def _revisions() -> tuple[str | None, frozenset[str]]:
    """The last step of the tables' history, and all of them."""
    settings = Config()
    settings.set_main_option("script_location", str(ROOT / "migrations"))
    history = ScriptDirectory.from_config(settings)
    return history.get_current_head(), frozenset(s.revision for s in history.walk_revisions())


def _database() -> str:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return type(error).__name__
    return OK


def _answers(ask: Callable[[], Any]) -> str:
    try:
        ask()
    except (RedisError, RedisClusterException) as error:
        return type(error).__name__
    return OK


def _processes() -> dict[str, str]:
    try:
        living = {process.kind for process in parts().tallies.processes()}
    except (RedisError, RedisClusterException):
        return dict.fromkeys(PROCESSES, "unknown")
    return {kind: OK if kind in living else "away" for kind in PROCESSES}
