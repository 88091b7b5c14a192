"""Giving a number with nothing around it: `python -m gunicorn bench.bare.takes:app`.

`/take` sends the scripts and writes the rows that the house does; `/least` writes one row and sends
one script.
"""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from typing import Any

from flask import Flask

from bench.bare import DAY, HALL, KEYS
from bench.bare.lines import connection, redis
from queueing.events import CopiedEvent, RedisEvents
from queueing.scripts import run

SERIES = (
    "INSERT INTO number_series (hall, day, lane, last, walk_ins, last_at)"
    " VALUES (%s, %s, %s, 1, 1, %s) ON CONFLICT (hall, day, lane) DO UPDATE"
    " SET last = number_series.last + 1, walk_ins = number_series.walk_ins + 1,"
    " last_at = excluded.last_at RETURNING last"
)
TICKET = (
    "INSERT INTO tickets (id, token, hall, day, number, serial, lane, item, items, state,"
    " seq_version, due_ms, due_why, origin, given_by, taken_at, entered_at, passes)"
    " VALUES (%s, %s, %s, %s, %s, %s, 'A', 'id-card', '[\"id-card\"]', 'waiting', 1, %s,"
    " 'walk_in', 'walk_in', 'device:1', %s, %s, 0)"
)
app = Flask("bare")


@app.get("/healthz")
def alive() -> str:
    return "alive"


@app.post("/take")
def take() -> Any:
    now, id, token, key = datetime.now(UTC), *(secrets.token_hex(16) for _ in range(3))
    line = connection()
    with line.transaction(), line.cursor() as cursor:
        ask = cursor.execute
        ask(
            "INSERT INTO idempotency_keys (actor, method, path, key, body_hash, at, status,"
            " answer_sealed) VALUES ('device:1', 'POST', '/api/v1/kiosk/tickets', %s, %s, %s,"
            " 201, %s)",
            (key, "0" * 64, now, b"0" * 700),
        )
        (serial,) = ask(SERIES, (HALL, DAY, "", now)).fetchone()  # type: ignore[misc]
        (count,) = ask(SERIES, (HALL, DAY, "A", now)).fetchone()  # type: ignore[misc]
        number = f"A{count:03d}"
        ask(TICKET, (id, token, HALL, DAY, number, serial, serial, now, now))
        (event,) = ask(
            "INSERT INTO events (hall, day, at, kind, ticket_id, number, actor, data)"
            " VALUES (%s, %s, %s, 'taken', %s, %s, 'device:1', '{}') RETURNING id",
            (HALL, DAY, now, id, number),
        ).fetchone()  # type: ignore[misc]
        ask(
            "INSERT INTO audit (hall, at, actor, role, deed, subject, data, route, shows, reason,"
            " address, status, error, request_id) VALUES (%s, %s, 'device:1', '',"
            " 'kiosk_api.take', %s, '{}', 'POST /api/v1/kiosk/tickets', '', '', '127.0.0.1',"
            " 201, '', %s)",
            (HALL, now, number, key),
        )
    payload = json.dumps({"event": "taken", "id": event, "at": now.isoformat(), "number": number})
    RedisEvents(redis, HALL).copy(CopiedEvent(event, int(now.timestamp() * 1000), payload))
    _enter(id, serial)
    return {"id": id, "token": token, "number": number, "state": "waiting", "ahead": 0}, 201


@app.post("/least")
def least() -> Any:
    now, id = datetime.now(UTC), secrets.token_hex(16)
    serial = secrets.randbits(30)
    row = (id, secrets.token_hex(16), HALL, DAY, f"Z{serial}", serial, serial, now, now)
    connection().execute(TICKET, row)
    _enter(id, serial)
    return {"id": id}, 201


def _enter(ticket: str, serial: int) -> None:
    record = {
        "ticket": ticket, "version": 1, "lane": "A", "due": serial, "serial": serial,
        "counter": None, "member": f"{serial:08d}:{ticket}", "stands": [KEYS.lane("A")],
        "beside": KEYS.lane_bound("A"),
    }  # fmt: skip
    run(redis, "enter", KEYS.own, ticket, 1, json.dumps(record))
