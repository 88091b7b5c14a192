"""The whole description asked by machine: no 5xx, and no answer that it does not describe.

SECURITY_CASES says how many cases are made up in all, SECURITY_SEED draws others.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from schemathesis import GenerationMode

from tests.security.asking import SEED, by, door_at, dress, faults_in, run, schema_of
from tests.security.bodies import body_for
from tests.security.kept import Kept
from tests.security.table import Door, doors
from tests.security.tally import counted
from tests.security.test_authorisation import A_LONG_ID, may
from tests.security.world import kind_of

CASES = int(os.environ.get("SECURITY_CASES", "6000"))
STREAMS = "/events"
"""Never end; tests/api/test_streams.py asks them."""


def operations(kept: Kept) -> Iterator[tuple[Any, Door, list[str]]]:
    """Every operation, its door, and who of this world may ask it."""
    world = kept.world
    known = doors(world.house.app)
    for result in schema_of(kept).get_all_operations():
        operation = result.ok()
        if operation.path.endswith(STREAMS):
            continue
        door = door_at(known, operation.method, operation.path)
        assert door is not None, operation.path
        yield operation, door, [who for who in world.tokens if may(door, who)] or ["nobody"]


def tried(kept: Kept, operation: Any, door: Door, who: str, cases: int) -> set[str]:
    found: set[str] = set()
    turns = itertools.count(1)

    def one(case: Any) -> None:
        found.update(by(kept, case, door, who, next(turns)))
        kind = f"staff: {who}" if kind_of(who) == "staff" else who
        counted("schemathesis", f"cases as {kind}")

    run(operation.as_strategy(), cases, one)
    if cases > 1:
        run(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE), cases // 2, one)
    kept.put_back()
    return found


@pytest.mark.security
@pytest.mark.timeout(1800)
def test_every_answer_is_described(kept):
    asked = list(operations(kept))
    pairs = sum(len(askers) for _, _, askers in asked)
    each = max(2, CASES * 2 // 3 // pairs)
    found: set[str] = set()
    for operation, door, askers in asked:
        for who in askers:
            found |= tried(kept, operation, door, who, each)
    assert not found, "\n".join(sorted(found))


def test_every_third_operation_once(kept):
    """The short form for `make test`."""
    found: set[str] = set()
    for operation, door, askers in islice(operations(kept), 0, None, 3):
        found |= tried(kept, operation, door, askers[0], 1)
    assert not found, "\n".join(sorted(found))


@pytest.mark.security
@pytest.mark.timeout(1800)
def test_what_follows_from_one_another_is_described(kept):
    """Along the links: a ticket taken, seen, left; a booking made, moved, cancelled."""
    found, known = set(), doors(kept.world.house.app)
    bearers: dict[str, str] = {}
    turns: Iterator[int] = iter(())
    schema = schema_of(kept).exclude(path_regex=f"{STREAMS}$")

    class People(schema.as_state_machine()):
        def setup(self) -> None:
            nonlocal turns
            turns = itertools.count()

        def before_call(self, case: Any) -> None:
            turn, world = next(turns), kept.world
            door = door_at(known, case.method, case.operation.path)
            assert door is not None
            askers = [who for who in world.tokens if may(door, who)] or ["nobody"]
            who = askers[turn % len(askers)]
            parameters = case.path_parameters or {}
            for name, value in parameters.items():
                if not A_LONG_ID.fullmatch(str(value)):
                    parameters[name] = world.id_for(name, who, door.reach(kind_of(who)))
            if turn % 4 and isinstance(case.body, dict):
                case.body = body_for(world, door, who)
            token = bearers.get(str(parameters.get("ticket_id")))
            dress(case, token if token and may(door, "ticket") else world.tokens.get(who))

        def after_call(self, response: Any, case: Any) -> None:
            made = response.json() if response.status_code == 201 and response.content else {}
            if isinstance(made, dict) and made.get("token") and made.get("id"):
                bearers[made["id"]] = made["token"]

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            found.update(faults_in(case, response))
            exists = any(A_LONG_ID.fullmatch(str(v)) for v in case.path_parameters.values())
            counted("schemathesis", f"stateful steps{' at what exists' * exists}")

        def teardown(self) -> None:
            kept.put_back()

    seed(SEED)(People.TestCase)
    People.run(
        settings=settings(
            max_examples=max(2, CASES // 60),
            stateful_step_count=10,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
    )
    assert not found, "\n".join(sorted(found))
