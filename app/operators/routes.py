"""Is it alive, is it ready, what does it count."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response
from prometheus_client import CONTENT_TYPE_LATEST

from app.core.auth import public
from app.core.http import answer
from app.operators.metrics import scrape
from app.operators.stores import is_ready, states

bp = APIBlueprint("operators", __name__, enable_openapi=False)


@bp.get("/healthz")
@public
def alive() -> Response:
    """The process answers."""
    return answer({"status": "alive"})


@bp.get("/readyz")
@public
def ready() -> Response:
    """Which of its parts answer; 503 while one does not without which nobody is called."""
    found = states()
    ok = is_ready(found)
    return answer({"status": "ready" if ok else "not_ready", **found}, 200 if ok else 503)


@bp.get("/metrics")
@public
def metrics() -> Response:
    """For Prometheus. Numbers of people, never a person."""
    return Response(scrape(), content_type=CONTENT_TYPE_LATEST)
