"""What one fault did to the people who were there, as a row of the table of `make test-faults`.

add(request, load, "RQ 工作进程 kill -9", differences)      once a test, whatever came of it

The rows are printed at the end, and written to the file that `FAULTS_TABLE` names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass, fields
from itertools import pairwise

import pytest

from tests.faults.running.load import Load, Try

PROPERTY = "fault"


@dataclass(frozen=True)
class Row:
    fault: str
    requests: int
    """Asked for, each under one key."""
    accepted: int
    refused: int
    """Tries told 503 and when to come back."""
    unanswered: int
    """Tries without an answer."""
    slowest_s: float
    """The longest any try waited for its answer, or its end."""
    pause_s: float
    """The longest time in which nothing was accepted, from any user."""
    back_s: float | None
    """From the end of the fault until a number was given and one called."""
    differences: int
    """In the books."""


def row_of(load: Load, fault: str, differences: list[str]) -> Row:
    tries = [each for request in load.requests for each in request.tries]
    back = load.back_after()
    return Row(
        fault=fault,
        requests=len(load.requests),
        accepted=sum(request.accepted for request in load.requests),
        refused=sum(each.status == 503 for each in tries),
        unanswered=sum(each.status is None for each in tries),
        slowest_s=round(max(each.took for each in tries), 1),
        pause_s=round(_longest_pause(tries), 1),
        back_s=None if back is None else round(back, 1),
        differences=len(differences),
    )


def add(request: pytest.FixtureRequest, load: Load, fault: str, differences: list[str]) -> None:
    """Have this row printed in the end."""
    row = asdict(row_of(load, fault, differences))
    request.node.user_properties.append((PROPERTY, row))


def lines(rows: Iterable[Row]) -> list[str]:
    """As Markdown."""
    names = [field.name for field in fields(Row)]
    cells = [names, ["---"] * len(names), *([str(cell) for cell in astuple(row)] for row in rows)]
    return ["| " + " | ".join(line) + " |" for line in cells]


def _longest_pause(tries: list[Try]) -> float:
    moments = sorted(each.answered_at for each in tries if each.accepted)
    return max((after - before for before, after in pairwise(moments)), default=0)
