"""Which of the stores answer."""

from __future__ import annotations

from redis.exceptions import RedisClusterException, RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core.db import db
from app.core.parts import parts


def states() -> dict[str, str]:
    """Store -> ok, or what is wrong with it."""
    return {"database": _database(), "redis": _redis()}


def _database() -> str:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return type(error).__name__
    return "ok"


def _redis() -> str:
    try:
        parts().redis.ping()
    except (RedisError, RedisClusterException) as error:
        return type(error).__name__
    return "ok"
