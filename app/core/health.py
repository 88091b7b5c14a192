"""Is it alive, is it ready, what does it count: for operators."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response
from sqlalchemy import text

from app.core.auth import public
from app.core.db import db
from app.core.http import answer
from app.core.parts import parts

bp = APIBlueprint("health", __name__, enable_openapi=False)


@bp.get("/healthz")
@public
def alive() -> Response:
    """The process answers."""
    return answer({"status": "alive"})


@bp.get("/readyz")
@public
def ready() -> Response:
    """Which of its stores answer; 503 while one does not."""
    stores = {"database": _database(), "redis": _redis()}
    ok = all(state == "ok" for state in stores.values())
    return answer({"status": "ready" if ok else "not_ready", **stores}, 200 if ok else 503)


def _database() -> str:
    try:
        db.session.execute(text("SELECT 1"))
    except Exception as error:
        return type(error).__name__
    return "ok"


def _redis() -> str:
    try:
        parts().redis.ping()
    except Exception as error:
        return type(error).__name__
    return "ok"
