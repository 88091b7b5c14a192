"""Nasty text into every field of the API, and out again: refused in words, or kept as text."""

from __future__ import annotations

import json
import uuid
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import pytest

from tests.security.fields import Field, fields, filled
from tests.security.kept import Kept
from tests.security.nasty import TEXTS, UNFIT
from tests.security.tally import counted
from tests.security.world import World, kind_of

SECRET = ("Traceback", "sqlalchemy", "psycopg", "sqlite3", "werkzeug")
"""Words of programs, which no answer says."""


def send(world: World, field: Field, text: Any, raw: bytes | None = None) -> Any:
    """The request with this text in its place; `raw`: with this body instead."""
    reach = field.door.reach(kind_of(field.who)) if field.who != "nobody" else ""
    path = field.door.path
    for name in field.door.arguments:
        real = world.id_for(name, field.who, reach)
        mine = field.where == "path" and name == field.way[0]
        value = quote(text.encode("utf-8", "surrogatepass"), safe="") if mine else real
        for written in (f"<{name}>", f"<int:{name}>"):
            path = path.replace(written, value)
    if field.where == "query":
        path += f"?{field.way[0]}={quote(text.encode('utf-8', 'surrogatepass'), safe='')}"
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    if token := world.tokens.get(field.who):
        headers["Authorization"] = f"Bearer {token}"
    data = raw
    if raw is None and field.door.method != "GET":
        body = filled(world, field, text) if field.where == "json" else {}
        data = json.dumps(body).encode()
    as_sent = unquote_to_bytes(path.partition("?")[0]).decode("latin-1")
    return world.house.app.test_client().open(
        path,
        environ_overrides={"PATH_INFO": as_sent},  # the test client has a reading of its own
        method=field.door.method,
        headers=headers,
        data=data,
        content_type="application/json" if data is not None else None,
    )


def wrong_with(answer: Any, unfit: bool) -> str:
    """What an answer to nasty text must not be."""
    told = answer.get_data().decode(errors="replace")
    if answer.status_code >= 500:
        return "breaks"
    if answer.status_code >= 400:
        if answer.mimetype != "application/problem+json":
            return f"is refused as {answer.mimetype}"
        if any(word in told for word in SECRET):
            return "tells of its insides"
    elif unfit:
        return "is taken"
    return ""


@pytest.mark.security
@pytest.mark.timeout(1800)
def test_nasty_text_in_every_field(kept: Kept):
    found = []
    for field in fields(kept.world):
        for name, text in TEXTS.items():
            counted("nasty text", "strings × fields of the API")
            answer = send(kept.world, field, text)
            if wrong := wrong_with(answer, unfit=name in UNFIT):
                found.append(told(field, name, answer, wrong))
            if answer.status_code < 300:
                counted("nasty text", "of which were taken")
        kept.put_back()
    assert not found, "\n".join(found)


def told(field: Field, name: str, answer: Any, wrong: str) -> str:
    way = ".".join(map(str, field.way))
    return f"{field.door.method} {field.door.path} {field.where} {way}: {name} {wrong}" + (
        f" ({answer.status_code} {answer.get_data(as_text=True)[:120]})"
    )


HUGE = {
    "a number of 4,000 digits": 10**3999,
    "less than all numbers": -(10**400),
    "beyond 64 bits": 2**63,
    "a tiny fraction": 1e-320,
    "true": True,
    "a list": [[[[]]]],
    "an object": {"a": {"b": {}}},
}


@pytest.mark.security
@pytest.mark.timeout(1800)
def test_what_is_no_text_in_every_field(kept: Kept):
    found = []
    for field in (field for field in fields(kept.world) if field.where == "json"):
        for name, value in HUGE.items():
            counted("nasty text", "other values × fields of bodies")
            answer = send(kept.world, field, value)
            if wrong := wrong_with(answer, unfit=False):
                found.append(told(field, name, answer, wrong))
        kept.put_back()
    assert not found, "\n".join(found)


@pytest.mark.security
@pytest.mark.timeout(1800)
def test_bodies_too_large_or_too_deep(kept: Kept):
    """Of each operation: 10 MB in one field, and 10,000 levels."""
    found, seen = [], set()
    for field in (field for field in fields(kept.world) if field.where == "json"):
        if field.door in seen:
            continue
        seen.add(field.door)
        large = json.dumps(filled(kept.world, field, "顺" * 3_500_000), ensure_ascii=False).encode()
        deep = b'{"item":' + b"[" * 10_000 + b"]" * 10_000 + b"}"
        for name, raw, statuses in (
            ("10 MB", large, {413, 422}),
            ("10,000 levels", deep, {400, 404, 409, 422}),
        ):
            counted("nasty text", "bodies of 10 MB, or 10,000 levels")
            answer = send(kept.world, field, "", raw)
            if answer.status_code not in statuses:
                found.append(told(field, name, answer, "is not refused so"))
        kept.put_back()
    assert not found, "\n".join(found)
