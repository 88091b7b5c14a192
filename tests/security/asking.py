"""Requests as schemathesis makes them up from the API's description, asked by people of the world.

What comes back must be described: its status, its media type, its body; and never be a 5xx.
"""

from __future__ import annotations

import os
import re
import uuid
from contextlib import suppress
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.security.bodies import body_for
from tests.security.kept import Kept
from tests.security.table import Door
from tests.security.world import kind_of

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SEED = int(os.environ.get("SECURITY_SEED", "8"))


def schema_of(kept: Kept) -> Any:
    """The description as it is served, and the app behind it."""
    return schemathesis.openapi.from_wsgi("/openapi.json", kept.world.house.app)


def door_at(guarded: list[Door], method: str, path: str) -> Door | None:
    """The door that an operation describes."""
    written = {
        (door.method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", door.path)): door for door in guarded
    }
    return written.get((method.upper(), path))


def by(kept: Kept, case: Any, door: Door, who: str, turn: int = 0) -> list[str]:
    """Ask it as this actor; what is wrong with the answer. In turns with what there really is at
    the address, with that and a body that would do but for one field, and with nothing real."""
    world = kept.world
    if turn % 3:
        for name in case.path_parameters or {}:
            case.path_parameters[name] = world.id_for(name, who, door.reach(kind_of(who)))
    if turn % 3 == 2 and isinstance(case.body, dict):
        made_up = list(case.body.items())
        one = dict([made_up[turn % len(made_up)]]) if made_up else {}
        case.body = {**body_for(world, door, who), **one}
    dress(case, world.tokens.get(who))
    return faults_of(case)


def dress(case: Any, token: str | None) -> None:
    """Who asks, under a key of its own."""
    headers = {**(case.headers or {})}
    headers.pop("Authorization", None)
    if "Idempotency-Key" in headers:
        headers["Idempotency-Key"] = uuid.uuid4().hex
    if token:
        headers["Authorization"] = f"Bearer {token}"
    case.headers = headers


def faults_of(case: Any) -> list[str]:
    """What is wrong with the answer, in one line each."""
    return faults_in(case, case.call())


def faults_in(case: Any, response: Any) -> list[str]:
    """What is wrong with this answer to it."""
    try:
        case.validate_response(response, checks=CHECKS)
    except FailureGroup as group:
        return [_told(case, response, each) for each in group.exceptions]
    except Failure as failure:
        return [_told(case, response, failure)]
    return []


def _told(case: Any, response: Any, failure: BaseException) -> str:
    said = str(failure).replace("\n", " ")
    return f"{case.method} {case.path} → {response.status_code}: {said[:300]}"


def run(strategy: Any, cases: int, one: Any) -> None:
    """So many cases of a strategy, the same ones each time."""

    @seed(SEED)
    @settings(
        max_examples=cases,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    @given(case=strategy)
    def each(case: Any) -> None:
        one(case)

    with suppress(Unsatisfiable):  # of an operation without any field nothing is wrong
        each()
