"""Every place for text in the API's description: in bodies, however deep, in queries, in paths."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.security.asking import door_at
from tests.security.bodies import body_for, described
from tests.security.table import Door, doors
from tests.security.test_authorisation import may
from tests.security.world import World

Way = tuple[str | int, ...]
"""Where in a body: ("answers", "*") is any name of an object, ("items", 0) the first of a list."""


@dataclass(frozen=True, slots=True)
class Field:
    """One place for text, and who may fill it."""

    door: Door
    who: str
    where: str
    """json, query or path."""
    way: Way


def fields(world: World) -> Iterator[Field]:
    """All of them; those of a door each by the first who may."""
    spec, known = described(world), doors(world.house.app)
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            door = door_at(known, method, path)
            assert door is not None, path
            who = next((one for one in world.tokens if may(door, one)), "nobody")
            if path.endswith("/events"):
                continue
            for parameter in operation.get("parameters", ()):
                if parameter["in"] in ("query", "path"):
                    yield Field(door, who, parameter["in"], (parameter["name"],))
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            for way in _ways(spec, body["schema"]) if body else ():
                yield Field(door, who, "json", way)


def _ways(spec: Any, schema: Any, way: Way = ()) -> Iterator[Way]:
    while "$ref" in schema:
        schema = spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    kinds = schema.get("type", "object")
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        if kind == "string":
            yield way
        elif kind == "array" and len(way) < 6:
            yield from _ways(spec, schema.get("items", {}), (*way, 0))
        elif kind == "object" and len(way) < 6:
            for name, inner in schema.get("properties", {}).items():
                yield from _ways(spec, inner, (*way, name))
            if not schema.get("properties"):
                yield (*way, "*")


def filled(world: World, field: Field, text: Any) -> Any:
    """A body that would do, but for this text in its place."""
    body = copy.deepcopy(body_for(world, field.door, field.who))
    for rival in _rivals(field.way):
        body.pop(rival, None)
    return _put(body, field.way, text)


def _rivals(way: Way) -> tuple[str, ...]:
    """What may not be given beside it."""
    return {"items": ("item",), "credit_code": ("id_number",), "records": ("name",)}.get(
        str(way[0]), ()
    )


def _put(value: Any, way: Way, text: Any) -> Any:
    if not way:
        return text
    step, rest = way[0], way[1:]
    if isinstance(step, int):
        return [_put(None, rest, text)]
    inner = value if isinstance(value, dict) else {}
    if step == "*":
        return {**inner, "x": text}
    return {**inner, step: _put(inner.get(step), rest, text)}
