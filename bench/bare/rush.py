"""A slot's last places, sold by a guarded UPDATE: `python -m gunicorn bench.bare.rush:app`."""

from __future__ import annotations

from flask import Flask

from bench.bare.lines import connection

SELL = "UPDATE bare_slots SET taken = taken + 1 WHERE id = %s AND taken < capacity RETURNING taken"
app = Flask("bare")


@app.get("/healthz")
def alive() -> str:
    return "alive"


@app.post("/book/<int:slot>")
def book(slot: int) -> tuple[dict[str, int], int]:
    sold = connection().execute(SELL, (slot,)).fetchone()
    return ({"taken": sold[0]}, 201) if sold else ({"taken": 0}, 409)
