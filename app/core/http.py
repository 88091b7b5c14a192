"""The HTTP grammar's small change: answers, streams, one use case a request."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from typing import Any, TypeVar, overload

from apiflask.schemas import FileSchema
from flask import Flask, Response, current_app, g, request

from app.core.auth import actor
from app.core.db import db
from app.core.idempotency import Answer, perform, this_try
from app.core.language import language
from app.core.limits import address
from app.core.parts import parts
from app.core.streams import STILL_HERE, Stream
from config.hand_over import HAND_OVER, HandOver

R = TypeVar("R")

FILE = FileSchema(type="string", format="binary")
"""How the API's description calls a file."""


def answer(body: Any, status: int = 200) -> Response:
    """A JSON answer; none for 204."""
    if status == 204:
        return Response(status=204)
    return Response(
        json.dumps(body, ensure_ascii=False), status=status, mimetype="application/json"
    )


@overload
def wire_time(at: datetime, zone: tzinfo) -> str: ...
@overload
def wire_time(at: datetime | None, zone: tzinfo) -> str | None: ...
def wire_time(at: datetime | None, zone: tzinfo) -> str | None:
    """A moment as answers give it, if there is one: ISO 8601 to the millisecond, with the hall's
    offset."""
    return at.astimezone(zone).isoformat(timespec="milliseconds") if at else None


def perform_here(
    use_case: Callable[[], R],
    present: Callable[[R], Any],
    status: int = 200,
    on_replay: Callable[[Any], object] | None = None,
    keyed: bool = True,
) -> Response:
    """Run this request's use case in one transaction, and once under its Idempotency-Key.

    A result of None is a 204."""

    def presented(result: R) -> Answer:
        return Answer(None, 204) if result is None else Answer(present(result), status)

    once = this_try() if keyed else None
    given = perform(use_case, presented, once, parts().clock.now(), on_replay)
    return answer(given.body, given.status)


def event_stream(stream: Stream) -> Response:
    """Server-sent events, which no proxy may hold back; they hold no database connection.

    The first is waited for, so that a refusal is still an answer and not a broken stream. A server
    that takes streams over is answered with the opening alone. Raises TooManyStreamsHere."""
    taker: HandOver | None = request.environ.get(HAND_OVER)
    try:
        stream.keep(parts().stream_places.take(address(), actor()))
        db.session.remove()
        messages = stream.opening() if taker else stream.messages()
        first = next(messages, STILL_HERE)
    except BaseException:
        stream.close()
        raise
    if taker:
        taker.stream = parts().carrier.carry(stream)
    return Response(
        _with_first(first, messages),
        mimetype="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


def _with_first(first: str, others: Iterator[str]) -> Iterator[str]:
    yield first
    yield from others


def later(look: Callable[[], R]) -> Callable[[], R]:
    """To look again when this request is over: in the language it was asked in, and keeping no
    database connection."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    asked_in = language()

    def looked() -> R:
        with app.app_context():
            g.language = asked_in
            return look()

    return looked


def attachment(content: str | bytes, name: str, mimetype: str) -> Response:
    """A file to keep, under this name."""
    return Response(
        content,
        mimetype=mimetype,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
