"""Calling the next with nothing around it: `python -m gunicorn bench.bare.calls:app`.

`/call/<no>` asks Redis what the house asks it, in the same number of scripts, and writes the same
rows in one transaction; who asks, under which key and whether they may, nobody looks at.
`/least/<no>` claims by one script, updates one row and inserts another.
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

LANES = ("A", "B", "J")
EVENT = (
    "INSERT INTO events"
    " (hall, day, at, kind, ticket_id, number, counter, call_id, nth, actor, data)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '{}') RETURNING id"
)
app = Flask("bare")


@app.get("/healthz")
def alive() -> str:
    return "alive"


@app.post("/call/<no>")
def call(no: str) -> Any:
    now, key, token = datetime.now(UTC), secrets.token_hex(16), secrets.token_hex(16)
    line = connection()
    with line.transaction(), line.cursor() as cursor:
        ask = cursor.execute
        ask(
            "INSERT INTO idempotency_keys (actor, method, path, key, body_hash, at, status,"
            " answer_sealed) VALUES (%s, 'POST', %s, %s, %s, %s, 200, %s)",
            (f"staff:{no}", f"/api/v1/counters/{no}/call-next", key, "0" * 64, now, b"0" * 900),
        )
        ask("SELECT status FROM counters WHERE id = %s FOR UPDATE", (int(no),))
        held = ask(
            "UPDATE tickets SET state = 'finished', seq_version = seq_version + 1,"
            " stopped_at = %s, stopped_from = state WHERE hall = %s AND counter = %s"
            " AND state IN ('called', 'serving') RETURNING id, number, call_id",
            (now, HALL, no),
        ).fetchone()
        ended = None
        if held:
            ended = ask(
                EVENT, (HALL, DAY, now, "finished", held[0], held[1], no, held[2], 1, "staff")
            ).fetchone()
            ask(
                "UPDATE calls SET ended_at = %s, ended_as = 'by_next' WHERE id = %s",
                (now, held[2]),
            )
        ticket, version = _claim(no, token)
        number, lane, item = ask(
            "UPDATE tickets SET state = 'called', seq_version = seq_version + 1, counter = %s"
            " WHERE id = %s AND state = 'waiting' AND seq_version = %s"
            " RETURNING number, lane, item",
            (no, ticket, version),
        ).fetchone()  # type: ignore[misc]
        (call_id,) = ask(
            "INSERT INTO calls (hall, day, ticket_id, number, lane, item, counter, nth, called_at,"
            " last_at, why, claim_token, delivery) VALUES"
            " (%s, %s, %s, %s, %s, %s, %s, 1, %s, %s, %s, %s, 'sent') RETURNING id",
            (HALL, DAY, ticket, number, lane, item, no, now, now, '{"by": "due"}', token),
        ).fetchone()  # type: ignore[misc]
        ask("UPDATE tickets SET call_id = %s WHERE id = %s", (call_id, ticket))
        (called,) = ask(
            EVENT, (HALL, DAY, now, "called", ticket, number, no, call_id, 1, "staff")
        ).fetchone()  # type: ignore[misc]
        ask(
            "INSERT INTO audit (hall, at, actor, role, deed, subject, data, route, shows, reason,"
            " address, status, error, request_id) VALUES (%s, %s, %s, 'clerk', 'calling.call_next',"
            " %s, '{}', 'POST /api/v1/counters/<no>/call-next', '', '', '127.0.0.1', 200, '', %s)",
            (HALL, now, f"staff:{no}", number, key),
        )
    _copy([event for event in (ended and ended[0], called) if event], now, number)
    run(redis, "confirm", KEYS.own, ticket, token, version + 1)
    return {"ticket": {"id": ticket, "number": number, "state": "called"}, "why": {"by": "due"}}


@app.post("/least/<no>")
def least(no: str) -> Any:
    now, token = datetime.now(UTC), secrets.token_hex(16)
    ticket, version = _claim(no, token)
    line = connection()
    with line.transaction(), line.cursor() as cursor:
        cursor.execute(
            "UPDATE tickets SET state = 'finished', seq_version = seq_version + 1, counter = %s"
            " WHERE id = %s AND state = 'waiting' AND seq_version = %s",
            (no, ticket, version),
        )
        cursor.execute(
            "INSERT INTO calls (hall, day, ticket_id, number, lane, item, counter, nth, called_at,"
            " last_at, why, claim_token, delivery)"
            " VALUES (%s, %s, %s, 'A001', 'A', 'id-card', %s, 1, %s, %s, '{}', %s, 'sent')",
            (HALL, DAY, ticket, no, now, now, token),
        )
    return {"ticket": {"id": ticket}}


def _claim(no: str, token: str) -> tuple[str, int]:
    places = (KEYS.counter_bound(no), *map(KEYS.lane, LANES))
    entry, _ = run(redis, "claim_next", KEYS.own + places, no, token, 0, 0, 1, 1, 1, 2)
    record = json.loads(entry)
    return record["ticket"], record["version"]


def _copy(events: list[int], now: datetime, number: str) -> None:
    told = {"event": "called", "at": now.isoformat(), "number": number}
    at_ms = int(now.timestamp() * 1000)
    RedisEvents(redis, HALL).copy(
        *(CopiedEvent(event, at_ms, json.dumps(told | {"id": event})) for event in events)
    )
