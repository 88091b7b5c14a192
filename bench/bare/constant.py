"""Flask that returns a constant of some size: `python -m gunicorn bench.bare.constant:app`."""

from __future__ import annotations

from flask import Flask, Response

app = Flask("bare")


@app.get("/healthz")
def alive() -> str:
    return "alive"


@app.get("/<int:size>")
def constant(size: int) -> Response:
    """So many bytes of JSON."""
    return Response(f'"{"0" * (size - 2)}"', mimetype="application/json")
